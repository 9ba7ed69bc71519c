//! What OpenID providers publish.

use cognigy_sso_decide::{KeyFacts, Provider, ProviderFault};

/// What a provider publishes that is as it should be.
///
/// # Errors
/// Never: the type is that of one that may fail.
pub fn publishes(issuer: &str) -> Result<Provider, ProviderFault> {
    let base = issuer.trim_end_matches('/');
    Ok(Provider {
        authorization_endpoint: format!("{issuer}/authorize").into(),
        token_endpoint: format!("{base}/token").into(),
        jwks_uri: format!("{base}/keys").into(),
        pushed_authorization_request_endpoint: None,
        algorithms: vec!["RS256".to_owned()],
        auth_methods: None,
        response_types: vec!["code".to_owned()],
        scopes: None,
        keys: Ok(vec![key("RSA")]),
    })
}

/// A key for signing.
#[must_use]
pub fn key(key_type: &str) -> KeyFacts {
    KeyFacts { key_type: key_type.to_owned(), usage: Some("sig".to_owned()), algorithm: None }
}
