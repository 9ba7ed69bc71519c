//! One line for each visit: how it ended, what was done, why it was made, and when the next one is.

use std::time::Duration;

use cognigy_sso_api::ConditionType;
use cognigy_sso_decide::{Action, Resource};

use super::Visited;
use super::queue::Cause;
use crate::metrics::Reconciled;
use crate::traces;
use crate::visit::{End, Memory, Outcome};

/// Why a resource is visited, in a word.
pub(super) fn why(cause: Cause, resource: &Resource, memory: &Memory) -> &'static str {
    let is_known = resource.status.observed_generation >= 0;
    match cause {
        _ if resource.is_asked_for() => "requested",
        // Somebody who acted before has dealt with it, and this process has not.
        Cause::Change if is_known && !memory.core.visited => "restart",
        Cause::Change => "change",
        Cause::Due => "due",
    }
}

/// What there is to say of a visit.
pub(super) struct Entry {
    pub(super) result: Reconciled,
    action: Option<Action>,
    /// Status and reason of `Ready`.
    ready: Option<(&'static str, &'static str)>,
    error: Option<String>,
}

impl Entry {
    /// A visit that ended like this; `None` where it was none.
    pub(super) fn of(outcome: &Outcome) -> Option<Self> {
        let (result, error) = match &outcome.end {
            End::Remembered => return None,
            End::Settled => (Reconciled::Settled, None),
            End::Retry => (Reconciled::Retry, None),
            End::Stalled => (Reconciled::Stalled, None),
            End::Overtaken => (Reconciled::Interrupted, None),
            End::Unwritten(error) => (Reconciled::Interrupted, Some(error.clone())),
        };
        let ready = outcome.resource.as_ref().and_then(|resource| resource.status.condition(ConditionType::Ready));
        let ready = ready.map(|ready| (ready.status.as_str(), ready.reason.as_str()));
        Some(Self { result, action: Some(outcome.action), ready, error })
    }

    /// A visit that came to no end. What was sent in it is not known here.
    pub(super) fn broken_off(result: Reconciled) -> Self {
        Self { result, action: None, ready: None, error: None }
    }

    /// Writes the line. `next` is how long until the next visit, if there is one.
    pub(super) fn write(&self, visited: &Visited, took: Duration, next: Option<Duration>) {
        // The level of a line is fixed where it is written.
        macro_rules! line {
            ($level:ident, $message:literal) => {
                tracing::$level!(
                    namespace = visited.key.namespace(),
                    name = visited.key.name(),
                    generation = visited.resource.generation,
                    result = self.result.as_str(),
                    action = self.action.map(Action::as_str),
                    cause = visited.why,
                    ready = self.ready.map(|(status, _)| status),
                    reason = self.ready.map(|(_, reason)| reason),
                    error = self.error.as_deref(),
                    duration_seconds = took.as_secs_f64(),
                    next_seconds = next.map(|next| next.as_secs_f64()),
                    trace_id = traces::id(),
                    $message
                )
            };
        }
        match (self.result, &self.error) {
            (Reconciled::Panicked, _) => {
                line!(error, "a visit panicked: this is a fault of the operator, please report it");
            }
            (_, Some(_)) => line!(warn, "the resource could not be written; it is tried again"),
            (_, None) => line!(info, "reconciled"),
        }
    }
}
