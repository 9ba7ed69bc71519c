//! What `Configured` says, and what a receipt changes in the record.

use cognigy_sso_api::{Applied, ConditionStatus, IdentityProviderConfigStatus, Operation, Pending, Reason, Refused};

use super::Ending;
use crate::fault::{CallFault, Class, Fault};
use crate::finding::Finding;
use crate::observed::Receipt;
use crate::plan::{Application, Cause, Outlook, blocked, held_refused, recent_corrections};

/// What `Configured` says, with what the receipt changes in the record. `True` comes from a receipt, from the audit event that
/// stands for one, or from the fingerprint of one.
pub(super) fn configured(ending: &Ending<'_>, status: &mut IdentityProviderConfigStatus) -> Finding {
    let Ending { plan, receipt, .. } = ending;
    if let Some(application) = plan.effect.as_ref().and_then(|effect| effect.application()) {
        return receive(ending, application, status);
    }
    match (&plan.outlook, receipt) {
        (Outlook::Leaving(_), Some(Receipt::Refused(fault) | Receipt::Open(fault))) => blocked(&Finding::from(fault)),
        (Outlook::Leaving(obstacle), _) => {
            obstacle.clone().unwrap_or_else(|| Finding::not_checked("The resource is being deleted."))
        }
        (Outlook::Held(finding), _) => {
            status.saw_foreign |= matches!(finding.reason, Reason::AlreadyConfigured | Reason::Conflict);
            if finding.reason == Reason::OutcomeUnknown {
                status.pending = status.pending.take().or_else(|| ending.observed.begun.clone());
            }
            finding.clone()
        }
        (Outlook::Due, _) => due(),
        (Outlook::Suspended, _) => Finding::not_checked("Not checked while spec.suspend is true."),
        (Outlook::InForce { event }, _) => stays(ending, event.as_deref(), status),
        (Outlook::Recovered { event }, _) => recover(ending, event, status),
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

/// What is declared is in force already.
fn stays(ending: &Ending<'_>, event: Option<&str>, status: &mut IdentityProviderConfigStatus) -> Finding {
    status.refused = None;
    status.saw_foreign = false;
    if let Some(applied) = &mut status.applied {
        applied.generation = ending.resource.generation;
        if ending.plan.findings.secrets.is_true() {
            applied.secrets.clone_from(&ending.observed.inputs.versions);
        }
        if let Some(event) = event.filter(|_| applied.audit_event_id.is_none()) {
            applied.audit_event_id = Some(event.into());
        }
    }
    in_force()
}

/// What was begun took effect, as an audit event tells.
fn recover(ending: &Ending<'_>, event: &str, status: &mut IdentityProviderConfigStatus) -> Finding {
    let begun = status.pending.take().or_else(|| ending.observed.begun.clone());
    let was = |operation| begun.as_ref().is_some_and(|begun| begun.operation == operation);
    let (was_put_back, was_corrected) = (was(Operation::PutBack), was(Operation::Correct));
    let fingerprint = begun.and_then(|begun| begun.fingerprint).unwrap_or_default();
    if was_put_back {
        return put_back(ending, Some(event), status);
    }
    take_hold(ending.applied(fingerprint, Some(event.into())), status);
    note_correction(ending, was_corrected, status);
    in_force()
}

/// What is declared is in force, and nothing else counts any more.
fn take_hold(applied: Applied, status: &mut IdentityProviderConfigStatus) {
    status.pending = None;
    status.refused = None;
    status.saw_foreign = false;
    status.applied = Some(applied);
}

/// Corrections are counted, since too many of them are a fight.
fn note_correction(ending: &Ending<'_>, was_corrected: bool, status: &mut IdentityProviderConfigStatus) {
    if was_corrected {
        let recent = recent_corrections(ending.resource, ending.moment.now);
        status.corrections = recent.chain([ending.moment.now]).collect();
    }
}

/// The former configuration is in force again, and what is declared is still refused.
fn put_back(ending: &Ending<'_>, event: Option<&str>, status: &mut IdentityProviderConfigStatus) -> Finding {
    status.pending = None;
    if let Some(applied) = &mut status.applied {
        applied.time = ending.moment.now;
        applied.audit_event_id = event.map(Into::into);
    }
    refused(status)
}

/// What is said of a configuration that is not tried again; nothing, if another one is declared by now.
fn refused(status: &IdentityProviderConfigStatus) -> Finding {
    status.refused.as_ref().map_or_else(due, |refused| held_refused(status, refused))
}

fn receive(ending: &Ending<'_>, application: &Application, status: &mut IdentityProviderConfigStatus) -> Finding {
    match ending.receipt {
        Some(Receipt::Applied { event }) if application.cause == Cause::PutBack => {
            put_back(ending, event.as_deref(), status)
        }
        // It is back, or somebody else has helped out: nobody is locked out.
        Some(Receipt::AlreadyConfigured) if application.cause == Cause::PutBack => put_back(ending, None, status),
        Some(Receipt::Applied { event }) => {
            let Some(fingerprint) = ending.fingerprint else { return outcome_unknown("", Class::Transient) };
            take_hold(ending.applied(fingerprint.as_str().into(), event.clone()), status);
            note_correction(ending, application.cause == Cause::Drift, status);
            in_force()
        }
        Some(Receipt::RolledBack { fault, event }) => {
            note_refused(ending, &fault.message(), status);
            put_back(ending, event.as_deref(), status)
        }
        Some(Receipt::NotPutBack { fault, put_back }) => {
            note_refused(ending, &fault.message(), status);
            not_put_back(ending, put_back, status)
        }
        Some(Receipt::Refused(fault)) if application.cause == Cause::PutBack => not_put_back(ending, fault, status),
        Some(Receipt::Refused(fault)) if !application.resets && ending.resource.owns_configuration() => {
            refused_after_reset(ending, fault, status)
        }
        Some(Receipt::Refused(fault)) => {
            status.pending = status.pending.take().filter(|_| goes_on(ending, application, fault));
            refusal(fault, "")
        }
        Some(Receipt::RefusedAfterReset(fault)) => refused_after_reset(ending, fault, status),
        Some(Receipt::Open(fault)) => {
            status.pending = status.pending.take().or_else(|| ending.observed.begun.clone());
            outcome_unknown(&fault.message(), passing(fault))
        }
        _ => outcome_unknown("", Class::Transient),
    }
}

/// What may pass is taken up again where it was left, and so is what waits for another key or address. Of a configuration that
/// is refused nothing is left but the refusal: should somebody else put one there, it is not reset for the same once more.
fn refused_after_reset(ending: &Ending<'_>, fault: &CallFault, status: &mut IdentityProviderConfigStatus) -> Finding {
    if fault.refuses_configuration() {
        note_refused(ending, &fault.message(), status);
        status.applied = None;
        status.pending = None;
    }
    refusal(fault, " The former configuration had been reset: the organization has none now.")
}

fn note_refused(ending: &Ending<'_>, message: &str, status: &mut IdentityProviderConfigStatus) {
    status.refused = ending.fingerprint.map(|fingerprint| Refused {
        time: ending.moment.now,
        generation: ending.resource.generation,
        fingerprint: fingerprint.as_str().into(),
        message: message.into(),
        again: false,
    });
}

/// The former configuration is not back: that is tried again unless it, too, is refused.
fn not_put_back(ending: &Ending<'_>, fault: &CallFault, status: &mut IdentityProviderConfigStatus) -> Finding {
    let why = status.refused.as_ref().map_or_else(String::new, |refused| refused.message.to_string());
    if fault.refuses_configuration() {
        status.applied = None;
        status.pending = None;
        if let Some(refused) = &mut status.refused {
            refused.message = format!("{why} Putting the former one back: {}", fault.message()).into();
        }
        return refused(status);
    }
    record_putting_back(ending, status);
    let message = format!(
        "{why} The former configuration had been reset and is being put back; the organization may have none now. {}",
        fault.message()
    );
    let is_open = fault.leaves_outcome_open() || fault.says_already_configured();
    let class = if is_open { passing(fault) } else { fault.class() };
    Finding { status: ConditionStatus::False, reason: Reason::Rejected, message, class: Some(class) }
}

fn record_putting_back(ending: &Ending<'_>, status: &mut IdentityProviderConfigStatus) {
    let begun = status.pending.take();
    let since = begun.as_ref().filter(|begun| begun.operation == Operation::PutBack).map(|begun| begun.time);
    status.pending = Some(Pending {
        operation: Operation::PutBack,
        time: since.unwrap_or(ending.moment.now),
        fingerprint: status.applied.as_ref().map(|applied| applied.fingerprint.clone()),
        audited: begun.as_ref().is_some_and(|begun| begun.audited),
        audit_event_id: begun.and_then(|begun| begun.audit_event_id),
    });
}

/// The record of what was refused, and that the former configuration is about to be put back. Without it, a run that comes
/// after a crash could not tell the two apart by the audit events.
pub(crate) fn begin_putting_back(ending: &Ending<'_>, fault: &CallFault) -> IdentityProviderConfigStatus {
    let mut status = ending.resource.status.clone();
    note_refused(ending, &fault.message(), &mut status);
    record_putting_back(ending, &mut status);
    status
}

/// Is what was begun still on its way after a call was refused? A refused reset settles nothing: an earlier try may have
/// reset. A configuration that was refused for now may be there from an earlier try, if there was one. And one that is refused
/// again is tried again without another record.
fn goes_on(ending: &Ending<'_>, application: &Application, fault: &CallFault) -> bool {
    application.resets
        || ending.resource.status.refused.is_some()
        || (fault.class().is_passing() && !ending.observed.recorded)
}

fn refusal(fault: &CallFault, consequence: &str) -> Finding {
    let finding = Finding::from(fault);
    let message = format!("{}{consequence}", finding.message);
    Finding { status: ConditionStatus::False, message, ..finding }
}

/// An open outcome is settled by itself, whatever the answer looked like.
fn passing(fault: &CallFault) -> Class {
    let class = fault.class();
    if class.is_passing() { class } else { Class::Transient }
}

fn outcome_unknown(detail: &str, class: Class) -> Finding {
    Finding {
        status: ConditionStatus::Unknown,
        reason: Reason::OutcomeUnknown,
        message: format!("Whether the configuration took effect cannot be told. {detail}").trim_end().to_owned(),
        class: Some(class),
    }
}

impl Ending<'_> {
    /// The record of a configuration that was applied just now.
    fn applied(&self, fingerprint: Box<str>, event: Option<Box<str>>) -> Applied {
        Applied {
            time: self.moment.now,
            generation: self.resource.generation,
            fingerprint,
            secrets: self.observed.inputs.versions.clone(),
            saml: self.plan.findings.chosen.as_ref().map(|chosen| Box::new(chosen.applied())),
            audit_event_id: event,
        }
    }
}
