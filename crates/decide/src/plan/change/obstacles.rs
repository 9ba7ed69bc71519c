//! What a change waits for.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, Mode, Operation, Reason};

use super::super::{Application, Cause, Effect, Outlook, held, provenance};
use super::{Case, Decision};
use crate::desired::Desired;
use crate::fault::{CallFault, Fault};
use crate::finding::Finding;

/// For how long something that was begun waits for audit events that cannot be read just now.
const PATIENCE: Duration = Duration::from_mins(10);

impl Case<'_> {
    /// What Cognigy.AI refused after a reset is not tried again as it is where there is something to lose: each try takes the
    /// sign-in away for a moment.
    pub(super) fn judge_refused(&self) -> Result<(), Finding> {
        let is_tried = self.resource.is_asked_for() && self.spec.mode == Mode::Manage;
        let refused = self.resource.status.refused.as_ref().filter(|refused| !is_tried && !refused.again);
        match refused.filter(|refused| self.is_what(&refused.fingerprint)) {
            Some(refused) => Err(held::refused(&self.resource.status, refused)),
            None => Ok(()),
        }
    }

    /// Was what had been refused begun once more? Then it is carried through.
    pub(super) fn has_begun_again(&self) -> bool {
        let status = &self.resource.status;
        let (Some(refused), Some(pending)) = (&status.refused, &status.pending) else { return false };
        let is_later = pending.operation != Operation::PutBack && pending.time >= refused.time;
        is_later && pending.fingerprint.as_ref().is_some_and(|text| self.is_what(text))
    }

    /// What was begun is not repeated before the audit events have told what became of it, unless nobody may read them, or they
    /// cannot be read for long.
    pub(super) fn judge_unsettled(&self) -> Result<(), Finding> {
        let begun = self
            .resource
            .status
            .pending
            .as_ref()
            .filter(|_| !self.observed.recorded || self.observed.already_configured);
        let Some(begun) = begun else { return Ok(()) };
        let Some(Err(fault)) = &self.observed.history else { return Ok(()) };
        let waited = self.now.duration_since(begun.time);
        let is_over = Duration::try_from(waited).is_ok_and(|waited| waited > PATIENCE);
        if is_over || !fault.class().is_passing() { Ok(()) } else { Err(unsettled(fault)) }
    }

    /// Whose configuration is there, the audit events will tell as soon as they can be read.
    pub(super) fn judge_unseen(&self) -> Result<(), Finding> {
        match &self.observed.history {
            Some(Err(fault)) if fault.class().is_passing() && *fault != CallFault::HistoryTooLong => {
                let begun = provenance::begun(self.resource, self.observed);
                Err(if begun.is_some() { unsettled(fault) } else { held::unseen(fault) })
            }
            _ => Ok(()),
        }
    }

    /// The former configuration is to be put back, and that was begun and is not known to be done.
    pub(super) fn put_back(&self, otherwise: Finding) -> Decision {
        if let Err(finding) = self.judge_unsettled() {
            return (None, Outlook::Held(finding));
        }
        let may = self.spec.mode == Mode::Manage && self.findings.connection.is_true();
        let Some(previous) = self.previous() else {
            return (None, Outlook::Held(held::cannot_be_put_back(self.resource)));
        };
        if !may {
            return (None, Outlook::Held(otherwise));
        }
        let desired = Desired::clone(&previous);
        (
            Some(Effect::Apply(Application { desired, cause: Cause::PutBack, resets: false, previous: None })),
            Outlook::Due,
        )
    }
}

fn unsettled(fault: &CallFault) -> Finding {
    let message =
        format!("A change was begun and its end is not known: the audit events will tell. {}", fault.message());
    Finding { message, status: ConditionStatus::Unknown, reason: Reason::OutcomeUnknown, class: Some(fault.class()) }
}
