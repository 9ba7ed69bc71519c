//! Processes, how they come and go, their leases, and what watches show them.

use std::rc::Rc;

use super::{RESTART, World};
use crate::executor::Owner;
use crate::history::{Turn, What};
use crate::kubernetes::Shown;
use crate::operator::Process;
use crate::time::{HOUR, Millis, SECOND};
use crate::weather::{InsideCall, WatchTrouble};

/// How long a lease lasts, and how often it is renewed.
const TERM: (Millis, Millis) = (60 * SECOND, 10 * SECOND);
/// The same when all is well for good: it spares the simulation time.
const LONG_TERM: (Millis, Millis) = (3 * HOUR, HOUR);
/// How long a watch that has failed waits before it is begun again.
const WATCH_AGAIN: Millis = 5 * SECOND;

/// Who leads.
#[derive(Debug, Default)]
pub(super) struct Lease {
    holder: Option<usize>,
    until: Millis,
}

impl World {
    /// Is there more than one replica, so that one must lead?
    pub(crate) fn elects(&self) -> bool {
        self.replicas > 1
    }

    /// Starts every replica.
    pub fn start(self: &Rc<Self>) {
        (0..self.replicas).for_each(|replica| self.start_replica(replica));
    }

    fn start_replica(self: &Rc<Self>, replica: usize) {
        let owner = self.owners.get() + 1;
        self.owners.set(owner);
        let process = Rc::new(Process::new(owner, replica, self.without.get()));
        self.processes.borrow_mut().push(Rc::clone(&process));
        self.note_process(owner, Turn::Started);
        if self.elects() {
            let (world, process) = (Rc::clone(self), process);
            self.executor.spawn(owner, async move { world.campaign(&process).await });
        } else {
            self.list(&process);
        }
    }

    /// Renews the lease or waits for it; a leader that has lost it starts anew.
    async fn campaign(self: Rc<Self>, process: &Rc<Process>) {
        loop {
            let (world, replica, asked) = (Rc::clone(&self), process.replica, self.now());
            let granted = self.ask(move || world.grant(replica)).await;
            match (granted, process.claim.get()) {
                (true, None) => {
                    process.claim.set(Some(asked + self.term().0));
                    self.note_process(process.owner, Turn::Leads);
                    self.list(process);
                }
                (true, Some(_)) => process.claim.set(Some(asked + self.term().0)),
                (false, Some(_)) => {
                    self.note_process(process.owner, Turn::StepsDown);
                    self.replace(process.owner, process.replica, 0);
                    std::future::pending::<()>().await;
                }
                (false, None) => {}
            }
            self.executor.sleep(self.term().1).await;
        }
    }

    fn term(&self) -> (Millis, Millis) {
        if self.at_rest.get() { LONG_TERM } else { TERM }
    }

    fn grant(&self, replica: usize) -> bool {
        let mut lease = self.lease.borrow_mut();
        let free = lease.holder.is_none() || lease.until <= self.now();
        if free || lease.holder == Some(replica) {
            *lease = Lease { holder: Some(replica), until: self.now() + self.term().0 };
            return true;
        }
        false
    }

    /// Kills a process; it is started again after a while.
    pub fn kill(self: &Rc<Self>, owner: Owner) {
        let found = self.processes.borrow().iter().find(|process| process.owner == owner).cloned();
        let Some(process) = found else { return };
        self.note_process(owner, Turn::Killed);
        self.replace(owner, process.replica, RESTART);
    }

    /// Kills whoever leads, or the only process.
    pub fn kill_leader(self: &Rc<Self>) {
        if let Some(leader) = self.leader() {
            self.kill(leader.owner);
        }
    }

    /// Tells whoever leads to stop: what is in flight is finished.
    pub fn stop_leader(self: &Rc<Self>) {
        let Some(leader) = self.leader() else { return };
        leader.stopping.set(true);
        self.note_process(leader.owner, Turn::Stopping);
        self.visit_ended(&leader);
    }

    fn leader(&self) -> Option<Rc<Process>> {
        let processes = self.processes.borrow();
        processes.iter().find(|process| process.holds_lease(self, 0)).cloned()
    }

    /// A visit has ended: a process that was told to stop may be done.
    pub(crate) fn visit_ended(self: &Rc<Self>, process: &Rc<Process>) {
        let (resources, queued) = process.size();
        if queued > 4 * (resources + 8) {
            self.note(What::Grown(format!("process {} queues {queued} for {resources} resources", process.owner)));
        }
        if process.stopping.get() && process.visits() == 0 {
            self.note_process(process.owner, Turn::Stopped);
            let mut lease = self.lease.borrow_mut();
            if lease.holder == Some(process.replica) {
                lease.holder = None;
            }
            self.replace(process.owner, process.replica, SECOND);
        }
    }

    fn replace(self: &Rc<Self>, owner: Owner, replica: usize, pause: Millis) {
        self.processes.borrow_mut().retain(|process| process.owner != owner);
        self.executor.kill(owner);
        let world = Rc::clone(self);
        self.executor.after(pause, move || world.start_replica(replica));
    }

