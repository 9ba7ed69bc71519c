//! Waits for the lease, takes it, renews it, lets go of it.

use std::fmt;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, watch_object};
use kube::{Api, Client};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::claim::{Claim, Title};
use super::record::Seen;
use super::{RELIED_ON, RENEWED_AGAIN, RENEWED_EVERY, TIMEOUT, TRIED_AGAIN};
use crate::metrics::{Metrics, Watched};
use crate::{author, causes, clock};

/// How often a lease is let go of that changes meanwhile: a renewal that was given up may still arrive.
const MOST_RELEASES: usize = 3;

/// Which lease it is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// One replica's part in finding out who leads.
pub(crate) struct Election {
    leases: Api<Lease>,
    name: String,
    seen: Seen,
    /// Says that the lease has changed; what it is now is read where it matters.
    changes: BoxStream<'static, watcher::Result<Option<Lease>>>,
    title: Title,
    metrics: Metrics,
}

/// Why leadership is over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// It could not be renewed in time.
    Expired,
    /// Somebody else holds the lease.
    Taken(String),
    /// Somebody released the lease, or deleted it.
    Vacant,
}

/// Why the lease could not be written or read.
enum Fault {
    /// It is not as it was seen any more.
    Changed,
    /// It is not there, or its namespace is not.
    NotFound,
    /// The API server refused or did not answer.
    Failed(String),
}

impl Election {
    /// Takes part under a name of its own: who is restarted is somebody else.
    pub(crate) fn new(client: Client, place: Place, metrics: Metrics) -> Self {
        let leases = Api::namespaced(client, &place.namespace);
        let changes = watch_object(leases.clone(), &place.name).default_backoff().boxed();
        let identity = identity();
        tracing::info!(namespace = place.namespace, name = place.name, identity, "takes part in leader election");
        let seen = Seen::nothing(identity, Instant::now());
        Self { leases, name: place.name, seen, changes, title: Title::new(Duration::ZERO), metrics }
    }

    /// Waits until the lease can be taken, takes it, and answers with the claim to lead. `waits` is called when it is known
    /// that somebody else leads.
    pub(crate) async fn win(&mut self, waits: impl Fn()) -> Claim {
        while let Err(fault) = self.look().await {
            tracing::warn!(%fault, "the lease cannot be read; it is tried again");
            sleep(TRIED_AGAIN).await;
        }
        loop {
            self.until_free(&waits).await;
            let taken = match self.take().await {
                Ok(()) => return self.title.claim(),
                // Somebody was faster.
                Err(Fault::Changed) => self.look().await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = taken {
                tracing::warn!(%fault, "the lease cannot be taken; it is tried again");
                sleep(TRIED_AGAIN).await;
            }
        }
    }

    /// Renews the lease until leadership is over, and says why it is.
    pub(crate) async fn keep(&mut self) -> Over {
        let over = self.renewals().await;
        self.title.end();
        over
    }

    /// Lets go of the lease, so that another replica takes over at once. Nothing may be under way any more.
    pub(crate) async fn release(&mut self) {
        self.title.end();
        for _ in 0..MOST_RELEASES {
            let Some(lease) = self.seen.released(Timestamp::now()) else { return };
            let written = match self.write(lease).await {
                Err(Fault::Changed) => self.look().await,
                written => written,
            };
            if let Err(fault) = written {
                tracing::warn!(%fault, "the lease could not be released: others wait until it expires");
                return;
            }
        }
    }

    async fn until_free(&mut self, waits: &impl Fn()) {
        let mut rival = None;
        while self.seen.free_from() > Instant::now() {
            if rival.as_deref() != self.seen.holder() {
                rival = self.seen.holder().map(str::to_owned);
                tracing::info!(leader = rival, "somebody else leads: waits for the lease");
            }
            waits();
            tokio::select! {
                () = sleep_until(self.seen.free_from()) => {}
                Some(change) = self.changes.next() => match change {
                    Ok(lease) => self.seen.note(lease, Instant::now()),
                    Err(error) => unwatched(&self.metrics, &error),
                },
            }
        }
    }

    async fn take(&mut self) -> Result<(), Fault> {
        let began = clock::since_boot();
        self.write(self.seen.taken(&self.name, Timestamp::now())).await?;
        self.title = Title::new(began + RELIED_ON);
        Ok(())
    }

    async fn renewals(&mut self) -> Over {
        let mut pause = RENEWED_EVERY;
        let claim = self.title.claim();
        loop {
            tokio::select! {
                () = sleep(pause) => {}
                () = doubted(&mut self.changes, &self.seen, &self.metrics) => {}
            }
            let Ok(renewed) = timeout(claim.remaining(), claim.guard(self.renew())).await else { return Over::Expired };
            pause = match renewed {
                Err(_) => return Over::Expired,
                Ok(Ok(())) => RENEWED_EVERY,
                Ok(Err(fault)) => {
                    if let Some(over) = self.over(&fault) {
                        return over;
                    }
                    tracing::warn!(%fault, "the lease could not be renewed; it is tried again");
                    RENEWED_AGAIN
                }
            };
        }
    }

    /// Renews the lease. Where it has changed, and this replica holds it still, it was a renewal whose answer was lost.
    async fn renew(&mut self) -> Result<(), Fault> {
        loop {
            let began = clock::since_boot();
            match self.write(self.seen.taken(&self.name, Timestamp::now())).await {
                Ok(()) => {
                    self.title.put_off(began + RELIED_ON);
                    return Ok(());
                }
                Err(Fault::Changed) => self.look().await?,
                Err(fault) => return Err(fault),
            }
            if !self.seen.is_mine() {
                return Err(Fault::Changed);
            }
        }
    }

    /// Is leadership over with this fault?
    fn over(&self, fault: &Fault) -> Option<Over> {
        match fault {
            Fault::Changed => Some(self.seen.holder().map_or(Over::Vacant, |holder| Over::Taken(holder.to_owned()))),
            Fault::NotFound | Fault::Failed(_) => None,
        }
    }

    /// Writes the lease, if it is still as it was seen.
    async fn write(&mut self, lease: Lease) -> Result<(), Fault> {
        let params = author::post();
        let written = if self.seen.exists() {
            match in_time(self.leases.replace(&self.name, &params, &lease)).await {
                Err(Fault::NotFound) => Err(Fault::Changed),
                written => written,
            }
        } else {
            in_time(self.leases.create(&params, &lease)).await
        };
        self.seen.note(Some(written?), Instant::now());
        Ok(())
    }

    /// Reads the lease.
    async fn look(&mut self) -> Result<(), Fault> {
        let lease = in_time(self.leases.get_opt(&self.name)).await?;
        self.seen.note(lease, Instant::now());
        Ok(())
    }
}

async fn in_time<T>(call: impl Future<Output = kube::Result<T>>) -> Result<T, Fault> {
    match timeout(TIMEOUT, call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(kube::Error::Api(status))) if status.code == 409 => Err(Fault::Changed),
        Ok(Err(kube::Error::Api(status))) if status.code == 404 => Err(Fault::NotFound),
        Ok(Err(error)) => Err(Fault::Failed(causes::told(&error))),
        Err(_) => Err(Fault::Failed("the API server does not answer".to_owned())),
    }
}

