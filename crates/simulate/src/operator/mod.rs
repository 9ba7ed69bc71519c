//! One process of the operator: the core, driven as `src/controller` drives it.

mod inputs;
mod observe;
mod organizations;
mod providers;
mod queue;
mod store;
mod visit;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::Resource;

use crate::executor::Owner;
use crate::kubernetes::{Name, Shown};
use crate::time::{Millis, millis, to_the_second};
use crate::world::{Precaution, World};
use organizations::Organizations;
use providers::Providers;
use queue::{Cause, Queue};
use store::{Change, Store};
use visit::{Memory, Outcome};

pub(crate) use inputs::{usable_key, usable_text};
pub(crate) use visit::Content;

/// Visits at a time.
const CONCURRENCY: usize = 16;

/// One process, from its start to its end.
pub(crate) struct Process {
    pub(crate) owner: Owner,
    pub(crate) replica: usize,
    /// Until when it holds the lease, where there is one to hold.
    pub(crate) claim: Cell<Option<Millis>>,
    /// Was it told to stop?
    pub(crate) stopping: Cell<bool>,
    /// How much of the API server's log it has been told.
    pub(crate) told: Cell<usize>,
    /// Is its first list complete?
    pub(crate) synced: Cell<bool>,
    /// Is a list on its way, since a watch has failed?
    pub(crate) lists_again: Cell<bool>,
    organizations: Rc<Organizations>,
    providers: Providers,
    store: RefCell<Store>,
    queue: RefCell<Queue>,
    visits: RefCell<BTreeMap<Name, Cause>>,
}

impl Process {
    pub(crate) fn new(owner: Owner, replica: usize, without: Option<Precaution>) -> Self {
        let organizations = Rc::<Organizations>::default();
        Self {
            owner,
            replica,
            claim: Cell::new(None),
            stopping: Cell::new(false),
            told: Cell::new(0),
            synced: Cell::new(false),
            lists_again: Cell::new(false),
            store: RefCell::new(Store::new(Rc::clone(&organizations), without)),
            organizations,
            providers: Providers::default(),
            queue: RefCell::default(),
            visits: RefCell::default(),
        }
    }

    /// Does its lease last that long? Without leader election there is nothing to lose.
    pub(crate) fn holds_lease(&self, world: &World, long: Millis) -> bool {
        !world.elects() || self.claim.get().is_some_and(|until| until > world.executor.now() + long)
    }

    /// How many visits are under way.
    pub(crate) fn visits(&self) -> usize {
        self.visits.borrow().len()
    }

