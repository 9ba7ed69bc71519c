//! The login URL of SAML: it sends a browser to the configured identity provider with a request.

use anyhow::Result;
use serde_json::Value;

use super::login::random_state;
use super::settings::Login;
use crate::saml::AuthnRequest;
use crate::server::{self, Answer};

/// Answers a browser that wants to log in, by the URL `own_url`, at an organization whose `configuration` is given.
///
/// # Errors
/// When the configured endpoint is no URL.
pub(super) fn log_in(configuration: &Value, own_url: &str, login: Login) -> Result<Answer> {
    let member = |name: &str| configuration.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_disabled = configuration.get("idpDisableRequestedAuthnContext") == Some(&Value::Bool(true));
    let other = |with: Login, value: &'static str| (login == with).then_some(value);
    let request = AuthnRequest {
        id: format!("_{}", random_state()?),
        issuer: other(Login::OtherClient, "somebody-else").unwrap_or_else(|| member("idpIssuer")).to_owned(),
        destination: other(Login::OtherProvider, "https://elsewhere.example/saml")
            .unwrap_or_else(|| member("idpLoginEndpoint"))
            .to_owned(),
        assertion_consumer_service_url: own_url.to_owned(),
        requests_authn_context: !is_disabled,
    };
    Ok(server::redirect(302, request.into_url(&random_state()?)?.as_str()))
}
