//! `Ready`, `Reconciling` and `Stalled`: what the other conditions add up to.

use std::time::Duration;

use cognigy_sso_api::{Condition, ConditionStatus, ConditionType, Reason, VerificationMode};
use jiff::Timestamp;

use crate::fault::Class;
use crate::finding::Finding;

/// For how many intervals a provider or Cognigy.AI may be out of reach before `Ready` is no longer `True`.
const GRACE_INTERVALS: u32 = 3;

/// A finding with the condition that it became.
pub(crate) struct Aspect<'a> {
    pub finding: &'a Finding,
    pub condition: &'a Condition,
}

/// What is summed up.
pub(crate) struct Sum<'a> {
    pub aspects: &'a [Aspect<'a>],
    pub verification: VerificationMode,
    pub interval: Duration,
    pub now: Timestamp,
    /// Said when all is well.
    pub praise: String,
}

/// `Ready`, and which of `Reconciling` and `Stalled` goes with it.
pub(crate) struct Summary {
    pub ready: Finding,
    pub reconciling: Option<Finding>,
    pub stalled: Option<Finding>,
}

impl Sum<'_> {
    pub(crate) fn up(self) -> Summary {
        let configured = self.configured();
        let refuted = self.aspects.iter().any(|aspect| self.weighs(aspect) && aspect.finding.is_false());
        let in_force = configured.is_some_and(Finding::is_true) && !refuted;
        match self.gravest() {
            None if in_force => Summary::settled(Finding::verified(Reason::Ready, self.praise)),
            // Nothing is awaited, and nothing was applied: by request.
            None => Summary::settled(configured.cloned().unwrap_or_else(|| Finding::not_checked(""))),
            Some(aspect) if in_force && aspect.is_passing() => self.passing(aspect),
            Some(aspect) => {
                let is_false = refuted || configured.is_some_and(Finding::is_false);
                let status = if is_false { ConditionStatus::False } else { ConditionStatus::Unknown };
                Summary::unsettled(&aspect.said(), status)
            }
        }
    }

    fn configured(&self) -> Option<&Finding> {
        let configured = self.aspects.iter().find(|aspect| aspect.condition.r#type == ConditionType::Configured);
        configured.map(|aspect| aspect.finding)
    }

    /// What weighs most; of what may pass, what was refuted, and then what has lasted longest.
    fn gravest(&self) -> Option<&Aspect<'_>> {
        let weighing = self.aspects.iter().filter(|aspect| self.weighs(aspect));
        weighing.min_by_key(|aspect| {
            let since = aspect.is_passing().then_some(aspect.condition.last_transition_time);
            (aspect.finding.class.map(Class::rank), !aspect.finding.is_false(), since)
        })
    }

    fn weighs(&self, aspect: &Aspect<'_>) -> bool {
        let only_reported = self.verification == VerificationMode::Warn
            && aspect.finding.is_false()
            && matches!(aspect.condition.r#type, ConditionType::IssuerVerified | ConditionType::ClientVerified);
        aspect.finding.class.is_some() && !only_reported
    }

    /// Configured, but somebody cannot be reached: that alone takes nothing away for some intervals.
    fn passing(&self, aspect: &Aspect<'_>) -> Summary {
        let since = aspect.condition.last_transition_time;
        let lasted = Duration::from_secs(u64::try_from(self.now.as_second() - since.as_second()).unwrap_or(0));
        let message = format!("{} It has been like this since {since}. {}", aspect.condition.message, self.praise);
        if lasted < self.interval * GRACE_INTERVALS {
            return Summary::settled(Finding::verified(Reason::Ready, message));
        }
        Summary::unsettled(&Finding { message, ..aspect.finding.clone() }, ConditionStatus::Unknown)
    }
}

impl Aspect<'_> {
    fn is_passing(&self) -> bool {
        self.finding.class.is_some_and(Class::is_passing)
    }

    /// The finding in the words of its condition.
    fn said(&self) -> Finding {
        Finding { message: self.condition.message.to_string(), ..self.finding.clone() }
    }
}

impl Summary {
    fn settled(ready: Finding) -> Self {
        Self { ready, reconciling: None, stalled: None }
    }

    /// Either somebody must act, or the operator goes on by itself: never both.
    fn unsettled(cause: &Finding, status: ConditionStatus) -> Self {
        let ready = Finding { status, ..cause.clone() };
        let marker = |reason| Some(Finding::verified(reason, cause.message.clone()));
        match cause.class {
            Some(Class::Input) => Self { ready, reconciling: None, stalled: marker(cause.reason) },
            Some(Class::Absent) => Self { ready, reconciling: marker(Reason::Progressing), stalled: None },
            _ => Self { ready, reconciling: marker(Reason::Retrying), stalled: None },
        }
    }
}
