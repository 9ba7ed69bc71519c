//! Private RSA keys, in the one form that is sent: PKCS#8 as base64. Nothing else keeps a copy of one.

use std::fmt;

use der::asn1::{AnyRef, OctetStringRef, UintRef};
use der::{Decode as _, Encode as _, Sequence};
use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use pkcs8::PrivateKeyInfoRef;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::armour::{Section, decode, encode, sections};
use crate::certificate::Certificate;
use crate::text::quote;

/// The smallest key that is taken, in bits.
const SMALLEST: u32 = 2048;

/// A private RSA key of 2048 bits or more.
#[derive(Clone)]
pub struct PrivateKey {
    pkcs8: SecretString,
    bits: u32,
    public_key: Box<[u8]>,
}

/// Why there is no private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// There is nothing at all.
    Empty,
    /// PEM whose lines do not fit together.
    Armour,
    /// PEM of something else.
    NotPrivateKey {
        /// What the first section says that it is.
        label: Box<str>,
    },
    /// More than one.
    Several {
        /// How many there are.
        count: usize,
    },
    /// It is encrypted with a password.
    Encrypted,
    /// Neither PEM nor base64.
    Base64,
    /// The bytes are neither PKCS#8 nor PKCS#1.
    Malformed,
    /// A key of another kind, such as one on an elliptic curve.
    NotRsa,
    /// An RSA key that is too small.
    TooSmall {
        /// Its size.
        bits: u32,
        /// The smallest size that is taken.
        smallest: u32,
    },
}

/// `EncryptedPrivateKeyInfo` (RFC 5958 section 3): how it is encrypted, and the rest.
#[derive(Sequence)]
struct Encrypted<'a> {
    algorithm: Algorithm<'a>,
    data: &'a OctetStringRef,
}

#[derive(Sequence)]
struct Algorithm<'a> {
    oid: der::asn1::ObjectIdentifier,
    parameters: AnyRef<'a>,
}

impl PrivateKey {
    /// Reads the one private key in a text: PEM of PKCS#8 or PKCS#1, or base64 of the DER of either.
    ///
    /// # Errors
    /// When it has none, more than one, or one that cannot be used.
    pub fn parse(text: &[u8]) -> Result<Self, KeyFault> {
        let text = str::from_utf8(text).map_err(|_| KeyFault::Base64)?.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(KeyFault::Empty);
        }
        let der = decode(armoured(text)?).ok_or(KeyFault::Base64)?;
        Self::from_der(&der)
    }

    /// The DER of the PKCS#8 in base64, in one line.
    #[must_use]
    pub fn pkcs8(&self) -> &SecretString {
        &self.pkcs8
    }

    /// The size of its modulus.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Is it the key that the certificate is for?
    #[must_use]
    pub fn fits(&self, certificate: &Certificate) -> bool {
        *self.public_key == *certificate.public_key()
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        let pkcs1 = match PrivateKeyInfoRef::try_from(der) {
            Ok(key) if key.algorithm.oid == pkcs1::ALGORITHM_OID => key.private_key.as_bytes(),
            Ok(_) => return Err(KeyFault::NotRsa),
            Err(_) if Encrypted::from_der(der).is_ok() => return Err(KeyFault::Encrypted),
            Err(_) => der,
        };
        let key = RsaPrivateKeyRef::from_der(pkcs1).map_err(|_| KeyFault::Malformed)?;
        let bits = bits(key.modulus);
        if bits < SMALLEST {
            return Err(KeyFault::TooSmall { bits, smallest: SMALLEST });
        }
        let public_key = RsaPublicKeyRef { modulus: key.modulus, public_exponent: key.public_exponent };
        let public_key = public_key.to_der().map_err(|_| KeyFault::Malformed)?.into();
        let pkcs8 = canonical(pkcs1).ok_or(KeyFault::Malformed)?;
        Ok(Self { pkcs8, bits, public_key })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PrivateKey").field("bits", &self.bits).finish_non_exhaustive()
    }
}

/// The base64 of the one private key in a text.
fn armoured(text: &str) -> Result<&str, KeyFault> {
    let sections = sections(text).ok_or(KeyFault::Armour)?;
    let Some(first) = sections.first() else { return Ok(text) };
    let keys: Vec<_> = sections.iter().filter(|section| section.label.ends_with("PRIVATE KEY")).collect();
    match *keys {
        [] => Err(KeyFault::NotPrivateKey { label: quote(first.label) }),
        [key] => base64_of(*key),
        _ => Err(KeyFault::Several { count: keys.len() }),
    }
}

fn base64_of(key: Section<'_>) -> Result<&str, KeyFault> {
    match key.label {
        // What OpenSSL wrote before PKCS#8 says it in a header (RFC 1421 section 4.6.1.1).
        _ if key.body.contains("4,ENCRYPTED") => Err(KeyFault::Encrypted),
        "PRIVATE KEY" | "RSA PRIVATE KEY" => Ok(key.body),
        "ENCRYPTED PRIVATE KEY" => Err(KeyFault::Encrypted),
        "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Err(KeyFault::NotRsa),
        label => Err(KeyFault::NotPrivateKey { label: quote(label) }),
    }
}

