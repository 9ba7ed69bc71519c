//! One visit to one resource, step by step as `src/visit.rs` drives it, and the writer of `src/report.rs`.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::IdentityProviderConfigStatus;
use cognigy_sso_decide as decide;
use decide::{
    Answer, Call, Conclusion, Cost, Moment, NoAnswer, Observed, Resource, Seal, Step, TransportFault, Trial, Visit,
    Write, in_progress,
};
use futures::future::{Either, select};
use secrecy::{ExposeSecret, SecretString};

use super::Process;
use super::observe::Observation;
use crate::crash::{Action, CrashPoint};
use crate::kubernetes::Written;
use crate::time::{Millis, SECOND, to_the_second};
use crate::world::World;

/// After how long a resource that is not settled yet is said to be worked on.
const SOON: Millis = 2 * SECOND;
/// How long until what could not be written is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(5);
/// The longest pause before what could not be written is tried again.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How often a write is tried that others come before.
const MOST_TRIES: usize = 5;
/// How long a call to Cognigy.AI may take: a lease must outlive it.
const CALL: Millis = 30 * SECOND;

/// What is remembered of a resource between visits, and lost with the process.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) core: decide::Memory,
    failed_writes: u32,
    keepsake: Option<SecretString>,
}

/// What a visit ends with.
pub(super) struct Outcome {
    pub(super) resource: Option<Resource>,
    pub(super) memory: Memory,
    pub(super) next: Duration,
}

/// Why something could not be written.
enum WriteFault {
    Gone,
    Edited(Box<Resource>),
    Failed,
}

impl Process {
    /// Visits a resource.
    pub(super) async fn visit(&self, world: &Rc<World>, resource: Arc<Resource>, mut memory: Memory) -> Outcome {
        memory.core.visited = true;
        let fresh = resource.requested_at != resource.status.last_handled_reconcile_at;
        let (Observation { observed, turn }, said_so) = self.observe_and_say(world, &resource, fresh, &memory).await;
        memory.keep(&resource, &observed);
        let seal = Seal { salt: world.salt(), cost: Cost::LEAST };
        let mut visit = Visit::new((*resource).clone(), std::mem::take(&mut memory.core), observed, seal);
        world.pass(self.owner, CrashPoint::Checks).await;
        let ended = self.work(world, &mut visit).await;
        drop(turn);
        world.inspect("the Debug text of a visit", &visit);
        world.inspect("the Debug text of what was observed", visit.observed());
        let (resource, core) = visit.into_parts();
        memory.core = core;
        world.inspect("the Debug text of a resource", &resource);
        world.inspect("the Debug text of what is remembered", &memory);
        if let Ok(conclusion) = &ended {
            world.inspect("the Debug text of a conclusion", conclusion);
        }
        match ended {
            Ok(conclusion) => self.report(world, resource, conclusion, memory, said_so).await,
            Err(fault) => interrupted(world, &resource, memory, fault),
        }
    }

    async fn observe_and_say(
        &self,
        world: &Rc<World>,
        resource: &Resource,
        fresh: bool,
        memory: &Memory,
    ) -> (Observation, bool) {
        let observing = pin!(self.observe(world, resource, fresh, memory.keepsake.as_ref()));
        let soon = pin!(world.executor.sleep(SOON));
        match select(observing, soon).await {
            Either::Left((observation, _)) => (observation, false),
            Either::Right(((), observing)) if resource.deleting => (observing.await, false),
            Either::Right(((), observing)) => futures::join!(observing, self.say_in_progress(world, resource)),
        }
    }

    async fn work(&self, world: &Rc<World>, visit: &mut Visit) -> Result<Conclusion, WriteFault> {
        let api_key = visit.observed().inputs.api_key.as_ref().map(|key| key.expose_secret().to_owned()).ok();
        loop {
            let resource = visit.resource().clone();
            world.inspect("the Debug text of a visit under way", visit);
            let step = visit.step(moment(world));
            world.inspect("the Debug text of a step", &step);
            match step {
                Step::Write(write) => {
                    let now = self.write(world, &resource, &write).await?;
                    visit.written(now).map_err(WriteFault::Edited)?;
                }
                Step::Call { call, .. } => {
                    let answer = self.call(world, &resource, api_key.as_deref(), call).await?;
                    visit.answered(answer);
                }
                Step::Look => {
                    let (login, history) = self.look(world, visit.resource(), visit.observed()).await;
                    visit.looked(login, history);
                }
                Step::Try => {
                    let trial = self.try_client(world, visit.resource()).await;
                    world.inspect("what trying a client has shown", &trial);
                    let unanswered = || Trial::unanswered(NoAnswer::Transport(TransportFault::Unreachable));
                    visit.tried(Arc::new(trial.unwrap_or_else(unanswered)));
                }
                Step::Tell(event) => world.publish_event(&resource, &event),
                Step::End(conclusion) => return Ok(*conclusion),
            }
        }
    }

