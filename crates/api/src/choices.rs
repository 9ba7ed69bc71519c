//! Fields that take one of a few values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a refuted check does.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VerificationMode {
    /// A refuted check blocks the change.
    #[default]
    Enforce,
    /// A refuted check is reported only.
    Warn,
}

/// When the client's credentials may be tried at the provider.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCheck {
    /// Before each change.
    #[default]
    OnChange,
    /// Before each change and at every interval.
    Periodic,
    /// Never.
    Never,
}

/// Whether anything is changed in Cognigy.AI at all.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Apply the configuration.
    #[default]
    Manage,
    /// Check everything and say what would be done.
    Plan,
}

/// Whether a configuration that this resource did not apply may be taken over.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AdoptionPolicy {
    /// Never take over.
    Never,
    /// When the login URL leads to the same provider and client id.
    #[default]
    IfMatching,
    /// Always take over.
    Always,
}

/// What is done about a change that somebody else made.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriftPolicy {
    /// Apply the declared configuration again.
    #[default]
    Correct,
    /// Report it only.
    Report,
}

/// What deleting the resource does in Cognigy.AI.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// Leave the configuration in place.
    #[default]
    Retain,
    /// Reset the organization's configuration.
    Reset,
}

/// `id_token_signed_response_alg` values that Cognigy.AI accepts (RFC 7518 section 3.1).
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[default]
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// HMAC with SHA-256, keyed with the client secret.
    HS256,
    /// HMAC with SHA-384, keyed with the client secret.
    HS384,
    /// HMAC with SHA-512, keyed with the client secret.
    HS512,
}

impl SigningAlgorithm {
    /// The name as RFC 7518 registers it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    /// Does the client secret sign, so that no published key is needed?
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }
}

/// `token_endpoint_auth_method` values that Cognigy.AI accepts (OpenID Connect Core section 9, RFC 8705).
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the registered values, there is nothing to add
pub enum TokenEndpointAuthMethod {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    TlsClientAuth,
    SelfSignedTlsClientAuth,
    None,
}

impl TokenEndpointAuthMethod {
    /// Does a client show by this method that it has its secret?
    #[must_use]
    pub fn uses_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }

    /// The registered name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }
}
