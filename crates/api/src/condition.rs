//! Conditions, as the Kubernetes API conventions describe them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Reason;

/// One aspect of the resource's state.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Which aspect.
    pub r#type: ConditionType,
    /// `True`, `False` (asked, and the answer is no) or `Unknown` (it could not be told).
    pub status: ConditionStatus,
    /// Generation of the resource that this was found for.
    pub observed_generation: i64,
    /// When `status` last changed.
    pub last_transition_time: Timestamp,
    /// Why, in one word.
    pub reason: Reason,
    /// What happened, to what, and what to do.
    #[schemars(length(max = 32768))]
    pub message: Box<str>,
}

/// The aspects that are reported, in the order in which they are shown.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionType {
    /// The summary: the declared configuration is in force and no check refutes it.
    Ready,
    /// Every referenced key exists and holds a usable value.
    SecretsResolved,
    /// The API key belongs to an administrator of the expected organization.
    ConnectionReady,
    /// What the provider publishes fits the configuration: discovery document and keys, or metadata and certificate.
    IssuerVerified,
    /// The provider accepts this client, secret and callback (OpenID Connect).
    ClientVerified,
    /// The last applied configuration is the declared one.
    Configured,
    /// Nobody else has changed the configuration since.
    InSync,
    /// Present only while the operator is working on it or about to retry.
    Reconciling,
    /// Present only while a person must act.
    Stalled,
}

impl ConditionType {
    /// Every type, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Ready,
        Self::SecretsResolved,
        Self::ConnectionReady,
        Self::IssuerVerified,
        Self::ClientVerified,
        Self::Configured,
        Self::InSync,
        Self::Reconciling,
        Self::Stalled,
    ];

    /// The type as Kubernetes spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::SecretsResolved => "SecretsResolved",
            Self::ConnectionReady => "ConnectionReady",
            Self::IssuerVerified => "IssuerVerified",
            Self::ClientVerified => "ClientVerified",
            Self::Configured => "Configured",
            Self::InSync => "InSync",
            Self::Reconciling => "Reconciling",
            Self::Stalled => "Stalled",
        }
    }

    /// What it means that the condition is not there: those that are present only while true do not hold, of the others it is
    /// not known (Kubernetes API conventions).
    #[must_use]
    pub fn when_absent(self) -> ConditionStatus {
        match self {
            Self::Reconciling | Self::Stalled => ConditionStatus::False,
            _ => ConditionStatus::Unknown,
        }
    }

    /// The reasons that are its own, the good one first. `Ready` and `Stalled` also give the reason of what weighs most among the
    /// others.
    #[must_use]
    pub fn reasons(self) -> &'static [Reason] {
        match self {
            Self::Ready => READY,
            Self::SecretsResolved => SECRETS_RESOLVED,
            Self::ConnectionReady => CONNECTION_READY,
            Self::IssuerVerified => ISSUER_VERIFIED,
            Self::ClientVerified => CLIENT_VERIFIED,
            Self::Configured => CONFIGURED,
            Self::InSync => IN_SYNC,
            Self::Reconciling => RECONCILING,
            Self::Stalled => &[],
        }
    }
}

const READY: &[Reason] = &[Reason::Ready, Reason::Progressing, Reason::Suspended];
const SECRETS_RESOLVED: &[Reason] = &[
    Reason::Resolved,
    Reason::SecretNotFound,
    Reason::SecretNotSelected,
    Reason::NameNotListed,
    Reason::ConfigMapNotFound,
    Reason::KeyNotFound,
    Reason::EmptyValue,
    Reason::InvalidValue,
    Reason::SecretTypeRefused,
    Reason::InvalidCertificate,
    Reason::InvalidPrivateKey,
    Reason::PrivateKeyMismatch,
    Reason::AccessDenied,
    Reason::Retrying,
    Reason::NotChecked,
];
const CONNECTION_READY: &[Reason] = &[
    Reason::Connected,
    Reason::HostNotAllowed,
    Reason::Unauthorized,
    Reason::Forbidden,
    Reason::NotAdmin,
    Reason::UserDisabled,
    Reason::OrganizationMismatch,
    Reason::OrganizationChanged,
    Reason::ApiNotFound,
    Reason::Rejected,
    Reason::Unreachable,
    Reason::Throttled,
    Reason::ServerError,
    Reason::UnexpectedAnswer,
    Reason::NotChecked,
];
const ISSUER_VERIFIED: &[Reason] = &[
    Reason::Verified,
    Reason::InvalidSpec,
    Reason::DiscoveryNotFound,
    Reason::DiscoveryInvalid,
    Reason::IssuerMismatch,
    Reason::EndpointInvalid,
    Reason::NoUsableKey,
    Reason::AlgorithmNotSupported,
    Reason::AuthMethodNotSupported,
    Reason::FlowNotSupported,
    Reason::MetadataNotFound,
    Reason::MetadataInvalid,
    Reason::MetadataExpired,
    Reason::SignatureInvalid,
    Reason::EntityNotFound,
    Reason::EntityAmbiguous,
    Reason::BindingNotSupported,
    Reason::CertificateNotPublished,
    Reason::CertificateAmbiguous,
    Reason::CertificateNotYetValid,
    Reason::CertificateExpired,
    Reason::Unreachable,
    Reason::Throttled,
    Reason::ServerError,
    Reason::NotChecked,
];
const CLIENT_VERIFIED: &[Reason] = &[
    Reason::Verified,
    Reason::ClientNotFound,
    Reason::ClientSecretRefused,
    Reason::ClientRefused,
    Reason::ClientAuthMethodRefused,
    Reason::ClientFlowRefused,
    Reason::CallbackNotRegistered,
    Reason::ScopeRefused,
    Reason::PkceDemanded,
    Reason::RawCredentials,
    Reason::MethodNotTried,
    Reason::Inconclusive,
    Reason::Unreachable,
    Reason::Throttled,
    Reason::ServerError,
    Reason::UnexpectedAnswer,
    Reason::Retrying,
    Reason::NotChecked,
];
const CONFIGURED: &[Reason] = &[
    Reason::Configured,
    Reason::ChangePending,
    Reason::Planned,
    Reason::InvalidSpec,
    Reason::AlreadyConfigured,
    Reason::Conflict,
    Reason::Drifted,
    Reason::Rejected,
    Reason::RolledBack,
    Reason::OutcomeUnknown,
    Reason::HostNotAllowed,
    Reason::Unauthorized,
    Reason::Forbidden,
    Reason::ApiNotFound,
    Reason::Unreachable,
    Reason::Throttled,
    Reason::ServerError,
    Reason::UnexpectedAnswer,
    Reason::DeletionBlocked,
    Reason::NotChecked,
];
const IN_SYNC: &[Reason] = &[Reason::InSync, Reason::Drifted, Reason::DriftLoop, Reason::NotChecked];
const RECONCILING: &[Reason] = &[Reason::Progressing, Reason::Retrying];

/// Status of a condition.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It was asked, and it does not hold.
    False,
    /// It could not be told.
    Unknown,
}

impl ConditionStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::True, Self::False, Self::Unknown];

    /// The status as Kubernetes spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}
