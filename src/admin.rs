//! `/livez` and `/readyz`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the operator still waits for before it can act.
#[derive(Clone, Debug)]
pub(crate) struct Readiness(Arc<Mutex<BTreeSet<String>>>);

impl Readiness {
    pub(crate) fn pending(what: impl IntoIterator<Item = String>) -> Self {
        Self(Arc::new(Mutex::new(what.into_iter().collect())))
    }

    /// It is waited for no longer; says whether it was until now.
    pub(crate) fn done(&self, what: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(what)
    }

    fn list(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
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
    let pending = readiness.list();
    let status = if pending.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": pending.is_empty(), "pending": pending })))
}
