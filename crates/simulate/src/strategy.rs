//! The two ways of signing in: the same plans and worlds are lived through with either.

use cognigy_sso_api::{IdentityProviderConfigSpec, Oidc, Saml};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::saml::entity;
use crate::world::{SECRET_KEY, sign_in_secret};

/// Where providers are that nothing else is said of.
pub const PROVIDER: &str = "https://idp.example";

/// A way of signing in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// OpenID Connect.
    #[default]
    Oidc,
    /// SAML 2.0.
    Saml,
}

impl Strategy {
    /// The one that is declared.
    #[must_use]
    pub fn of(spec: &IdentityProviderConfigSpec) -> Self {
        if spec.saml.is_some() { Self::Saml } else { Self::Oidc }
    }

    /// Its name in what is sent to Cognigy.AI.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Saml => "saml",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Oidc => Self::Saml,
            Self::Saml => Self::Oidc,
        }
    }

    /// Declares it for a resource, in the place of the other one, with the provider at this address.
    pub fn declare(self, spec: &mut IdentityProviderConfigSpec, resource: &str, provider: &str) {
        (spec.oidc, spec.saml) = match self {
            Self::Oidc => (Some(oidc(resource, provider)), None),
            Self::Saml => (None, Some(Box::new(saml(resource, provider)))),
        };
    }

    /// Edits what is declared, so that it is another than before.
    pub fn edit(spec: &mut IdentityProviderConfigSpec, number: usize) {
        if let Some(oidc) = &mut spec.oidc {
            oidc.additional_scopes = vec![format!("scope-{number}")];
        }
        if let Some(saml) = &mut spec.saml {
            saml.disable_requested_authn_context = !number.is_multiple_of(2);
            saml.want_authn_response_signed = (!number.is_multiple_of(3)).then_some(number % 3 == 1);
        }
    }
}

fn oidc(resource: &str, issuer: &str) -> Oidc {
    written(json!({
        "issuer": issuer,
        "clientId": format!("client-of-{resource}"),
        "clientSecretRef": { "name": sign_in_secret(resource), "key": SECRET_KEY },
    }))
}

fn saml(resource: &str, provider: &str) -> Saml {
    written(json!({
        "issuer": format!("cognigy-of-{resource}"),
        "entityId": entity(provider),
        "metadataUrl": format!("{provider}/metadata"),
        "decryptionPrivateKeySecretRef": { "name": sign_in_secret(resource), "key": SECRET_KEY },
    }))
}

/// What a user has written.
pub(crate) fn written<T: DeserializeOwned>(part: Value) -> T {
    serde_json::from_value(part).unwrap_or_else(|error| unreachable!("the spec is written right: {error}"))
}
