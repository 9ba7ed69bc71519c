//! An operator that runs on, from visit to visit.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigSpec, Reason};
use cognigy_sso_decide::{Memory, Observed, Resource, Trial};
use jiff::Timestamp;

use super::{Visit, condition, edited, now, observed, resource, visit_trying};

/// An operator that runs on: resource, what it remembers, what it reads.
pub struct Run {
    pub resource: Resource,
    memory: Memory,
    pub observed: Observed,
    pub now: Timestamp,
}

impl Run {
    pub fn of(change: impl FnOnce(&mut IdentityProviderConfigSpec)) -> Self {
        Self { resource: resource(change), memory: Memory::default(), observed: observed(|_| {}), now: now() }
    }

    /// A resource that is Ready.
    pub fn ready(change: impl FnOnce(&mut IdentityProviderConfigSpec)) -> Self {
        let mut run = Self::of(change);
        let visit = run.visit(&Trial::accepted());
        assert_eq!(visit.effects, ["Configure"]);
        assert!(run.resource.status.is_true(ConditionType::Ready));
        run
    }

    pub fn visit(&mut self, trial: &Trial) -> Visit {
        let (resource, memory) = (self.resource.clone(), std::mem::take(&mut self.memory));
        let visit = visit_trying(memory, self.now, resource, &mut self.observed, trial);
        self.resource = visit.resource.clone();
        self.memory = visit.memory.clone();
        visit
    }

    /// The next check, an interval on.
    pub fn check(&mut self, trial: &Trial) -> Visit {
        self.now = self.now.checked_add(jiff::SignedDuration::from_mins(10)).unwrap();
        self.visit(trial)
    }

    pub fn restart(&mut self) {
        self.memory = Memory::default();
    }

    pub fn edit(&mut self, change: impl FnOnce(&mut IdentityProviderConfigSpec)) {
        self.resource = edited(self.resource.clone(), change);
    }

    pub fn ask(&mut self, when: &str) {
        self.resource.requested_at = Some(when.into());
    }

    pub fn client(&self) -> (ConditionStatus, Reason) {
        condition(&self.resource.status, ConditionType::ClientVerified).unwrap()
    }

    pub fn ready_is(&self) -> (ConditionStatus, Reason) {
        condition(&self.resource.status, ConditionType::Ready).unwrap()
    }
}
