//! What `Configured` says, and what a receipt changes in the record.

use cognigy_sso_api::{Applied, ConditionStatus, IdentityProviderConfigStatus, Operation, Pending, Reason};
use jiff::Timestamp;

use crate::fault::{CallFault, Class, Fault};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::observed::{Observed, Receipt};
use crate::plan::{Effect, Outlook, Plan, blocked};
use crate::resource::Resource;

/// What `Configured` says, with what the receipt changes in the record. `True` comes from a receipt, or from the fingerprint
/// of one.
pub(super) fn configured(
    resource: &Resource,
    observed: &Observed,
    plan: &Plan,
    receipt: Option<&Receipt>,
    now: Timestamp,
    status: &mut IdentityProviderConfigStatus,
) -> Finding {
    if let Some(effect) = plan.effect.as_ref().filter(|effect| effect.desired().is_some()) {
        return receive(resource, observed, effect, receipt, now, status);
    }
    match (&plan.outlook, receipt) {
        (Outlook::Leaving(_), Some(Receipt::Refused(fault) | Receipt::Open(fault))) => blocked(&Finding::from(fault)),
        (Outlook::Leaving(obstacle), _) => {
            obstacle.clone().unwrap_or_else(|| Finding::not_checked("The resource is being deleted."))
        }
        (Outlook::Held(finding), _) => finding.clone(),
        (Outlook::Due, _) => due(),
        (Outlook::Suspended, _) => Finding::not_checked("Not checked while spec.suspend is true."),
        (Outlook::InForce, _) => {
            if let Some(applied) = status.applied.as_mut().filter(|_| plan.findings.secrets.is_true()) {
                applied.secrets.clone_from(&observed.inputs.versions);
            }
            if let Some(applied) = &mut status.applied {
                applied.generation = resource.generation;
            }
            in_force()
        }
    }
}

fn in_force() -> Finding {
    Finding::verified(Reason::Configured, "The declared configuration was applied.")
}

fn due() -> Finding {
    Finding {
        status: ConditionStatus::False,
        reason: Reason::ChangePending,
        message: "The declared configuration is about to be applied.".to_owned(),
        class: Some(Class::Transient),
    }
}

fn receive(
    resource: &Resource,
    observed: &Observed,
    effect: &Effect,
    receipt: Option<&Receipt>,
    now: Timestamp,
    status: &mut IdentityProviderConfigStatus,
) -> Finding {
    match receipt {
        Some(Receipt::Applied { salt }) => {
            let fingerprint = effect.desired().and_then(|desired| Fingerprint::of(desired, salt));
            let Some(fingerprint) = fingerprint else { return outcome_unknown("", Class::Transient) };
            status.pending = None;
            status.applied = Some(Applied {
                time: now,
                generation: resource.generation,
                fingerprint: fingerprint.as_str().into(),
                secrets: observed.inputs.versions.clone(),
                audit_event_id: None,
            });
            in_force()
        }
        Some(Receipt::Refused(fault)) => {
            status.pending = status.pending.take().filter(|pending| goes_on(pending, effect, fault));
            refusal(fault, "")
        }
        Some(Receipt::RefusedAfterReset(fault)) => {
            status.applied = None;
            // What may pass is taken up again where it was left; what is refused for good leaves nothing behind.
            status.pending = status.pending.take().filter(|_| fault.class().is_passing());
            refusal(fault, " The former configuration had been reset: the organization has none now.")
        }
        Some(Receipt::Open(fault)) => {
            status.pending.get_or_insert(Pending { operation: Operation::Configure, time: now });
            let class = fault.class();
            outcome_unknown(&fault.message(), if class.is_passing() { class } else { Class::Transient })
        }
        _ => outcome_unknown("", Class::Transient),
    }
}

/// Is what was begun still on its way after a call was refused? A refused reset settles nothing: an earlier try may have
/// reset. A configuration that was refused is not there.
fn goes_on(pending: &Pending, effect: &Effect, fault: &CallFault) -> bool {
    match effect {
        Effect::Replace { .. } => true,
        _ => fault.class().is_passing() && pending.operation != Operation::Configure,
    }
}

fn refusal(fault: &CallFault, consequence: &str) -> Finding {
    let finding = Finding::from(fault);
    let message = format!("{}{consequence}", finding.message);
    Finding { status: ConditionStatus::False, message, ..finding }
}

fn outcome_unknown(detail: &str, class: Class) -> Finding {
    Finding {
        status: ConditionStatus::Unknown,
        reason: Reason::OutcomeUnknown,
        message: format!("Whether the configuration took effect cannot be told. {detail}").trim_end().to_owned(),
        class: Some(class),
    }
}
