//! One visit to one resource, as a machine without I/O: it says what to do next, is told what came of it, and ends with what
//! to report. Whatever drives it may die between any two steps.

use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigStatus, Operation, Pending};
use jiff::{SignedDuration, Timestamp};

use crate::act::{Action, Answer, Call, Stage};
use crate::claims::Rival;
use crate::client::Trial;
use crate::conclude::{Conclusion, Ending, begin_putting_back, conclude, locate};
use crate::desired::Desired;
use crate::event::Event;
use crate::fault::CallFault;
use crate::fingerprint::{Cost, Fingerprint, Salt};
use crate::history::{Change, ChangeKind};
use crate::memory::{Memory, applied};
use crate::observed::{Login, Observed, Receipt};
use crate::plan::{self, Cause, Effect, Plan};
use crate::requeue::Moment;
use crate::resource::Resource;

/// The most effects of one visit: record, finalizer, configure, and configure again as a change.
const MOST_EFFECTS: usize = 6;
/// Calls that one change may need: reset, configure, and putting the former configuration back.
const CALLS_OF_A_CHANGE: u32 = 3;

/// How old a look at the organization may be when something is changed after it.
const STALE: SignedDuration = SignedDuration::from_secs(5);

/// How fingerprints are made in one visit.
#[derive(Clone, Copy, Debug)]
pub struct Seal {
    /// Random bytes.
    pub salt: Salt,
    /// What a fingerprint costs.
    pub cost: Cost,
}

/// What is to be done next.
#[derive(Debug)]
pub enum Step<'a> {
    /// Write this to Kubernetes, and go on with [`Visit::written`].
    Write(Write),
    /// Call Cognigy.AI, and go on with [`Visit::answered`].
    Call {
        /// The call.
        call: Call<'a>,
        /// How many calls the change may take, when this is its first: they are admitted as a whole. 0 for those that follow.
        admits: u32,
    },
    /// Look again at what the organization has, and go on with [`Visit::looked`].
    Look,
    /// Try the client at its provider, and go on with [`Visit::tried`].
    Try,
    /// Tell of this, and go on: the visit is not over.
    Tell(Event),
    /// The visit is over.
    End(Box<Conclusion>),
}

/// What is written to Kubernetes before a visit ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// The finalizer: on, or off.
    Finalizer(bool),
    /// The status, with the record of what is about to be done.
    Status(Box<IdentityProviderConfigStatus>),
}

/// One visit.
#[derive(Debug)]
pub struct Visit {
    resource: Resource,
    memory: Memory,
    observed: Observed,
    seal: Seal,
    fingerprint: Option<Fingerprint>,
    /// What showed at the beginning that somebody else has changed the configuration.
    drift: Option<String>,
    state: State,
    effects_left: usize,
    action: Action,
}

#[derive(Debug)]
enum State {
    Planning,
    Writing(Write),
    Acting(Box<Plan>, Stage),
    /// The former configuration goes back for this reason, once that is on record.
    PuttingBack(Box<Plan>, CallFault),
    Looking,
    Trying,
    Tried,
    Telling(Event),
    Ending(Box<Plan>, Option<Receipt>),
}

impl Visit {
    /// Begins a visit with what was observed.
    #[must_use]
    pub fn new(resource: Resource, memory: Memory, mut observed: Observed, seal: Seal) -> Self {
        observed.known_unchanged |= memory.knows(&resource, &observed);
        observed.reset |= memory.reset;
        observed.last_tried = memory.last_tried;
        observed.previous = observed.previous.or_else(|| memory.previous.clone());
        let (fingerprint, drift, effects_left) = (None, None, MOST_EFFECTS);
        let (state, action) = (State::Planning, Action::None);
        Self { resource, memory, observed, seal, fingerprint, drift, state, effects_left, action }
    }

    /// The resource as it was written last.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// What was observed.
    #[must_use]
    pub fn observed(&self) -> &Observed {
        &self.observed
    }

    /// What was observed, taken out of a visit that is over.
    #[must_use]
    pub fn take_observed(&mut self) -> Observed {
        std::mem::replace(&mut self.observed, Observed::nothing())
    }

    /// The effect that is being carried out.
    #[must_use]
    pub fn effect(&self) -> Option<&Effect> {
        match &self.state {
            State::Acting(plan, _) => plan.effect.as_ref(),
            _ => None,
        }
    }

    /// What Cognigy.AI was sent last to change something.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The resource and what is to be remembered of it, when the visit is over or has been broken off.
    #[must_use]
    pub fn into_parts(self) -> (Resource, Memory) {
        (self.resource, self.memory)
    }

