//! One visit to one resource: observe, plan, act, conclude, report.

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::{ApiUrl, ConditionType, IdentityProviderConfigStatus, SecretVersion};
use cognigy_sso_decide::{Conclusion, Effect, Event, Observed, Receipt, Resource, Salt, conclude, in_progress, plan};
use jiff::Timestamp;

use crate::observe::{Observation, Observer, Sources};
use crate::report::{WriteFault, Writer};
use crate::{act, clock};

/// After how long a resource that is not settled yet is said to be worked on.
const SOON: Duration = Duration::from_secs(2);
/// How long until what could not be written is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(5);
/// The longest pause before what could not be written is tried again.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// The most effects that one visit carries out: record, finalizer, configure, and configure again as a change.
const MOST_EFFECTS: usize = 6;

/// What visits share.
pub(crate) struct Context {
    pub(crate) observer: Observer,
    pub(crate) writer: Writer,
}

/// What is remembered of a resource between visits, and lost with the process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    /// The generation and Secrets that were hashed and found to be what is applied.
    unchanged: Option<(i64, Vec<SecretVersion>)>,
    /// When the spec or a referenced object last changed.
    pub(crate) changed: Option<Timestamp>,
    /// Was something concluded that could not be written?
    pub(crate) unreported: bool,
    /// How often in a row something could not be written.
    failed_writes: u32,
    /// Was the configuration reset for a deletion that is not over yet?
    reset: bool,
    /// Was it visited since the operator started?
    pub(crate) visited: bool,
}

/// What a visit ends with.
pub(crate) struct Outcome {
    /// The resource as it is now; `None` when it is gone.
    pub(crate) resource: Option<Resource>,
    pub(crate) memory: Memory,
    /// How long until the next visit.
    pub(crate) next: Duration,
}

impl Context {
    /// Visits a resource.
    pub(crate) async fn visit(&self, resource: Arc<Resource>, mut memory: Memory) -> Outcome {
        memory.visited = true;
        // Who asks for a check now wants to know how the provider stands now.
        let fresh = resource.requested_at != resource.status.last_handled_reconcile_at;
        let (observation, said_so) = self.observe(&resource, fresh).await;
        match self.work(&resource, observation, &mut memory).await {
            Ok(settled) => self.report(settled, memory, said_so).await,
            Err(fault) => interrupted(&resource, memory, fault),
        }
    }

    /// Observes, and says that the work goes on when that takes its time. Only here: once something is begun, the record of
    /// it must stay as it was written.
    async fn observe(&self, resource: &Resource, fresh: bool) -> (Observation, bool) {
        let observing = self.observer.observe(resource, fresh);
        tokio::pin!(observing);
        tokio::select! {
            observation = &mut observing => (observation, false),
            () = tokio::time::sleep(SOON), if !resource.deleting => {
                futures::join!(observing, self.say_in_progress(resource))
            }
        }
    }

    /// Everything between observing and reporting.
    async fn work(
        &self,
        resource: &Resource,
        observation: Observation,
        memory: &mut Memory,
    ) -> Result<Settled, WriteFault> {
        let salt = clock::salt().map_err(|error| WriteFault::Failed(error.to_string()))?;
        let Observation { mut observed, sources } = observation;
        observed.known_unchanged = memory.knows(resource, &observed);
        observed.reset = memory.reset;
        let mut resource = resource.clone();
        for _ in 0..MOST_EFFECTS {
            let plan = plan(&resource, &observed, clock::now());
            let receipt = match &plan.effect {
                None => None,
                Some(effect) => match self.prepare(&resource, effect).await? {
                    Prepared::Written(now) if is_edited(&resource, &now) => return Err(WriteFault::Edited(now)),
                    Prepared::Written(now) => {
                        resource = *now;
                        continue;
                    }
                    Prepared::Call => {
                        let receipt = self.call(&resource, effect, &observed, &sources, salt).await;
                        if self.take_note(&resource, &receipt, &mut observed, &sources).await {
                            memory.reset = observed.reset;
                            continue;
                        }
                        Some(receipt)
                    }
                },
            };
            let conclusion = conclude(&resource, &observed, &plan, receipt.as_ref(), memory.changed, clock::moment());
            let versions = observed.inputs.versions;
            return Ok(Settled { resource, conclusion, versions });
        }
        Err(WriteFault::Failed("no end was reached: this is a fault of the operator, please report it".to_owned()))
    }

    /// Carries out what is written to Kubernetes alone.
    async fn prepare(&self, resource: &Resource, effect: &Effect) -> Result<Prepared, WriteFault> {
        let written = match effect {
            Effect::AddFinalizer => self.writer.finalizer(resource, true).await?,
            Effect::RemoveFinalizer => self.writer.finalizer(resource, false).await?,
            Effect::Record(pending) => {
                let status = IdentityProviderConfigStatus { pending: Some(pending.clone()), ..resource.status.clone() };
                self.writer.status(resource, &status).await?
            }
            Effect::Configure(_) | Effect::Replace { .. } | Effect::Reset => return Ok(Prepared::Call),
        };
        Ok(Prepared::Written(Box::new(written)))
    }

