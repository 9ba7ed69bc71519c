//! The configuration that a resource declares, with every reference resolved.

use std::io;

use cognigy_sso_api::{AppliedSaml, Oidc, Saml, SigningAlgorithm, TokenEndpointAuthMethod};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

/// A configuration that can be sent.
///
/// Its `Debug` shows no secret: what is secret in it is a [`SecretString`].
#[derive(Clone, Debug)]
pub struct Desired {
    /// The organization that it is for.
    pub organization: String,
    /// Host, and port if one is given, of the API that the organization lives on.
    pub api_host: String,
    settings: Settings,
}

#[derive(Clone, Debug)]
enum Settings {
    Oidc(OidcSettings),
    Saml(SamlSettings),
}

#[derive(Clone, Debug)]
struct OidcSettings {
    issuer: String,
    client_id: String,
    client_secret: SecretString,
    algorithm: SigningAlgorithm,
    auth_method: TokenEndpointAuthMethod,
    scopes: Option<String>,
    front_channel_logout_url: Option<String>,
}

#[derive(Clone, Debug)]
struct SamlSettings {
    issuer: String,
    provider: AppliedSaml,
    want_authn_response_signed: Option<bool>,
    decryption_private_key: Option<SecretString>,
    disable_requested_authn_context: bool,
}

/// The body of `POST /v2.0/identityprovider/configure`: no member more and none less than the documented examples have, but
/// for the optional ones.
#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Oidc(OidcBody<'a>),
    Saml(SamlBody<'a>),
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the names that the API gives")]
#[serde(rename_all = "camelCase")]
struct OidcBody<'a> {
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SamlBody<'a> {
    idp_type: &'static str,
    idp_issuer: &'a str,
    idp_login_endpoint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp_logout_endpoint: Option<&'a str>,
    idp_certificate: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    want_authn_response_signed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decryption_private_key: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    idp_disable_requested_authn_context: bool,
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
        let settings = Settings::Oidc(OidcSettings {
            issuer: oidc.issuer.clone(),
            client_id,
            client_secret,
            algorithm: oidc.id_token_signed_response_alg,
            auth_method: oidc.token_endpoint_auth_method,
            scopes,
            front_channel_logout_url: oidc.front_channel_logout_url.clone(),
        });
        Self { organization, api_host, settings }
    }

    /// The same for SAML, with what is taken from the identity provider.
    #[must_use]
    pub fn saml(
        saml: &Saml,
        provider: AppliedSaml,
        decryption_private_key: Option<SecretString>,
        organization: String,
        api_host: String,
    ) -> Self {
        let settings = Settings::Saml(SamlSettings {
            issuer: saml.issuer.clone(),
            provider,
            want_authn_response_signed: saml.want_authn_response_signed,
            decryption_private_key,
            disable_requested_authn_context: saml.disable_requested_authn_context,
        });
        Self { organization, api_host, settings }
    }

    /// Where people would sign in, as far as it is not obvious, and by what name the provider knows Cognigy.AI, for a message.
    pub(crate) fn known_as(&self) -> String {
        match &self.settings {
            Settings::Oidc(OidcSettings { client_id, .. }) => format!("client id {client_id}"),
            Settings::Saml(SamlSettings { issuer, provider, .. }) => {
                format!("SAML, login endpoint {}, issuer {issuer}", provider.login_endpoint)
            }
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
        match &self.settings {
            Settings::Oidc(settings) => Body::Oidc(settings.members()),
            Settings::Saml(settings) => Body::Saml(settings.members()),
        }
    }
}

impl OidcSettings {
    fn members(&self) -> OidcBody<'_> {
        OidcBody {
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

impl SamlSettings {
    fn members(&self) -> SamlBody<'_> {
        SamlBody {
            idp_type: "saml",
            idp_issuer: &self.issuer,
            idp_login_endpoint: &self.provider.login_endpoint,
            idp_logout_endpoint: self.provider.logout_endpoint.as_deref(),
            idp_certificate: &self.provider.certificate,
            want_authn_response_signed: self.want_authn_response_signed,
            decryption_private_key: self.decryption_private_key.as_ref().map(ExposeSecret::expose_secret),
            idp_disable_requested_authn_context: self.disable_requested_authn_context,
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

    fn desired(settings: Settings) -> Desired {
        let (organization, api_host) = ("5f0c0123456789abcdef0123".to_owned(), "api.cognigy.ai".to_owned());
        Desired { organization, api_host, settings }
    }

    fn oidc(secret: &str) -> Settings {
        Settings::Oidc(OidcSettings {
            issuer: "https://acme.example.com/".to_owned(),
            client_id: "acme".to_owned(),
            client_secret: secret.into(),
            algorithm: SigningAlgorithm::default(),
            auth_method: TokenEndpointAuthMethod::default(),
            scopes: None,
            front_channel_logout_url: None,
        })
    }

    fn saml(secret: &str) -> Settings {
        let provider = AppliedSaml {
            login_endpoint: "https://login.example.com/saml".into(),
            logout_endpoint: None,
            certificate: "MIIC".into(),
        };
        Settings::Saml(SamlSettings {
            issuer: "cognigy".to_owned(),
            provider,
            want_authn_response_signed: None,
            decryption_private_key: Some(secret.into()),
            disable_requested_authn_context: false,
        })
    }

    #[test]
    fn the_body_is_written_into_a_buffer_that_never_grew() {
        for secret in ["s", "a secret with \"quotes\", \\ and \u{1f511}", &"x".repeat(5000)] {
            for (settings, member) in [(oidc(secret), "idpClientSecret"), (saml(secret), "decryptionPrivateKey")] {
                let desired = desired(settings);
                let json = exact(&desired.members());
                assert_eq!(json.capacity(), json.len());
                let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
                assert_eq!(read[member], secret);
                assert_eq!(desired.body().expose_secret().as_bytes(), json);
            }
        }
    }
}
