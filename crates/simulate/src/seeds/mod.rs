//! Random worlds: policies, resources and organizations, faults, crashes and people at random moments; then faults stop, and
//! everything must come right.

mod cast;

use std::rc::Rc;

use cognigy_sso_api::{ConditionStatus, ConditionType, DriftPolicy, Reason};

use crate::crash::CrashPoint;
use crate::dice::Dice;
use crate::fault::{FAULTS, Fault, Scene, Severity};
use crate::history::{History, Holding, What};
use crate::oracles::{Found, Measure, RETRY, State, Violation, judge};
use crate::strategy::Strategy;
use crate::time::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::world::{Precaution, World};
use cast::{Cast, build, create};

/// How long things go wrong.
const CHAOS: Millis = 4 * HOUR;
/// How long after that everything must be as it should.
const SETTLING: Millis = 4 * HOUR;
/// How long it must stay so.
const WATCHED: Millis = 2 * DAY;
/// How long audit events may take to show.
const LONGEST_LAG: Millis = 20 * SECOND;
/// How often people look, while all settles.
const PEOPLE: [Millis; 2] = [10 * MINUTE, 90 * MINUTE];

/// What came of a seed.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// How people signed in at first.
    pub strategy: Strategy,
    /// What is wrong, if anything.
    pub violations: Vec<Violation>,
    /// What happened.
    pub history: History,
}

impl Outcome {
    /// What went wrong, as people read it, with the way to see it again.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { seed, strategy, violations, history } = self;
        let flag = if *strategy == Strategy::Saml { " --saml" } else { "" };
        let wrong = violations.iter().map(|Violation { oracle, text }| format!("oracle {oracle}: {text}"));
        let wrong = wrong.collect::<Vec<_>>().join("\n");
        format!("seed {seed}\n\n{}\n{wrong}\nAgain: cargo xtask faults --seeds 1 --seed {seed}{flag}\n", history.told())
    }
}

/// What is otherwise than usual.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variation {
    /// How people sign in at first. Only where that is SAML do resources switch to the other way and back, and identity
    /// providers turn to other certificates.
    pub strategy: Strategy,
    /// The precaution that the driver goes without.
    pub without: Option<Precaution>,
    /// May audit events take up to 20 s to show? Then some worlds go wrong that the core does not come through yet.
    pub late_events: bool,
}

/// Lives through the world of a seed.
#[must_use]
pub fn run(seed: u64, variation: Variation) -> Outcome {
    let mut dice = Dice::new(seed ^ 0x5eed);
    let replicas = if dice.once_in(4) { 2 } else { 1 };
    let world = World::new(seed, replicas, variation.strategy);
    world.without.set(variation.without);
    let resources = build(&world, &mut dice, variation.late_events);
    world.start();
    world.run(5 * SECOND);
    let happenings = 4 + dice.below(24);
    let mut trouble = None;
    let begun = world.now();
    for number in 0..happenings {
        let at = begun + number * CHAOS / happenings + dice.below(CHAOS / happenings);
        world.executor.run_until(at);
        trouble = happen(&world, &mut dice, &resources, trouble);
        // Much is found where one thing comes shortly after another.
        if dice.once_in(2) {
            let pause = dice.below(700);
            world.run(pause);
            trouble = happen(&world, &mut dice, &resources, trouble);
        }
    }
    end_trouble(&world, trouble.take());
    if world.certificates.get().overlap {
        world.turn_certificates(false);
    }
    world.crash.set(None);
    world.note(What::FaultsEnd);
    settle(&world, &resources, seed)
}

type Trouble = Option<(Fault, Scene)>;

fn end_trouble(world: &Rc<World>, trouble: Trouble) {
    if let Some((fault, scene)) = trouble {
        fault.end(world, &scene);
        world.note(What::Note(format!("over: {}", fault.id())));
    }
}

/// Something happens.
fn happen(world: &Rc<World>, dice: &mut Dice, resources: &[Cast], trouble: Trouble) -> Trouble {
    let Some(cast) = dice.one_of(resources).cloned() else { return trouble };
    let is_there = world.kubernetes.borrow().resource(&cast.name).is_some();
    let happenings = if world.strategy == Strategy::Saml { 15 } else { 12 };
    match dice.below(happenings) {
        _ if !is_there => create(world, &cast),
        0 | 1 => world.rotate(&cast.name),
        2 | 3 => world.edit_configuration(&cast.name),
        4 => world.delete(&cast.name),
        5 if dice.once_in(2) => world.disturb(&cast.organization),
        5 => world.reset_by_hand(&cast.organization),
        6 => world.kill_leader(),
        7 => world.crash.set(dice.one_of(&CrashPoint::ALL).copied()),
        8 => world.request_check(&cast.name),
        12 | 13 => world.turn_certificates(dice.once_in(2)),
        14 => world.switch_strategy(&cast.name),
        _ if trouble.is_some() => {
            end_trouble(world, trouble);
            return None;
        }
        _ => return begin_trouble(world, dice, &cast),
    }
    trouble
}

