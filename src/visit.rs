//! One visit to one resource: what [`decide::Visit`] says, done.

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::{ApiUrl, ConditionType, IdentityProviderConfigStatus};
use cognigy_sso_decide as decide;
use decide::{
    Action, Answer, Call, CallFault, ChangeKind, Conclusion, Cost, Expiry, InputFault, Inputs, NoAnswer, Observed,
    Resource, Seal, Step, TransportFault, Trial, Visit, Write, in_progress,
};
use jiff::Timestamp;
use tracing::Instrument as _;

use crate::clock;
use crate::cognigy::{Cognigy, Part};
use crate::observe::{Floors, Keepsake, Observation, Observer, Sources};
use crate::report::{WriteFault, Writer};
use crate::traces;

/// After how long a resource that is not settled yet is said to be worked on.
const SOON: Duration = Duration::from_secs(2);
/// How long until what could not be written is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(5);
/// The longest pause before what could not be written is tried again.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// What visits share.
pub(crate) struct Context {
    pub(crate) observer: Observer,
    pub(crate) writer: Writer,
}

/// What is remembered of a resource between visits, and lost with the process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) core: decide::Memory,
    /// How often in a row something could not be written.
    failed_writes: u32,
    keepsake: Option<Box<Keepsake>>,
    /// When a visit last found the provider verified.
    pub(crate) verified: Option<Timestamp>,
    /// When the Secrets expire that the resource refers to.
    pub(crate) expiries: Arc<[Expiry]>,
    /// After a restart, until what is in force is remembered: the rest of the pause that follows.
    pub(crate) rest: Option<Duration>,
}

/// What a visit ends with.
pub(crate) struct Outcome {
    /// The resource as it is now; `None` when it is gone.
    pub(crate) resource: Option<Resource>,
    pub(crate) memory: Memory,
    /// How long until the next visit.
    pub(crate) next: Duration,
    /// What Cognigy.AI was sent.
    pub(crate) action: Action,
    pub(crate) end: End,
}

/// How a visit ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was none: what the resource was made from was read again.
    Remembered,
    /// Nothing is left to do before the interval is over.
    Settled,
    /// Something is missing or out of reach, and it goes on by itself.
    Retry,
    /// A person must act.
    Stalled,
    /// The resource went, or is another by now.
    Overtaken,
    /// The resource could not be written, for this reason.
    Unwritten(String),
}

impl End {
    /// How a visit ended that came to this.
    fn of(status: &IdentityProviderConfigStatus, retries: bool) -> Self {
        if status.is_true(ConditionType::Stalled) {
            Self::Stalled
        } else if retries {
            Self::Retry
        } else {
            Self::Settled
        }
    }
}

impl Context {
    /// Visits a resource. What it refers to is not older than `floors` when it is read.
    pub(crate) async fn visit(&self, resource: Arc<Resource>, mut memory: Memory, floors: Floors) -> Outcome {
        memory.core.visited = true;
        memory.rest = None;
        // Who asks for a check now wants to know how the provider stands now.
        let fresh = resource.is_asked_for();
        let (observation, said_so) =
            Box::pin(self.observe(&resource, fresh, memory.keepsake.as_deref(), &floors)).await;
        let Observation { observed, sources, turn } = observation;
        if observed.user().is_some() || is_withdrawn(&observed.inputs) {
            memory.keep(&resource, &observed.inputs, &sources);
        }
        memory.note_expiries(&observed.inputs);
        let salt = match clock::salt() {
            Ok(salt) => salt,
            Err(error) => return interrupted(&resource, memory, WriteFault::Failed(error.to_string())),
        };
        let seal = Seal { salt, cost: Cost::STANDARD };
        let mut visit = Visit::new((*resource).clone(), std::mem::take(&mut memory.core), observed, seal);
        let ended = self.work(&mut visit, &sources, fresh).await;
        drop(turn);
        if let Ok(conclusion) = &ended {
            memory.note_verified(visit.observed(), &conclusion.status);
        }
        let action = visit.action();
        let (resource, core) = visit.into_parts();
        memory.core = core;
        let outcome = match ended {
            Ok(conclusion) => self.report(resource, conclusion, memory, said_so).await,
            Err(fault) => interrupted(&resource, memory, fault),
        };
        Outcome { action, ..outcome }
    }

