//! How visits end.

use cognigy_sso_api::{ConditionType, IdentityProviderConfigStatus};

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// There is nothing to do until something changes or the interval is over.
    Settled,
    /// Something is missing or out of reach: it is tried again soon.
    Retry,
    /// A person must act.
    Stalled,
    /// It could not be brought to its end, or the resource is another by now.
    Interrupted,
    /// By a fault of the operator.
    Panicked,
}

impl Ending {
    /// The ending that has left this status.
    pub(super) fn of(status: &IdentityProviderConfigStatus) -> Self {
        if status.is_true(ConditionType::Stalled) {
            Self::Stalled
        } else if status.is_true(ConditionType::Reconciling) {
            Self::Retry
        } else {
            Self::Settled
        }
    }

    /// The word for it in a span.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Retry => "retry",
            Self::Stalled => "stalled",
            Self::Interrupted => "interrupted",
            Self::Panicked => "panicked",
        }
    }
}
