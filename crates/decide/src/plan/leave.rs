//! What a deletion asks for.

use cognigy_sso_api::{ConditionStatus, IdentityProviderConfigSpec, Organization, Reason};
use jiff::Timestamp;

use super::manageable::judge_url;
use super::standing::Standing;
use super::{Effect, Findings, Outlook, Plan, provenance, standing};
use crate::account;
use crate::claims::Rival;
use crate::fault::{Class, Fault};
use crate::finding::Finding;
use crate::observed::Observed;
use crate::resource::Resource;
use crate::strategy::Strategy;

pub(super) fn plan(
    resource: &Resource,
    spec: &IdentityProviderConfigSpec,
    observed: &Observed,
    now: Timestamp,
) -> Plan {
    let yields = matches!(observed.rival, Some(Rival::Older(_)));
    if !resource.may_have_to_reset() || observed.reset || yields {
        return let_go(resource);
    }
    let is_on_record = resource.owns_configuration() || resource.status.pending.is_some();
    match may_reset(resource, spec, observed) {
        Ok(true) if is_ours(resource, spec, observed, now) => leaving(Some(Effect::Reset), None),
        Err(obstacle) if is_on_record => leaving(None, Some(blocked(&obstacle))),
        Ok(_) | Err(_) => let_go(resource),
    }
}

/// Is the configuration that the organization has this resource's, as far as it shows? Somebody else may have changed it
/// since, and then it is theirs.
fn is_ours(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed, now: Timestamp) -> bool {
    // The provider has no part in a deletion, so only the name that Cognigy.AI is introduced by is compared.
    let leads_to_it = Strategy::of(spec).and_then(|strategy| strategy.is_introduced(observed));
    if !resource.owns_configuration() {
        return provenance::is_left_by_us(resource, observed, leads_to_it == Some(true));
    }
    let leads_to_applied = leads_to_it.filter(|_| declares_applied_client(resource, spec, observed));
    match standing::of(resource, observed, leads_to_applied, now) {
        Some(Standing::Disturbed(_)) => false,
        _ if standing::may_be_somebody_elses(resource, observed) => false,
        Some(Standing::Undisturbed { .. }) => true,
        _ if observed.newest_change().is_some_and(|newest| observed.is_by_us(newest)) => true,
        // In doubt it stays.
        Some(Standing::Unknown) | None => leads_to_it != Some(false),
    }
}

/// Is the declared client the one that was applied? While another is declared, the login URL cannot tell: where it should lead
/// is not kept.
fn declares_applied_client(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> bool {
    let Some(applied) = &resource.status.applied else { return false };
    let same_inputs = names_its_client(spec) || applied.secrets == observed.inputs.versions;
    (resource.goes_as_applied() && same_inputs) || is_what_was_applied(resource, spec, observed)
}

/// Is the name that Cognigy.AI is introduced by in the spec itself, and not in a Secret?
fn names_its_client(spec: &IdentityProviderConfigSpec) -> bool {
    spec.saml.is_some() || spec.oidc.as_ref().is_some_and(|oidc| oidc.client_id.is_some())
}

fn is_what_was_applied(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> bool {
    let (Some(applied), Some(strategy)) = (&resource.status.applied, Strategy::of(spec)) else { return false };
    let desired = strategy.desired(resource, observed, applied.saml.as_deref());
    desired.is_some_and(|desired| observed.compared.matches(&applied.fingerprint, &desired))
}

/// Nothing is left to do outside the cluster.
pub(super) fn let_go(resource: &Resource) -> Plan {
    leaving(resource.finalizer.then_some(Effect::RemoveFinalizer), None)
}

fn leaving(effect: Option<Effect>, obstacle: Option<Finding>) -> Plan {
    let findings = Findings::none("Not checked: the resource is being deleted.");
    Plan { effect, wants_trial: false, findings, outlook: Outlook::Leaving(obstacle) }
}

/// `false` when what this resource configured is out of its reach: the key has moved to another organization.
fn may_reset(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Result<bool, Finding> {
    judge_url("spec.cognigy.apiUrl", &spec.cognigy.api_url, "https://api-trial.cognigy.ai/new")?;
    match &observed.account {
        Some(Ok(account)) if account::former_organization(resource, account).is_some() => Ok(false),
        Some(Ok(account)) => {
            let finding = account::judge(resource, spec, account);
            if finding.is_true() { may_tell(observed) } else { Err(finding) }
        }
        Some(Err(fault)) => Err(fault.into()),
        None if shows_applied(resource, observed) => Ok(true),
        None => Err(not_tried(observed)),
    }
}

/// Do the audit events, read with a key that nobody was asked about, tell that what this resource applied is still there? Then it
/// is a key of the organization that was configured: no other one has that event.
#[must_use]
pub fn shows_applied(resource: &Resource, observed: &Observed) -> bool {
    let shows = |newest| resource.status.applied.as_ref().is_some_and(|applied| standing::is_of(newest, applied));
    resource.leaves_behind().is_some() && observed.newest_change().is_some_and(shows)
}

/// While the audit events cannot be read for the moment, nobody knows whose configuration it is.
fn may_tell(observed: &Observed) -> Result<bool, Finding> {
    match &observed.history {
        Some(Err(fault)) if fault.class().is_passing() => Err(fault.into()),
        _ => Ok(true),
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
    /// May there be a configuration of this resource that is to be reset before it goes?
    #[must_use]
    pub(crate) fn may_have_to_reset(&self) -> bool {
        self.deleting && self.finalizer && self.resets_on_deletion()
    }

    /// Was it applied, and deleted with no edit in between? The API server raises the generation by one as it marks a resource as
    /// being deleted, once, and by one for each edit of the spec. What was put back after a refusal was declared before that.
    fn goes_as_applied(&self) -> bool {
        let applied = self.status.applied.as_ref().filter(|_| self.status.refused.is_none());
        self.deleting && applied.is_some_and(|applied| applied.generation + 1 == self.generation)
    }

    /// The organization whose audit events may say all that a deletion needs to know, so that nothing has to be read or asked
    /// for before them.
    #[must_use]
    pub fn leaves_behind(&self) -> Option<&Organization> {
        let is_known = self.status.applied.as_ref().is_some_and(|applied| applied.audit_event_id.is_some());
        let is_plain = self.spec.as_ref().is_ok_and(|spec| names_its_client(spec)) && self.status.pending.is_none();
        let may_be_short = self.may_have_to_reset() && self.goes_as_applied() && is_known && is_plain;
        self.claim().filter(|_| may_be_short)
    }
}
