//! An OpenID provider, and what must be sent for it.

use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigSpec, Issuer, Oidc};
use cognigy_sso_decide::{Inputs, KeyFacts, Observed, Provider, ProviderFault};
use serde_json::Value;

use super::decisions::{value, versions};

/// The client id that is kept in a Secret.
const CLIENT_ID: &str = "abc123";

/// What is sent is what is declared.
pub fn is_what_is_declared(sent: &Value, oidc: &Oidc) -> Result<(), String> {
    let holds = sent["idpIssuer"] == *oidc.issuer
        && sent["idpClientId"] == *client_id(oidc)
        && sent["idpClientSecret"] == *value(&oidc.client_secret_ref)
        && sent["idpIdTokenSignedResponseAlg"] == oidc.id_token_signed_response_alg.as_str()
        && sent["idpTokenEndpointAuthMethod"] == oidc.token_endpoint_auth_method.as_str();
    let logout = oidc.front_channel_logout_url.as_deref();
    if let Some(Err(fault)) = logout.map(Issuer::parse) {
        return Err(format!("it is Ready, and spec.oidc.frontChannelLogoutUrl {fault}"));
    }
    if holds { Ok(()) } else { Err(format!("it is Ready, and something else was sent: {sent}")) }
}

pub fn observed(spec: &IdentityProviderConfigSpec, oidc: &Oidc, common: Observed) -> Observed {
    let references =
        [Some(&spec.cognigy.api_key_secret_ref), oidc.client_id_secret_ref.as_ref(), Some(&oidc.client_secret_ref)];
    let inputs = Inputs {
        api_key: Ok("api-key".into()),
        client_id: Ok(client_id(oidc).to_owned()),
        client_secret: Ok(value(&oidc.client_secret_ref).into()),
        versions: versions(references),
        expiries: Some(Vec::new()),
        ..Inputs::unread()
    };
    Observed { inputs, provider: Some(Arc::new(provider(oidc))), ..common }
}

fn client_id(oidc: &Oidc) -> &str {
    oidc.client_id.as_deref().unwrap_or(CLIENT_ID)
}

/// A provider that offers some of what can be chosen.
fn provider(oidc: &Oidc) -> Result<Provider, ProviderFault> {
    Issuer::parse(&oidc.issuer).map_err(|problem| ProviderFault::InvalidIssuer { problem: problem.to_string() })?;
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    Ok(Provider {
        authorization_endpoint: "https://acme.eu.auth0.com/authorize".into(),
        token_endpoint: "https://acme.eu.auth0.com/oauth/token".into(),
        jwks_uri: "https://acme.eu.auth0.com/.well-known/jwks.json".into(),
        pushed_authorization_request_endpoint: None,
        algorithms: texts(&["RS256", "RS512", "HS256"]),
        auth_methods: Some(texts(&["client_secret_basic", "client_secret_post", "none"])),
        response_types: texts(&["code"]),
        scopes: Some(texts(&["openid", "groups"])),
        keys: Ok(vec![KeyFacts { key_type: "RSA".to_owned(), usage: Some("sig".to_owned()), algorithm: None }]),
    })
}
