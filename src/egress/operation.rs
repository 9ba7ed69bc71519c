//! What outside calls ask for.

use cognigy_sso_decide::{CognigyCall, Document};

/// What an outside call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A call to Cognigy.AI's API.
    Cognigy(CognigyCall),
    /// Where an organization's login URL leads.
    Login,
    /// What a provider publishes.
    Document(Document),
    /// A provider's token endpoint.
    Token,
    /// A provider's authorization endpoint, and where that leads.
    Authorize,
    /// A provider's endpoint for pushed authorization requests (RFC 9126).
    PushAuthorization,
}

impl Operation {
    /// The word for it in a span.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cognigy(CognigyCall::Me) => "me",
            Self::Cognigy(CognigyCall::Configure) => "configure",
            Self::Cognigy(CognigyCall::Reset) => "reset",
            Self::Cognigy(CognigyCall::AuditEvents) => "audit_events",
            Self::Login => "login",
            Self::Document(Document::Discovery) => "discovery",
            Self::Document(Document::Keys) => "keys",
            Self::Token => "token",
            Self::Authorize => "authorize",
            Self::PushAuthorization => "push_authorization",
        }
    }
}
