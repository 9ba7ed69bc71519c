//! The two ways of signing in, as a model sees them.

use cognigy_sso_api::IdentityProviderConfigSpec;
use cognigy_sso_decide::Party;
use serde_json::json;

/// What is declared, or what an organization holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    Oidc,
    Saml,
}

impl Strategy {
    pub const ALL: [Self; 2] = [Self::Oidc, Self::Saml];

    pub fn other(self) -> Self {
        match self {
            Self::Oidc => Self::Saml,
            Self::Saml => Self::Oidc,
        }
    }

    /// The one that is declared.
    pub fn of(spec: &IdentityProviderConfigSpec) -> Self {
        if spec.saml.is_some() { Self::Saml } else { Self::Oidc }
    }

    /// By what name the declared one has the provider know Cognigy.AI.
    pub fn name(spec: &IdentityProviderConfigSpec) -> &str {
        match (&spec.oidc, &spec.saml) {
            (Some(oidc), _) => oidc.client_id.as_ref().unwrap(),
            (None, saml) => &saml.as_ref().unwrap().issuer,
        }
    }

    /// Declares it, and nothing else.
    pub fn declare(self, spec: &mut IdentityProviderConfigSpec, name: &str) {
        let oidc = json!({
            "issuer": "https://acme.eu.auth0.com/",
            "clientId": name,
            "clientSecretRef": { "name": "acme-sso", "key": "secret" },
        });
        let saml = json!({
            "issuer": name,
            "metadataUrl": "https://idp.acme.example/metadata",
            "decryptionPrivateKeySecretRef": { "name": "acme-sso", "key": "secret" },
        });
        (spec.oidc, spec.saml) = match self {
            Self::Oidc => (serde_json::from_value(oidc).unwrap(), None),
            Self::Saml => (None, serde_json::from_value(saml).unwrap()),
        };
    }

    /// Where the login URL leads.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::Oidc => "https://acme.eu.auth0.com/authorize",
            Self::Saml => "https://idp.acme.example/sso",
        }
    }

    pub fn party(self, name: &str) -> Party {
        match self {
            Self::Oidc => Party::Client(name.to_owned()),
            Self::Saml => Party::Issuer(name.to_owned()),
        }
    }
}
