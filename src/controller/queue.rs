//! Which resource is visited next, and when.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::watched::Key;

/// Each resource is in one state: it waits for its time, is queued, or is being visited.
enum State {
    Waiting(Instant),
    Queued,
    Visited {
        /// Did something happen meanwhile, so that it is visited again at once?
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
#[derive(Default)]
pub(super) struct Queue {
    states: HashMap<Key, State>,
    changed: VecDeque<Key>,
    due: VecDeque<Key>,
    /// Those that wait, the first to be due first.
    waiting: BTreeSet<(Instant, Key)>,
}

impl Queue {
    /// Something happened to it: to be visited as soon as possible. One that waits for its turn as due is moved up; what is
    /// left of it there is passed over.
    pub(super) fn push(&mut self, key: &Key) {
        if let Some(State::Visited { again }) = self.states.get_mut(key) {
            *again = true;
            return;
        }
        self.forget(key);
        self.states.insert(key.clone(), State::Queued);
        self.changed.push_back(key.clone());
    }

    /// Its pause is over: to be visited after those that something happened to.
    pub(super) fn push_due(&mut self, key: &Key) {
        if !self.states.contains_key(key) {
            self.states.insert(key.clone(), State::Queued);
            self.due.push_back(key.clone());
        }
    }

    /// To be visited after a pause.
    pub(super) fn schedule(&mut self, key: &Key, pause: Duration) {
        self.forget(key);
        let due = Instant::now() + pause;
        self.waiting.insert((due, key.clone()));
        self.states.insert(key.clone(), State::Waiting(due));
    }

    /// The next one whose pause is over; pending forever while none waits.
    pub(super) async fn next_due(&mut self) -> Option<Key> {
        match self.waiting.first() {
            Some((due, _)) => sleep_until(*due).await,
            None => std::future::pending().await,
        }
        let (_, key) = self.waiting.pop_first()?;
        self.states.remove(&key);
        Some(key)
    }

    /// The next one to visit, and why; one that is merely due only if `also_due`.
    pub(super) fn pop(&mut self, also_due: bool) -> Option<(Key, Cause)> {
        let is_queued = |key: &Key| matches!(self.states.get(key), Some(State::Queued));
        while let Some(key) = self.changed.pop_front() {
            if is_queued(&key) {
                return Some((key, Cause::Change));
            }
        }
        if !also_due {
            return None;
        }
        loop {
            let key = self.due.pop_front()?;
            if is_queued(&key) {
                return Some((key, Cause::Due));
            }
        }
    }

    pub(super) fn is_visited(&self, key: &Key) -> bool {
        matches!(self.states.get(key), Some(State::Visited { .. }))
    }

    pub(super) fn begin(&mut self, key: &Key) {
        self.states.insert(key.clone(), State::Visited { again: false });
    }

    /// A visit is over: at once again if something happened meanwhile, else after the pause. Answers with how long that is.
    pub(super) fn end(&mut self, key: &Key, pause: Duration) -> Duration {
        match self.states.remove(key) {
            Some(State::Visited { again: true }) => {
                self.push(key);
                Duration::ZERO
            }
            Some(State::Visited { again: false }) => {
                self.schedule(key, pause);
                pause
            }
            // Only what is visited ends.
            Some(State::Queued | State::Waiting(_)) | None => pause,
        }
    }

    /// How many wait for a visit that is due.
    pub(super) fn depth(&self) -> usize {
        self.states.values().filter(|state| matches!(state, State::Queued)).count()
    }

    /// Not to be visited any more. A visit that is under way is not forgotten: none other of that name may begin beside it.
    pub(super) fn forget(&mut self, key: &Key) {
        match self.states.get_mut(key) {
            Some(State::Visited { again }) => *again = false,
            Some(State::Waiting(due)) => {
                self.waiting.remove(&(*due, key.clone()));
                self.states.remove(key);
            }
            Some(State::Queued) | None => {
                self.states.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next one, a visit of which begins and ends unseen.
    fn pop(queue: &mut Queue) -> Option<Key> {
        let (key, _) = queue.pop(true)?;
        queue.states.remove(&key);
        Some(key)
    }

    fn key(name: &str) -> Key {
        Key::new("sso", name)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_pushed_twice_is_visited_once() {
        let mut queue = Queue::default();
        queue.push(&key("a"));
        queue.push(&key("b"));
        queue.push(&key("a"));
        assert_eq!([pop(&mut queue), pop(&mut queue), pop(&mut queue)], [Some(key("a")), Some(key("b")), None]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_happens_during_a_visit_leads_to_another() {
        let mut queue = Queue::default();
        queue.begin(&key("a"));
        queue.push(&key("a"));
        assert_eq!(pop(&mut queue), None);
        queue.end(&key("a"), Duration::from_mins(10));
        assert_eq!(pop(&mut queue), Some(key("a")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_push_overtakes_the_pause() {
        let mut queue = Queue::default();
        queue.schedule(&key("a"), Duration::from_mins(10));
        queue.schedule(&key("b"), Duration::from_mins(1));
        queue.push(&key("a"));
        assert_eq!(pop(&mut queue), Some(key("a")));
        assert_eq!(queue.next_due().await, Some(key("b")));
        assert!(queue.waiting.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_forgotten_is_not_visited() {
        let mut queue = Queue::default();
        queue.push(&key("a"));
        queue.forget(&key("a"));
        assert_eq!(pop(&mut queue), None);
        queue.end(&key("a"), Duration::ZERO);
        assert!(queue.waiting.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn changes_come_before_what_is_due() {
        let mut queue = Queue::default();
        queue.push_due(&key("due"));
        queue.push_due(&key("moved-up"));
        queue.push(&key("changed"));
        queue.push(&key("moved-up"));
        let order: Vec<_> = std::iter::from_fn(|| pop(&mut queue)).collect();
        assert_eq!(order, [key("changed"), key("moved-up"), key("due")]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_merely_due_waits_for_a_place() {
        let mut queue = Queue::default();
        queue.push_due(&key("due"));
        assert_eq!(queue.pop(false), None);
        assert_eq!(queue.pop(true), Some((key("due"), Cause::Due)));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_comes_again_during_a_visit_waits_for_its_end() {
        let mut queue = Queue::default();
        queue.begin(&key("a"));
        queue.forget(&key("a"));
        queue.push(&key("a"));
        assert_eq!(pop(&mut queue), None, "no second visit of one name");
        queue.end(&key("a"), Duration::from_mins(10));
        assert_eq!(pop(&mut queue), Some(key("a")));
    }
}
