//! The provider's keys (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognigy_sso_decide::{Document, KeyFacts, ProviderFault};
use serde::Deserialize;

use super::{KEYS, fetch, malformed};
use crate::egress::{CaBundle, Egress};
use crate::json::{self, Lenient, List, Text};

/// The shortest RSA modulus that ID tokens may be signed with (RFC 7518 section 3.3).
const LEAST_RSA_BITS: usize = 2048;
/// The most keys that are looked at.
const MOST_KEYS: usize = 200;
/// The longest member of a key that is looked at, in bytes: a modulus of 16,384 bits has 2,731.
const LONGEST_TEXT: usize = 4096;

/// The one member that matters.
#[derive(Deserialize)]
pub(super) struct Published {
    #[serde(default, deserialize_with = "json::list")]
    keys: Option<List<Lenient<Key>, MOST_KEYS>>,
}

/// What is looked at of a key.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Key {
    kty: Text,
    n: Text,
    e: Text,
    r#use: Text,
    alg: Text,
}

pub(super) async fn read(egress: &Egress, url: &str, ca: Option<&CaBundle>) -> Result<Vec<KeyFacts>, ProviderFault> {
    let (document, _) = fetch(egress, KEYS, url, ca).await?;
    parse(url, document)
}

pub(super) fn parse(url: &str, document: Published) -> Result<Vec<KeyFacts>, ProviderFault> {
    let keys = document.keys.ok_or_else(|| malformed(Document::Keys, url, "has no list keys"))?;
    Ok(keys.entries.into_iter().filter_map(|key| facts(&key.0?)).collect())
}

/// A key that can be used; RFC 7517 section 5 asks to pass over the others.
fn facts(key: &Key) -> Option<KeyFacts> {
    let key_type = short(&key.kty)?;
    let usable = key_type != "RSA" || (bits(short(&key.n)?)? >= LEAST_RSA_BITS && bits(short(&key.e)?)? > 1);
    usable.then(|| KeyFacts {
        key_type: key_type.to_owned(),
        usage: short(&key.r#use).map(str::to_owned),
        algorithm: short(&key.alg).map(str::to_owned),
    })
}

fn short(text: &Text) -> Option<&str> {
    text.as_deref().filter(|text| text.len() <= LONGEST_TEXT)
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
    use serde_json::{Value, json};

    use super::*;

    fn parse_set(set: &Value) -> Result<Vec<KeyFacts>, ProviderFault> {
        parse("https://idp.example/jwks", json::object(set.to_string().as_bytes()).unwrap())
    }

    fn parse_keys(keys: &Value) -> Result<Vec<KeyFacts>, ProviderFault> {
        parse_set(&json!({ "keys": keys }))
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
        for set in [json!({}), json!({ "keys": {} }), json!({ "keys": null }), json!({ "keys": "RSA" })] {
            assert!(parse_set(&set).is_err(), "{set}");
        }
    }
}