/// The PKCS#8 of a key, without what else its file may have said, in base64.
fn canonical(pkcs1: &[u8]) -> Option<SecretString> {
    let key = PrivateKeyInfoRef::new(pkcs1::ALGORITHM_ID, OctetStringRef::new(pkcs1).ok()?);
    let mut der = Zeroizing::new(vec![0; usize::try_from(key.encoded_len().ok()?).ok()?]);
    key.encode_to_slice(&mut der).ok()?;
    encode(&der).map(SecretString::from)
}

/// The size of a number, in bits.
pub(crate) fn bits(number: UintRef<'_>) -> u32 {
    let bytes = number.as_bytes();
    let unused = bytes.first().map_or(0, |first| first.leading_zeros());
    u32::try_from(bytes.len()).unwrap_or(u32::MAX / 8).saturating_mul(8).saturating_sub(unused)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const PKCS8: &str = include_str!("../tests/corpus/keys/pkcs8.pem");
    const PKCS1: &str = include_str!("../tests/corpus/keys/pkcs1.pem");
    const EC: &str = include_str!("../tests/corpus/keys/ec.pem");

    fn base64(pem: &str) -> String {
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    #[test]
    fn one_key_has_many_spellings() {
        let crlf = PKCS8.replace('\n', "\r\n");
        let beside_others = format!("{}{PKCS1}", include_str!("../tests/corpus/certificates/decryption.pem"));
        let marked = format!("\u{feff}{}", base64(PKCS8));
        for text in [PKCS8, PKCS1, &crlf, &base64(PKCS8), &base64(PKCS1), &marked, &beside_others] {
            let key = PrivateKey::parse(text.as_bytes()).unwrap();
            assert_eq!(key.pkcs8().expose_secret(), base64(PKCS8), "{text}");
            assert_eq!(key.bits(), 2048);
        }
    }

    #[test]
    fn nothing_is_kept_but_the_key() {
        // Attributes (RFC 5958): a name for the key, as key stores give it.
        let der = decode(&base64(PKCS8)).unwrap();
        let attributes =
            [0xa0, 0x0e, 0x30, 0x0c, 0x06, 0x03, 0x55, 0x04, 0x03, 0x31, 0x05, 0x0c, 0x03, b'k', b'e', b'y'];
        let length = u16::try_from(der.len() - 4 + attributes.len()).unwrap();
        let with_attributes = [&[0x30, 0x82], &length.to_be_bytes()[..], &der[4..], &attributes].concat();
        let key = PrivateKey::parse(encode(&with_attributes).unwrap().as_bytes()).unwrap();
        assert_eq!(key.pkcs8().expose_secret(), base64(PKCS8));
    }

    #[test]
    fn what_is_no_usable_key_is_told() {
        let certificate = include_str!("../tests/corpus/certificates/decryption.pem");
        let encrypted = include_str!("../tests/corpus/keys/encrypted.pem");
        let with_more = |pem| encode(&[&decode(&base64(pem)).unwrap()[..], &[0]].concat()).unwrap();
        let label = |label: &str| KeyFault::NotPrivateKey { label: label.into() };
        for (text, expected) in [
            ("", KeyFault::Empty),
            ("\n", KeyFault::Empty),
            (&PKCS8.replace("END", "ENDE"), KeyFault::Armour),
            (certificate, label("CERTIFICATE")),
            (&PKCS8.replace("PRIVATE", "OPENSSH PRIVATE"), label("OPENSSH PRIVATE KEY")),
            (&format!("{PKCS8}{PKCS1}"), KeyFault::Several { count: 2 }),
            (encrypted, KeyFault::Encrypted),
            (&base64(encrypted), KeyFault::Encrypted),
            (include_str!("../tests/corpus/keys/encrypted-pkcs1.pem"), KeyFault::Encrypted),
            ("secret", KeyFault::Base64),
            ("AAAA", KeyFault::Malformed),
            (&base64(certificate), KeyFault::Malformed),
            (&with_more(PKCS1), KeyFault::Malformed),
            (&with_more(PKCS8), KeyFault::Malformed),
            (EC, KeyFault::NotRsa),
            (include_str!("../tests/corpus/keys/ec-pkcs8.pem"), KeyFault::NotRsa),
            (include_str!("../tests/corpus/keys/small.pem"), KeyFault::TooSmall { bits: 1024, smallest: 2048 }),
        ] {
            assert_eq!(PrivateKey::parse(text.as_bytes()).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn a_key_fits_its_own_certificate() {
        let key = PrivateKey::parse(PKCS1.as_bytes()).unwrap();
        let fits = |pem: &str| key.fits(&Certificate::parse(pem.as_bytes()).unwrap());
        assert!(fits(include_str!("../tests/corpus/certificates/decryption.pem")));
        assert!(!fits(include_str!("../tests/corpus/certificates/rsa.pem")));
        assert!(!fits(include_str!("../tests/corpus/certificates/ec.pem")));
    }

    #[test]
    fn nothing_of_a_key_is_shown() {
        let key = PrivateKey::parse(PKCS8.as_bytes()).unwrap();
        assert_eq!(format!("{key:?}"), "PrivateKey { bits: 2048, .. }");
    }
}
