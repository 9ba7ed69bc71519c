//! The provider's keys (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognigy_sso_decide::{Document, KeyFacts, ProviderFault};
use serde_json::{Map, Value};

use super::{fetch, malformed};
use crate::egress::{CaBundle, Egress};

/// The shortest RSA modulus that ID tokens may be signed with (RFC 7518 section 3.3).
const LEAST_RSA_BITS: usize = 2048;
/// The most keys that are looked at.
const MOST_KEYS: usize = 200;

pub(super) async fn read(egress: &Egress, url: &str, ca: Option<&CaBundle>) -> Result<Vec<KeyFacts>, ProviderFault> {
    let (document, _) = fetch(egress, Document::Keys, url, ca).await?;
    parse(url, &document)
}

fn parse(url: &str, document: &Map<String, Value>) -> Result<Vec<KeyFacts>, ProviderFault> {
    let keys = document.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or_else(|| malformed(Document::Keys, url, "has no list keys"))?;
    Ok(keys.iter().take(MOST_KEYS).filter_map(key).collect())
}

/// A key that can be used; RFC 7517 section 5 asks to pass over the others.
fn key(value: &Value) -> Option<KeyFacts> {
    let text = |member: &str| value.get(member).and_then(Value::as_str).filter(|text| text.len() <= 4096);
    let key_type = text("kty")?;
    let usable = key_type != "RSA" || (bits(text("n")?)? >= LEAST_RSA_BITS && bits(text("e")?)? > 1);
    usable.then(|| KeyFacts {
        key_type: key_type.to_owned(),
        usage: text("use").map(str::to_owned),
        algorithm: text("alg").map(str::to_owned),
    })
}

/// The length of a number in base64url (RFC 7518 section 2); `None` when it is none.
fn bits(number: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(number).ok()?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let first = bytes.get(zeros)?;
    Some((bytes.len() - zeros) * 8 - usize::try_from(first.leading_zeros()).ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse_keys(keys: &Value) -> Result<Vec<KeyFacts>, ProviderFault> {
        parse("https://idp.example/jwks", json!({ "keys": keys }).as_object().unwrap())
    }

    #[test]
    fn keys_that_cannot_be_used_are_passed_over() {
        let modulus = URL_SAFE_NO_PAD.encode([0xc5; 256]);
        let short = URL_SAFE_NO_PAD.encode([0xc5; 128]);
        let rsa = |n: &str, e: &str| json!({ "kty": "RSA", "n": n, "e": e });
        let unusable = [rsa(&short, "AQAB"), rsa("not base64!", "AQAB"), rsa(&modulus, ""), json!({ "kty": "RSA" })];
        let mut keys = vec![rsa(&modulus, "AQAB"), json!({}), json!(7), json!(null), json!({ "kty": "EC" })];
        keys.extend(unusable);
        let keys = json!(keys);
        let types: Vec<_> = parse_keys(&keys).unwrap().into_iter().map(|key| key.key_type).collect();
        assert_eq!(types, ["RSA", "EC"]);
    }

    #[test]
    fn a_set_without_a_list_is_malformed() {
        assert!(parse_keys(&json!({})).is_err());
    }
}
