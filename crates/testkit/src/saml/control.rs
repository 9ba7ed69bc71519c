//! The routes of the control port that only this stand-in has.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::site::Saml;
use super::style::SamlStyle;
use crate::server::{self, Control, shared_routes};

type Cockpit = State<Control<Saml>>;

pub(super) fn routes(control: Control<Saml>) -> Router {
    let own = Router::new()
        .route("/identity-providers", get(show).post(add).patch(change).delete(remove))
        .route("/reset", post(start_afresh))
        .with_state(control.clone());
    own.merge(shared_routes(control))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewProvider {
    #[serde(default)]
    name: String,
    #[serde(default)]
    style: SamlStyle,
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

async fn add(State(control): Cockpit, Json(new): Json<NewProvider>) -> Json<Value> {
    Json(json!({"metadata": control.site().add(&new.name, new.style)}))
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

async fn start_afresh(State(control): Cockpit) -> StatusCode {
    control.reset();
    control.site().start_afresh();
    StatusCode::NO_CONTENT
}
