//! The `IdentityProviderConfig` resource: its types, the rules that the API server checks, its conditions and
//! the reasons they give.
//!
//! Nothing here can talk to a cluster: tools that only build or read the resource depend on this crate alone.

mod choices;
mod condition;
mod crd;
mod reason;
mod reference;
mod rules;
mod spec;
mod status;
mod urls;

pub use choices::{
    AdoptionPolicy, ClientCheck, DeletionPolicy, DriftPolicy, Mode, SigningAlgorithm, TokenEndpointAuthMethod,
    VerificationMode,
};
pub use condition::{Condition, ConditionStatus, ConditionType};
pub use crd::crd;
#[cfg(feature = "yaml")]
pub use crd::crd_yaml;
pub use reason::Reason;
pub use reference::{KeyRef, KeySource};
pub use spec::{Cognigy, IdentityProviderConfig, IdentityProviderConfigSpec, Oidc, Saml, Verification};
pub use status::{
    Applied, AppliedSaml, CertificateStatus, Expiring, ExpiringKind, IdentityProviderConfigStatus, IssuerStatus,
    Operation, Organization, Pending, Refused, SamlStatus, SecretVersion, Urls,
};
pub use urls::{ApiUrl, Endpoint, Issuer, UrlFault, place};

/// The API group of the resource.
pub const GROUP: &str = "sso.cognigy.ai";
/// Keeps a resource with `deletionPolicy: Reset` until its configuration is gone.
pub const FINALIZER: &str = "sso.cognigy.ai/reset";
/// An annotation of the resource: any new value asks for a check now.
pub const RECONCILE_REQUESTED_AT: &str = "sso.cognigy.ai/reconcile-requested-at";
/// An annotation of a Secret: when what it holds expires (RFC 3339).
pub const EXPIRES_AT: &str = "sso.cognigy.ai/expires-at";