    /// Reads again what a resource was made from that stands as it was left before the restart, so that it can be put back and
    /// reset. Nobody outside the cluster is asked.
    pub(crate) async fn remember(&self, resource: Arc<Resource>, mut memory: Memory, floors: Floors) -> Outcome {
        let mut next = memory.rest.take().unwrap_or_default();
        if let Ok(spec) = &resource.spec {
            let (inputs, sources) = self.observer.inputs(&resource.namespace, spec, &floors).await;
            memory.keep(&resource, &inputs, &sources);
            memory.note_expiries(&inputs);
            let warning = resource.until_next_warning(&inputs, clock::now());
            next = warning.map_or(next, |warning| warning.min(next));
            memory.core.remember(&resource, inputs);
        }
        let (resource, action) = (Some((*resource).clone()), Action::None);
        Outcome { resource, memory, next, action, end: End::Remembered }
    }

    /// Observes, and says that the work goes on when that takes its time. Only here: once something is begun, the record of
    /// it must stay as it was written.
    async fn observe(
        &self,
        resource: &Resource,
        fresh: bool,
        keepsake: Option<&Keepsake>,
        floors: &Floors,
    ) -> (Observation, bool) {
        let observing = self.observer.observe(resource, fresh, keepsake, floors).instrument(traces::observe());
        tokio::pin!(observing);
        tokio::select! {
            observation = &mut observing => (observation, false),
            () = tokio::time::sleep(SOON), if !resource.deleting => {
                futures::join!(observing, self.say_in_progress(resource))
            }
        }
    }

    /// Everything between observing and reporting.
    async fn work(&self, visit: &mut Visit, sources: &Sources, fresh: bool) -> Result<Conclusion, WriteFault> {
        let api_key = visit.observed().inputs.api_key.clone();
        let spec = visit.resource().spec.as_ref();
        let api = ApiUrl::parse(spec.map_or("", |spec| &spec.cognigy.api_url));
        let cognigy = self.observer.cognigy(&api_key, sources, &api);
        loop {
            match visit.step(clock::moment()) {
                Step::Write(write) => match self.write(visit.resource(), &write).await {
                    Ok(now) => visit.written(now).map_err(WriteFault::Edited)?,
                    Err(fault) if !visit.unwritten() => return Err(fault),
                    Err(_) => {}
                },
                Step::Call { call, admits } => {
                    let answer = answer(cognigy.as_ref(), call, admits).await;
                    visit.answered(answer);
                }
                Step::Look => {
                    let (login, history) = self.observer.look(visit.resource(), visit.observed(), sources).await;
                    visit.looked(login, history);
                    let (rival, theirs) = self.observer.shards.others(visit.resource(), visit.observed()).await;
                    visit.met(rival, theirs);
                }
                Step::Try => {
                    let trial = self.observer.try_client(visit.resource(), visit.observed(), sources, fresh).await;
                    // What it takes is known before it is asked for.
                    let unanswered = || Trial::unanswered(NoAnswer::Transport(TransportFault::Unreachable));
                    visit.tried(Arc::new(trial.unwrap_or_else(unanswered)));
                }
                Step::Tell(event) => self.writer.events(visit.resource(), vec![event]),
                Step::End(conclusion) => return Ok(*conclusion),
            }
        }
    }

    async fn write(&self, resource: &Resource, write: &Write) -> Result<Resource, WriteFault> {
        match write {
            Write::Finalizer(present) => self.writer.finalizer(resource, *present).await,
            Write::Status(status) => self.writer.status(resource, status).await,
        }
    }

    /// Says that the work goes on, unless that is what was said last, or nothing is awaited.
    async fn say_in_progress(&self, resource: &Resource) -> bool {
        let Some(status) = in_progress(resource, clock::now()) else { return false };
        self.writer.status(resource, &status).await.is_ok()
    }

    /// Writes the conclusion where it differs from what stands there.
    async fn report(
        &self,
        mut resource: Resource,
        conclusion: Conclusion,
        mut memory: Memory,
        overwrite: bool,
    ) -> Outcome {
        let Conclusion { status, events, next, retries } = conclusion;
        let is_gone = resource.deleting && !resource.finalizer;
        let (action, end) = (Action::None, if is_gone { End::Settled } else { End::of(&status, retries) });
        if is_gone || !(overwrite || memory.core.unreported || status != resource.status) {
            return Outcome { resource: Some(resource), memory, next, action, end };
        }
        let written = self.writer.status(&resource, &status).await;
        // Of what is gone nothing is told: it would be told again and again until a watch shows that it went.
        if !matches!(written, Err(WriteFault::Gone)) {
            self.writer.events(&resource, events);
        }
        match written {
            Ok(now) => {
                memory.core.unreported = false;
                memory.failed_writes = 0;
                Outcome { resource: Some(now), memory, next, action, end }
            }
            Err(fault) => {
                memory.core.unreported = true;
                resource.status = status;
                interrupted(&resource, memory, fault)
            }
        }
    }
}

