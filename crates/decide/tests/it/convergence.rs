//! Whatever goes wrong on the way: nothing of somebody else's is touched, and when faults stop, the right state is reached.

use std::sync::Arc;

use cognigy_sso_api::{AdoptionPolicy, ConditionType, DeletionPolicy, DriftPolicy, Reason};
use cognigy_sso_decide::{
    Answer, Call, CognigyCall, Event, Memory, Observed, Resource, Step as Next, Trial, Visit, Write,
};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use secrecy::ExposeSecret;

use crate::STRATEGY;
use crate::support::{
    Held, Organization, SEAL, at, condition, deleted, desired, edit, edited, history_says, later, observed, refused,
    resource, with_secret, written,
};

/// How a call or a write goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Works,
    /// The answer is this status, and nothing was done.
    Refused(u16),
    /// It was done, and the answer is lost.
    LostAfter,
    /// It was done twice.
    Twice,
    DiesBefore,
    DiesAfter,
}

/// What goes wrong with one of the calls and writes of a visit, counted from 0.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    nth: usize,
    fate: Fate,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Visit(Trouble),
    /// A visit during which the audit events answer 503.
    BlindVisit(Trouble),
    /// The operator starts anew.
    Restart,
    /// The secret is another one.
    Rotate,
    /// Another configuration is declared, or the former one again.
    Edit,
    /// Somebody else changes the configuration.
    Meddle,
}

struct World {
    resource: Resource,
    memory: Memory,
    organization: Organization,
    rotations: usize,
    seconds: i64,
    /// How far apart visits are.
    pause: i64,
    blind: bool,
}

/// What a visit did.
struct Done {
    writes: usize,
    events: Vec<Event>,
}

impl World {
    fn now(&self) -> Timestamp {
        later(self.seconds)
    }

    fn observe(&self) -> Observed {
        observed(|observed| {
            if self.rotations > 0 {
                with_secret(observed, &format!("canary-{}", self.rotations), &(self.rotations + 1).to_string());
            }
            observed.login = Some(self.organization.login());
            observed.history = Some(self.organization.history());
            if self.blind {
                history_says(observed, 503);
            }
        })
    }

    /// The answer to a call; `None` where the operator dies.
    fn answer(&mut self, call: &Call<'_>, fate: Fate) -> Option<Answer> {
        let now = self.now();
        let kind = match call {
            Call::Reset => CognigyCall::Reset,
            Call::Configure(_) => CognigyCall::Configure,
            Call::FindEvent => CognigyCall::AuditEvents,
        };
        if !matches!(fate, Fate::Refused(_) | Fate::DiesBefore) {
            let answer = self.organization.call(call, now);
            if fate == Fate::Works {
                return Some(answer);
            }
        }
        match fate {
            Fate::Works | Fate::DiesBefore | Fate::DiesAfter => None,
            Fate::Twice => Some(self.organization.call(call, now)),
            Fate::LostAfter => Some(failed(call, kind, 504)),
            Fate::Refused(status) => Some(failed(call, kind, status)),
        }
    }

    fn visit(&mut self, trouble: Option<Trouble>) -> Done {
        self.seconds += self.pause;
        let (resource, memory) = (self.resource.clone(), std::mem::take(&mut self.memory));
        let mut machine = Visit::new(resource, memory, self.observe(), SEAL);
        let mut done = Done { writes: 0, events: Vec::new() };
        let lives = self.run(&mut machine, trouble, &mut done);
        let (_, memory) = machine.into_parts();
        if lives {
            self.memory = memory;
        }
        done
    }

    /// Runs a visit; `false` when the operator dies in it.
    fn run(&mut self, machine: &mut Visit, trouble: Option<Trouble>, done: &mut Done) -> bool {
        let moment = at(self.now());
        for nth in 0.. {
            let fate = trouble.filter(|trouble| trouble.nth == nth).map_or(Fate::Works, |trouble| trouble.fate);
            let answer = match machine.step(moment) {
                Next::Call { call, .. } => {
                    let Some(answer) = self.answer(&call, fate) else { return false };
                    answer
                }
                Next::Write(write) => {
                    if !self.write(write, fate, done) {
                        return !matches!(fate, Fate::DiesBefore | Fate::DiesAfter);
                    }
                    machine.written(self.resource.clone()).unwrap();
                    continue;
                }
                Next::Look => {
                    let observed = self.observe();
                    machine.looked(observed.login, observed.history);
                    continue;
                }
                Next::Try => {
                    machine.tried(Arc::new(Trial::accepted()));
                    continue;
                }
                Next::Tell(event) => {
                    done.events.push(event);
                    continue;
                }
                Next::End(conclusion) => {
                    let is_gone = self.resource.deleting && !self.resource.finalizer;
                    if !is_gone && conclusion.status != self.resource.status {
                        self.write(Write::Status(Box::new(conclusion.status)), fate, done);
                    }
                    done.events.extend(conclusion.events);
                    return !matches!(fate, Fate::DiesBefore | Fate::DiesAfter);
                }
            };
            machine.answered(answer);
        }
        unreachable!("a visit ends")
    }

