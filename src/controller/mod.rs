//! The loop: watch events and time come in, visits go out.
//!
//! One task owns all state, so there are no locks. Visits are tasks only while they last, at most `concurrency` at a time, and
//! never two for one resource.

mod horizon;
mod journal;
mod packed;
mod queue;
mod referred;
mod store;
#[cfg(test)]
mod tests;
mod watches;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognigy_sso_decide::{ObjectKind, Resource};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{Instrument as _, Span};

use crate::causes;
use crate::lease::{Claim, Lost};
use crate::metrics::{self, Board, Question, Reconciled, Sight};
use crate::traces;
use crate::visit::{Context, Memory, Outcome};
use crate::watched::Key;

use journal::Entry;
use queue::{Cause, Queue};
use store::{Change, Store};
pub(crate) use watches::Scope;
use watches::{News, Object, Subject, WAITS_FOR, Watch, Watches};

/// How long until a visit that panicked is tried again.
const AFTER_PANIC: Duration = Duration::from_mins(5);
/// How long until a visit that leadership was lost in would be tried again: the controller ends before that.
const AFTER_LOSS: Duration = Duration::from_mins(1);
/// After a restart it is read again what resources were made from that rest: of one after the other, with this pause, so that
/// there is no more to do at a time with ten thousand of them than with a hundred.
const REMEMBERED_EVERY: Duration = Duration::from_millis(60);
/// How long visits in flight may take after the operator was told to stop.
const GRACE: Duration = Duration::from_secs(22);

/// The controller's state.
pub(crate) struct Controller {
    context: Arc<Context>,
    claim: Claim,
    concurrency: usize,
    store: Store,
    queue: Queue,
    visits: JoinSet<Result<Outcome, Lost>>,
    visited: HashMap<Id, Visited>,
    board: Board,
    /// Is every first list complete?
    synced: bool,
    /// How many resources were found at rest after the restart.
    resting: u32,
}

/// A visit that is under way.
struct Visited {
    key: Key,
    cause: Cause,
    /// The cause in a word, for the log.
    why: &'static str,
    resource: Arc<Resource>,
    began: Instant,
    span: Span,
}

impl Controller {
    /// A controller that makes at most `concurrency` visits at a time, and none without the claim.
    pub(crate) fn new(context: Context, claim: Claim, concurrency: usize, board: Board) -> Self {
        let store = Store::new(Arc::clone(&context.observer.organizations));
        Self {
            context: Arc::new(context),
            claim,
            concurrency,
            store,
            queue: Queue::default(),
            visits: JoinSet::new(),
            visited: HashMap::new(),
            board,
            synced: false,
            resting: 0,
        }
    }

    /// Runs until `stop` resolves, then finishes what is in flight and answers whether all of it was finished in time. Dropped,
    /// it gives up what is in flight.
    pub(crate) async fn run(mut self, client: kube::Client, scope: &Scope, stop: impl Future<Output = ()>) -> bool {
        self.board.readiness.wait_for(WAITS_FOR);
        let mut watches = Watches::new(client, scope);
        let mut questions = self.board.lookout.take_up();
        tokio::pin!(stop);
        loop {
            self.hear_of_rivals();
            if watches.synced() {
                self.synced();
                self.dispatch();
            }
            tokio::select! {
                () = &mut stop => break,
                Some((watch, news)) = watches.next() => self.hear(&watch, news),
                Some(key) = self.queue.next_due() => self.queue.push_due(&key),
                Some(ended) = self.visits.join_next_with_id() => self.ended(ended),
                Some(question) = questions.recv() => self.answer(question),
            }
        }
        // Nobody is left to answer.
        drop(questions);
        tracing::info!(visits = self.visits.len(), "stopping: visits in flight are finished, none begins");
        let finished = tokio::time::timeout(GRACE, self.finish()).await.is_ok();
        if !finished {
            tracing::warn!("visits were still in flight after the grace period and are given up");
            // Their spans end before the last ones are sent.
            self.visits.shutdown().await;
        }
        finished
    }

    /// Waits for the visits in flight, and says how each ended.
    async fn finish(&mut self) {
        while let Some(ended) = self.visits.join_next_with_id().await {
            self.ended(ended);
        }
    }

    /// Every list is complete: said once.
    fn synced(&mut self) {
        self.synced = true;
        if self.board.readiness.done(WAITS_FOR) {
            tracing::info!(resources = self.store.len(), "every list is complete, work begins");
        }
    }

    /// Says how it stands. Who asked may be gone by now.
    fn answer(&self, question: Question) {
        let (queued, active) = (self.queue.depth(), self.visits.len());
        let _who_asked = question.send(Sight { queued, active, resources: self.store.seen() });
    }

    /// Whoever another resource of the same organization has come or gone for is visited.
    fn hear_of_rivals(&mut self) {
        for key in self.context.observer.organizations.take_concerned() {
            self.queue.push(&key);
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
            News::Nameless(namespace) => tracing::warn!(%namespace, "an object without a name is passed over"),
            News::Gone(key, version) => self.gone(&key, version),
            News::Object(kind, object) => {
                self.store.note_seen(watch, &object);
                self.object(kind, object);
            }
            News::Failed(error) => {
                self.board.metrics.watch_failed(watched(watch.subject));
                let mend = watch.mend(&error);
                tracing::warn!(%watch, error = causes::told(&error), "a watch failed and is begun again{mend}");
            }
        }
    }

