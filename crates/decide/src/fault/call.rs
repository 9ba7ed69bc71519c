//! What can go wrong with a call to Cognigy.AI.

use cognigy_sso_api::Reason;

use super::transport::Fields;
use super::{Class, Fault, TransportFault, class_of};

const FIELDS: Fields = Fields { url: "spec.cognigy.apiUrl", authority: "spec.cognigy.caBundle" };

/// The calls to Cognigy.AI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CognigyCall {
    /// `GET /v2.0/users/me`.
    Me,
    /// `POST /v2.0/identityprovider/configure`.
    Configure,
    /// `POST /v2.0/identityprovider/reset`.
    Reset,
    /// `GET /v2.0/auditevents`.
    AuditEvents,
}

impl CognigyCall {
    /// The call as a message names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Me => "GET users/me",
            Self::Configure => "POST identityprovider/configure",
            Self::Reset => "POST identityprovider/reset",
            Self::AuditEvents => "GET auditevents",
        }
    }
}

/// A call to Cognigy.AI that did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// The API key may not be sent to this host.
    HostNotAllowed {
        /// The host of `spec.cognigy.apiUrl`.
        host: String,
    },
    /// It was not sent: the API key has no room left for it, or Cognigy.AI asked for a pause.
    Paused {
        /// Seconds until there may be room.
        seconds: u64,
    },
    /// The call failed below HTTP.
    Transport {
        /// The server, as host and port.
        server: String,
        /// How it failed.
        fault: TransportFault,
    },
    /// An answer that is not a success.
    Refused {
        /// The call.
        call: CognigyCall,
        /// HTTP status.
        status: u16,
        /// Cognigy.AI's own error number.
        code: Option<u32>,
        /// What Cognigy.AI's support asks for.
        trace_id: Option<String>,
        /// Seconds that the server asks to wait.
        retry_after: Option<u64>,
    },
    /// A success whose body is not what the API is documented to answer.
    Unexpected {
        /// The call.
        call: CognigyCall,
        /// What came instead.
        what: &'static str,
    },
    /// There are more audit events than are looked through, and the one sought is not among those: whether it exists cannot
    /// be told.
    HistoryTooLong,
}

impl CallFault {
    /// May the call have taken effect all the same?
    #[must_use]
    pub fn leaves_outcome_open(&self) -> bool {
        match self {
            Self::HostNotAllowed { .. } | Self::Paused { .. } | Self::HistoryTooLong => false,
            Self::Transport { fault, .. } => !matches!(fault, TransportFault::Unreachable | TransportFault::Untrusted),
            Self::Refused { status, .. } => *status == 408 || *status >= 500,
            Self::Unexpected { .. } => true,
        }
    }

    /// Does Cognigy.AI say that the organization has a configuration already?
    #[must_use]
    pub fn says_already_configured(&self) -> bool {
        matches!(self, Self::Refused { call: CognigyCall::Configure, status, code, .. } if *status == 409 || *code == Some(1004))
    }

    /// Is it the configuration that is refused, and not the key or the address?
    #[must_use]
    pub fn refuses_configuration(&self) -> bool {
        matches!(self, Self::Refused { call: CognigyCall::Configure, .. })
            && self.reason() == Reason::Rejected
            && !self.says_already_configured()
    }

    /// May Cognigy.AI say so in words only? The audit events tell.
    pub(crate) fn may_say_already_configured(&self) -> bool {
        matches!(self, Self::Refused { call: CognigyCall::Configure, status: 400, .. })
    }

    fn refusal(call: CognigyCall, status: u16, code: Option<u32>, trace_id: Option<&str>) -> String {
        let code = code.map_or_else(String::new, |code| format!(", code {code}"));
        let trace = trace_id.map_or_else(String::new, |trace| format!(" (traceId {trace})"));
        format!("Cognigy.AI answers {status}{code} to {}{trace}.", call.as_str())
    }
}

