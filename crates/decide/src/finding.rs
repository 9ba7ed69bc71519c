//! The outcome of one check, before it becomes a condition.

use cognigy_sso_api::{ConditionStatus, Reason};

use crate::fault::{Class, Fault};

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Verified, refuted or unknown.
    pub status: ConditionStatus,
    /// Why, in one word.
    pub reason: Reason,
    /// What happened, to what, and what to do.
    pub message: String,
    /// What kind of waiting it asks for, if any.
    pub class: Option<Class>,
}

impl Finding {
    /// It holds.
    #[must_use]
    pub fn verified(reason: Reason, message: impl Into<String>) -> Self {
        Self { status: ConditionStatus::True, reason, message: message.into(), class: None }
    }

    /// It does not hold, and what follows is `class`.
    #[must_use]
    pub fn refuted(reason: Reason, message: impl Into<String>, class: Class) -> Self {
        Self { status: ConditionStatus::False, reason, message: message.into(), class: Some(class) }
    }

    /// It was not asked; nothing waits for it.
    #[must_use]
    pub fn not_checked(message: impl Into<String>) -> Self {
        Self { status: ConditionStatus::Unknown, reason: Reason::NotChecked, message: message.into(), class: None }
    }

    /// Does it hold?
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.status == ConditionStatus::True
    }

    /// Was it refuted?
    #[must_use]
    pub fn is_false(&self) -> bool {
        self.status == ConditionStatus::False
    }
}

impl<F: Fault + ?Sized> From<&F> for Finding {
    /// A fault that may pass leaves the check unknown; any other refutes it.
    fn from(fault: &F) -> Self {
        let class = fault.class();
        let status = if class.is_passing() { ConditionStatus::Unknown } else { ConditionStatus::False };
        Self { status, reason: fault.reason(), message: fault.message(), class: Some(class) }
    }
}
