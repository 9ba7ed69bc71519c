//! The discovery document (OpenID Connect Discovery 1.0, section 3).

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::{Document, Provider, ProviderFault};
use cognigy_sso_saml::text::{is_shown, quote};
use serde::Deserialize;
use url::Url;

use super::{DISCOVERY, fetch, keys, malformed};
use crate::egress::{CaBundle, Egress};
use crate::json::{Text, Texts};

/// The longest endpoint that is used, in bytes.
const LONGEST_ENDPOINT: usize = 2048;

/// Reads the discovery document and the keys of an issuer. The second value is for how many seconds the provider lets them
/// be kept, where it says so.
pub(super) async fn read(
    egress: &Egress,
    issuer: &Issuer,
    ca: Option<&CaBundle>,
) -> (Result<Provider, ProviderFault>, Option<u64>) {
    let url = issuer.discovery_url();
    let (document, answer) = match fetch(egress, DISCOVERY, &url, ca).await {
        Ok(fetched) => fetched,
        Err(fault) => return (Err(fault), None),
    };
    let mut provider = match parse(issuer, &url, document) {
        Ok(provider) => provider,
        Err(fault) => return (Err(fault), None),
    };
    provider.keys = keys::read(egress, &provider.jwks_uri, ca).await;
    (Ok(provider), answer.max_age)
}

/// The members that matter. Their types are looked at where they are used.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Published {
    issuer: Text,
    authorization_endpoint: Text,
    token_endpoint: Text,
    jwks_uri: Text,
    pushed_authorization_request_endpoint: Text,
    id_token_signing_alg_values_supported: Texts,
    token_endpoint_auth_methods_supported: Texts,
    response_types_supported: Texts,
    scopes_supported: Texts,
}

pub(super) fn parse(issuer: &Issuer, url: &str, document: Published) -> Result<Provider, ProviderFault> {
    let published = document.issuer.as_deref().ok_or_else(|| malformed(Document::Discovery, url, "names no issuer"))?;
    if published != issuer.as_str() {
        let declared = issuer.as_str().to_owned();
        return Err(ProviderFault::IssuerMismatch { declared, published: quote(published).into() });
    }
    let required_list = |member: &'static str, texts| {
        list(texts).ok_or_else(|| malformed(Document::Discovery, url, format!("has no list {member}")))
    };
    let pushed = endpoint("pushed_authorization_request_endpoint", document.pushed_authorization_request_endpoint);
    Ok(Provider {
        authorization_endpoint: endpoint("authorization_endpoint", document.authorization_endpoint)?,
        token_endpoint: endpoint("token_endpoint", document.token_endpoint)?,
        jwks_uri: endpoint("jwks_uri", document.jwks_uri)?,
        pushed_authorization_request_endpoint: pushed.ok(),
        algorithms: required_list(
            "id_token_signing_alg_values_supported",
            document.id_token_signing_alg_values_supported,
        )?,
        auth_methods: list(document.token_endpoint_auth_methods_supported),
        response_types: required_list("response_types_supported", document.response_types_supported)?,
        scopes: list(document.scopes_supported),
        keys: Ok(Vec::new()),
    })
}

fn list(texts: Texts) -> Option<Vec<String>> {
    Some(texts.0?.iter().map(|text| quote(text).into()).collect())
}

fn endpoint(member: &'static str, text: Text) -> Result<Box<str>, ProviderFault> {
    let text = text.0.ok_or(ProviderFault::Endpoint { member, present: false })?;
    let is_https = Url::parse(&text).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    // The parser passes over some of what may not be repeated.
    let is_plain = text.chars().all(|character| is_shown(character) && !character.is_whitespace());
    if is_https && is_plain && text.len() <= LONGEST_ENDPOINT {
        Ok(text)
    } else {
        Err(ProviderFault::Endpoint { member, present: true })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json;

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
        let published = json::object(document.to_string().as_bytes()).unwrap();
        parse(&Issuer::parse(ISSUER).unwrap(), "https://idp.example/d", published)
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
        for value in [
            json!("http://idp.example/token"),
            json!("/token"),
            json!("https://"),
            json!("ftp://x/y"),
            json!("https://idp.example/\n"),
        ] {
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
        let fault =
            parse_with("issuer", json!(format!("https://a\n\u{1b}[31m\u{202e}{}", "x".repeat(9999)))).unwrap_err();
        let ProviderFault::IssuerMismatch { published, .. } = fault else { panic!("{fault:?}") };
        assert_eq!(published, format!("https://a[31m{}", "x".repeat(187)));
    }
}