    /// Makes one call to Cognigy.AI. An apply begins only if the lease outlives the call's timeout.
    async fn call(
        &self,
        world: &Rc<World>,
        resource: &Resource,
        api_key: Option<&str>,
        call: Call<'_>,
    ) -> Result<Answer, WriteFault> {
        let Some(api_key) = api_key.map(ToOwned::to_owned) else { return Ok(Answer::Found(None)) };
        if matches!(call, Call::FindEvent) {
            return Ok(Answer::Found(world.find_event(api_key).await.ok().flatten()));
        }
        if !self.holds_lease(world, CALL) {
            return Err(WriteFault::Failed);
        }
        let body = match call {
            Call::Configure(desired) => Some(desired.body().expose_secret().to_owned()),
            _ => None,
        };
        let done = world.change(self.owner, resource, api_key, body).await;
        Ok(done.map_or_else(Answer::Failed, |()| Answer::Done))
    }

    async fn write(&self, world: &Rc<World>, resource: &Resource, write: &Write) -> Result<Resource, WriteFault> {
        match write {
            Write::Finalizer(present) => {
                if !present {
                    world.pass(self.owner, CrashPoint::Finalizer).await;
                }
                self.put(world, resource, &Content::Finalizer(*present)).await
            }
            Write::Status(status) => {
                let now = self.put(world, resource, &Content::Status(status.as_ref().clone())).await?;
                world.pass(self.owner, CrashPoint::Intent).await;
                Ok(now)
            }
        }
    }

    async fn say_in_progress(&self, world: &Rc<World>, resource: &Resource) -> bool {
        let Some(status) = in_progress(resource, to_the_second(world.executor.now())) else { return false };
        self.put(world, resource, &Content::Status(status)).await.is_ok()
    }

    /// Writes the conclusion where it differs from what stands there.
    async fn report(
        &self,
        world: &Rc<World>,
        mut resource: Resource,
        conclusion: Conclusion,
        mut memory: Memory,
        overwrite: bool,
    ) -> Outcome {
        let Conclusion { status, events, next, .. } = conclusion;
        let is_gone = resource.deleting && !resource.finalizer;
        if is_gone || !(overwrite || memory.core.unreported || status != resource.status) {
            return Outcome { resource: Some(resource), memory, next };
        }
        world.pass(self.owner, CrashPoint::Before(Action::Status)).await;
        let written = self.put(world, &resource, &Content::Report(status.clone())).await;
        if !matches!(written, Err(WriteFault::Gone)) {
            for event in &events {
                world.publish_event(&resource, event);
            }
        }
        match written {
            Ok(now) => {
                world.pass(self.owner, CrashPoint::Answered(Action::Status)).await;
                memory.core.unreported = false;
                memory.failed_writes = 0;
                Outcome { resource: Some(now), memory, next }
            }
            Err(fault) => {
                memory.core.unreported = true;
                resource.status = status;
                interrupted(world, &resource, memory, fault)
            }
        }
    }

    /// Writes to this very resource: one that was edited meanwhile is written all the same, another one of its name never.
    async fn put(&self, world: &Rc<World>, resource: &Resource, content: &Content) -> Result<Resource, WriteFault> {
        let mut version = resource.resource_version;
        for _ in 0..MOST_TRIES {
            if !self.holds_lease(world, 0) {
                return Err(WriteFault::Failed);
            }
            match world.write(self.owner, &resource.name, version, content.clone()).await {
                Written::Done(now) => return Ok(*now),
                Written::NotFound => return Err(WriteFault::Gone),
                Written::Failed(_) => return Err(WriteFault::Failed),
                Written::Conflict => {}
            }
            let now = world.get(&resource.name).await.filter(|now| now.uid == resource.uid).ok_or(WriteFault::Gone)?;
            version = now.resource_version;
        }
        Err(WriteFault::Failed)
    }
}

/// What is written.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A status before the visit's end.
    Status(IdentityProviderConfigStatus),
    /// The status that a visit ends with.
    Report(IdentityProviderConfigStatus),
    /// The finalizer, on or off.
    Finalizer(bool),
}

fn moment(world: &World) -> Moment {
    Moment { now: to_the_second(world.executor.now()), chance: world.dice.borrow_mut().chance() }
}

/// The visit ended before its end: the resource could not be written, or is another by now.
fn interrupted(world: &World, resource: &Resource, mut memory: Memory, fault: WriteFault) -> Outcome {
    match fault {
        WriteFault::Gone => Outcome { resource: None, memory, next: WRITE_AGAIN },
        WriteFault::Edited(now) => Outcome { resource: Some(*now), memory, next: Duration::ZERO },
        WriteFault::Failed => {
            let next = memory.write_again(world.dice.borrow_mut().chance());
            Outcome { resource: Some(resource.clone()), memory, next }
        }
    }
}

impl Memory {
    /// Keeps what a reset on deletion needs, as long as there may be one.
    fn keep(&mut self, resource: &Resource, observed: &Observed) {
        if !resource.resets_on_deletion() {
            self.keepsake = None;
        } else if let (Ok(api_key), Some(_)) = (&observed.inputs.api_key, observed.user()) {
            self.keepsake = Some(api_key.clone());
        }
    }

    /// How long until what could not be written is tried again: doubling from 5 s to 5 min, with jitter.
    fn write_again(&mut self, chance: f64) -> Duration {
        let pause = WRITE_AGAIN * 2_u32.saturating_pow(self.failed_writes.min(6));
        self.failed_writes += 1;
        pause.min(LONGEST_PAUSE).mul_f64(0.5 + chance / 2.0)
    }
}
