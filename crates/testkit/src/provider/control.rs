//! The routes of the control port that only this stand-in has.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::profile::Client;
use super::site::OpenId;
use super::style::Style;
use crate::server::{self, Control, shared_routes};

type Cockpit = State<Control<OpenId>>;

pub(super) fn routes(control: Control<OpenId>) -> Router {
    let own = Router::new()
        .route("/issuers", get(show).post(add).patch(change).delete(remove))
        .route("/any-issuer", post(accept_any))
        .route("/reset", post(start_afresh))
        .with_state(control.clone());
    own.merge(shared_routes(control))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    #[serde(default)]
    name: String,
    #[serde(default)]
    style: Style,
    #[serde(default)]
    clients: Vec<Client>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default)]
    name: String,
}

async fn show(State(control): Cockpit, Query(named): Query<Named>) -> Response {
    match control.site().profile(&named.name) {
        Some(profile) => Json(profile).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn add(State(control): Cockpit, Json(new): Json<Issuer>) -> Json<Value> {
    Json(json!({"issuer": control.site().add(&new.name, new.style, new.clients)}))
}

async fn change(State(control): Cockpit, Query(named): Query<Named>, Json(changes): Json<Value>) -> Response {
    let mut outcome = Ok(());
    let found = control.site().edit(&named.name, |profile| {
        outcome = server::merged(profile, &changes).map(|changed| *profile = changed);
    });
    match outcome {
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
        Ok(()) if found => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn remove(State(control): Cockpit, Query(named): Query<Named>) -> StatusCode {
    control.site().remove(&named.name);
    StatusCode::NO_CONTENT
}

async fn accept_any(State(control): Cockpit, Json(like): Json<Issuer>) -> StatusCode {
    control.site().accept_any_issuer(like.style, like.clients);
    StatusCode::NO_CONTENT
}

async fn start_afresh(State(control): Cockpit) -> StatusCode {
    control.reset();
    control.site().start_afresh();
    StatusCode::NO_CONTENT
}
