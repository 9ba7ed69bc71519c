//! What is done about a change that somebody else made.

use std::time::Duration;

use cognigy_sso_api::{ConditionType, DriftPolicy, Mode, Operation, Reason};
use jiff::Timestamp;

use super::super::standing::{Disturbance, Standing};
use super::super::{Cause, Outlook, held, standing};
use super::{Case, Decision};
use crate::fault::{Class, Fault};
use crate::finding::Finding;
use crate::resource::Resource;

/// How many corrections inside [`LOOP`] are one too many to go on.
const MOST_CORRECTIONS: usize = 3;
const LOOP: Duration = Duration::from_hours(1);

impl Case<'_> {
    /// What `InSync` says. What was seen stays so while nothing can be seen for the moment.
    pub(super) fn sync(&self, standing: &Standing) -> Finding {
        match standing {
            Standing::Disturbed(disturbance) if self.spec.drift_policy == DriftPolicy::Report => {
                held::reported(disturbance)
            }
            Standing::Unknown => self.seen_before().unwrap_or_else(|| standing.finding(self.observed)),
            _ => standing.finding(self.observed),
        }
    }

    fn seen_before(&self) -> Option<Finding> {
        let is_hidden = match &self.observed.history {
            Some(Err(fault)) => fault.class().is_passing(),
            None => true,
            Some(Ok(_)) => false,
        };
        let is_open = (is_hidden && self.in_force) || self.resource.has_begun(Operation::Correct);
        let sync = self.resource.status.condition(ConditionType::InSync).filter(|_| is_open)?;
        let class = match sync.reason {
            Reason::DriftLoop => Class::Input,
            Reason::Drifted if self.spec.drift_policy == DriftPolicy::Report => Class::Input,
            Reason::Drifted => Class::Transient,
            _ => return None,
        };
        Some(Finding::refuted(sync.reason, sync.message.to_string(), class))
    }

    /// Somebody else has changed what was applied.
    pub(super) fn correct(&mut self, disturbance: &Disturbance) -> Decision {
        let stays = (None, Outlook::InForce { event: None });
        if self.spec.drift_policy == DriftPolicy::Report {
            return stays;
        }
        if self.spec.mode == Mode::Plan {
            self.findings.sync = held::correction_planned(disturbance);
            return stays;
        }
        if self.is_loop() {
            self.findings.sync = held::drift_loop(disturbance);
            return stays;
        }
        if let Some(condition) = self.findings.blocker(self.spec.verification.mode) {
            self.findings.sync = held::correction_waits(disturbance, condition);
            return stays;
        }
        match self.desired.clone() {
            Some(desired) => (Some(self.recorded_first(self.application(desired, Cause::Drift))), Outlook::Due),
            None => stays,
        }
    }

    /// Was it corrected too often? Once stopped it stays so until somebody acts.
    fn is_loop(&self) -> bool {
        let sync = self.resource.status.condition(ConditionType::InSync);
        let is_stopped = sync.is_some_and(|sync| sync.reason == Reason::DriftLoop) && !self.resource.is_news();
        is_stopped || recent_corrections(self.resource, self.now).count() >= MOST_CORRECTIONS
    }

    /// May there be a change by somebody else that is only to be reported?
    pub(super) fn may_be_only_reported(&self) -> bool {
        self.spec.drift_policy == DriftPolicy::Report && standing::may_be_somebody_elses(self.resource, self.observed)
    }
}

/// The corrections that count against the next one: since somebody acted last, and inside an hour.
pub(crate) fn recent_corrections(resource: &Resource, now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let corrections = resource.status.corrections.iter().filter(|_| !resource.is_news());
    corrections.copied().filter(move |time| Duration::try_from(now.duration_since(*time)).is_ok_and(|ago| ago < LOOP))
}
