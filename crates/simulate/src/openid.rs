//! What OpenID providers publish.

use cognigy_sso_decide::{Document, KeyFacts, Provider, ProviderFault};

use crate::weather::Wrong;

/// What the operator makes of what a provider publishes, with what is wrong with it.
///
/// # Errors
/// When something is wrong with it that is found in reading.
pub fn answers(issuer: &str, wrong: Option<Wrong>) -> Result<Provider, ProviderFault> {
    let (document, url) = (Document::Discovery, format!("{issuer}/.well-known/openid-configuration"));
    let mismatch = |published: &str| ProviderFault::IssuerMismatch {
        declared: issuer.to_owned(),
        published: published.to_owned(),
    };
    Err(match wrong {
        None => return Ok(provider(issuer, key("RSA"))),
        // Keys have no time after which they expire.
        Some(Wrong::Key { .. } | Wrong::RunOut) => return Ok(provider(issuer, key("EC"))),
        Some(Wrong::Transport(fault)) => {
            let server = issuer.trim_start_matches("https://").to_owned();
            ProviderFault::Transport { document, server, fault }
        }
        Some(Wrong::Status(status)) => ProviderFault::Status { document, url, status, retry_after: None },
        Some(Wrong::Another) => mismatch("https://another.example"),
        Some(Wrong::Slash) => mismatch(&format!("{issuer}/")),
        Some(Wrong::Endpoint) => ProviderFault::Endpoint { member: "token_endpoint", present: true },
        Some(Wrong::Lacking) => ProviderFault::Endpoint { member: "jwks_uri", present: false },
        Some(Wrong::Page | Wrong::Garbage) => {
            ProviderFault::Malformed { document, url, what: "is not a JSON object".to_owned() }
        }
    })
}

fn provider(issuer: &str, key: KeyFacts) -> Provider {
    let base = issuer.trim_end_matches('/');
    Provider {
        authorization_endpoint: format!("{issuer}/authorize").into(),
        token_endpoint: format!("{base}/token").into(),
        jwks_uri: format!("{base}/keys").into(),
        pushed_authorization_request_endpoint: None,
        algorithms: vec!["RS256".to_owned()],
        auth_methods: None,
        response_types: vec!["code".to_owned()],
        scopes: None,
        keys: Ok(vec![key]),
    }
}

/// A key for signing.
fn key(key_type: &str) -> KeyFacts {
    KeyFacts { key_type: key_type.to_owned(), usage: Some("sig".to_owned()), algorithm: None }
}
