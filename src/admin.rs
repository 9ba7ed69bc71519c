//! `/livez` and `/readyz`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the operator still waits for before it can act, or before it can take over from the one that acts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readiness(Arc<Mutex<Standing>>);

/// What `/readyz` says.
#[derive(Debug, Default)]
struct Standing {
    pending: BTreeSet<&'static str>,
    leader: bool,
}

impl Readiness {
    /// It is waited for from now on.
    pub(crate) fn wait_for(&self, what: &'static str) {
        self.standing().pending.insert(what);
    }

    /// It is waited for no longer; says whether it was until now.
    pub(crate) fn done(&self, what: &str) -> bool {
        self.standing().pending.remove(what)
    }

    /// This replica acts.
    pub(crate) fn leads(&self) {
        self.standing().leader = true;
    }

    /// This replica acts no more, or not yet, and this alone is waited for.
    pub(crate) fn stands_by(&self, what: &'static str) {
        *self.standing() = Standing { pending: BTreeSet::from([what]), leader: false };
    }

    /// Does this replica act?
    pub(crate) fn is_leader(&self) -> bool {
        self.standing().leader
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves health until it is dropped.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) async fn serve(address: SocketAddr, readiness: Readiness) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await?;
    tracing::info!(address = %listener.local_addr()?, "health is served");
    let router = Router::new().route("/livez", get(async || "ok")).route("/readyz", get(ready)).with_state(readiness);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn ready(State(readiness): State<Readiness>) -> (StatusCode, Json<Value>) {
    let standing = readiness.standing();
    let ready = standing.pending.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "pending": standing.pending, "leader": standing.leader })))
}