    /// How much it keeps: more than resources warrant is a leak.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.store.borrow().len(), self.queue.borrow().size())
    }

    /// Takes a whole list: what it does not show is gone.
    pub(crate) fn hear_list(self: &Rc<Self>, world: &Rc<World>, list: Vec<Shown>) {
        let (resources, secrets) = self.store.borrow().missing(&list);
        let absent = secrets.into_iter().map(|name| Shown::Secret(name, None));
        for shown in list.into_iter().chain(absent) {
            self.hear(world, shown);
        }
        for name in &resources {
            self.gone(name, None);
        }
        self.synced.set(true);
    }

    /// Takes what a watch shows.
    pub(crate) fn hear(&self, world: &World, shown: Shown) {
        let now = to_the_second(world.executor.now());
        match shown {
            Shown::Resource(resource) => {
                let key = resource.name.clone();
                let change = self.store.borrow_mut().apply((*resource).clone(), now);
                let mut queue = self.queue.borrow_mut();
                match change {
                    Change::ByUser => queue.push(&key),
                    // During a visit it is the visit's own write.
                    Change::ByOperator if !queue.is_visited(&key) => queue.push(&key),
                    Change::ByOperator | Change::None => {}
                }
            }
            Shown::Gone(name, version) => self.gone(&name, Some(version)),
            Shown::Secret(name, version) => {
                let dependents = self.store.borrow_mut().note_secret(&name, version, self.synced.get(), now);
                for key in &dependents {
                    self.queue.borrow_mut().push(key);
                }
            }
        }
    }

    fn gone(&self, key: &Name, version: Option<u64>) {
        if self.store.borrow_mut().remove(key, version) {
            self.queue.borrow_mut().forget(key);
        }
    }

    /// One turn of the loop: whoever is concerned by others is visited, and visits begin.
    pub(crate) fn turn(self: &Rc<Self>, world: &Rc<World>) {
        for key in self.organizations.take_concerned() {
            self.queue.borrow_mut().push(&key);
        }
        if self.synced.get() && !self.stopping.get() && self.holds_lease(world, 0) {
            self.dispatch(world);
        }
    }

    fn dispatch(self: &Rc<Self>, world: &Rc<World>) {
        while self.visits() < CONCURRENCY {
            let due = self.visits.borrow().values().filter(|cause| **cause == Cause::Due).count();
            let popped = self.queue.borrow_mut().pop(due < CONCURRENCY.div_ceil(2));
            let Some((key, cause)) = popped else { return };
            let found = self.store.borrow().get(&key);
            let Some((resource, memory)) = found else {
                self.queue.borrow_mut().forget(&key);
                continue;
            };
            if let Some(pause) = self.rests(world, &resource, &memory) {
                self.store.borrow_mut().note_rest(&key);
                let number = self.queue.borrow_mut().schedule(&key);
                self.wake(world, &key, number, pause);
                continue;
            }
            self.begin(world, &key, cause, resource, memory);
        }
    }

    /// After a restart, a resource that stands as it was left is not visited before its interval. The controller notes that as the
    /// resource comes, to the same end: its own tests see to it.
    fn rests(&self, world: &World, resource: &Resource, memory: &Memory) -> Option<Duration> {
        let is_first = !memory.core.visited;
        let interval = resource.spec.as_ref().ok()?.interval();
        let secrets = resource.settled_with().filter(|_| is_first)?;
        let is_settled = secrets.iter().all(|version| self.store.borrow().is_current(version));
        is_settled.then(|| interval.mul_f64(world.dice.borrow_mut().chance()))
    }

    fn begin(self: &Rc<Self>, world: &Rc<World>, key: &Name, cause: Cause, resource: Arc<Resource>, memory: Memory) {
        self.queue.borrow_mut().begin(key);
        self.visits.borrow_mut().insert(key.clone(), cause);
        let (process, shared) = (Rc::clone(self), Rc::clone(world));
        world.executor.spawn(self.owner, async move {
            let outcome = process.visit(&shared, Arc::clone(&resource), memory).await;
            process.ended(&shared, &resource, outcome);
        });
    }

    fn ended(self: &Rc<Self>, world: &Rc<World>, visited: &Resource, outcome: Outcome) {
        let key = &visited.name;
        self.visits.borrow_mut().remove(key);
        let pause = outcome.next;
        if outcome.resource.is_none() && self.store.borrow().has(visited) {
            self.store.borrow_mut().remove(key, None);
            self.queue.borrow_mut().forget(key);
        }
        if self.store.borrow_mut().conclude(key, outcome, to_the_second(world.executor.now())) {
            self.queue.borrow_mut().push(key);
        }
        // Precaution: what went during its visit claims nothing any more.
        if world.takes(Precaution::TakesClaimBack) && !self.store.borrow().has(visited) {
            self.organizations.note(visited, None);
        }
        let number = self.queue.borrow_mut().end(key);
        if let Some(number) = number {
            self.wake(world, key, number, pause);
        }
        world.visit_ended(self);
        self.turn(world);
    }

    /// Puts down when a resource is due.
    fn wake(self: &Rc<Self>, world: &Rc<World>, key: &Name, number: u64, pause: Duration) {
        let (process, shared, key) = (Rc::clone(self), Rc::clone(world), key.clone());
        world.executor.after(millis(pause), move || {
            if shared.is_awake(&process) {
                process.queue.borrow_mut().push_due(&key, number);
                process.turn(&shared);
            } else {
                // It thaws, or it is gone: then this is of no use any more.
                shared.when_awake(&process, move |shared, process| {
                    process.queue.borrow_mut().push_due(&key, number);
                    process.turn(shared);
                });
            }
        });
    }
}