    /// Writes to Kubernetes; `false` when the visit cannot go on.
    fn write(&mut self, write: Write, fate: Fate, done: &mut Done) -> bool {
        if matches!(fate, Fate::DiesBefore | Fate::Refused(_)) {
            return false;
        }
        self.resource = written(self.resource.clone(), write);
        done.writes += 1;
        !matches!(fate, Fate::DiesAfter | Fate::LostAfter)
    }

    fn take(&mut self, step: Step) {
        self.blind = matches!(step, Step::BlindVisit(_));
        match step {
            Step::Visit(trouble) | Step::BlindVisit(trouble) => drop(self.visit(Some(trouble))),
            Step::Restart => self.memory = Memory::default(),
            Step::Rotate => self.rotations += 1,
            Step::Edit => self.edit(),
            Step::Meddle => {
                self.seconds += 120;
                self.organization.meddle(self.now());
            }
        }
        self.blind = false;
    }

    fn take_all(&mut self, steps: Vec<Step>) {
        for step in steps {
            self.take(step);
        }
    }

    fn edit(&mut self) {
        self.resource = edited(self.resource.clone(), edit);
    }

    /// Faults are over. What was refused for good is tried again when somebody asks for it, and not before.
    fn settle(&mut self) {
        for _ in 0..5 {
            self.visit(None);
        }
        if matches!(self.reason(), Some(Reason::RolledBack | Reason::Rejected | Reason::DriftLoop)) {
            self.resource.requested_at = Some(self.seconds.to_string().into());
            (0..5).for_each(|_| drop(self.visit(None)));
        }
    }

    /// Does the organization hold what is declared now?
    fn holds_what_is_declared(&self) -> bool {
        let Some(Held::Sent(body)) = &self.organization.holds else { return false };
        let mut declared: serde_json::Value =
            serde_json::from_str(desired(&self.resource).body().expose_secret()).unwrap();
        if self.rotations > 0 {
            declared[STRATEGY.secret_member] = format!("canary-{}", self.rotations).into();
        }
        serde_json::from_str::<serde_json::Value>(body).unwrap() == declared
    }

    fn reason(&self) -> Option<Reason> {
        condition(&self.resource.status, ConditionType::Ready).map(|(_, reason)| reason)
    }
}

fn failed(call: &Call<'_>, kind: CognigyCall, status: u16) -> Answer {
    match call {
        Call::FindEvent => Answer::Found(None),
        Call::Reset | Call::Configure(_) => Answer::Failed(refused(kind, status)),
    }
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let fates = vec![
        Fate::Works,
        Fate::Refused(400),
        Fate::Refused(403),
        Fate::Refused(429),
        Fate::Refused(504),
        Fate::LostAfter,
        Fate::Twice,
        Fate::DiesBefore,
        Fate::DiesAfter,
    ];
    (0..6_usize, select(fates)).prop_map(|(nth, fate)| Trouble { nth, fate })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![6 => trouble().prop_map(Step::Visit), 1 => select(vec![Step::Restart, Step::Rotate, Step::Edit])]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 0..10)
}

/// Steps with visits during which the audit events do not answer.
fn dim_steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(prop_oneof![3 => step(), 2 => trouble().prop_map(Step::BlindVisit)], 0..10)
}

/// Steps between which somebody else changes the configuration.
fn meddled_steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(prop_oneof![4 => step(), 1 => Just(Step::Meddle)], 0..10)
}

fn start(adoption: AdoptionPolicy, deletion: DeletionPolicy, organization: Organization) -> World {
    let resource = resource(|spec| {
        spec.adoption_policy = adoption;
        spec.deletion_policy = deletion;
    });
    let memory = Memory::default();
    World { resource, memory, organization, rotations: 0, seconds: 0, pause: 60, blind: false }
}

fn adoption() -> impl Strategy<Value = AdoptionPolicy> {
    select(vec![AdoptionPolicy::Never, AdoptionPolicy::IfMatching, AdoptionPolicy::Always])
}

fn deletion() -> impl Strategy<Value = DeletionPolicy> {
    select(vec![DeletionPolicy::Retain, DeletionPolicy::Reset])
}

/// One that is empty, or somebody else's from before; it may tell and show who configured it, or not.
fn organization() -> impl Strategy<Value = Organization> {
    let before = select(vec![None, None, None, Some(false), Some(true)]);
    (before, any::<bool>(), any::<bool>()).prop_map(|(before, shows, tells)| {
        let mut organization = Organization { shows, tells, ..Organization::default() };
        if let Some(is_recent) = before {
            organization.meddle(later(-60));
            organization.log.retain(|_| is_recent);
        }
        organization
    })
}

