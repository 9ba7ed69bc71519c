//! The world: servers, networks, processes, and the people who change things.

mod declared;
mod people;
mod processes;
mod servers;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use cognigy_sso_decide::{Event, Resource, Salt};
use futures::channel::oneshot;

use crate::cognigy::Cognigy;
use crate::crash::CrashPoint;
use crate::dice::Dice;
use crate::executor::{Executor, Owner};
use crate::history::{Edition, History, Turn, What};
use crate::kubernetes::{Kubernetes, Name};
use crate::operator::Process;
use crate::saml::Certificates;
use crate::strategy::Strategy;
use crate::time::{Millis, SECOND};
use crate::weather::Weather;

pub use declared::Declared;
pub use people::{
    API_URL, CANARY, CERTIFICATE_KEY, INTERVAL, SECRET_KEY, STRANGER, USER, api_key, api_key_secret, sign_in_secret,
};

/// What the driver takes care of beyond the steps of a visit. One can be left out, to show what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precaution {
    /// A resource that went during its visit claims no organization any more when the visit ends.
    TakesClaimBack,
    /// As long as no status names the organization, what the visit has claimed stays claimed.
    KeepsClaim,
    /// What the first list shows has not changed just now: attempts survive a restart.
    KeepsAttempts,
}

/// How long a killed process takes to be there again.
const RESTART: Millis = 10 * SECOND;

/// By organization and body.
type Editions = HashMap<(Box<str>, Box<str>), Edition>;

/// The world.
pub struct World {
    /// How people sign in, where a resource says nothing else.
    pub strategy: Strategy,
    /// What SAML identity providers sign with.
    pub certificates: Cell<Certificates>,
    /// Time, and what is due.
    pub executor: Executor,
    /// Chance.
    pub dice: RefCell<Dice>,
    /// The API server.
    pub kubernetes: RefCell<Kubernetes>,
    /// Cognigy.AI.
    pub cognigy: RefCell<Cognigy>,
    /// What is wrong just now.
    pub weather: RefCell<Weather>,
    /// What happened.
    pub history: RefCell<History>,
    /// How many calls came to Cognigy.AI in each second.
    pub arrivals: RefCell<BTreeMap<Millis, u32>>,
    /// Where the next process dies.
    pub crash: Cell<Option<CrashPoint>>,
    /// When it did.
    pub crashed: Cell<Option<Millis>>,
    /// The precaution that the driver goes without.
    pub without: Cell<Option<Precaution>>,
    /// Is all well for good, so that leases may be renewed less often?
    pub at_rest: Cell<bool>,
    /// Is what comes out of the operator searched for secrets, `Debug` included?
    pub inspects: Cell<bool>,
    replicas: usize,
    processes: RefCell<Vec<Rc<Process>>>,
    owners: Cell<Owner>,
    lease: RefCell<processes::Lease>,
    calls: Cell<u64>,
    /// What each body that a resource ever declared was.
    editions: RefCell<Editions>,
    declared: RefCell<HashMap<Name, Declared>>,
}

impl World {
    /// A world with so many replicas of the operator, none of them started.
    #[must_use]
    pub fn new(seed: u64, replicas: usize, strategy: Strategy) -> Rc<Self> {
        Rc::new(Self {
            strategy,
            certificates: Cell::default(),
            executor: Executor::default(),
            dice: RefCell::new(Dice::new(seed)),
            kubernetes: RefCell::default(),
            cognigy: RefCell::default(),
            weather: RefCell::default(),
            history: RefCell::default(),
            arrivals: RefCell::default(),
            crash: Cell::new(None),
            crashed: Cell::new(None),
            without: Cell::new(None),
            at_rest: Cell::new(false),
            inspects: Cell::new(true),
            replicas,
            processes: RefCell::default(),
            owners: Cell::new(0),
            lease: RefCell::default(),
            calls: Cell::new(0),
            editions: RefCell::default(),
            declared: RefCell::default(),
        })
    }

    /// Does the driver take this precaution?
    pub(crate) fn takes(&self, precaution: Precaution) -> bool {
        self.without.get() != Some(precaution)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.executor.now()
    }

    /// Runs for so long.
    pub fn run(&self, long: Millis) {
        self.executor.run_until(self.now() + long);
    }

    /// Notes what happened.
    pub fn note(&self, what: What) {
        self.history.borrow_mut().note(self.now(), what);
    }

    /// The history, when all is over.
    #[must_use]
    pub fn end(&self) -> History {
        self.executor.clear();
        self.processes.borrow_mut().clear();
        std::mem::take(&mut self.history.borrow_mut())
    }

    /// Asks a server: the question takes its time, and so does the answer.
    pub(crate) async fn ask<T: 'static>(self: &Rc<Self>, serve: impl FnOnce() -> T + 'static) -> T {
        self.ask_slowly(move || (serve(), 0)).await
    }

    /// Asks a server that says how long its answer takes.
    pub(crate) async fn ask_slowly<T: 'static>(self: &Rc<Self>, serve: impl FnOnce() -> (T, Millis) + 'static) -> T {
        let (tell, answer) = oneshot::channel();
        let world = Rc::clone(self);
        self.executor.after(self.way(), move || {
            let (served, takes) = serve();
            let back = world.way();
            world.executor.after(takes + back, move || drop(tell.send(served)));
        });
        match answer.await {
            Ok(answer) => answer,
            Err(oneshot::Canceled) => std::future::pending().await,
        }
    }

    /// How long a message is on its way.
    fn way(&self) -> Millis {
        5 + self.dice.borrow_mut().below(20)
    }

    /// A process passes a point at which it may die.
    pub(crate) async fn pass(self: &Rc<Self>, process: Owner, point: CrashPoint) {
        if self.dies_at(process, point) {
            std::future::pending::<()>().await;
        }
    }

    fn dies_at(self: &Rc<Self>, process: Owner, point: CrashPoint) -> bool {
        if self.crash.get() != Some(point) {
            return false;
        }
        self.crash.set(None);
        self.crashed.set(Some(self.now()));
        self.note(What::Note(format!("crash point: {}", point.told())));
        self.kill(process);
        true
    }

    /// Random bytes.
    pub(crate) fn salt(&self) -> Salt {
        let mut dice = self.dice.borrow_mut();
        let (one, other) = (dice.throw(), dice.throw());
        (u128::from(one) << 64 | u128::from(other)).to_le_bytes()
    }

    pub(crate) fn publish_event(&self, resource: &Resource, event: &Event) {
        self.inspect("an event", &event.note);
        self.note(What::Event(resource.name.clone(), event.kind, event.note.clone()));
    }

    /// Looks for a secret in what comes out of the operator.
    pub(crate) fn inspect(&self, place: &str, thing: &impl std::fmt::Debug) {
        if self.inspects.get() && format!("{thing:?}").contains(CANARY) {
            self.note(What::Leak(place.to_owned()));
        }
    }

    fn note_process(&self, process: Owner, turn: Turn) {
        self.note(What::Process(process, turn));
    }
}
