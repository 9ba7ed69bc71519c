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
        let configured =
            self.aspects.iter().any(|a| a.condition.r#type == ConditionType::Configured && a.finding.is_true());
        let gravest = self.gravest();
        match gravest {
            None if configured => Summary::settled(Finding::verified(Reason::Ready, self.praise)),
            None => Summary::settled(self.held()),
            Some(aspect) if configured && aspect.is_passing() => self.passing(aspect),
            Some(aspect) => Summary::unsettled(aspect.finding, ConditionStatus::False),
        }
    }

    /// What weighs most: what a person must mend, then what is awaited, then what may pass.
    fn gravest(&self) -> Option<&Aspect<'_>> {
        let weighing = self.aspects.iter().filter(|aspect| self.weighs(aspect));
        weighing.min_by_key(|aspect| match aspect.finding.class {
            Some(Class::Input) => 0,
            Some(Class::Absent) => 1,
            _ => 2,
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
        let message = format!("{} So it has been since {since}. {}", aspect.finding.message, self.praise);
        if lasted < self.interval * GRACE_INTERVALS {
            return Summary::settled(Finding::verified(Reason::Ready, message));
        }
        Summary::unsettled(&Finding { message, ..aspect.finding.clone() }, ConditionStatus::Unknown)
    }

    /// Not configured, and nothing is awaited: by request.
    fn held(&self) -> Finding {
        let held = self.aspects.iter().find(|aspect| aspect.condition.r#type == ConditionType::Configured);
        held.map_or_else(|| Finding::not_checked(""), |aspect| aspect.finding.clone())
    }
}

impl Aspect<'_> {
    fn is_passing(&self) -> bool {
        self.finding.class.is_some_and(Class::is_passing)
    }
}

impl Summary {
    fn settled(ready: Finding) -> Self {
        Self { ready, reconciling: None, stalled: None }
    }

    /// Either somebody must act, or the operator goes on by itself: never both.
    pub(crate) fn unsettled(cause: &Finding, status: ConditionStatus) -> Self {
        let ready = Finding { status, ..cause.clone() };
        let marker = |reason| Some(Finding::verified(reason, cause.message.clone()));
        match cause.class {
            Some(Class::Input) => Self { ready, reconciling: None, stalled: marker(cause.reason) },
            Some(Class::Absent) => Self { ready, reconciling: marker(Reason::Progressing), stalled: None },
            _ => Self { ready, reconciling: marker(Reason::Retrying), stalled: None },
        }
    }
}
