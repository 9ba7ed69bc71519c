//! Which resource is visited next, and when.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use futures::StreamExt;
use tokio_util::time::{DelayQueue, delay_queue};

use crate::watched::Key;

/// Each resource is in one state: it waits for its time, is queued, or is being visited.
enum State {
    Waiting(delay_queue::Key),
    Queued,
    Visited {
        /// Did something happen meanwhile, so that it is visited again at once?
        again: bool,
    },
}

/// A queue without duplicates.
#[derive(Default)]
pub(super) struct Queue {
    states: HashMap<Key, State>,
    queued: VecDeque<Key>,
    delays: DelayQueue<Key>,
}

impl Queue {
    /// To be visited as soon as possible.
    pub(super) fn push(&mut self, key: &Key) {
        match self.states.get_mut(key) {
            Some(State::Queued) => return,
            Some(State::Visited { again }) => {
                *again = true;
                return;
            }
            Some(State::Waiting(delay)) => {
                self.delays.try_remove(delay);
            }
            None => {}
        }
        self.states.insert(key.clone(), State::Queued);
        self.queued.push_back(key.clone());
    }

    /// To be visited after a pause.
    pub(super) fn schedule(&mut self, key: &Key, pause: Duration) {
        self.forget(key);
        let delay = self.delays.insert(key.clone(), pause);
        self.states.insert(key.clone(), State::Waiting(delay));
    }

    /// The next one whose pause is over; pending forever while none waits.
    pub(super) async fn next_due(&mut self) -> Option<Key> {
        if self.delays.is_empty() {
            std::future::pending::<()>().await;
        }
        let due = self.delays.next().await?.into_inner();
        self.states.remove(&due);
        Some(due)
    }

    /// The next one to visit.
    pub(super) fn pop(&mut self) -> Option<Key> {
        loop {
            let key = self.queued.pop_front()?;
            if matches!(self.states.get(&key), Some(State::Queued)) {
                return Some(key);
            }
        }
    }

    pub(super) fn is_visited(&self, key: &Key) -> bool {
        matches!(self.states.get(key), Some(State::Visited { .. }))
    }

    pub(super) fn begin(&mut self, key: &Key) {
        self.states.insert(key.clone(), State::Visited { again: false });
    }

    /// A visit is over: at once again if something happened meanwhile, else after the pause.
    pub(super) fn end(&mut self, key: &Key, pause: Duration) {
        match self.states.remove(key) {
            Some(State::Visited { again: true }) => self.push(key),
            Some(State::Visited { again: false }) => self.schedule(key, pause),
            // It is gone, or came again under the same name.
            Some(state) => {
                self.states.insert(key.clone(), state);
            }
            None => {}
        }
    }

    /// Not to be visited any more.
    pub(super) fn forget(&mut self, key: &Key) {
        if let Some(State::Waiting(delay)) = self.states.remove(key) {
            self.delays.try_remove(&delay);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key { namespace: "sso".into(), name: name.into() }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_pushed_twice_is_visited_once() {
        let mut queue = Queue::default();
        queue.push(&key("a"));
        queue.push(&key("b"));
        queue.push(&key("a"));
        assert_eq!([queue.pop(), queue.pop(), queue.pop()], [Some(key("a")), Some(key("b")), None]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_happens_during_a_visit_leads_to_another() {
        let mut queue = Queue::default();
        queue.begin(&key("a"));
        queue.push(&key("a"));
        assert_eq!(queue.pop(), None);
        queue.end(&key("a"), Duration::from_mins(10));
        assert_eq!(queue.pop(), Some(key("a")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_push_overtakes_the_pause() {
        let mut queue = Queue::default();
        queue.schedule(&key("a"), Duration::from_mins(10));
        queue.schedule(&key("b"), Duration::from_mins(1));
        queue.push(&key("a"));
        assert_eq!(queue.pop(), Some(key("a")));
        assert_eq!(queue.next_due().await, Some(key("b")));
        assert!(queue.delays.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_forgotten_is_not_visited() {
        let mut queue = Queue::default();
        queue.push(&key("a"));
        queue.forget(&key("a"));
        assert_eq!(queue.pop(), None);
        queue.end(&key("a"), Duration::ZERO);
        assert!(queue.delays.is_empty());
    }
}
