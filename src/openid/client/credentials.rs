//! How a client shows that it has its secret (RFC 6749 section 2.3.1, RFC 7523 section 3).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use cognigy_sso_api::TokenEndpointAuthMethod;
use cognigy_sso_decide::Manner;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use ring::hmac;
use serde_json::json;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use super::made_up;
use crate::clock;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion holds.
const LIFETIME: i64 = 60;

/// A form that may hold a secret: it is wiped when it is dropped, and so is what it outgrows.
#[derive(Default)]
pub(super) struct Form(Zeroizing<Vec<u8>>);

impl Form {
    /// Adds a member (`application/x-www-form-urlencoded`).
    pub(super) fn with(self, name: &str, value: &str) -> Self {
        let value = form_encoded(value);
        let separator: &[u8] = if self.0.is_empty() { b"" } else { b"&" };
        Self(Zeroizing::new([&self.0, separator, name.as_bytes(), b"=", &value].concat()))
    }

    /// The form as a body.
    pub(super) fn into_body(self) -> Bytes {
        Bytes::from_owner(self.0)
    }
}

/// Who presents itself, and to whom.
#[derive(Clone, Copy)]
pub(super) struct Presented<'a> {
    pub(super) id: &'a str,
    pub(super) secret: &'a str,
    /// The URL of the token endpoint.
    pub(super) audience: &'a str,
}

impl Presented<'_> {
    /// Adds what shows the client to headers and form. With Basic nothing goes into the form: some take an id there for the
    /// one that counts.
    pub(super) fn show(&self, manner: Manner, headers: &mut HeaderMap, form: Form) -> Form {
        match manner {
            Manner::RawBasic => {
                headers.extend(basic(self.id.as_bytes(), self.secret.as_bytes()));
                form
            }
            Manner::Method(TokenEndpointAuthMethod::ClientSecretPost) => {
                form.with("client_id", self.id).with("client_secret", self.secret)
            }
            Manner::Method(TokenEndpointAuthMethod::ClientSecretJwt) => {
                form.with("client_assertion_type", JWT_BEARER).with("client_assertion", &self.assertion())
            }
            Manner::Method(_) => {
                headers.extend(basic(&form_encoded(self.id), &form_encoded(self.secret)));
                form
            }
        }
    }

    /// A JWT signed with the secret (OpenID Connect Core section 9).
    fn assertion(&self) -> String {
        let now = clock::now().as_second();
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": self.audience, "jti": made_up(), "iat": now, "exp": now + LIFETIME,
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&json!({ "alg": "HS256", "typ": "JWT" })), encode(&claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let signature = hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Encoding makes three bytes of one at most: the buffer never grows.
fn form_encoded(text: &str) -> Zeroizing<Vec<u8>> {
    let mut encoded = Zeroizing::new(Vec::with_capacity(3 * text.len()));
    byte_serialize(text.as_bytes()).for_each(|part| encoded.extend_from_slice(part.as_bytes()));
    encoded
}

fn basic(id: &[u8], secret: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let pair = Zeroizing::new([id, b":", secret].concat());
    let mut encoded = Zeroizing::new(vec![0; base64::encoded_len(pair.len(), true)?]);
    let length = STANDARD.encode_slice(&*pair, &mut encoded).ok()?;
    let value = Zeroizing::new([b"Basic ", encoded.get(..length)?].concat());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(value)).ok()?;
    value.set_sensitive(true);
    Some((AUTHORIZATION, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_with_the_secret_is_marked_as_sensitive() {
        let mut headers = HeaderMap::new();
        let presented = Presented { id: "acme", secret: "s3cret", audience: "" };
        for manner in [Manner::RawBasic, Manner::Method(TokenEndpointAuthMethod::ClientSecretBasic)] {
            presented.show(manner, &mut headers, Form::default());
            assert!(headers.remove(AUTHORIZATION).unwrap().is_sensitive());
        }
    }
}
