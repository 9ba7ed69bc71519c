//! What `Configured` says, and what a receipt changes in the record.

use cognigy_sso_api::{Applied, ConditionStatus, IdentityProviderConfigStatus, Operation, Pending, Reason};
use jiff::Timestamp;

use crate::desired::Desired;
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
    if let Some(Effect::Configure(desired) | Effect::Replace { desired, .. }) = &plan.effect {
        return receive(resource, observed, desired, receipt, now, status);
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
    desired: &Desired,
    receipt: Option<&Receipt>,
    now: Timestamp,
    status: &mut IdentityProviderConfigStatus,
) -> Finding {
    match receipt {
        Some(Receipt::Applied { salt }) => {
            let Some(fingerprint) = Fingerprint::of(desired, salt) else { return outcome_unknown("") };
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
            // A change of this resource's own configuration that may yet pass is taken up again without another record.
            let goes_on = fault.class().is_passing() && status.applied.is_some();
            status.pending = status.pending.take().filter(|_| goes_on);
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
            outcome_unknown(&fault.message())
        }
        _ => outcome_unknown(""),
    }
}

fn refusal(fault: &CallFault, consequence: &str) -> Finding {
    let finding = Finding::from(fault);
    let message = format!("{}{consequence}", finding.message);
    Finding { status: ConditionStatus::False, message, ..finding }
}

fn outcome_unknown(detail: &str) -> Finding {
    Finding {
        status: ConditionStatus::Unknown,
        reason: Reason::OutcomeUnknown,
        message: format!("Whether the configuration took effect cannot be told. {detail}").trim_end().to_owned(),
        class: Some(Class::Transient),
    }
}