/// One whose audit events can be read.
fn telling_organization() -> impl Strategy<Value = Organization> {
    organization().prop_map(|organization| Organization { tells: true, ..organization })
}

/// Takes the steps, lets faults stop, and looks whether the right state was reached and stays.
fn converges(mut world: World, steps: &[Step]) -> Result<(), TestCaseError> {
    let (shows, tells) = (world.organization.shows, world.organization.tells);
    let adoption = world.resource.spec.as_ref().unwrap().adoption_policy;
    let may_touch = world.organization.holds.is_none() || adoption == AdoptionPolicy::Always;
    for step in steps {
        world.take(*step);
        prop_assert!(may_touch || world.organization.holds == Some(Held::Stranger), "after {:?}", step);
    }
    world.settle();
    let reason = world.reason();
    if !may_touch {
        prop_assert_eq!(reason, Some(Reason::AlreadyConfigured));
    } else if reason == Some(Reason::AlreadyConfigured) {
        // What neither shows nor is told of cannot be told from somebody else's: the one case that takes a person.
        prop_assert!(!shows && !tells && adoption != AdoptionPolicy::Always);
    } else {
        prop_assert_eq!(reason, Some(Reason::Ready));
        prop_assert!(world.holds_what_is_declared(), "{:?}", world.organization);
        prop_assert_eq!(&world.resource.status.pending, &None);
    }
    stays(world)
}

fn stays(mut world: World) -> Result<(), TestCaseError> {
    let before = world.resource.clone();
    let done = world.visit(None);
    prop_assert_eq!((done.writes, done.events.len()), (0, 0));
    prop_assert_eq!(&world.resource, &before);
    world.memory = Memory::default();
    let done = world.visit(None);
    prop_assert_eq!((done.writes, done.events.len()), (0, 0), "after a restart");
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 2000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn when_faults_stop_it_converges_and_stays(
        adoption in adoption(),
        deletion in deletion(),
        organization in organization(),
        steps in steps(),
    ) {
        converges(start(adoption, deletion, organization), &steps)?;
    }

    #[test]
    fn audit_events_that_do_not_answer_for_a_while_change_nothing_of_that(
        adoption in adoption(),
        deletion in deletion(),
        organization in telling_organization(),
        steps in dim_steps(),
    ) {
        converges(start(adoption, deletion, organization), &steps)?;
    }

    #[test]
    fn whoever_changes_it_meanwhile_the_declared_configuration_is_in_force_in_the_end(
        deletion in deletion(),
        shows in any::<bool>(),
        steps in meddled_steps(),
    ) {
        let organization = Organization { shows, tells: true, ..Organization::default() };
        let mut world = start(AdoptionPolicy::Always, deletion, organization);
        world.pause = 3600;
        world.take_all(steps);
        world.settle();
        prop_assert_eq!(world.reason(), Some(Reason::Ready));
        prop_assert!(world.holds_what_is_declared(), "{:?}", world.organization);
        stays(world)?;
    }

    #[test]
    fn what_is_only_reported_is_never_overwritten(
        deletion in deletion(),
        before in steps(),
        after in steps(),
    ) {
        let organization = Organization { tells: true, ..Organization::default() };
        let mut world = start(AdoptionPolicy::IfMatching, deletion, organization);
        world.resource.spec.as_mut().unwrap().drift_policy = DriftPolicy::Report;
        world.take_all(before);
        world.take(Step::Meddle);
        for step in after {
            world.take(step);
            prop_assert_eq!(&world.organization.holds, &Some(Held::Stranger), "after {:?}", step);
        }
        world.settle();
        prop_assert!(world.resource.status.condition(ConditionType::Stalled).is_some());
        stays(world)?;
    }

    #[test]
    fn whenever_it_is_deleted_it_goes_and_takes_only_what_it_applied(
        adoption in adoption(),
        deletion in deletion(),
        organization in organization(),
        steps in steps(),
        last in proptest::option::of(trouble()),
    ) {
        let may_touch = organization.holds.is_none() || adoption == AdoptionPolicy::Always;
        let tells = organization.tells;
        let mut world = start(adoption, deletion, organization);
        for step in steps {
            world.take(step);
        }
        let held = world.organization.holds.clone();
        let was_applied = world.resource.status.applied.is_some();
        world.resource = deleted(world.resource);
        world.visit(last);
        world.visit(None);
        prop_assert!(!world.resource.finalizer);
        let held_after = world.organization.holds.clone();
        prop_assert!(may_touch || held_after == Some(Held::Stranger));
        if deletion == DeletionPolicy::Retain {
            prop_assert_eq!(held_after, held);
        } else if was_applied || (tells && matches!(held, Some(Held::Sent(_)))) {
            prop_assert_eq!(held_after, None);
        }
    }
}