/// Resolves when somebody else may have written the lease.
async fn doubted(changes: &mut BoxStream<'static, watcher::Result<Option<Lease>>>, seen: &Seen, metrics: &Metrics) {
    while let Some(change) = changes.next().await {
        match change {
            Ok(Some(lease)) if seen.names_me(&lease) => {}
            Ok(_) => return,
            Err(error) => unwatched(metrics, &error),
        }
    }
    std::future::pending::<()>().await;
}

fn unwatched(metrics: &Metrics, error: &watcher::Error) {
    metrics.watch_failed(Watched::Leases);
    tracing::warn!(%error, "the lease cannot be watched");
}

/// A name that no other process has, and that tells people which pod or machine it is.
fn identity() -> String {
    let pod = std::env::var("POD_NAME").ok().filter(|name| !name.is_empty());
    let place = pod.unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned());
    format!("{place}_{:016x}", fastrand::u64(..))
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => formatter.write_str("somebody else wrote it"),
            Self::NotFound => formatter.write_str("its namespace does not exist"),
            Self::Failed(error) => formatter.write_str(error),
        }
    }
}

impl fmt::Display for Over {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired => formatter.write_str("the lease could not be renewed in time"),
            Self::Taken(holder) => write!(formatter, "{holder} holds the lease"),
            Self::Vacant => formatter.write_str("somebody deleted or released the lease"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use axum::Json;
    use axum::http::StatusCode;
    use axum::routing::get;
    use serde_json::{Value, json};

    use super::super::DURATION;
    use super::*;

    /// How long the API server takes for a write.
    const SLOW: Duration = Duration::from_millis(300);

    fn failure(status: StatusCode) -> (StatusCode, Json<Value>) {
        let reason = if status == StatusCode::NOT_FOUND { "NotFound" } else { "Conflict" };
        let body = json!({ "kind": "Status", "status": "Failure", "reason": reason, "code": status.as_u16() });
        (status, Json(body))
    }

    /// An API server on which nobody holds the lease until `taken`, and somebody else does from then on.
    fn client(taken: &Arc<AtomicBool>) -> Client {
        let [read, written] = [Arc::clone(taken), Arc::clone(taken)];
        let read = async move || {
            let strangers = json!({ "metadata": { "resourceVersion": "7" }, "spec": { "holderIdentity": "stranger" } });
            let is_taken = read.load(Ordering::Relaxed);
            if is_taken { (StatusCode::OK, Json(strangers)) } else { failure(StatusCode::NOT_FOUND) }
        };
        let write = async move |Json(mut lease): Json<Value>| {
            sleep(SLOW).await;
            lease["metadata"]["resourceVersion"] = json!("1");
            let is_taken = written.load(Ordering::Relaxed);
            if is_taken { failure(StatusCode::CONFLICT) } else { (StatusCode::OK, Json(lease)) }
        };
        Client::new(get(read).post(write.clone()).put(write), "default")
    }

    fn place() -> Place {
        Place { namespace: "default".to_owned(), name: "lease".to_owned() }
    }

    #[tokio::test]
    async fn a_lease_is_relied_on_from_when_it_was_asked_for_and_no_longer_than_it_lasts() {
        let mut election = Election::new(client(&Arc::default()), place(), Metrics::default());
        let claim = election.win(|| ()).await;
        for what in ["taken", "renewed"] {
            let left = claim.remaining();
            assert!(left + SLOW <= RELIED_ON && left + SLOW < DURATION, "{what}: {left:?}");
            assert!(left > RELIED_ON / 2, "{what}: {left:?}");
            assert!(election.renew().await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_claim_ends_when_somebody_else_takes_the_lease() {
        let taken = Arc::new(AtomicBool::new(false));
        let mut election = Election::new(client(&taken), place(), Metrics::default());
        let claim = election.win(|| ()).await;
        taken.store(true, Ordering::Relaxed);
        assert_eq!(election.keep().await, Over::Taken("stranger".to_owned()));
        assert!(!claim.outlives(Duration::ZERO));
    }
}
