//! The discovery document (OpenID Connect Discovery 1.0, section 3).

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::{Document, Provider, ProviderFault};
use serde_json::{Map, Value};
use url::Url;

use super::{fetch, keys, malformed};
use crate::egress::{CaBundle, Egress};

/// The longest published text that is repeated in a message, in characters.
const LONGEST_QUOTE: usize = 200;
/// The most entries of a published list that are looked at.
const LONGEST_LIST: usize = 100;

/// Reads the discovery document and the keys of an issuer. The second value is for how many seconds the provider lets them
/// be kept, where it says so.
pub(super) async fn read(
    egress: &Egress,
    issuer: &Issuer,
    ca: Option<&CaBundle>,
) -> (Result<Provider, ProviderFault>, Option<u64>) {
    let url = issuer.discovery_url();
    let (document, answer) = match fetch(egress, Document::Discovery, &url, ca).await {
        Ok(fetched) => fetched,
        Err(fault) => return (Err(fault), None),
    };
    let mut provider = match parse(issuer, &url, &document) {
        Ok(provider) => provider,
        Err(fault) => return (Err(fault), None),
    };
    provider.keys = keys::read(egress, &provider.jwks_uri, ca).await;
    (Ok(provider), answer.max_age)
}

fn parse(issuer: &Issuer, url: &str, document: &Map<String, Value>) -> Result<Provider, ProviderFault> {
    let published = text(document, "issuer").ok_or_else(|| malformed(Document::Discovery, url, "names no issuer"))?;
    if published != issuer.as_str() {
        let declared = issuer.as_str().to_owned();
        return Err(ProviderFault::IssuerMismatch { declared, published: quote(published) });
    }
    let required_list = |member: &'static str| {
        list(document, member).ok_or_else(|| malformed(Document::Discovery, url, format!("has no list {member}")))
    };
    Ok(Provider {
        authorization_endpoint: endpoint(document, "authorization_endpoint")?,
        token_endpoint: endpoint(document, "token_endpoint")?,
        jwks_uri: endpoint(document, "jwks_uri")?,
        pushed_authorization_request_endpoint: endpoint(document, "pushed_authorization_request_endpoint").ok(),
        algorithms: required_list("id_token_signing_alg_values_supported")?,
        auth_methods: list(document, "token_endpoint_auth_methods_supported"),
        response_types: required_list("response_types_supported")?,
        scopes: list(document, "scopes_supported"),
        keys: Ok(Vec::new()),
    })
}

fn text<'a>(document: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    document.get(member)?.as_str()
}

fn list(document: &Map<String, Value>, member: &str) -> Option<Vec<String>> {
    let entries = document.get(member)?.as_array()?.iter().take(LONGEST_LIST);
    Some(entries.filter_map(Value::as_str).map(quote).collect())
}

fn endpoint(document: &Map<String, Value>, member: &'static str) -> Result<Box<str>, ProviderFault> {
    let text = text(document, member).ok_or(ProviderFault::Endpoint { member, present: false })?;
    let is_https = Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    if is_https && text.len() <= 2048 {
        Ok(text.into())
    } else {
        Err(ProviderFault::Endpoint { member, present: true })
    }
}

/// Published text as it may be repeated: cut, and without control characters.
fn quote(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(LONGEST_QUOTE).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://idp.example";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://idp.example/authorize",
            "token_endpoint": "https://idp.example/token",
            "jwks_uri": "https://keys.example/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    fn parse_with(member: &str, value: Value) -> Result<Provider, ProviderFault> {
        let mut document = document();
        document[member] = value;
        parse(&Issuer::parse(ISSUER).unwrap(), "https://idp.example/d", document.as_object().unwrap())
    }

    #[test]
    fn endpoints_may_lie_on_other_hosts() {
        let provider = parse_with("x", json!(1)).unwrap();
        assert_eq!(&*provider.jwks_uri, "https://keys.example/jwks");
        assert_eq!(provider.auth_methods, None);
    }

    #[test]
    fn the_issuer_is_compared_byte_for_byte() {
        for published in ["https://idp.example/", "https://IDP.example", "https://idp.example:443"] {
            let fault = parse_with("issuer", json!(published)).unwrap_err();
            assert!(matches!(fault, ProviderFault::IssuerMismatch { .. }), "{published}");
        }
    }

    #[test]
    fn endpoints_must_be_https() {
        for value in [json!("http://idp.example/token"), json!("/token"), json!("https://"), json!("ftp://x/y")] {
            let fault = parse_with("token_endpoint", value).unwrap_err();
            assert_eq!(fault, ProviderFault::Endpoint { member: "token_endpoint", present: true });
        }
        let fault = parse_with("jwks_uri", Value::Null).unwrap_err();
        assert_eq!(fault, ProviderFault::Endpoint { member: "jwks_uri", present: false });
    }

    #[test]
    fn an_optional_endpoint_is_known_only_where_it_is_https() {
        let member = "pushed_authorization_request_endpoint";
        let known = |value| parse_with(member, value).unwrap().pushed_authorization_request_endpoint;
        assert_eq!(known(json!("https://idp.example/par")).as_deref(), Some("https://idp.example/par"));
        for value in [json!("http://idp.example/par"), json!("/par"), json!(7), Value::Null] {
            assert_eq!(known(value.clone()), None, "{value}");
        }
    }

    #[test]
    fn members_of_the_wrong_type_are_named() {
        for member in ["response_types_supported", "id_token_signing_alg_values_supported"] {
            let fault = parse_with(member, json!("code")).unwrap_err();
            assert!(matches!(&fault, ProviderFault::Malformed { what, .. } if what.contains(member)), "{fault:?}");
        }
    }

    #[test]
    fn what_is_repeated_is_cut_and_clean() {
        let fault = parse_with("issuer", json!(format!("https://a\n\u{1b}[31m{}", "x".repeat(9999)))).unwrap_err();
        let ProviderFault::IssuerMismatch { published, .. } = fault else { panic!("{fault:?}") };
        assert!(published.len() <= 200 && !published.chars().any(char::is_control));
    }
}
