//! A visit as the operator makes it, with a function in Cognigy.AI's place.

use cognigy_sso_api::Pending;
use cognigy_sso_decide::{Effect, Event, Observed, Receipt, Resource, conclude, plan};
use jiff::Timestamp;

use super::{at, now};

/// The most effects of one visit; more means that it would never end.
const MOST_EFFECTS: usize = 6;

/// What a visit did.
pub struct Visit {
    /// The resource as it is afterwards, with what was reported.
    pub resource: Resource,
    /// What was done, in order.
    pub effects: Vec<&'static str>,
    pub events: Vec<Event>,
    /// How often Kubernetes was written to.
    pub writes: usize,
}

/// Answers every call the same way.
pub fn always(answer: impl Fn(&Effect) -> Receipt) -> impl FnMut(&Effect) -> Receipt {
    move |effect| answer(effect)
}

/// Visits a resource.
pub fn visit(resource: Resource, observed: &mut Observed, answer: impl FnMut(&Effect) -> Receipt) -> Visit {
    visit_at(now(), resource, observed, answer)
}

/// Visits a resource at this time.
pub fn visit_at(
    now: Timestamp,
    resource: Resource,
    observed: &mut Observed,
    mut answer: impl FnMut(&Effect) -> Receipt,
) -> Visit {
    attempt(now, resource, observed, |effect| Some(answer(effect)))
}

/// Visits a resource, and dies where there is no receipt: what was written before is all that is left.
pub fn attempt(
    now: Timestamp,
    mut resource: Resource,
    observed: &mut Observed,
    mut answer: impl FnMut(&Effect) -> Option<Receipt>,
) -> Visit {
    let (mut effects, mut writes) = (Vec::new(), 0);
    for _ in 0..MOST_EFFECTS {
        let plan = plan(&resource, observed, now);
        effects.extend(plan.effect.as_ref().map(name));
        let receipt = match &plan.effect {
            None => None,
            Some(effect) if write(&mut resource, effect) => {
                writes += 1;
                continue;
            }
            Some(effect) => match answer(effect) {
                None => return Visit { resource, effects, events: Vec::new(), writes },
                Some(Receipt::AlreadyConfigured) if !observed.already_configured => {
                    observed.already_configured = true;
                    continue;
                }
                Some(Receipt::WasReset) => {
                    observed.reset = true;
                    continue;
                }
                receipt => receipt,
            },
        };
        let conclusion = conclude(&resource, observed, &plan, receipt.as_ref(), None, at(now));
        let is_gone = resource.deleting && !resource.finalizer;
        writes += usize::from(!is_gone && conclusion.status != resource.status);
        resource.status = conclusion.status;
        observed.already_configured = false;
        return Visit { resource, effects, events: conclusion.events, writes };
    }
    panic!("a visit without end: {effects:?}");
}

/// Carries out what is written to Kubernetes alone; says whether it was that.
fn write(resource: &mut Resource, effect: &Effect) -> bool {
    match effect {
        Effect::AddFinalizer => resource.finalizer = true,
        Effect::RemoveFinalizer => resource.finalizer = false,
        Effect::Record(Pending { operation, time }) => {
            resource.status.pending = Some(Pending { operation: *operation, time: *time });
        }
        Effect::Configure(_) | Effect::Replace { .. } | Effect::Reset => return false,
    }
    true
}

/// The effect in a word.
pub fn name(effect: &Effect) -> &'static str {
    match effect {
        Effect::AddFinalizer => "AddFinalizer",
        Effect::RemoveFinalizer => "RemoveFinalizer",
        Effect::Record(_) => "Record",
        Effect::Configure(_) => "Configure",
        Effect::Replace { adopts: true, .. } => "Adopt",
        Effect::Replace { .. } => "Replace",
        Effect::Reset => "Reset",
    }
}
