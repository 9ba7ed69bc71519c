//! The port by which other processes steer a stand-in: plain HTTP and JSON on 127.0.0.1.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use hyper::StatusCode;
use serde::Deserialize;
use tokio::net::TcpListener;

use super::Inside;
use super::connection_fault::ConnectionFault;
use super::journal::{Call, Count};
use super::plan::Plan;
use super::site::Site;

/// Steers a server without keeping it running.
pub struct Control<S: Site>(Arc<Inside<S>>);

impl<S: Site> Clone for Control<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Site> Control<S> {
    pub(super) fn new(inside: &Arc<Inside<S>>) -> Self {
        Self(Arc::clone(inside))
    }

    /// What is served.
    #[must_use]
    pub fn site(&self) -> &S {
        &self.0.site
    }

    /// Forgets faults, requests and counts.
    pub fn reset(&self) {
        self.0.clear_faults();
        self.0.journal.clear();
        self.0.journal.keep_counts_only(false);
    }

    /// Answers on `listener` as long as the server runs.
    pub fn listen(&self, listener: TcpListener, routes: Router) {
        let running = self.0.running.clone();
        tokio::spawn(running.run_until_cancelled_owned(async move {
            // It never fails, says its documentation; it ends with the server.
            let _ = axum::serve(listener, routes).await;
        }));
    }
}

/// The routes that every stand-in has.
///
/// | request | body or query | does |
/// |---|---|---|
/// | `POST /faults` | a [`Plan`] | makes requests meet faults |
/// | `POST /connection-faults` | `{"fault": .., "times": n or null}` | makes new connections meet a [`ConnectionFault`] |
/// | `DELETE /faults` | | takes them all away |
/// | `DELETE /connections` | | resets the open connections |
/// | `GET /calls` | `?operation=..&subject=..&after=NUMBER` | the journal, oldest first |
/// | `DELETE /calls` | | forgets requests and counts |
/// | `GET /counts` | | requests by operation |
/// | `POST /recording` | `{"countsOnly": true}` | stops keeping each request |
pub fn shared_routes<S: Site>(control: Control<S>) -> Router {
    Router::new()
        .route("/faults", post(add_fault::<S>).delete(clear_faults::<S>))
        .route("/connection-faults", post(add_connection_fault::<S>))
        .route("/connections", delete(cut_connections::<S>))
        .route("/calls", get(list_calls::<S>).delete(clear_calls::<S>))
        .route("/counts", get(list_counts::<S>))
        .route("/recording", post(set_recording::<S>))
        .with_state(control)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OnConnections {
    fault: ConnectionFault,
    times: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted<O> {
    #[serde(default = "Option::default")]
    operation: Option<O>,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    after: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Recording {
    counts_only: bool,
}

async fn add_fault<S: Site>(State(control): State<Control<S>>, Json(plan): Json<Plan<S::Operation>>) -> StatusCode {
    control.0.faults.install(plan);
    StatusCode::NO_CONTENT
}

async fn clear_faults<S: Site>(State(control): State<Control<S>>) -> StatusCode {
    control.0.clear_faults();
    StatusCode::NO_CONTENT
}

async fn add_connection_fault<S: Site>(
    State(control): State<Control<S>>,
    Json(wanted): Json<OnConnections>,
) -> StatusCode {
    control.0.install_on_connections(wanted.fault, wanted.times);
    StatusCode::NO_CONTENT
}

async fn cut_connections<S: Site>(State(control): State<Control<S>>) -> StatusCode {
    control.0.cut_connections();
    StatusCode::NO_CONTENT
}

async fn list_calls<S: Site>(
    State(control): State<Control<S>>,
    Query(wanted): Query<Wanted<S::Operation>>,
) -> Json<Vec<Call<S::Operation>>> {
    Json(control.0.journal.calls(|call| {
        call.number > wanted.after
            && wanted.operation.is_none_or(|operation| operation == call.operation)
            && wanted.subject.as_ref().is_none_or(|subject| Some(subject) == call.subject.as_ref())
    }))
}

async fn clear_calls<S: Site>(State(control): State<Control<S>>) -> StatusCode {
    control.0.journal.clear();
    StatusCode::NO_CONTENT
}

async fn list_counts<S: Site>(State(control): State<Control<S>>) -> Json<BTreeMap<S::Operation, Count>> {
    Json(control.0.journal.counts())
}

async fn set_recording<S: Site>(State(control): State<Control<S>>, Json(wanted): Json<Recording>) -> StatusCode {
    control.0.journal.keep_counts_only(wanted.counts_only);
    StatusCode::NO_CONTENT
}
