//! One plan of the matrix: a situation, a fault, a crash point, and seven days to see what comes of it.

use std::rc::Rc;

use cognigy_sso_api::{ConditionType, DeletionPolicy};

use crate::cognigy::OnConflict;
use crate::crash::CrashPoint;
use crate::dice::Dice;
use crate::fault::{Fault, Scene, Severity};
use crate::history::{History, Holding, What};
use crate::oracles::{Found, Measure, State};
use crate::saml::Source;
use crate::strategy::Strategy;
use crate::time::{DAY, MINUTE, Millis};
use crate::world::{INTERVAL, Precaution, World};

/// The resource that plans are about.
pub const RESOURCE: &str = "acme";
/// Its organization.
pub const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
/// How long after the faults' end everything must be as it should: an interval, and what a person takes to act.
pub const SETTLING: Millis = INTERVAL + 30 * MINUTE;
/// How long it must stay so.
const WATCHED: Millis = 7 * DAY;
/// When the person looks who does what a message asks for.
const PERSON: Millis = 5 * MINUTE;

/// What is under way when the fault begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Situation {
    /// The first configuration.
    First,
    /// A rotated client secret or decryption key.
    Rotation,
    /// Another spec.
    Edit,
    /// A deletion that resets.
    Deletion,
    /// An identity provider that signs with another certificate. With OpenID Connect, keys are the provider's own affair.
    Certificate,
}

impl Situation {
    /// Those that there are.
    #[must_use]
    pub fn all(strategy: Strategy) -> &'static [Self] {
        match strategy {
            Strategy::Oidc => &[Self::First, Self::Rotation, Self::Edit, Self::Deletion],
            Strategy::Saml => &[Self::First, Self::Rotation, Self::Edit, Self::Deletion, Self::Certificate],
        }
    }
}

/// One plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How people sign in.
    pub strategy: Strategy,
    /// What is under way.
    pub situation: Situation,
    /// What goes wrong; `None` for a clean run.
    pub fault: Option<Fault>,
    /// How hard.
    pub severity: Severity,
    /// Where the process dies.
    pub crash: Option<CrashPoint>,
    /// Which variant of fault and world.
    pub variant: u64,
    /// The precaution that the driver goes without.
    pub without: Option<Precaution>,
}

/// What came of a plan.
#[derive(Clone, Debug)]
pub struct Run {
    /// What happened.
    pub history: History,
    /// When the process died at the crash point, if it came there.
    pub crashed: Option<Millis>,
    /// When the faults ended.
    pub ended: Millis,
    /// From when on everything must be as it should.
    pub settled: Millis,
    /// What was there then and seven days later, and what must be there.
    pub state: State,
}

impl Plan {
    /// Carries it out.
    #[must_use]
    pub fn run(&self) -> Run {
        let world = World::new(self.variant, self.fault.map_or(1, Fault::replicas), self.strategy);
        let conflicts = [OnConflict::Conflict, OnConflict::Overwrite, OnConflict::Words];
        let on_conflict = *Dice::new(self.variant).one_of(&conflicts).unwrap_or(&OnConflict::Conflict);
        // One that was created again knows its former configuration by the login URL only.
        let shows = self.variant.is_multiple_of(2) || matches!(self.fault, Some(Fault::K5 | Fault::K7));
        world.organization(ORGANIZATION, shows, true, on_conflict);
        world.without.set(self.without);
        world.start();
        world.run(5_000);
        self.arrange(&world);
        let scene = Scene {
            resource: RESOURCE.to_owned(),
            organization: ORGANIZATION.to_owned(),
            severity: self.severity,
            variant: self.variant,
        };
        world.crash.set(self.crash);
        if let Some(fault) = self.fault {
            world.note(What::FaultBegins(format!("{} {}", fault.id(), fault.name())));
            fault.begin(&world, &scene);
        }
        world.run(self.fault.map_or(MINUTE, Fault::lasts));
        if let Some(fault) = self.fault {
            fault.end(&world, &scene);
        }
        world.note(What::FaultsEnd);
        self.watch(&world)
    }

    /// What its run is judged by.
    #[must_use]
    pub fn measure(&self, run: &Run, clean_writes: usize) -> Measure {
        Measure {
            settled: run.settled,
            states: vec![run.state.clone()],
            clean_writes,
            waits_for_end: self.fault.filter(|fault| fault.holds_up()).map(Fault::catches_up),
            may_try: false,
            may_repeat: self.fault.is_some_and(Fault::makes_doubtful),
        }
    }

    fn arrange(&self, world: &Rc<World>) {
        let resets = self.situation != Situation::First;
        world.declare(RESOURCE, ORGANIZATION, |spec| {
            if resets {
                spec.deletion_policy = DeletionPolicy::Reset;
            }
            if let (Some(saml), Some(source)) = (&mut spec.saml, Dice::new(self.variant).one_of(&Source::ALL)) {
                source.declare(saml, RESOURCE);
            }
        });
        if self.situation != Situation::First {
            world.run(10 * MINUTE);
        }
        match self.situation {
            Situation::First => {}
            Situation::Rotation => world.rotate(RESOURCE),
            Situation::Edit => world.edit_configuration(RESOURCE),
            Situation::Deletion => world.delete(RESOURCE),
            Situation::Certificate => self.turn_certificates(world),
        }
    }

    /// Nothing tells of metadata that is another: it is seen when the interval has passed, or when somebody asks for a look.
    fn turn_certificates(&self, world: &Rc<World>) {
        let overlap = self.variant.is_multiple_of(2);
        world.turn_certificates(overlap);
        if overlap {
            world.request_check(RESOURCE);
            world.run(10 * MINUTE);
            world.turn_certificates(false);
        }
        world.request_check(RESOURCE);
    }

    fn watch(&self, world: &Rc<World>) -> Run {
        let ended = world.now();
        world.run(PERSON);
        if self.fault.is_some_and(Fault::needs_person) && is_stalled(world, RESOURCE) {
            world.request_check(RESOURCE);
        }
        world.executor.run_until(ended + SETTLING);
        let (settled, then) = (world.now(), found(world, RESOURCE));
        world.crash.set(None);
        world.at_rest.set(true);
        world.inspects.set(false);
        world.run(WATCHED);
        let finally = found(world, RESOURCE);
        let expected = expected(world, RESOURCE);
        let state = State { resource: RESOURCE.into(), then, finally, expected };
        Run { crashed: world.crashed.get(), history: world.end(), ended, settled, state }
    }
}

/// Does a person have to act?
#[must_use]
pub fn is_stalled(world: &World, name: &str) -> bool {
    let kubernetes = world.kubernetes.borrow();
    kubernetes.resource(name).is_some_and(|resource| resource.status.is_true(ConditionType::Stalled))
}

fn found(world: &World, name: &str) -> Found {
    let kubernetes = world.kubernetes.borrow();
    let resource = kubernetes.resource(name);
    let ready = resource.map(|resource| {
        resource.status.is_true(ConditionType::Ready) && resource.status.observed_generation == resource.generation
    });
    Found { holds: world.holding(&world.organization_declared(name)), ready }
}

/// What the resource says, or nothing when it is gone with its configuration.
fn expected(world: &World, name: &str) -> Found {
    let is_there = world.kubernetes.borrow().resource(name).is_some_and(|resource| !resource.deleting);
    let edition = world.newest_edition(name).filter(|_| is_there);
    let holds = edition.map_or(Holding::Nothing, Holding::Declared);
    Found { holds, ready: is_there.then_some(true) }
}
