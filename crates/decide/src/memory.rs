//! What a process remembers of a resource.

use std::sync::Arc;

use cognigy_sso_api::{ConditionType, IdentityProviderConfigStatus, Reason, SecretVersion};
use jiff::Timestamp;

use crate::desired::Desired;
use crate::fault::InputFault;
use crate::observed::{Inputs, Observed};
use crate::resource::Resource;
use crate::strategy::Strategy;

/// What is remembered of a resource between visits, and lost with the process.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct Memory {
    /// When the spec or a referenced object last changed.
    pub changed: Option<Timestamp>,
    /// Was something concluded that could not be written?
    pub unreported: bool,
    /// Was it visited since the operator started?
    pub visited: bool,
    /// Does the API key belong to another organization than the one that was configured?
    pub moved: bool,
    /// When the client was last tried at its provider.
    pub(crate) last_tried: Option<Timestamp>,
    /// The generation and Secrets that were hashed and found to be what is applied.
    unchanged: Option<(i64, Vec<SecretVersion>)>,
    /// The configuration that is in force, to be put back should Cognigy.AI refuse the next one.
    pub(crate) previous: Option<Arc<Desired>>,
    /// Was the configuration reset for a deletion that is not over yet?
    pub(crate) reset: bool,
}

impl Memory {
    pub(crate) fn knows(&self, resource: &Resource, observed: &Observed) -> bool {
        let known = self.unchanged.as_ref();
        known.is_some_and(|(generation, versions)| {
            *generation == resource.generation && *versions == observed.inputs.versions
        })
    }

    /// After a restart: what is in force was made from these inputs, if they are still as they were.
    pub fn remember(&mut self, resource: &Resource, inputs: Inputs) {
        let is_same = resource
            .status
            .applied
            .as_ref()
            .is_some_and(|applied| applied.generation == resource.generation && applied.secrets == inputs.versions);
        if is_same {
            let observed = Observed { inputs, ..Observed::nothing() };
            self.previous = applied(resource, &observed, &resource.status).map(Arc::new);
        }
    }

    /// What is in force was made from these inputs, or from others with the same bytes: no need to hash them again. And should
    /// the next configuration be refused, this one can be put back.
    pub(crate) fn learn(&mut self, resource: &Resource, observed: &Observed, status: &IdentityProviderConfigStatus) {
        let versions = &observed.inputs.versions;
        let in_force = status.is_true(ConditionType::Configured);
        let recorded = status.applied.as_ref().is_some_and(|applied| applied.secrets == *versions);
        self.unchanged = (in_force && !recorded).then(|| (resource.generation, versions.clone()));
        self.moved = status
            .condition(ConditionType::ConnectionReady)
            .is_some_and(|connection| connection.reason == Reason::OrganizationChanged);
        // What may no longer be used is not kept either.
        if status.applied.is_none() || observed.inputs.faults().any(InputFault::is_withdrawn) {
            self.previous = None;
        } else if let Some(desired) = in_force.then(|| applied(resource, observed, status)).flatten() {
            self.previous = Some(Arc::new(desired));
        }
    }
}

/// What is declared, as far as it does not rest with a SAML identity provider; the rest is as it was applied.
pub(crate) fn applied(
    resource: &Resource,
    observed: &Observed,
    status: &IdentityProviderConfigStatus,
) -> Option<Desired> {
    let strategy = Strategy::of(resource.spec.as_deref().ok()?)?;
    strategy.desired(resource, observed, status.applied.as_ref().and_then(|applied| applied.saml.as_deref()))
}
