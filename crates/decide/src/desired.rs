//! The configuration that a resource declares, with every reference resolved.

use std::io;

use cognigy_sso_api::{Oidc, SigningAlgorithm, TokenEndpointAuthMethod};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

/// A configuration that can be sent.
///
/// Its `Debug` shows no secret: the client secret is a [`SecretString`].
#[derive(Clone, Debug)]
pub struct Desired {
    /// The organization that it is for.
    pub organization: String,
    /// Host, and port if one is given, of the API that the organization lives on.
    pub api_host: String,
    issuer: String,
    /// The client id.
    pub client_id: String,
    client_secret: SecretString,
    algorithm: SigningAlgorithm,
    auth_method: TokenEndpointAuthMethod,
    scopes: Option<String>,
    front_channel_logout_url: Option<String>,
}

/// The body of `POST /v2.0/identityprovider/configure`: no member more and none less than the documented example has, but
/// for the two optional ones.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the names that the API gives")]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    idp_type: &'static str,
    idp_issuer: &'a str,
    idp_client_id: &'a str,
    idp_client_secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp_additional_scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp_front_channel_logout_url: Option<&'a str>,
    idp_id_token_signed_response_alg: SigningAlgorithm,
    idp_token_endpoint_auth_method: TokenEndpointAuthMethod,
}

impl Desired {
    /// The configuration for an organization, from what is declared and the values that it refers to.
    #[must_use]
    pub fn oidc(
        oidc: &Oidc,
        client_id: String,
        client_secret: SecretString,
        organization: String,
        api_host: String,
    ) -> Self {
        let scopes = (!oidc.additional_scopes.is_empty()).then(|| oidc.additional_scopes.join(" "));
        Self {
            organization,
            api_host,
            issuer: oidc.issuer.clone(),
            client_id,
            client_secret,
            algorithm: oidc.id_token_signed_response_alg,
            auth_method: oidc.token_endpoint_auth_method,
            scopes,
            front_channel_logout_url: oidc.front_channel_logout_url.clone(),
        }
    }

    /// The request body, JSON. No other copy of it is left behind.
    #[must_use]
    pub fn body(&self) -> SecretString {
        String::from_utf8(exact(&self.members())).unwrap_or_default().into()
    }

    /// All that makes one configuration differ from another, as one text.
    pub(crate) fn identity(&self) -> SecretString {
        let body = self.body();
        let parts = [&self.api_host, "\n", &self.organization, "\n", body.expose_secret()];
        parts.concat().into()
    }

    fn members(&self) -> Body<'_> {
        Body {
            idp_type: "oidc",
            idp_issuer: &self.issuer,
            idp_client_id: &self.client_id,
            idp_client_secret: self.client_secret.expose_secret(),
            idp_additional_scope: self.scopes.as_deref(),
            idp_front_channel_logout_url: self.front_channel_logout_url.as_deref(),
            idp_id_token_signed_response_alg: self.algorithm,
            idp_token_endpoint_auth_method: self.auth_method,
        }
    }
}

/// JSON in a buffer that is as large as it needs to be from the start: one that grows, or is cut to size, leaves copies of
/// what it held in memory that nobody wipes.
fn exact(body: &Body<'_>) -> Vec<u8> {
    let mut length = Length(0);
    // A struct of strings always serializes.
    let _always_serializes = serde_json::to_writer(&mut length, body);
    let mut json = Vec::with_capacity(length.0);
    let _always_serializes = serde_json::to_writer(&mut json, body);
    json
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_written_into_a_buffer_that_never_grew() {
        for secret in ["s", "a secret with \"quotes\", \\ and \u{1f511}", &"x".repeat(5000)] {
            let desired = Desired {
                organization: "5f0c0123456789abcdef0123".to_owned(),
                api_host: "api.cognigy.ai".to_owned(),
                issuer: "https://acme.example.com/".to_owned(),
                client_id: "acme".to_owned(),
                client_secret: secret.into(),
                algorithm: SigningAlgorithm::default(),
                auth_method: TokenEndpointAuthMethod::default(),
                scopes: None,
                front_channel_logout_url: None,
            };
            let json = exact(&desired.members());
            assert_eq!(json.capacity(), json.len());
            let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
            assert_eq!(read["idpClientSecret"], secret);
            assert_eq!(desired.body().expose_secret().as_bytes(), json);
        }
    }
}
