//! Futures and what is due, in virtual time and in one order: nothing here depends on the machine.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use futures::channel::oneshot;

use crate::time::Millis;

/// Whose a task is: one incarnation of one process.
pub type Owner = u32;

type Action = Box<dyn FnOnce()>;
type Job = Pin<Box<dyn Future<Output = ()>>>;

/// Something that happens at a time; of one time, in the order in which it was put down.
struct Due {
    at: (Millis, u64),
    action: Action,
}

/// Runs futures and actions in virtual time.
#[derive(Default)]
pub struct Executor {
    now: Cell<Millis>,
    count: Cell<u64>,
    agenda: RefCell<BinaryHeap<Reverse<Due>>>,
    tasks: RefCell<BTreeMap<u64, (Owner, Option<Job>)>>,
    ready: Arc<Ready>,
    frozen: RefCell<BTreeMap<Owner, Vec<u64>>>,
    killed: RefCell<BTreeSet<Owner>>,
}

#[derive(Default)]
struct Ready(Mutex<VecDeque<u64>>);

struct Bell {
    task: u64,
    ready: Arc<Ready>,
}

impl Executor {
    /// Now.
    pub fn now(&self) -> Millis {
        self.now.get()
    }

    /// Does this at that time, or now if that is past.
    pub fn at(&self, time: Millis, action: impl FnOnce() + 'static) {
        let at = (time.max(self.now.get()), self.next());
        self.agenda.borrow_mut().push(Reverse(Due { at, action: Box::new(action) }));
    }

    /// Does this after a pause.
    pub fn after(&self, pause: Millis, action: impl FnOnce() + 'static) {
        self.at(self.now.get().saturating_add(pause), action);
    }

    /// Ends after a pause.
    pub fn sleep(&self, pause: Millis) -> impl Future<Output = ()> + use<> {
        let (awake, woken) = oneshot::channel();
        self.after(pause, move || awake.send(()).unwrap_or(()));
        async move { woken.await.unwrap_or(()) }
    }

    /// Begins a task of a process.
    pub fn spawn(&self, owner: Owner, task: impl Future<Output = ()> + 'static) {
        let number = self.next();
        self.tasks.borrow_mut().insert(number, (owner, Some(Box::pin(task))));
        self.ready.push(number);
    }

    /// Ends a process: none of its tasks goes on.
    pub fn kill(&self, owner: Owner) {
        self.killed.borrow_mut().insert(owner);
        let doomed: Vec<u64> =
            self.tasks.borrow().iter().filter(|(_, (of, _))| *of == owner).map(|(number, _)| *number).collect();
        for number in doomed {
            let task = self.tasks.borrow_mut().remove(&number);
            drop(task);
        }
    }

    /// Freezes a process: its tasks go on when it thaws.
    pub fn freeze(&self, owner: Owner) {
        self.frozen.borrow_mut().entry(owner).or_default();
    }

    /// Is it frozen?
    pub fn is_frozen(&self, owner: Owner) -> bool {
        self.frozen.borrow().contains_key(&owner)
    }

    /// Lets a frozen process go on.
    pub fn thaw(&self, owner: Owner) {
        let waiting = self.frozen.borrow_mut().remove(&owner).unwrap_or_default();
        for number in waiting {
            self.ready.push(number);
        }
    }

    /// Runs until nothing is left to be done before `end`, and then it is `end`.
    pub fn run_until(&self, end: Millis) {
        loop {
            self.poll_ready();
            let is_due = self.agenda.borrow().peek().is_some_and(|Reverse(due)| due.at.0 <= end);
            if !is_due {
                break;
            }
            let due = self.agenda.borrow_mut().pop();
            if let Some(Reverse(Due { at, action })) = due {
                self.now.set(at.0);
                action();
            }
        }
        self.now.set(end.max(self.now.get()));
    }

    /// Lets go of all that waits.
    pub fn clear(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        let agenda = std::mem::take(&mut *self.agenda.borrow_mut());
        drop((tasks, agenda));
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.tasks.borrow().len()
    }

    fn poll_ready(&self) {
        while let Some(number) = self.ready.pop() {
            let found = self.tasks.borrow_mut().get_mut(&number).map(|(owner, job)| (*owner, job.take()));
            let Some((owner, Some(mut job))) = found else { continue };
            if let Some(waiting) = self.frozen.borrow_mut().get_mut(&owner) {
                waiting.push(number);
                self.put_back(number, job);
                continue;
            }
            let waker = Waker::from(Arc::new(Bell { task: number, ready: Arc::clone(&self.ready) }));
            let is_over = job.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
            if is_over || self.killed.borrow().contains(&owner) {
                self.tasks.borrow_mut().remove(&number);
                drop(job);
            } else {
                self.put_back(number, job);
            }
        }
    }

    fn put_back(&self, number: u64, job: Job) {
        if let Some((_, place)) = self.tasks.borrow_mut().get_mut(&number) {
            *place = Some(job);
        }
    }

    fn next(&self) -> u64 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }
}

impl Ready {
    fn push(&self, task: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(task);
    }

    fn pop(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.task);
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}
