//! What is not published, or differs between installations: a switch for each.

use serde::{Deserialize, Serialize};

/// How the stand-in behaves where the published description leaves a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "the switches have nothing to do with each other")]
pub struct Settings {
    /// What `configure` does when the organization already has a configuration.
    pub when_configured: WhenConfigured,
    /// What `reset` does when there is nothing to reset.
    pub when_not_configured: WhenNotConfigured,
    /// What the login URLs answer.
    pub login: Login,
    /// How long what a login learnt of an issuer is used again, in seconds. 0 asks the issuer each time.
    pub discovery_seconds: u64,
    /// Whether audit events may be read by those who have the role for it.
    pub audit_events_allowed: bool,
    /// Whether audit events are filtered by what the query asks for; otherwise all of them are listed.
    pub audit_filter: bool,
    /// The name of an audit event's id.
    pub audit_id: AuditId,
    /// How a disabled user is answered.
    pub disabled_user: DisabledUser,
    /// Requests that one API key may send in a window.
    pub rate_limit: u32,
    /// The length of a window in seconds.
    pub rate_window_seconds: u64,
    /// What a 429 says about the time to wait.
    pub retry_after: RetryAfter,
    /// Whether `wantAuthnResponseSigned` is known; older versions refuse it.
    pub knows_want_authn_response_signed: bool,
    /// Whether `key-<organization>` is the API key of an admin of any organization of 24 hex digits.
    pub any_organization: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            when_configured: WhenConfigured::default(),
            when_not_configured: WhenNotConfigured::default(),
            login: Login::default(),
            discovery_seconds: 0,
            audit_events_allowed: true,
            audit_filter: true,
            audit_id: AuditId::default(),
            disabled_user: DisabledUser::default(),
            rate_limit: 1000,
            rate_window_seconds: 300,
            retry_after: RetryAfter::default(),
            knows_want_authn_response_signed: true,
            any_organization: false,
        }
    }
}

/// What `configure` does when the organization already has a configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WhenConfigured {
    /// 409 with code 1004.
    #[default]
    Conflict,
    /// The new configuration takes the old one's place.
    Overwrite,
    /// 400 with code 1005; only the text tells why.
    BadRequestInWords,
}

/// What `reset` does when there is nothing to reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WhenNotConfigured {
    /// It is done all the same, and recorded as an audit event.
    #[default]
    Succeed,
    /// 404 with code 1002.
    NotFound,
}

/// What the login URLs answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Login {
    /// A redirection to the provider's authorization or login endpoint; 404 where none is configured of the URL's kind.
    #[default]
    Redirect,
    /// 404 always.
    NotFound,
    /// 200 and a page that tells nothing.
    LoginPage,
    /// A redirection to the right provider for another client, or for another issuer of SAML requests.
    OtherClient,
    /// A redirection to another provider.
    OtherProvider,
}

/// The name of an audit event's id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditId {
    /// `_id`
    #[default]
    #[serde(rename = "_id")]
    Underscored,
    /// `id`
    #[serde(rename = "id")]
    Plain,
}

impl AuditId {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Underscored => "_id",
            Self::Plain => "id",
        }
    }
}

/// How a disabled user is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DisabledUser {
    /// 401
    #[default]
    Unauthorized,
    /// 403
    Forbidden,
    /// Like any other; `users/me` tells.
    Served,
}

/// What a 429 says about the time to wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// The seconds left.
    #[default]
    Seconds,
    /// The window's end as an HTTP date (RFC 9110, 5.6.7).
    Date,
    /// Nothing.
    Absent,
    /// This text.
    Text(String),
}