    /// Carries out what is sent to Cognigy.AI.
    async fn call(
        &self,
        resource: &Resource,
        effect: &Effect,
        observed: &Observed,
        sources: &Sources,
        salt: Salt,
    ) -> Receipt {
        let Ok(spec) = &resource.spec else { return Receipt::Written };
        let api = ApiUrl::parse(&spec.cognigy.api_url);
        match self.observer.cognigy(&observed.inputs, sources, &api) {
            Some(Ok(cognigy)) => match effect {
                Effect::Configure(desired) => act::configure(&cognigy, desired, salt).await,
                Effect::Replace { desired, .. } => act::replace(&cognigy, desired, salt).await,
                _ => act::reset(&cognigy).await,
            },
            Some(Err(fault)) => Receipt::Refused(fault),
            // No change is planned without a key.
            None => Receipt::Written,
        }
    }

    /// Is the visit not over yet, because the receipt only tells more about the organization?
    async fn take_note(
        &self,
        resource: &Resource,
        receipt: &Receipt,
        observed: &mut Observed,
        sources: &Sources,
    ) -> bool {
        match receipt {
            Receipt::AlreadyConfigured if !observed.already_configured => {
                observed.already_configured = true;
                // What was not there a moment ago may be what this very call left behind, delivered twice.
                observed.login = self.observer.login(resource, observed, sources).await;
            }
            Receipt::WasReset => {
                observed.reset = true;
                let organization = resource.status.organization.as_ref().map_or("", |organization| &organization.id);
                self.writer.events(resource, vec![Event::reset(organization)]);
            }
            _ => return false,
        }
        true
    }

    /// Says that the work goes on, unless that is what was said last, or nothing is awaited.
    async fn say_in_progress(&self, resource: &Resource) -> bool {
        let Some(status) = in_progress(resource, clock::now()) else { return false };
        self.writer.status(resource, &status).await.is_ok()
    }

    /// Writes the conclusion where it differs from what stands there.
    async fn report(&self, settled: Settled, mut memory: Memory, overwrite: bool) -> Outcome {
        let Settled { mut resource, conclusion, versions } = settled;
        let Conclusion { status, events, next } = conclusion;
        memory.learn(&resource, &status, versions);
        let is_gone = resource.deleting && !resource.finalizer;
        if is_gone || !(overwrite || memory.unreported || status != resource.status) {
            return Outcome { resource: Some(resource), memory, next };
        }
        self.writer.events(&resource, events);
        match self.writer.status(&resource, &status).await {
            Ok(now) => {
                memory.unreported = false;
                memory.failed_writes = 0;
                Outcome { resource: Some(now), memory, next }
            }
            Err(fault) => {
                memory.unreported = true;
                resource.status = status;
                interrupted(&resource, memory, fault)
            }
        }
    }
}

enum Prepared {
    /// It is done; the resource is this now.
    Written(Box<Resource>),
    /// It is not Kubernetes' to do.
    Call,
}

/// A visit of which only the report is due.
struct Settled {
    resource: Resource,
    conclusion: Conclusion,
    versions: Vec<SecretVersion>,
}

/// Is this another generation, or on its way out by now? The answer to a write shows the resource as it is.
fn is_edited(before: &Resource, now: &Resource) -> bool {
    before.generation != now.generation || before.deleting != now.deleting
}

/// The visit ended before its end: the resource could not be written, or is another by now.
fn interrupted(resource: &Resource, mut memory: Memory, fault: WriteFault) -> Outcome {
    match fault {
        WriteFault::Gone => Outcome { resource: None, memory, next: WRITE_AGAIN },
        WriteFault::Edited(now) => Outcome { resource: Some(*now), memory, next: Duration::ZERO },
        WriteFault::Failed(error) => {
            tracing::warn!(namespace = %resource.namespace, name = %resource.name, error, "the resource could not be written; it is tried again");
            let next = memory.write_again();
            Outcome { resource: Some(resource.clone()), memory, next }
        }
    }
}

impl Memory {
    /// How long until what could not be written is tried again: doubling from 5 s to 5 min, with jitter.
    fn write_again(&mut self) -> Duration {
        let pause = WRITE_AGAIN * 2_u32.saturating_pow(self.failed_writes.min(6));
        self.failed_writes += 1;
        pause.min(LONGEST_PAUSE).mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    fn knows(&self, resource: &Resource, observed: &Observed) -> bool {
        let known = self.unchanged.as_ref();
        known.is_some_and(|(generation, versions)| {
            *generation == resource.generation && *versions == observed.inputs.versions
        })
    }

    /// What is in force was made from these inputs, or from others with the same bytes: no need to hash them again.
    fn learn(&mut self, resource: &Resource, status: &IdentityProviderConfigStatus, versions: Vec<SecretVersion>) {
        let in_force = status.is_true(ConditionType::Configured);
        let recorded = status.applied.as_ref().is_some_and(|applied| applied.secrets == versions);
        self.unchanged = (in_force && !recorded).then_some((resource.generation, versions));
    }
}