/// Makes one call to Cognigy.AI.
async fn answer(cognigy: Option<&Result<Cognigy<'_>, CallFault>>, call: Call<'_>, admits: u32) -> Answer {
    let cognigy = match cognigy {
        Some(Ok(cognigy)) => cognigy,
        Some(Err(fault)) => return Answer::Failed(fault.clone()),
        // No change is planned without a key.
        None => return Answer::Found(None),
    };
    let part = if admits > 0 { Part::First(admits) } else { Part::Following };
    let done = match call {
        Call::Reset => cognigy.reset(part).await,
        Call::Configure(desired) => cognigy.configure(desired, part).await,
        Call::FindEvent => {
            let found = cognigy.newest_change(ChangeKind::Configure).await;
            return Answer::Found(found.ok().flatten());
        }
    };
    done.map_or_else(Answer::Failed, |()| Answer::Done)
}

/// The visit ended before its end: the resource could not be written, or is another by now.
fn interrupted(resource: &Resource, mut memory: Memory, fault: WriteFault) -> Outcome {
    let (resource, next, end) = match fault {
        WriteFault::Gone => (None, WRITE_AGAIN, End::Overtaken),
        WriteFault::Edited(now) => (Some(*now), Duration::ZERO, End::Overtaken),
        WriteFault::Failed(error) => (Some(resource.clone()), memory.write_again(), End::Unwritten(error)),
    };
    Outcome { resource, memory, next, action: Action::None, end }
}

/// May the API key no longer be used?
fn is_withdrawn(inputs: &Inputs) -> bool {
    inputs.api_key.as_ref().is_err_and(InputFault::is_withdrawn)
}

impl Memory {
    /// Keeps what a reset on deletion needs, as long as there may be one and the Secret may be used.
    fn keep(&mut self, resource: &Resource, inputs: &Inputs, sources: &Sources) {
        if is_withdrawn(inputs) || !resource.resets_on_deletion() {
            self.keepsake = None;
        } else if let (Ok(api_key), Ok(cognigy_ca)) = (&inputs.api_key, &sources.cognigy_ca) {
            let (api_key, cognigy_ca) = (api_key.clone(), cognigy_ca.clone());
            self.keepsake = Some(Box::new(Keepsake { api_key, cognigy_ca }));
        }
    }

    fn note_expiries(&mut self, inputs: &Inputs) {
        self.expiries = inputs.expiries_after(&self.expiries).into();
    }

    /// Notes that the provider was read and found to fit.
    fn note_verified(&mut self, observed: &Observed, status: &IdentityProviderConfigStatus) {
        let was_read = observed.provider.as_ref().is_some_and(|provider| provider.is_ok())
            || observed.metadata.as_ref().is_some_and(|metadata| metadata.is_ok())
            || observed.inputs.saml.certificate.is_some();
        if was_read && status.is_true(ConditionType::IssuerVerified) {
            self.verified = Some(clock::now());
        }
    }

    /// How long until what could not be written is tried again: doubling from 5 s to 5 min, with jitter.
    fn write_again(&mut self) -> Duration {
        let pause = WRITE_AGAIN * 2_u32.saturating_pow(self.failed_writes.min(6));
        self.failed_writes += 1;
        pause.min(LONGEST_PAUSE).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
impl Context {
    /// One that talks to this API server, and to nobody else.
    pub(crate) fn of(client: kube::Client) -> Self {
        let policy = crate::egress::AddressPolicy { allowed: Vec::new(), deny_private: false };
        let authorities = crate::egress::Authorities::system_and(&[]);
        let observer = Observer {
            reader: crate::observe::Reader::cluster(client.clone(), crate::permitted::Permitted::default()),
            egress: Arc::new(crate::egress::Egress::new(policy, authorities)),
            claim: crate::lease::Claim::always(),
            hosts: Vec::new(),
            limits: Arc::new(crate::cognigy::Limits::new().unwrap()),
            providers: crate::openid::Providers::default(),
            identity_providers: crate::saml::IdentityProviders::default(),
            trials: crate::openid::Trials::default(),
            organizations: Arc::default(),
            shards: crate::shards::Shards::default(),
        };
        Self { observer, writer: Writer::new(client, crate::metrics::Metrics::default()).0 }
    }
}

#[cfg(test)]
mod tests;
