//! What kstatus (sigs.k8s.io/cli-utils) makes of a resource: the class that tools wait for.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigStatus};

/// The class of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It is being deleted.
    Terminating,
    /// Work goes on.
    InProgress,
    /// A person must act.
    Failed,
    /// It is as declared.
    Current,
}

/// The class of a resource with this status, by the rules for any kind: deletion, then `observedGeneration`, then
/// `Reconciling` and `Stalled`, then `Ready`.
#[must_use]
pub fn class(generation: i64, deleting: bool, status: &IdentityProviderConfigStatus) -> Class {
    if deleting {
        return Class::Terminating;
    }
    if status.observed_generation != generation || status.is_true(ConditionType::Reconciling) {
        return Class::InProgress;
    }
    if status.is_true(ConditionType::Stalled) {
        return Class::Failed;
    }
    match status.condition(ConditionType::Ready).map(|ready| ready.status) {
        Some(ConditionStatus::False | ConditionStatus::Unknown) => Class::InProgress,
        Some(ConditionStatus::True) | None => Class::Current,
    }
}
