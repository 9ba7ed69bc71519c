//! Which resource is visited next, and when: as `src/controller/queue.rs`, with due times kept as virtual time.

use std::collections::{BTreeMap, VecDeque};

use crate::kubernetes::Name;

/// Each resource is in one state: it waits for its time, is queued, or is being visited.
#[derive(Debug)]
enum State {
    /// With the number of its pause: others that come due are of the past.
    Waiting(u64),
    Queued,
    Visited {
        again: bool,
    },
}

/// Why a resource is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Something happened to it.
    Change,
    /// Its pause is over.
    Due,
}

/// A queue without duplicates, in which changes come before what is merely due.
#[derive(Debug, Default)]
pub(super) struct Queue {
    states: BTreeMap<Name, State>,
    changed: VecDeque<Name>,
    due: VecDeque<Name>,
    pauses: u64,
}

impl Queue {
    pub(super) fn push(&mut self, key: &Name) {
        if let Some(State::Visited { again }) = self.states.get_mut(key) {
            *again = true;
            return;
        }
        self.forget(key);
        self.states.insert(key.clone(), State::Queued);
        self.changed.push_back(key.clone());
    }

    /// The pause of that number is over.
    pub(super) fn push_due(&mut self, key: &Name, pause: u64) {
        if matches!(self.states.get(key), Some(State::Waiting(waiting)) if *waiting == pause) {
            self.states.insert(key.clone(), State::Queued);
            self.due.push_back(key.clone());
        }
    }

    /// To be visited after a pause, which gets this number.
    pub(super) fn schedule(&mut self, key: &Name) -> u64 {
        self.forget(key);
        self.pauses += 1;
        self.states.insert(key.clone(), State::Waiting(self.pauses));
        self.pauses
    }

    pub(super) fn pop(&mut self, also_due: bool) -> Option<(Name, Cause)> {
        while let Some(key) = self.changed.pop_front() {
            if matches!(self.states.get(&key), Some(State::Queued)) {
                return Some((key, Cause::Change));
            }
        }
        if !also_due {
            return None;
        }
        while let Some(key) = self.due.pop_front() {
            if matches!(self.states.get(&key), Some(State::Queued)) {
                return Some((key, Cause::Due));
            }
        }
        None
    }

    pub(super) fn is_visited(&self, key: &Name) -> bool {
        matches!(self.states.get(key), Some(State::Visited { .. }))
    }

    pub(super) fn begin(&mut self, key: &Name) {
        self.states.insert(key.clone(), State::Visited { again: false });
    }

    /// A visit is over; the number of the pause, unless it is visited again at once.
    pub(super) fn end(&mut self, key: &Name) -> Option<u64> {
        match self.states.remove(key) {
            Some(State::Visited { again: true }) => {
                self.push(key);
                None
            }
            Some(State::Visited { again: false }) => Some(self.schedule(key)),
            Some(State::Queued | State::Waiting(_)) | None => None,
        }
    }

    pub(super) fn forget(&mut self, key: &Name) {
        match self.states.get_mut(key) {
            Some(State::Visited { again }) => *again = false,
            Some(State::Queued | State::Waiting(_)) | None => {
                self.states.remove(key);
            }
        }
    }

    /// How much it keeps.
    pub(super) fn size(&self) -> usize {
        self.states.len().max(self.changed.len()).max(self.due.len())
    }
}
