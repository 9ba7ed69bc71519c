//! Who last changed an organization's configuration, as Cognigy.AI's audit events tell.

use jiff::Timestamp;

/// What can be done to an organization's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It was configured.
    Configure,
    /// It was reset.
    Reset,
}

impl ChangeKind {
    /// The `actionType` of the audit event.
    #[must_use]
    pub fn action_type(self) -> &'static str {
        match self {
            Self::Configure => "configureIdentityProvider",
            Self::Reset => "resetIdentityProvider",
        }
    }
}

/// A change that is on record in Cognigy.AI.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// The audit event's id: 1 to 64 letters, digits, `_` or `-`.
    pub id: Box<str>,
    /// What was done.
    pub kind: ChangeKind,
    /// When, by Cognigy.AI's clock.
    pub time: Timestamp,
    /// Who did it: an e-mail address as a rule, at most 320 characters, none of them a control character.
    pub user: Box<str>,
}

impl Change {
    /// Did it come after the other one? Of two of one moment the ids decide: they rise.
    #[must_use]
    pub fn is_after(&self, other: &Self) -> bool {
        self.id != other.id && (self.time, &self.id) > (other.time, &other.id)
    }
}
