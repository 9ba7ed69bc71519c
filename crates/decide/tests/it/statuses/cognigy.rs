//! What Cognigy.AI answers, and whose the organization's configuration is.

use cognigy_sso_api::{DriftPolicy, Reason};
use cognigy_sso_decide::{
    Account, CallFault, ChangeKind, Claimant, CognigyCall, Memory, Observed, Receipt, Resource, Rival, TransportFault,
};

use super::{Recorded, first, recorded};
use crate::support::{
    ORGANIZATION, STRANGER, account, always, applied, change, edit, edited, later, login_differs, now, observed,
    other_organization, ready, refused, resource, rotated, tells, unreachable, visit, visit_at, visit_with,
};

pub(super) fn statuses() -> Vec<Recorded> {
    key().into_iter().chain(whose()).chain(receipts()).chain(drift()).collect()
}

/// What the first call shows.
fn key() -> Vec<Recorded> {
    let says = |name, fault: CallFault| first(name, |observed| observed.account = Some(Err(fault)));
    let status = |name, status| says(name, refused(CognigyCall::Me, status));
    let is = |name, account: Account| first(name, |observed| observed.account = Some(Ok(account)));
    vec![
        says("host-not-allowed", CallFault::HostNotAllowed { host: "api.example".to_owned() }),
        status("key-unauthorized", 401),
        status("key-forbidden", 403),
        status("api-not-found", 404),
        status("cognigy-throttles", 429),
        says("key-paused", CallFault::Paused { seconds: 7 }),
        status("cognigy-server-error", 503),
        status("cognigy-unexpected-status", 301),
        says(
            "cognigy-unexpected-page",
            CallFault::Unexpected { call: CognigyCall::Me, what: "a page instead of JSON" },
        ),
        says("cognigy-unreachable", unreachable()),
        is("not-admin", Account { is_admin: false, ..account() }),
        is("user-disabled", Account { disabled: true, ..account() }),
    ]
}

/// Whose the organization is.
fn whose() -> Vec<Recorded> {
    let named = resource(|spec| spec.cognigy.organization_id = Some(ORGANIZATION.to_owned()));
    let look = |resource, observe: fn(&mut Observed)| visit(resource, &mut observed(observe), always(applied)).resource;
    let elder = Resource { name: "elder".into(), uid: "0a7e".into(), created: later(-60), ..resource(|_| {}) };
    let taken = |observed: &mut Observed| observed.login = Some(login_differs());
    vec![
        recorded("organization-mismatch", look(named, other_organization)),
        recorded("organization-changed", look(ready(|_| {}), other_organization)),
        recorded("already-configured", look(resource(|_| {}), taken)),
        first("conflict", |observed| observed.rival = Some(Rival::Older(Claimant::of(&elder)))),
    ]
}

/// What a change answers.
fn receipts() -> Vec<Recorded> {
    let configure =
        |receipt: fn() -> Receipt| visit(resource(|_| {}), &mut observed(|_| {}), always(|_| receipt())).resource;
    let rejection = || refused(CognigyCall::Configure, 400);
    let remembered = visit_with(Memory::default(), now(), resource(|_| {}), &mut observed(|_| {}), always(applied));
    let rolled_back = |_: &_| Receipt::RolledBack { fault: rejection(), event: Some("event-3".into()) };
    let rotation = visit_with(remembered.memory, later(60), remembered.resource, &mut observed(rotated), rolled_back);
    vec![
        recorded("rejected", configure(|| Receipt::Refused(refused(CognigyCall::Configure, 400)))),
        recorded("outcome-unknown", configure(|| Receipt::Open(refused(CognigyCall::Configure, 504)))),
        recorded("rolled-back", rotation.resource),
    ]
}

/// Somebody else changes it, and somebody else again.
fn drift() -> Vec<Recorded> {
    let disturbed = |observed: &mut Observed, at: i64| {
        tells(observed, change(&format!("event-{at}"), ChangeKind::Configure, later(at), STRANGER));
    };
    let look = |resource, at: i64| {
        visit_at(later(at + 1), resource, &mut observed(|observed| disturbed(observed, at)), always(applied)).resource
    };
    let report = ready(|spec| spec.drift_policy = DriftPolicy::Report);
    let fought_over = (1..=4).fold(ready(|_| {}), |resource, time| look(resource, 600 * time));
    assert_eq!(fought_over.status.conditions[0].reason, Reason::DriftLoop);
    let waits = |observed: &mut Observed| {
        disturbed(observed, 600);
        crate::support::issuer_unknown(observed);
    };
    vec![
        recorded("drifted", look(report, 600)),
        recorded("drift-corrected", look(ready(|_| {}), 600)),
        recorded(
            "drift-correction-waits",
            visit_at(later(601), ready(|_| {}), &mut observed(waits), always(applied)).resource,
        ),
        recorded("drift-loop", fought_over),
        recorded("change-pending", seen_soon()),
        recorded("cognigy-cut", edited_while_cut()),
    ]
}

/// Somebody else may have changed it about when it was applied, and that is only to be reported.
fn seen_soon() -> Resource {
    let mut unrecorded = ready(|spec| spec.drift_policy = DriftPolicy::Report);
    unrecorded.status.applied.as_mut().unwrap().audit_event_id = None;
    let soon = |observed: &mut Observed| tells(observed, change("event-7", ChangeKind::Configure, later(10), STRANGER));
    visit_at(later(20), unrecorded, &mut observed(soon), always(applied)).resource
}

/// A change while Cognigy.AI ends connections.
fn edited_while_cut() -> Resource {
    let cut = CallFault::Transport { server: "api-trial.cognigy.ai".to_owned(), fault: TransportFault::Cut };
    let edited = edited(ready(|_| {}), edit);
    visit_at(later(60), edited, &mut observed(|observed| observed.account = Some(Err(cut))), always(applied)).resource
}