fn begin_trouble(world: &Rc<World>, dice: &mut Dice, cast: &Cast) -> Trouble {
    let fault = *dice.one_of(FAULTS)?;
    let severity = if dice.once_in(2) { Severity::Brief } else { Severity::Lasting };
    let (resource, organization) = (cast.name.clone(), cast.organization.clone());
    let scene = Scene { resource, organization, severity, variant: dice.throw() };
    world.note(What::FaultBegins(format!("{} {} ({severity:?})", fault.id(), fault.name())));
    fault.begin(world, &scene);
    if dice.once_in(2) {
        world.crash.set(dice.one_of(&CrashPoint::ALL).copied());
    }
    Some((fault, scene))
}

/// Lets everything come right, watches that it stays so, and judges.
fn settle(world: &Rc<World>, resources: &[Cast], seed: u64) -> Outcome {
    let ended = world.now();
    for pause in PEOPLE {
        world.executor.run_until(ended + pause);
        for cast in resources {
            if asks_for_check(world, &cast.name) {
                world.request_check(&cast.name);
            }
        }
    }
    world.executor.run_until(ended + SETTLING);
    let (settled, then) = (world.now(), look(world, resources));
    world.at_rest.set(true);
    world.inspects.set(false);
    world.run(WATCHED);
    let finally = look(world, resources);
    let states = then.into_iter().zip(finally).map(|((resource, then, _), (_, finally, expected))| State {
        resource: resource.as_str().into(),
        then,
        finally,
        expected,
    });
    let measure = Measure {
        settled,
        states: states.collect(),
        clean_writes: 0,
        waits_for_end: Some(HOUR + RETRY),
        may_try: world.cognigy.borrow().organizations.values().any(|organization| !organization.audited),
        may_repeat: true,
    };
    let history = world.end();
    let violations = judge(&history, &measure);
    Outcome { seed, strategy: world.strategy, violations, history }
}

/// Does the message ask a person to try again?
fn asks_for_check(world: &World, name: &str) -> bool {
    let asks = [Reason::RolledBack, Reason::DriftLoop, Reason::Rejected, Reason::Forbidden, Reason::ApiNotFound];
    let kubernetes = world.kubernetes.borrow();
    let stalled = kubernetes.resource(name).and_then(|resource| resource.status.condition(ConditionType::Stalled));
    stalled.is_some_and(|stalled| asks.contains(&stalled.reason))
}

/// What is there, and what must be.
fn look(world: &World, resources: &[Cast]) -> Vec<(String, Found, Found)> {
    let kubernetes = world.kubernetes.borrow();
    let looked = resources.iter().filter_map(|cast| {
        let resource = kubernetes.resource(&cast.name)?;
        let ready = resource.status.is_true(ConditionType::Ready);
        let is_current = resource.status.observed_generation == resource.generation;
        let found = Found { holds: world.holding(&cast.organization), ready: Some(ready && is_current) };
        let expected = if cannot_know(world, cast) && found.ready == Some(true) {
            found.clone()
        } else if is_right_not_to_be_ready(world, cast, resources) {
            Found { ready: Some(false), ..found.clone() }
        } else {
            let holds = world.newest_edition(&cast.name).map_or(Holding::Nothing, Holding::Declared);
            Found { holds, ready: Some(true) }
        };
        Some((cast.name.clone(), found, expected))
    });
    looked.collect()
}

/// Can the resource not know better? Where no audit event may be read, what others do may not show.
fn cannot_know(world: &World, cast: &Cast) -> bool {
    let is_dark = world.cognigy.borrow().organizations.get(&cast.organization).is_some_and(|found| !found.audited);
    let kubernetes = world.kubernetes.borrow();
    let resource = kubernetes.resource(&cast.name);
    let says_so = resource.and_then(|resource| resource.status.condition(ConditionType::InSync));
    is_dark && says_so.is_some_and(|sync| sync.status == ConditionStatus::Unknown)
}

/// Is there something that only a person can decide?
fn is_right_not_to_be_ready(world: &World, cast: &Cast, resources: &[Cast]) -> bool {
    let kubernetes = world.kubernetes.borrow();
    let Some(resource) = kubernetes.resource(&cast.name) else { return false };
    let age = |name: &str| kubernetes.resource(name).map(|resource| (resource.created, resource.uid.clone()));
    let has_older = resources.iter().any(|other| {
        other.organization == cast.organization
            && other.name != cast.name
            && age(&other.name).is_some_and(|theirs| age(&cast.name).is_none_or(|ours| theirs < ours))
    });
    let holds = world.holding(&cast.organization);
    let cognigy = world.cognigy.borrow();
    let organization = cognigy.organizations.get(&cast.organization);
    let is_dark = organization.is_some_and(|organization| !organization.audited);
    let last = organization.and_then(|organization| organization.log.last());
    let is_former = last.is_some_and(|last| last.time < resource.created);
    let reason = resource.status.condition(ConditionType::Ready).map(|ready| ready.reason);
    let is_ours = matches!(&holds, Holding::Declared(edition) if *edition.resource == cast.name);
    match reason {
        Some(Reason::Conflict) => has_older,
        // What a former resource left behind, and what cannot be told from somebody else's where no audit event may be read.
        Some(Reason::AlreadyConfigured) => holds != Holding::Nothing && (!is_ours || is_former || is_dark),
        Some(Reason::Drifted) => cast.drift == DriftPolicy::Report,
        _ => false,
    }
}
