//! What can go wrong in the user's world. Each fault knows its reason, its message (what happened, to what, what to do) and
//! its class, which alone decides when it is tried again.

mod call;
mod input;
mod provider;
mod saml;
mod transport;

use cognigy_sso_api::Reason;

pub use call::{CallFault, CognigyCall};
pub use input::{InputFault, InputProblem, ObjectKind};
pub use provider::{Document, ProviderFault};
pub use saml::SamlFault;
pub use transport::TransportFault;

/// What kind of waiting a fault asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It may pass by itself: try again with growing pauses.
    Transient,
    /// The server names the pause, in seconds.
    Throttled(u64),
    /// Something is not there yet that others may be about to create.
    Absent,
    /// A person must act; a watch or the interval brings the next look.
    Input,
}

impl Class {
    /// Could it not be told, as opposed to being refuted?
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Transient | Self::Throttled(_))
    }
}

/// What an HTTP status other than success asks for (RFC 9110 section 15).
fn class_of(status: u16, retry_after: Option<u64>) -> Class {
    match (status, retry_after) {
        (429 | 503, Some(seconds)) => Class::Throttled(seconds),
        (408 | 425 | 429 | 500.., _) => Class::Transient,
        _ => Class::Input,
    }
}

/// A fault in the user's world.
pub trait Fault {
    /// The condition's reason.
    fn reason(&self) -> Reason;
    /// What happened, to what, and what to do. Holds nothing that differs from one try to the next.
    fn message(&self) -> String;
    /// When it is tried again.
    fn class(&self) -> Class;
}
