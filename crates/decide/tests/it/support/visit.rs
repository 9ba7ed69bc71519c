//! A visit as the operator makes it, with a function in Cognigy.AI's place.

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide as decide;
use decide::{Application, Cause, Effect, Event, Memory, Observed, Receipt, Resource, Step, Trial, Write};
use jiff::Timestamp;

use super::{SEAL, applied, at, now};

/// What a visit did.
pub struct Visit {
    /// The resource as it is afterwards, with what was reported.
    pub resource: Resource,
    /// What was done, in order.
    pub effects: Vec<&'static str>,
    pub events: Vec<Event>,
    /// How often Kubernetes was written to.
    pub writes: usize,
    /// How often the client was tried at its provider.
    pub tries: usize,
    /// How long until the next visit, unless this one was broken off.
    pub next: Option<Duration>,
    /// What the operator remembers of it.
    pub memory: Memory,
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
    resource: Resource,
    observed: &mut Observed,
    answer: impl FnMut(&Effect) -> Option<Receipt>,
) -> Visit {
    run(now, resource, Memory::default(), observed, accepted, |_| {}, answer)
}

/// Visits a resource again, without a restart in between.
pub fn visit_with(
    memory: Memory,
    now: Timestamp,
    resource: Resource,
    observed: &mut Observed,
    mut answer: impl FnMut(&Effect) -> Receipt,
) -> Visit {
    run(now, resource, memory, observed, accepted, |_| {}, |effect| Some(answer(effect)))
}

/// Visits a resource whose client the provider answers like this, and where every call succeeds.
pub fn visit_trying(
    memory: Memory,
    now: Timestamp,
    resource: Resource,
    observed: &mut Observed,
    trial: &Trial,
) -> Visit {
    run(now, resource, memory, observed, || Arc::new(trial.clone()), |_| {}, |effect| Some(applied(effect)))
}

fn accepted() -> Arc<Trial> {
    Arc::new(Trial::accepted())
}

/// Visits a resource whose organization shows something else when it is looked at again.
pub fn visit_looking(
    now: Timestamp,
    resource: Resource,
    observed: &mut Observed,
    shown: impl FnOnce(&mut Observed),
    mut answer: impl FnMut(&Effect) -> Receipt,
) -> Visit {
    run(now, resource, Memory::default(), observed, accepted, shown, |effect| Some(answer(effect)))
}

fn run(
    now: Timestamp,
    resource: Resource,
    memory: Memory,
    observed: &mut Observed,
    trial: impl Fn() -> Arc<Trial>,
    shown: impl FnOnce(&mut Observed),
    mut answer: impl FnMut(&Effect) -> Option<Receipt>,
) -> Visit {
    let mut tries = 0;
    let mut shown = Some(shown);
    let (mut effects, mut events, mut writes) = (Vec::new(), Vec::new(), 0);
    let before = std::mem::replace(observed, Observed::nothing());
    let mut machine = decide::Visit::new(resource, memory, before, SEAL);
    let conclusion = loop {
        match machine.step(at(now)) {
            Step::Write(write) => {
                effects.push(write_name(&write));
                writes += 1;
                let written = written(machine.resource().clone(), write);
                machine.written(written).unwrap();
            }
            Step::Call { .. } => {
                let effect = machine.effect().unwrap();
                effects.push(name(effect));
                match answer(effect) {
                    Some(receipt) => machine.received(receipt),
                    None => break None,
                }
            }
            Step::Look => {
                let seen = machine.observed();
                let (login, history) = (seen.login.clone(), seen.history.clone());
                let mut again = Observed { login, history, ..Observed::nothing() };
                if let Some(shown) = shown.take() {
                    shown(&mut again);
                }
                machine.looked(again.login, again.history);
            }
            Step::Try => {
                tries += 1;
                machine.tried(trial());
            }
            Step::Tell(event) => events.push(event),
            Step::End(conclusion) => break Some(conclusion),
        }
    };
    *observed = machine.take_observed();
    observed.already_configured = false;
    observed.begun = None;
    observed.trial = None;
    let (mut resource, memory) = machine.into_parts();
    let Some(conclusion) = conclusion else {
        return Visit { resource, effects, events, writes, tries, next: None, memory };
    };
    let is_gone = resource.deleting && !resource.finalizer;
    writes += usize::from(!is_gone && conclusion.status != resource.status);
    resource.status = conclusion.status;
    events.extend(conclusion.events);
    Visit { resource, effects, events, writes, tries, next: Some(conclusion.next), memory }
}

/// The resource after a write.
pub fn written(mut resource: Resource, write: Write) -> Resource {
    match write {
        Write::Finalizer(present) => resource.finalizer = present,
        Write::Status(status) => resource.status = *status,
    }
    resource
}

fn write_name(write: &Write) -> &'static str {
    match write {
        Write::Finalizer(true) => "AddFinalizer",
        Write::Finalizer(false) => "RemoveFinalizer",
        Write::Status(_) => "Record",
    }
}

/// The effect in a word.
pub fn name(effect: &Effect) -> &'static str {
    match effect {
        Effect::AddFinalizer => "AddFinalizer",
        Effect::RemoveFinalizer => "RemoveFinalizer",
        Effect::Record { .. } => "Record",
        Effect::Apply(Application { cause: Cause::Adoption, .. }) => "Adopt",
        Effect::Apply(Application { cause: Cause::PutBack, .. }) => "PutBack",
        Effect::Apply(Application { cause: Cause::Drift, .. }) => "Correct",
        Effect::Apply(Application { resets: true, .. }) => "Replace",
        Effect::Apply(_) => "Configure",
        Effect::Reset => "Reset",
    }
}
