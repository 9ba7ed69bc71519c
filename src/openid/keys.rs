//! The provider's keys (RFC 7517).

use cognigy_sso_decide::{Document, KeyFacts, ProviderFault};
use serde_json::{Map, Value};

use super::{fetch, malformed};
use crate::egress::{CaBundle, Egress};

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
    let complete = key_type != "RSA" || (text("n").is_some_and(|n| n.len() > 1) && text("e").is_some());
    complete.then(|| KeyFacts {
        key_type: key_type.to_owned(),
        usage: text("use").map(str::to_owned),
        algorithm: text("alg").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse_keys(keys: Value) -> Result<Vec<KeyFacts>, ProviderFault> {
        parse("https://idp.example/jwks", json!({ "keys": keys }).as_object().unwrap())
    }

    #[test]
    fn keys_that_cannot_be_used_are_passed_over() {
        let keys = json!([{ "kty": "RSA", "n": "AQAB", "e": "AQAB" }, { "kty": "RSA" }, {}, 7, null, { "kty": "EC" }]);
        let types: Vec<_> = parse_keys(keys).unwrap().into_iter().map(|key| key.key_type).collect();
        assert_eq!(types, ["RSA", "EC"]);
    }

    #[test]
    fn a_set_without_a_list_is_malformed() {
        assert!(parse_keys(json!({})).is_err());
    }
}
