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
    /// The configuration was refused, and the former one was put back.
    RolledBack,
    /// Somebody else has changed the configuration.
    DriftDetected,
    /// The declared configuration was applied again after somebody else had changed it.
    DriftCorrected,
    /// Another resource declares the same organization and is older.
    Conflict,
    /// A check refutes the configuration.
    VerificationFailed,
    /// The resource cannot go yet.
    DeletionBlocked,
    /// A Secret expires soon or has expired.
    SecretExpiring,
    /// The signing certificate of a SAML identity provider expires soon, or has expired.
    CertificateExpiring,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Configured,
        Self::Adopted,
        Self::Reset,
        Self::RolledBack,
        Self::DriftDetected,
        Self::DriftCorrected,
        Self::Conflict,
        Self::VerificationFailed,
        Self::DeletionBlocked,
        Self::SecretExpiring,
        Self::CertificateExpiring,
    ];

    /// The event's reason.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Configured => "Configured",
            Self::Adopted => "Adopted",
            Self::Reset => "Reset",
            Self::RolledBack => "RolledBack",
            Self::DriftDetected => "DriftDetected",
            Self::DriftCorrected => "DriftCorrected",
            Self::Conflict => "Conflict",
            Self::VerificationFailed => "VerificationFailed",
            Self::DeletionBlocked => "DeletionBlocked",
            Self::SecretExpiring => "SecretExpiring",
            Self::CertificateExpiring => "CertificateExpiring",
        }
    }

    /// Is it of type `Warning`?
    #[must_use]
    pub fn is_warning(self) -> bool {
        match self {
            Self::Configured | Self::Adopted | Self::Reset | Self::DriftCorrected => false,
            Self::RolledBack
            | Self::DriftDetected
            | Self::Conflict
            | Self::VerificationFailed
            | Self::DeletionBlocked
            | Self::SecretExpiring
            | Self::CertificateExpiring => true,
        }
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
