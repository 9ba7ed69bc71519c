//! What the operator reports.

use jiff::Timestamp;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Condition, ConditionStatus, ConditionType};

/// What the operator found and did.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct IdentityProviderConfigStatus {
    /// Generation of the resource that was last dealt with; -1 until then.
    #[serde(default = "not_observed")]
    pub observed_generation: i64,
    /// One entry for each aspect; `Ready` sums them up.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "known_conditions")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
    /// The organization that the API key belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
    /// What must be registered with the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urls: Option<Urls>,
    /// What the OpenID provider publishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<IssuerStatus>,
    /// The SAML identity provider, as it is declared or as its metadata describes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saml: Option<Box<SamlStatus>>,
    /// The configuration that this resource applied last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
    /// A change that was begun and of which the end is not yet on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// A configuration that is not this resource's was found in the organization. From then on even a first configuration is
    /// put on record before it is sent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub saw_foreign: bool,
    /// The configuration that Cognigy.AI refused after the former one had been reset. It is not tried again until it is
    /// changed or a check is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// The configuration that `ClientVerified` speaks of, where it is not the one that was applied: a salted Argon2id hash (PHC
    /// string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Box<str>>,
    /// When the declared configuration was last applied again because somebody else had changed it; the last three times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Timestamp>,
    /// What expires soon or has expired: Secrets, by their annotation `sso.cognigy.ai/expires-at`, and certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["kind".into(), "name".into()]))]
    pub expiring: Vec<Expiring>,
    /// The last value of the annotation `sso.cognigy.ai/reconcile-requested-at` that was dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<Box<str>>,
}

/// A condition that another version of the operator wrote and this one does not know must not hide the rest of the status,
/// least of all what was applied.
fn known_conditions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Condition>, D::Error> {
    let conditions = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(conditions.into_iter().filter_map(|condition| serde_json::from_value(condition).ok()).collect())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

fn not_observed() -> i64 {
    -1
}

impl Default for IdentityProviderConfigStatus {
    fn default() -> Self {
        Self {
            observed_generation: not_observed(),
            conditions: Vec::new(),
            organization: None,
            urls: None,
            issuer: None,
            saml: None,
            applied: None,
            pending: None,
            saw_foreign: false,
            refused: None,
            tried: None,
            corrections: Vec::new(),
            expiring: Vec::new(),
            last_handled_reconcile_at: None,
        }
    }
}

impl IdentityProviderConfigStatus {
    /// The condition of this type, if it is present.
    #[must_use]
    pub fn condition(&self, r#type: ConditionType) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.r#type == r#type)
    }

    /// Is the condition of this type present and `True`?
    #[must_use]
    pub fn is_true(&self, r#type: ConditionType) -> bool {
        self.condition(r#type).is_some_and(|condition| condition.status == ConditionStatus::True)
    }
}

/// A Cognigy.AI organization.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its id, 24 hexadecimal digits.
    pub id: Box<str>,
    /// Host, and port if one is given, of the API that it lives on.
    pub api_host: Box<str>,
}

/// What must be registered with the provider.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Urls {
    /// Where people sign in: the initiate-login URI (OpenID Connect Core section 4), or the SSO URL of SAML.
    pub login: Box<str>,
    /// Redirect URI, also called callback URL. With SAML it is left out: see `documentation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Box<str>>,
    /// Logout URI; shown when `spec.cognigy.frontendUrl` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout: Option<Box<str>>,
    /// Where Cognigy.AI documents what else must be registered; shown where that is not given above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<Box<str>>,
}

/// What the provider publishes (OpenID Connect Discovery section 3).
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct IssuerStatus {
    /// `authorization_endpoint`.
    pub authorization_endpoint: Box<str>,
    /// `token_endpoint`.
    pub token_endpoint: Box<str>,
    /// `jwks_uri`.
    pub jwks_uri: Box<str>,
    /// How many published keys can sign with the chosen algorithm; 0 where the client secret signs.
    pub key_count: u32,
    /// When the outcome of the check last changed.
    pub verified_time: Timestamp,
}