impl Fault for CallFault {
    fn reason(&self) -> Reason {
        match self {
            Self::HostNotAllowed { .. } => Reason::HostNotAllowed,
            Self::Paused { .. } => Reason::Throttled,
            Self::Transport { fault: TransportFault::TooLarge, .. }
            | Self::Unexpected { .. }
            | Self::HistoryTooLong => Reason::UnexpectedAnswer,
            Self::Transport { .. } => Reason::Unreachable,
            Self::Refused { status, call, .. } => match (status, call) {
                (401, _) => Reason::Unauthorized,
                (403, _) => Reason::Forbidden,
                (404, _) => Reason::ApiNotFound,
                (429, _) => Reason::Throttled,
                (408 | 425 | 500.., _) => Reason::ServerError,
                (400..500, CognigyCall::Configure | CognigyCall::Reset) => Reason::Rejected,
                _ => Reason::UnexpectedAnswer,
            },
        }
    }

    fn message(&self) -> String {
        match self {
            Self::HostNotAllowed { host } => format!(
                "spec.cognigy.apiUrl: the API key may not be sent to {host}. Correct the URL, or start the operator with \
                 --cognigy-host {host}."
            ),
            Self::Paused { .. } => {
                "The API key may not call Cognigy.AI just now: its limit is used up, or Cognigy.AI asked for \
                                    a pause. It goes on by itself."
                    .to_owned()
            }
            Self::Transport { server, fault } => format!("Cognigy.AI: {}", fault.text(server, &FIELDS)),
            Self::Unexpected { call, what } => format!(
                "Cognigy.AI answers {} with {what}. Check that spec.cognigy.apiUrl leads to the API and not to a proxy or a \
                 login page.",
                call.as_str()
            ),
            Self::HistoryTooLong => "Cognigy.AI answers GET auditevents with more events than are looked through: \
                                     who last changed the configuration cannot be told. It is tried again."
                .to_owned(),
            Self::Refused { call, status, code, trace_id, .. } => {
                let refusal = Self::refusal(*call, *status, *code, trace_id.as_deref());
                let advice = if self.class().is_passing() { "It is tried again." } else { advice(*call, *status) };
                format!("{refusal} {advice}")
            }
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::HostNotAllowed { .. } => Class::Input,
            Self::Paused { seconds } => Class::Throttled(*seconds),
            Self::Transport { .. } | Self::Unexpected { .. } | Self::HistoryTooLong => Class::Transient,
            Self::Refused { status, retry_after, .. } => class_of(*status, *retry_after),
        }
    }
}

/// What a person does about a call that is refused until somebody acts.
fn advice(call: CognigyCall, status: u16) -> &'static str {
    match (status, call) {
        (401, _) => "Put a valid API key into the Secret that spec.cognigy.apiKeySecretRef names.",
        (403, CognigyCall::AuditEvents) => {
            "Give the user of the API key (spec.cognigy.apiKeySecretRef) the role admin or fullSupportUser, which reading audit \
             events needs, or use another user's key."
        }
        (403, _) => {
            "Give the user of the API key (spec.cognigy.apiKeySecretRef) the organization-wide role admin, or use another \
             user's key."
        }
        (404, CognigyCall::AuditEvents) => {
            "Check that this installation offers audit events: without them it cannot be told who changed the configuration."
        }
        (404, _) => "Correct spec.cognigy.apiUrl; on trial and SaaS installations it ends in /new.",
        (400..500, CognigyCall::Configure) => {
            "Compare spec.oidc or spec.saml with what the provider issued; Cognigy.AI's support can tell the cause by the \
             traceId."
        }
        (400..500, CognigyCall::Reset | CognigyCall::AuditEvents) => {
            "Cognigy.AI's support can tell the cause by the traceId."
        }
        _ => "Check that spec.cognigy.apiUrl leads to the API and not to a proxy or a login page.",
    }
}
