//! Secrets in memory: buffers that are wiped when nobody holds them any more.
//!
//! A value is in such a buffer from where it is read to where it is handed to the HTTP client, and never in one that grows by
//! moving. What cannot be reached from here, and is freed without being wiped: the buffers of hyper and of the TLS library,
//! through which everything comes and goes, and registers and stack.

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A secret as the HTTP client takes it, for a header or a body. It is not copied, and wiped with the last one that holds it.
pub(crate) fn outgoing(secret: SecretString) -> Bytes {
    struct Owner(SecretString);

    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            self.0.expose_secret().as_bytes()
        }
    }

    Bytes::from_owner(Owner(secret))
}

/// Takes what comes in, of a length that nobody knows before. What it outgrows is wiped.
#[derive(Default)]
pub(crate) struct Incoming(Zeroizing<Vec<u8>>);

impl Incoming {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let length = self.0.len() + bytes.len();
        if length > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(length.next_power_of_two()));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognigy::Limits;
    use crate::observe::Keepsake;

    #[test]
    fn what_is_kept_of_a_key_shows_none() {
        let api_key = SecretString::from("api-key-canary-7f31");
        let limits = Limits::new().unwrap();
        let caller = limits.caller("api.cognigy.ai", &api_key);
        let keepsake = Keepsake { api_key, cognigy_ca: None };
        for text in [format!("{keepsake:?} {caller:?} {limits:?}"), format!("{keepsake:#?} {caller:#?} {limits:#?}")] {
            assert!(text.contains("[REDACTED]") && !text.contains("canary"), "{text}");
        }
    }

    #[test]
    fn what_goes_out_is_the_secret_itself_and_no_copy() {
        let secret = SecretString::from("s3cret");
        let place = secret.expose_secret().as_ptr();
        let bytes = outgoing(secret);
        assert_eq!((&*bytes, bytes.as_ptr()), (&b"s3cret"[..], place));
        assert_eq!(bytes.clone().as_ptr(), place);
    }

    #[test]
    fn what_comes_in_pieces_is_put_together_in_place() {
        let mut incoming = Incoming::default();
        let whole: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for piece in whole.chunks(7) {
            let room = incoming.0.capacity() - incoming.0.len();
            let place = incoming.0.as_ptr();
            incoming.push(piece);
            // Within its room it stays where it is; beyond it moves to a buffer of its own making.
            assert!(room < piece.len() || incoming.0.as_ptr() == place);
            assert!(incoming.0.capacity().is_power_of_two());
        }
        assert_eq!(incoming.as_slice(), whole);
    }
}
