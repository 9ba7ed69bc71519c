//! What a deletion asks for.

use cognigy_sso_api::{ConditionStatus, IdentityProviderConfigSpec, Reason};

use super::{Effect, Findings, Outlook, Plan, judge_url};
use crate::account;
use crate::fault::Class;
use crate::finding::Finding;
use crate::observed::Observed;
use crate::resource::Resource;

pub(super) fn plan(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Plan {
    if !resource.must_reset() || observed.reset {
        return let_go(resource);
    }
    match may_reset(resource, spec, observed) {
        Ok(true) => leaving(Some(Effect::Reset), None),
        Ok(false) => let_go(resource),
        Err(obstacle) => leaving(None, Some(blocked(&obstacle))),
    }
}

/// Nothing is left to do outside the cluster.
pub(super) fn let_go(resource: &Resource) -> Plan {
    leaving(resource.finalizer.then_some(Effect::RemoveFinalizer), None)
}

fn leaving(effect: Option<Effect>, obstacle: Option<Finding>) -> Plan {
    let findings = Findings::none("Not checked: the resource is being deleted.");
    Plan { effect, findings, outlook: Outlook::Leaving(obstacle) }
}

/// `false` when what this resource configured is out of its reach: the key has moved to another organization.
fn may_reset(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Result<bool, Finding> {
    judge_url("spec.cognigy.apiUrl", &spec.cognigy.api_url, "https://api-trial.cognigy.ai/new")?;
    match &observed.account {
        Some(Ok(account)) if account::former_organization(resource, account).is_some() => Ok(false),
        Some(Ok(account)) => {
            let finding = account::judge(resource, spec, account);
            if finding.is_true() { Ok(true) } else { Err(finding) }
        }
        Some(Err(fault)) => Err(fault.into()),
        None => Err(not_tried(observed)),
    }
}

/// Why the API key was not tried: it, or the authority that it is sent under, cannot be read. The provider has no part in it.
fn not_tried(observed: &Observed) -> Finding {
    let inputs = &observed.inputs;
    let authority = inputs.authorities.iter().find(|fault| fault.field.starts_with("spec.cognigy."));
    let fault = inputs.api_key.as_ref().err().or(authority);
    fault.map_or_else(|| Finding::not_checked("The API key was not tried."), Finding::from)
}

/// A deletion that cannot go on. Unless the obstacle may pass by itself, it takes a person to let go.
pub(crate) fn blocked(obstacle: &Finding) -> Finding {
    let message = format!(
        "The resource is being deleted with deletionPolicy Reset, but the configuration cannot be reset. {} To let go \
         without a reset, set spec.deletionPolicy to Retain.",
        obstacle.message
    );
    let class = obstacle.class.filter(|class| class.is_passing()).unwrap_or(Class::Input);
    Finding { reason: Reason::DeletionBlocked, message, status: ConditionStatus::False, class: Some(class) }
}

impl Resource {
    /// Is this resource's own configuration to be reset before it goes?
    #[must_use]
    pub fn must_reset(&self) -> bool {
        self.deleting && self.finalizer && self.owns_configuration() && self.resets_on_deletion()
    }
}
