//! What a resource reports.

use cognigy_sso_api::ConditionStatus::{False, True};
use cognigy_sso_api::{
    Condition, ConditionStatus, ConditionType, IdentityProviderConfig, IdentityProviderConfigStatus, Reason,
};

/// A resource whose status is of its present generation.
pub trait Report {
    fn current(&self) -> Option<&IdentityProviderConfigStatus>;

    fn get(&self, r#type: ConditionType) -> Option<&Condition> {
        self.current()?.condition(r#type)
    }

    fn is(&self, r#type: ConditionType, status: ConditionStatus) -> bool {
        self.get(r#type).is_some_and(|condition| condition.status == status)
    }

    /// Is it `False` for this reason?
    fn lacks(&self, r#type: ConditionType, reason: Reason) -> bool {
        self.get(r#type).is_some_and(|condition| condition.status == False && condition.reason == reason)
    }

    fn is_ready(&self) -> bool {
        self.is(ConditionType::Ready, True)
    }

    fn message(&self, r#type: ConditionType) -> &str {
        self.get(r#type).map_or("", |condition| &condition.message)
    }

    /// These conditions, where they are present.
    fn conditions<'a>(&'a self, types: &'a [ConditionType]) -> impl Iterator<Item = &'a Condition> {
        types.iter().filter_map(|r#type| self.get(*r#type))
    }
}

impl Report for IdentityProviderConfig {
    fn current(&self) -> Option<&IdentityProviderConfigStatus> {
        self.status.as_ref().filter(|status| Some(status.observed_generation) == self.metadata.generation)
    }
}