    /// What happens to the process while a call is on its way.
    pub(super) fn happen_inside_call(self: &Rc<Self>, owner: Owner) {
        let Some(happens) = self.weather.borrow_mut().inside_call.take() else { return };
        match happens {
            InsideCall::Stop => self.stop_leader(),
            InsideCall::LoseLease => {
                self.note(What::Note("another replica is given the lease".to_owned()));
                let other = self.processes.borrow().iter().find(|process| process.owner != owner).map(|p| p.replica);
                *self.lease.borrow_mut() = Lease { holder: other, until: self.now() + self.term().0 };
            }
            InsideCall::Freeze(long) => self.freeze(owner, long),
        }
    }

    /// Freezes a process for so long.
    pub fn freeze(self: &Rc<Self>, owner: Owner, long: Millis) {
        self.note_process(owner, Turn::Froze);
        self.executor.freeze(owner);
        let world = Rc::clone(self);
        self.executor.after(long, move || {
            world.note_process(owner, Turn::Thawed);
            world.executor.thaw(owner);
        });
    }

    /// Is it there, and not frozen?
    pub(crate) fn is_awake(&self, process: &Process) -> bool {
        self.is_there(process) && !self.executor.is_frozen(process.owner)
    }

    fn is_there(&self, process: &Process) -> bool {
        self.processes.borrow().iter().any(|other| other.owner == process.owner)
    }

    /// Does this when the process is awake, if it is there then.
    pub(crate) fn when_awake(
        self: &Rc<Self>,
        process: &Rc<Process>,
        action: impl FnOnce(&Rc<Self>, &Rc<Process>) + 'static,
    ) {
        if self.is_awake(process) {
            return action(self, process);
        }
        if self.is_there(process) {
            let (world, process) = (Rc::clone(self), Rc::clone(process));
            self.executor.after(SECOND, move || world.when_awake(&process, action));
        }
    }

    /// Has every process told what is new in the API server.
    pub fn publish(self: &Rc<Self>) {
        for process in self.processes.borrow().iter() {
            let (world, process) = (Rc::clone(self), Rc::clone(process));
            let until = self.kubernetes.borrow().log().len();
            self.executor.after(self.way(), move || {
                world.when_awake(&process, move |world, process| world.show(process, until));
            });
        }
    }

    fn show(self: &Rc<Self>, process: &Rc<Process>, until: usize) {
        let told = process.told.get();
        if !process.synced.get() || until <= told || process.lists_again.get() {
            return;
        }
        let trouble = self.weather.borrow().watch;
        if let Some(WatchTrouble::TooOld | WatchTrouble::Cut | WatchTrouble::Stale) = trouble {
            return self.list_again(process);
        }
        let from = if trouble == Some(WatchTrouble::Repeats) { 0 } else { told };
        let news: Vec<_> = self.kubernetes.borrow().log().get(from..until).unwrap_or_default().to_vec();
        for shown in news {
            let is_lost = trouble == Some(WatchTrouble::LosesDeletions) && matches!(shown, Shown::Gone(..));
            if !is_lost {
                process.hear(self, shown);
            }
        }
        process.told.set(until);
        process.turn(self);
    }

    /// Everything is listed again after a while.
    fn list_again(self: &Rc<Self>, process: &Rc<Process>) {
        process.lists_again.set(true);
        let (world, process) = (Rc::clone(self), Rc::clone(process));
        self.executor.after(WATCH_AGAIN, move || {
            process.lists_again.set(false);
            world.list(&process);
        });
    }

    /// Every process lists everything again: what a watch has lost is found.
    pub fn relist(self: &Rc<Self>) {
        let processes = self.processes.borrow().clone();
        processes.iter().filter(|process| process.synced.get()).for_each(|process| self.list(process));
    }

    /// Lists everything, now or as soon as that is possible.
    fn list(self: &Rc<Self>, process: &Rc<Process>) {
        let (world, process) = (Rc::clone(self), Rc::clone(process));
        self.executor.after(self.way(), move || {
            world.when_awake(&process, |world, process| {
                if world.weather.borrow().no_lists {
                    return world.list_again(process);
                }
                world.list_now(process);
            });
        });
    }

    fn list_now(self: &Rc<Self>, process: &Rc<Process>) {
        let trouble = self.weather.borrow().watch;
        let newest = self.kubernetes.borrow().log().len();
        // It is asked for as the most recent one: what it can lack is what users have changed since.
        let lacks = trouble == Some(WatchTrouble::Stale);
        let until = if lacks { self.kubernetes.borrow().written() } else { newest };
        let list = self.kubernetes.borrow().list(until);
        process.told.set(until);
        process.hear_list(self, list);
        process.turn(self);
        if until < newest {
            self.catch_up(process);
        }
    }

    /// The watch after a stale list shows what the list did not.
    fn catch_up(self: &Rc<Self>, process: &Rc<Process>) {
        let (world, process) = (Rc::clone(self), Rc::clone(process));
        self.executor.after(WATCH_AGAIN, move || {
            world.when_awake(&process, |world, process| {
                let (told, news) = (process.told.get(), world.kubernetes.borrow().log().len());
                let shown: Vec<_> = world.kubernetes.borrow().log().get(told..).unwrap_or_default().to_vec();
                for shown in shown {
                    process.hear(world, shown);
                }
                process.told.set(news.max(told));
                process.turn(world);
            });
        });
    }
}
