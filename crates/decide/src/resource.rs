//! The resource as the operator keeps it: all that decisions need, and no more.

use cognigy_sso_api::{
    ConditionType, DeletionPolicy, IdentityProviderConfigSpec, IdentityProviderConfigStatus, Mode, Operation,
    SecretVersion,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One `IdentityProviderConfig`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Resource {
    /// `metadata.namespace`.
    pub namespace: Box<str>,
    /// `metadata.name`.
    pub name: Box<str>,
    /// `metadata.uid`.
    pub uid: Box<str>,
    /// `metadata.generation`.
    pub generation: i64,
    /// `metadata.resourceVersion`, which Kubernetes lets clients compare as a number.
    pub resource_version: u64,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// Is it being deleted?
    pub deleting: bool,
    /// Does it carry the operator's finalizer?
    pub finalizer: bool,
    /// Value of the annotation that asks for a check now.
    pub requested_at: Option<Box<str>>,
    /// What is declared, or why it cannot be read.
    pub spec: Result<Box<IdentityProviderConfigSpec>, Box<str>>,
    /// What was reported last.
    pub status: IdentityProviderConfigStatus,
}

impl Resource {
    /// Does somebody ask for a check now?
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        self.requested_at != self.status.last_handled_reconcile_at
    }

    /// Has somebody acted since it was last dealt with?
    pub(crate) fn is_news(&self) -> bool {
        self.status.observed_generation != self.generation || self.is_asked_for()
    }

    /// Must the configuration be reset when the resource goes?
    #[must_use]
    pub fn resets_on_deletion(&self) -> bool {
        self.wants_finalizer() && self.spec.as_ref().is_ok_and(|spec| !spec.suspend)
    }

    /// May a deletion have something to reset? That stays so while the resource is suspended: it may be resumed any time.
    pub(crate) fn wants_finalizer(&self) -> bool {
        self.spec.as_ref().is_ok_and(|spec| spec.deletion_policy == DeletionPolicy::Reset && spec.mode == Mode::Manage)
    }

    /// Is the configuration that the organization has, if it has one, on record as this resource's? A first configuration or
    /// an adoption that was begun proves nothing: what is there may still be somebody else's.
    pub(crate) fn owns_configuration(&self) -> bool {
        let own = [Operation::Replace, Operation::Correct, Operation::PutBack];
        self.status.applied.is_some() || own.into_iter().any(|operation| self.has_begun(operation))
    }

    /// The audit event that tells of what it applied, where that was seen.
    #[must_use]
    pub fn applied_event(&self) -> Option<&str> {
        self.status.applied.as_ref()?.audit_event_id.as_deref()
    }

    /// Is this what was begun, and its end not on record?
    pub(crate) fn has_begun(&self, operation: Operation) -> bool {
        self.status.pending.as_ref().is_some_and(|pending| pending.operation == operation)
    }

    /// The Secrets that it was last configured from, where nothing is to be done before the interval has passed as long as they
    /// are as they were then.
    ///
    /// This is the path of a restart: it compares, and neither hashes nor asks anybody.
    #[must_use]
    pub fn settled_with(&self) -> Option<&[SecretVersion]> {
        let status = &self.status;
        let applied = status.applied.as_ref()?;
        let is_settled = !self.deleting
            && status.observed_generation == self.generation
            && applied.generation == self.generation
            && status.last_handled_reconcile_at == self.requested_at
            && status.pending.is_none()
            && status.is_true(ConditionType::Ready)
            && self.finalizer == self.resets_on_deletion();
        is_settled.then_some(&applied.secrets)
    }
}
