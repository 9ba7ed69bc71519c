//! The routes of the control port that only this stand-in has.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::directory::User;
use super::settings::Settings;
use super::site::Cognigy;
use crate::server::{self, Control, shared_routes};

type Cockpit = State<Control<Cognigy>>;

pub(super) fn routes(control: Control<Cognigy>) -> Router {
    let own = Router::new()
        .route("/users", post(add_user))
        .route("/users/{key}", delete(remove_user))
        .route("/settings", get(show_settings).patch(change_settings))
        .route("/configurations/{organization}", get(show_configuration))
        .route("/strangers/configure/{organization}", post(configure_as_stranger))
        .route("/strangers/reset/{organization}", post(reset_as_stranger))
        .route("/audit-events/{organization}", post(write_audit_event).delete(forget_audit_events))
        .route("/reset", post(start_afresh))
        .with_state(control.clone());
    own.merge(shared_routes(control))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NewUser {
    Any { key: String, user: User },
    Admin { key: String, organization: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewEvent {
    r#type: String,
    action_type: String,
    user: String,
}

async fn add_user(State(control): Cockpit, Json(new): Json<NewUser>) -> StatusCode {
    match new {
        NewUser::Any { key, user } => control.site().add_user(&key, user),
        NewUser::Admin { key, organization } => control.site().add_admin(&key, &organization),
    }
    StatusCode::NO_CONTENT
}

async fn remove_user(State(control): Cockpit, Path(key): Path<String>) -> StatusCode {
    control.site().remove_user(&key);
    StatusCode::NO_CONTENT
}

async fn show_settings(State(control): Cockpit) -> Json<Settings> {
    Json(control.site().settings())
}

async fn change_settings(State(control): Cockpit, Json(changes): Json<Value>) -> Response {
    match server::merged(&control.site().settings(), &changes) {
        Ok(new) => {
            control.site().change(|settings| *settings = new);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

async fn show_configuration(State(control): Cockpit, Path(organization): Path<String>) -> Response {
    match control.site().configuration(&organization) {
        Some(configuration) => Json(configuration).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn configure_as_stranger(
    State(control): Cockpit,
    Path(organization): Path<String>,
    Json(body): Json<Value>,
) -> StatusCode {
    control.site().configure_as_stranger(&organization, body);
    StatusCode::NO_CONTENT
}

async fn reset_as_stranger(State(control): Cockpit, Path(organization): Path<String>) -> StatusCode {
    control.site().reset_as_stranger(&organization);
    StatusCode::NO_CONTENT
}

async fn write_audit_event(
    State(control): Cockpit,
    Path(organization): Path<String>,
    Json(event): Json<NewEvent>,
) -> StatusCode {
    control.site().write_audit_event(&organization, event.r#type, event.action_type, &event.user);
    StatusCode::NO_CONTENT
}

async fn forget_audit_events(State(control): Cockpit, Path(organization): Path<String>) -> StatusCode {
    control.site().forget_audit_events(&organization);
    StatusCode::NO_CONTENT
}

async fn start_afresh(State(control): Cockpit) -> StatusCode {
    control.reset();
    control.site().start_afresh();
    StatusCode::NO_CONTENT
}
