//! The loop: watch events and time come in, visits go out.
//!
//! One task owns all state, so there are no locks. Visits are tasks only while they last, at most `concurrency` at a time, and
//! never two for one resource.

mod queue;
mod store;
mod watches;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::{ObjectKind, Resource};
use tokio::task::{Id, JoinError, JoinSet};

use crate::admin::Readiness;
use crate::lease::{Claim, Lost};
use crate::visit::{Context, Memory, Outcome};
use crate::watched::Key;

use queue::{Cause, Queue};
use store::{Change, Store};
pub(crate) use watches::Scope;
use watches::{News, Object, Subject, WAITS_FOR, Watch, Watches};

/// How long until a visit that panicked is tried again.
const AFTER_PANIC: Duration = Duration::from_mins(5);
/// How long until a visit that leadership was lost in would be tried again: the controller ends before that.
const AFTER_LOSS: Duration = Duration::from_mins(1);
/// How long work in flight may take after the operator was told to stop.
const GRACE: Duration = Duration::from_secs(25);

/// The controller's state.
pub(crate) struct Controller {
    context: Arc<Context>,
    claim: Claim,
    concurrency: usize,
    store: Store,
    queue: Queue,
    visits: JoinSet<Result<Outcome, Lost>>,
    visited: HashMap<Id, (Key, Cause)>,
    readiness: Readiness,
}

impl Controller {
    /// A controller that makes at most `concurrency` visits at a time, and none without the claim.
    pub(crate) fn new(context: Context, claim: Claim, concurrency: usize, readiness: Readiness) -> Self {
        Self {
            context: Arc::new(context),
            claim,
            concurrency,
            store: Store::default(),
            queue: Queue::default(),
            visits: JoinSet::new(),
            visited: HashMap::new(),
            readiness,
        }
    }

    /// Runs until `stop` resolves, then finishes what is in flight and answers whether all of it was finished in time. Dropped,
    /// it gives up what is in flight.
    pub(crate) async fn run(mut self, client: kube::Client, scope: &Scope, stop: impl Future<Output = ()>) -> bool {
        self.readiness.wait_for(WAITS_FOR);
        let mut watches = Watches::new(client, scope);
        tokio::pin!(stop);
        loop {
            if watches.synced() {
                self.synced();
                self.dispatch();
            }
            tokio::select! {
                () = &mut stop => break,
                Some((watch, news)) = watches.next() => self.hear(&watch, news),
                Some(key) = self.queue.next_due() => self.queue.push_due(&key),
                Some(ended) = self.visits.join_next_with_id() => self.ended(ended),
            }
        }
        tracing::info!(visits = self.visits.len(), "stopping: visits in flight are finished, none begins");
        let finish = async { while self.visits.join_next().await.is_some() {} };
        let finished = tokio::time::timeout(GRACE, finish).await.is_ok();
        if !finished {
            tracing::warn!("visits were still in flight after the grace period and are given up");
        }
        finished
    }

    /// Every list is complete: said once.
    fn synced(&mut self) {
        if self.readiness.done(WAITS_FOR) {
            tracing::info!(resources = self.store.len(), "every list is complete, work begins");
        }
    }

    fn hear(&mut self, watch: &Watch, news: News) {
        match news {
            News::ListBegins => self.store.begin_list(watch),
            News::ListEnds => self.list_ends(watch),
            News::Applied(resource) => {
                let key = resource.key();
                match self.store.apply((*resource).into()) {
                    Change::ByUser => self.queue.push(&key),
                    // During a visit it is the visit's own write.
                    Change::ByOperator if !self.queue.is_visited(&key) => self.queue.push(&key),
                    Change::ByOperator | Change::None => {}
                }
            }
            News::Gone(key, version) => self.gone(&key, version),
            News::Object(kind, object) => self.object(kind, object),
            News::Failed(error) => tracing::warn!(?watch, %error, "a watch failed and is begun again"),
        }
    }

    fn list_ends(&mut self, watch: &Watch) {
        for key in self.store.missing(watch) {
            match watch.0 {
                Subject::Resources => self.gone(&key, None),
                Subject::Objects(kind) => self.object(kind, Object { key, version: None }),
            }
        }
    }

    fn gone(&mut self, key: &Key, version: Option<u64>) {
        if self.store.remove(key, version) {
            self.queue.forget(key);
        }
    }

    /// A Secret or ConfigMap is new, changed or gone: whoever refers to it is visited.
    fn object(&mut self, kind: ObjectKind, object: Object) {
        for key in self.store.note_object(kind, object) {
            self.queue.push(&key);
        }
    }

    /// Begins visits, as many as may run at a time. At most half of them are checks that were due: a server that lets the
    /// checks of many resources hang delays no change of another.
    fn dispatch(&mut self) {
        while self.visits.len() < self.concurrency {
            let due = self.visited.values().filter(|(_, cause)| *cause == Cause::Due).count();
            let Some((key, cause)) = self.queue.pop(due < self.concurrency.div_ceil(2)) else { return };
            let Some((resource, memory)) = self.store.get(&key) else {
                self.queue.forget(&key);
                continue;
            };
            if let Some(pause) = self.rests(&resource, &memory) {
                self.store.note_rest(&key);
                self.queue.schedule(&key, pause);
                continue;
            }
            self.begin(key, cause, resource, memory);
        }
    }

    /// After a restart, a resource that stands as it was left is not visited before its interval: the visits of all are
    /// spread over it.
    fn rests(&self, resource: &Resource, memory: &Memory) -> Option<Duration> {
        let is_first = !memory.visited;
        let interval = resource.spec.as_ref().ok()?.interval();
        let settled = is_first && resource.is_settled(|name| self.store.secret_version(&resource.namespace, name));
        settled.then(|| interval.mul_f64(fastrand::f64()))
    }

    fn begin(&mut self, key: Key, cause: Cause, resource: Arc<Resource>, memory: Memory) {
        let (context, claim) = (Arc::clone(&self.context), self.claim.clone());
        self.queue.begin(&key);
        let visit = async move { claim.guard(Box::pin(context.visit(resource, memory))).await };
        let visit = self.visits.spawn(visit);
        self.visited.insert(visit.id(), (key, cause));
    }

    fn ended(&mut self, ended: Result<(Id, Result<Outcome, Lost>), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some((key, _)) = self.visited.remove(&id) else { return };
        let pause = match ended {
            Ok((_, Ok(outcome))) => {
                let next = outcome.next;
                if self.store.conclude(&key, outcome) {
                    self.queue.push(&key);
                }
                next
            }
            // Whoever leads next begins anew.
            Ok((_, Err(Lost))) => AFTER_LOSS,
            Err(_) => {
                tracing::error!(namespace = %key.namespace, name = %key.name, "a visit panicked: this is a fault of the operator, please report it");
                AFTER_PANIC
            }
        };
        self.queue.end(&key, pause);
    }
}