    fn list_ends(&mut self, watch: &Watch) {
        for key in self.store.missing(watch) {
            match watch.subject {
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
        for key in self.store.note_object(kind, object, self.synced) {
            self.queue.push(&key);
        }
    }

    /// Begins visits, as many as may run at a time. At most half of them are checks that were due: a server that lets the
    /// checks of many resources hang delays no change of another.
    fn dispatch(&mut self) {
        while self.visits.len() < self.concurrency {
            let due = self.visited.values().filter(|visited| visited.cause == Cause::Due).count();
            let Some((key, cause)) = self.queue.pop(due < self.concurrency.div_ceil(2)) else { return };
            if let Some(interval) = self.store.rests(&key) {
                self.rest(&key, interval);
            } else if let Some((resource, memory)) = self.store.get(&key) {
                self.begin(key, cause, resource, memory);
            } else {
                self.queue.forget(&key);
            }
        }
    }

    /// After a restart, a resource that stands as it was left is not visited before its interval: the visits of all are
    /// spread over it.
    fn rest(&mut self, key: &Key, interval: Duration) {
        self.resting += 1;
        let pause = interval.mul_f64(fastrand::f64());
        let soon = pause.min(REMEMBERED_EVERY * self.resting);
        self.store.note_rest(key, pause.saturating_sub(soon));
        self.queue.schedule(key, soon);
    }

    fn begin(&mut self, key: Key, cause: Cause, resource: Arc<Resource>, memory: Memory) {
        let (context, claim) = (Arc::clone(&self.context), self.claim.clone());
        let floors = self.store.floors(&key, &resource, &memory);
        self.queue.begin(&key);
        let visiting = Arc::clone(&resource);
        let rests = cause == Cause::Due && memory.rest.is_some();
        let why = if rests { "remember" } else { journal::why(cause, &resource, &memory) };
        let span = traces::reconcile(&resource, why);
        let visit = async move {
            if rests {
                claim.guard(Box::pin(context.remember(visiting, memory, floors))).await
            } else {
                claim.guard(Box::pin(context.visit(visiting, memory, floors))).await
            }
        };
        let visit = self.visits.spawn(visit.instrument(span.clone()));
        self.visited.insert(visit.id(), Visited { key, cause, why, resource, began: Instant::now(), span });
    }

    fn ended(&mut self, ended: Result<(Id, Result<Outcome, Lost>), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(visited) = self.visited.remove(&id) else { return };
        let Visited { key, resource, .. } = &visited;
        let (pause, entry) = match ended {
            Ok((_, Ok(outcome))) => self.conclude(&visited, outcome),
            // Whoever leads next begins anew.
            Ok((_, Err(Lost))) => (AFTER_LOSS, Some(Entry::broken_off(Reconciled::Interrupted))),
            Err(_) => (AFTER_PANIC, Some(Entry::broken_off(Reconciled::Panicked))),
        };
        let is_held = self.store.holds(key, resource);
        if !is_held {
            // It went while it was visited: what the visit declared goes with it.
            self.context.observer.organizations.note(resource, None);
        }
        let next = self.queue.end(key, pause);
        if let Some(entry) = entry {
            self.tell(&visited, &entry, is_held.then_some(next));
        }
    }

    /// Says how a visit ended, and how long it is until the next one, if there is one.
    fn tell(&self, visited: &Visited, entry: &Entry, next: Option<Duration>) {
        let took = visited.began.elapsed();
        self.board.metrics.reconciled(entry.result, took);
        traces::ended(&visited.span, entry.result);
        visited.span.in_scope(|| entry.write(visited, took, next));
    }

    /// Takes what a visit ended with, and answers with the pause that follows and what there is to say of it.
    fn conclude(&mut self, Visited { key, resource, .. }: &Visited, outcome: Outcome) -> (Duration, Option<Entry>) {
        let (next, entry) = (outcome.next, Entry::of(&outcome));
        if outcome.resource.is_none() && self.store.holds(key, resource) {
            // It went, and no watch has shown that yet.
            self.gone(key, None);
        }
        if self.store.conclude(key, outcome) {
            self.queue.push(key);
        }
        (next, entry)
    }
}

/// What was in flight is given up: leadership was lost, or the operator ends. That is said of each visit, too.
impl Drop for Controller {
    fn drop(&mut self) {
        for visited in std::mem::take(&mut self.visited).values() {
            self.tell(visited, &Entry::broken_off(Reconciled::Interrupted), None);
        }
    }
}

fn watched(subject: Subject) -> metrics::Watched {
    match subject {
        Subject::Resources => metrics::Watched::Resources,
        Subject::Objects(ObjectKind::Secret) => metrics::Watched::Secrets,
        Subject::Objects(ObjectKind::ConfigMap) => metrics::Watched::ConfigMaps,
    }
}