/// A SAML identity provider.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SamlStatus {
    /// Its entity id, where metadata names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<Box<str>>,
    /// Location of its single sign-on service.
    pub login_endpoint: Box<str>,
    /// Location of its single logout service, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_endpoint: Option<Box<str>>,
    /// The signing certificate that is used.
    pub certificate: CertificateStatus,
    /// When the outcome of the check last changed.
    pub verified_time: Timestamp,
}

/// A certificate, by what tells it from others.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct CertificateStatus {
    /// SHA-256 of its DER encoding, in hexadecimal digits: the fingerprint that identity providers show.
    pub sha256: Box<str>,
    /// When it ends to be valid.
    pub not_after: Timestamp,
}

/// The configuration that was applied last.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// When it was applied.
    pub time: Timestamp,
    /// Generation of the resource that it came from.
    pub generation: i64,
    /// A salted Argon2id hash of it (PHC string): the configuration cannot be read from it.
    pub fingerprint: Box<str>,
    /// The Secrets that it came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub secrets: Vec<SecretVersion>,
    /// What of it was taken from a SAML identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saml: Option<Box<AppliedSaml>>,
    /// Id of the audit event that Cognigy.AI wrote for it, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_event_id: Option<Box<str>>,
}

/// What was taken from a SAML identity provider. None of it is secret.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct AppliedSaml {
    /// Location of its single sign-on service.
    pub login_endpoint: Box<str>,
    /// Location of its single logout service, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_endpoint: Option<Box<str>>,
    /// The signing certificate: its DER encoding in base64.
    pub certificate: Box<str>,
}

/// One state of one Secret.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SecretVersion {
    /// `metadata.name`.
    pub name: Box<str>,
    /// `metadata.uid`.
    pub uid: Box<str>,
    /// `metadata.resourceVersion`.
    pub resource_version: Box<str>,
}

/// A Secret or a certificate.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Expiring {
    /// What it is.
    #[serde(default)]
    pub kind: ExpiringKind,
    /// Of a Secret: `metadata.name`. Of a certificate: SHA-256 of its DER encoding, in hexadecimal digits.
    pub name: Box<str>,
    /// When it expires; left out where the annotation holds no date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Within how many days that is or was when it was reported: 30, 14, 3, or 0 when it has expired or cannot be told.
    pub within_days: u32,
}

/// What can expire.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpiringKind {
    /// A Secret.
    #[default]
    Secret,
    /// The identity provider's signing certificate (SAML).
    Certificate,
}

/// A change that was begun. It is on record before the first call is sent, so that whatever a crash leaves behind is known
/// to be the operator's own.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// What was begun.
    pub operation: Operation,
    /// When.
    pub time: Timestamp,
    /// A salted Argon2id hash of the configuration that was to be applied (PHC string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Box<str>>,
    /// Id of the newest audit event about the configuration before it was begun: what is newer came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_event_id: Option<Box<str>>,
    /// `true` when it was known which audit event that was, or that there was none. Else an event that shows later proves nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub audited: bool,
}

/// A configuration that Cognigy.AI refused.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// When it was refused.
    pub time: Timestamp,
    /// Generation of the resource that it came from.
    pub generation: i64,
    /// A salted Argon2id hash of it (PHC string).
    pub fingerprint: Box<str>,
    /// What Cognigy.AI answered.
    #[schemars(length(max = 1024))]
    pub message: Box<str>,
    /// `true` when a check was asked for since, so that it is tried once more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub again: bool,
}

/// A change in Cognigy.AI.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The first configuration.
    Configure,
    /// A reset, at once followed by a configuration, in place of one that somebody else applied.
    Adopt,
    /// A reset, at once followed by a configuration, in place of what somebody else made of the one that was applied.
    Correct,
    /// Putting the former configuration back, after the new one was refused.
    PutBack,
    /// A reset, at once followed by a configuration. What another version of the operator begun and this one does not know
    /// counts as this.
    #[serde(other)]
    Replace,
}