    /// What is to be done next. Asked again without an answer it says the same.
    pub fn step(&mut self, moment: Moment) -> Step<'_> {
        if let State::Telling(event) = &self.state {
            let event = event.clone();
            self.state = State::Planning;
            return Step::Tell(event);
        }
        if matches!(self.state, State::Tried) {
            self.state = if self.took_its_time(moment.now) { State::Looking } else { State::Planning };
        }
        if matches!(self.state, State::Planning) {
            self.state = self.plan(moment.now);
        }
        match &self.state {
            State::Planning | State::Looking | State::Tried | State::Telling(_) => Step::Look,
            State::Trying => Step::Try,
            State::Writing(write) => Step::Write(write.clone()),
            State::Acting(plan, stage) => act(plan, stage),
            State::PuttingBack(plan, fault) => {
                let status = begin_putting_back(&self.ending(plan, None, moment), fault);
                Step::Write(Write::Status(Box::new(status)))
            }
            State::Ending(plan, receipt) => {
                let conclusion = conclude(&self.ending(plan, receipt.as_ref(), moment));
                self.memory.learn(&self.resource, &self.observed, &conclusion.status);
                Step::End(Box::new(conclusion))
            }
        }
    }

    fn ending<'a>(&'a self, plan: &'a Plan, receipt: Option<&'a Receipt>, moment: Moment) -> Ending<'a> {
        Ending {
            resource: &self.resource,
            observed: &self.observed,
            plan,
            receipt,
            drift: self.drift.as_deref(),
            fingerprint: self.fingerprint.as_ref(),
            changed: self.memory.changed,
            moment,
        }
    }

    fn plan(&mut self, now: Timestamp) -> State {
        let plan = plan::plan(&self.resource, &self.observed, now);
        if plan.wants_trial {
            self.memory.last_tried = Some(now);
            return State::Trying;
        }
        self.drift = self.drift.take().or_else(|| plan.drift().map(str::to_owned));
        let Some(effect) = plan.effect.as_ref().filter(|_| self.effects_left > 0) else {
            return State::Ending(Box::new(plan), None);
        };
        self.effects_left -= 1;
        match (effect, Stage::first(effect)) {
            (Effect::AddFinalizer, _) => State::Writing(Write::Finalizer(true)),
            (Effect::Record { pending, desired }, _) => {
                let status = self.record(pending.clone(), &desired.clone());
                State::Writing(Write::Status(Box::new(status)))
            }
            (_, Some(stage)) => {
                if let Some(application) =
                    effect.application().filter(|application| application.cause != Cause::PutBack)
                {
                    self.begin(&application.desired.clone(), now);
                }
                State::Acting(Box::new(plan), stage)
            }
            (_, None) => State::Writing(Write::Finalizer(false)),
        }
    }

    /// The status with the record of what is about to be done, and for which organization: should the operator die now, others
    /// that declare it know that this resource acts.
    fn record(&mut self, pending: Pending, desired: &Desired) -> IdentityProviderConfigStatus {
        let fingerprint = self.fingerprint_of(desired);
        let pending = Pending { fingerprint, ..pending };
        let mut status = IdentityProviderConfigStatus { pending: Some(pending), ..self.resource.status.clone() };
        if let (Some(account), Ok(spec)) = (self.observed.user(), &self.resource.spec) {
            locate(&mut status, account, spec);
        }
        status
    }

    /// What is not put on record is remembered in this visit, should its answer be lost.
    fn begin(&mut self, desired: &Desired, now: Timestamp) {
        let fingerprint = self.fingerprint_of(desired);
        let (audit_event_id, audited) = plan::baseline(&self.resource, &self.observed);
        let begun = Pending { operation: Operation::Configure, time: now, fingerprint, audit_event_id, audited };
        self.observed.begun.get_or_insert(begun);
    }

    /// The fingerprint of what is declared: the same all through the visit, so it is made once.
    fn fingerprint_of(&mut self, desired: &Desired) -> Option<Box<str>> {
        if self.fingerprint.is_none() {
            let recorded = self.resource.status.pending.as_ref().and_then(|pending| pending.fingerprint.as_deref());
            let recorded = recorded.filter(|text| self.observed.compared.matches(text, desired));
            self.fingerprint = recorded.map(Fingerprint::stored).or_else(|| self.made_of(desired));
        }
        self.fingerprint.as_ref().map(|fingerprint| fingerprint.as_str().into())
    }

    fn made_of(&self, desired: &Desired) -> Option<Fingerprint> {
        let made = Fingerprint::of(desired, &self.seal.salt, self.seal.cost)?;
        self.observed.compared.note(&made, desired);
        Some(made)
    }

    /// What was to be written stands; the resource is this now. What was edited meanwhile is another visit's: this one ends.
    ///
    /// # Errors
    /// The resource as it is, when it is another generation or on its way out by now.
    pub fn written(&mut self, now: Resource) -> Result<(), Box<Resource>> {
        if matches!(self.state, State::PuttingBack(..)) {
            // Whatever was edited: the organization has no configuration now.
            self.resource.status = now.status;
            self.resource.resource_version = now.resource_version;
            self.go_on();
            return Ok(());
        }
        if now.generation != self.resource.generation || now.deleting != self.resource.deleting {
            return Err(Box::new(now));
        }
        self.observed.recorded |= matches!(self.state, State::Writing(Write::Status(_)));
        self.resource = now;
        self.go_on();
        Ok(())
    }

    /// What was to be written could not be. Does the visit go on all the same? It does where an organization has no
    /// configuration now and waits for its former one.
    pub fn unwritten(&mut self) -> bool {
        let goes_on = matches!(self.state, State::PuttingBack(..));
        if goes_on {
            self.go_on();
        }
        goes_on
    }

    fn go_on(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Planning) {
            State::PuttingBack(plan, fault) => State::Acting(plan, Stage::PutBack(fault)),
            _ => State::Planning,
        };
    }

    /// The call was answered.
    pub fn answered(&mut self, answer: Answer) {
        let State::Acting(plan, stage) = std::mem::replace(&mut self.state, State::Planning) else { return };
        let Some(effect) = &plan.effect else { return };
        if let Some(action) = Action::of(&stage, effect).filter(|_| answer.was_sent()) {
            self.action = action;
        }
        let before = self.observed.newest_change();
        let is_news = |change: &Change| before.is_none_or(|before| change.is_after(before));
        let is_ours =
            |change: &Change| change.kind == ChangeKind::Configure && self.observed.is_by_us(change) && is_news(change);
        // What was there before is not known: an event proves nothing.
        let is_blind = matches!(stage, Stage::Doubt(_)) && !matches!(self.observed.history, Some(Ok(_)));
        let answer = if is_blind { Answer::Found(None) } else { answer };
        match stage.answer(effect, answer, is_ours) {
            Ok(Stage::PutBack(fault)) => self.state = State::PuttingBack(plan, fault),
            Ok(stage) => self.state = State::Acting(plan, stage),
            Err(receipt) => self.state = self.after(plan, receipt),
        }
    }

    /// The effect as a whole was answered, whatever calls it took.
    pub fn received(&mut self, receipt: Receipt) {
        if let State::Acting(plan, _) = std::mem::replace(&mut self.state, State::Planning) {
            self.state = self.after(plan, receipt);
        }
    }

    fn after(&mut self, plan: Box<Plan>, receipt: Receipt) -> State {
        match receipt {
            // What was not there a moment ago may be what this very call left behind, delivered twice.
            Receipt::AlreadyConfigured if !self.observed.already_configured => {
                self.observed.already_configured = true;
                State::Looking
            }
            Receipt::WasReset => {
                self.observed.reset = true;
                self.memory.reset = true;
                let organization =
                    self.resource.status.organization.as_ref().map_or("", |organization| &organization.id);
                State::Telling(Event::reset(organization))
            }
            receipt => State::Ending(plan, Some(receipt)),
        }
    }

    /// This is what trying the client has shown.
    pub fn tried(&mut self, trial: Arc<Trial>) {
        if let Some(desired) = applied(&self.resource, &self.observed, &self.resource.status) {
            self.fingerprint_of(&desired);
        }
        self.observed.trial = Some(trial);
        self.state = State::Tried;
    }

    /// Did the trial take so long that what the organization has may be another by now?
    fn took_its_time(&self, now: Timestamp) -> bool {
        self.memory.last_tried.is_none_or(|began| now.duration_since(began) > STALE)
    }

    /// Who acts for the organization in its place, and whether the newest change is another's, as far as another look tells.
    pub fn met(&mut self, rival: Option<Rival>, theirs: Option<Box<str>>) {
        (self.observed.rival, self.observed.theirs) = (rival, theirs);
    }

    /// This is what the organization has now.
    pub fn looked(&mut self, login: Option<Login>, history: Option<Result<Option<Change>, CallFault>>) {
        self.observed.login = login;
        self.observed.history = history;
        self.state = State::Planning;
    }
}

fn act<'a>(plan: &'a Plan, stage: &Stage) -> Step<'a> {
    let Some(effect) = &plan.effect else { return Step::Look };
    let call = stage.call(effect);
    let admits = match (stage, effect) {
        (Stage::Reset, Effect::Apply(_)) => CALLS_OF_A_CHANGE,
        (Stage::Reset, _) => 1,
        (Stage::Configure, Effect::Apply(application)) if !application.resets => {
            1 + u32::from(application.previous.is_some())
        }
        _ => 0,
    };
    Step::Call { call, admits }
}
