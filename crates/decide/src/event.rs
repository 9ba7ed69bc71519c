//! What happened, once for each happening.

/// The events that are published (events.k8s.io/v1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The configuration was applied.
    Configured,
    /// A configuration that was there before was taken over.
    Adopted,
    /// The configuration was reset.
    Reset,
    /// A check refutes the configuration.
    VerificationFailed,
    /// The resource cannot go yet.
    DeletionBlocked,
}

impl EventKind {
    /// The event's reason.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Configured => "Configured",
            Self::Adopted => "Adopted",
            Self::Reset => "Reset",
            Self::VerificationFailed => "VerificationFailed",
            Self::DeletionBlocked => "DeletionBlocked",
        }
    }

    /// Is it of type `Warning`?
    #[must_use]
    pub fn is_warning(self) -> bool {
        matches!(self, Self::VerificationFailed | Self::DeletionBlocked)
    }
}

/// One happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// To what, and what to do.
    pub note: String,
}

impl Event {
    /// The configuration of this organization was reset, since the resource is being deleted.
    #[must_use]
    pub fn reset(organization: &str) -> Self {
        let note = format!("Reset the configuration of organization {organization}, as spec.deletionPolicy asks.");
        Self { kind: EventKind::Reset, note }
    }
}
