//! The usual course of a resource, and what it is asked to leave alone.

use cognigy_sso_api::Mode;
use cognigy_sso_decide::{Expiry, Resource, in_progress};

use super::{Recorded, recorded};
use crate::support::strategy::oidc;
use crate::support::{always, applied, edited, later, now, observed, ready, resource, visit, visit_at};

pub(super) fn statuses() -> Vec<Recorded> {
    usual().into_iter().chain(by_request()).chain(unreadable()).collect()
}

fn usual() -> Vec<Recorded> {
    let slow = |resource: Resource| {
        let status = in_progress(&resource, later(2)).unwrap();
        Resource { status, ..resource }
    };
    let another = || edited(ready(|_| {}), |spec| oidc(spec).client_id = Some("another".to_owned()));
    let expiry = |time: &str| {
        let mut seen = observed(|observed| observed.inputs.expiries = Some(vec![Expiry::read("acme-oidc", time)]));
        visit(resource(|_| {}), &mut seen, always(applied)).resource
    };
    vec![
        recorded("created", resource(|_| {})),
        recorded("created-and-slow", slow(resource(|_| {}))),
        recorded("ready", ready(|_| {})),
        recorded("ready-and-edited", another()),
        recorded("ready-edited-and-slow", slow(another())),
        recorded("ready-again", visit_at(later(60), another(), &mut observed(|_| {}), always(applied)).resource),
        recorded("ready-and-secret-expires-soon", expiry("2026-01-02T12:00:00Z")),
        recorded("ready-and-secret-expired", expiry("2025-12-31T12:00:00Z")),
    ]
}

fn by_request() -> Vec<Recorded> {
    let look = |resource| visit_at(now(), resource, &mut observed(|_| {}), always(applied)).resource;
    let suspend = |resource| edited(resource, |spec| spec.suspend = true);
    let plan = |resource| edited(resource, |spec| spec.mode = Mode::Plan);
    let resumed = edited(look(suspend(ready(|_| {}))), |spec| spec.suspend = false);
    vec![
        recorded("suspended-before-anything", look(suspend(resource(|_| {})))),
        recorded("suspended-while-ready", look(suspend(ready(|_| {})))),
        recorded("suspended-and-not-yet-noticed", suspend(ready(|_| {}))),
        recorded("resumed-and-not-yet-noticed", resumed),
        recorded("planned", look(plan(resource(|_| {})))),
        recorded("planned-and-in-force", look(plan(ready(|_| {})))),
        recorded("planned-and-suspended", look(suspend(plan(resource(|_| {}))))),
    ]
}

fn unreadable() -> Vec<Recorded> {
    let look = |resource| visit(resource, &mut observed(|observed| observed.account = None), always(applied)).resource;
    let no_url = resource(|spec| "https://256.256.256.256".clone_into(&mut spec.cognigy.api_url));
    vec![recorded("invalid-spec", look(no_url))]
}
