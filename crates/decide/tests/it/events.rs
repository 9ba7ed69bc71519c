//! One event for each happening, none for each retry.

use cognigy_sso_decide::{CognigyCall, Event, EventKind, Observed, Receipt, Resource};

use crate::STRATEGY;
use crate::support::{
    ORGANIZATION, Visit, always, applied, edited, issuer_refuted, issuer_unknown, observed, ready, refused, resource,
    rotated, touched, visit,
};

fn kinds(visit: &Visit) -> Vec<EventKind> {
    visit.events.iter().map(|event| event.kind).collect()
}

fn look(resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit(resource, &mut observed(observe), always(applied))
}

#[test]
fn each_configuration_that_is_applied_is_one_event() {
    let first = look(resource(|_| {}), |_| {});
    assert_eq!(kinds(&first), [EventKind::Configured]);
    assert!(first.events[0].note.contains("generation 1") && first.events[0].note.contains(ORGANIZATION));
    let second = look(first.resource, rotated);
    assert_eq!(kinds(&second), [EventKind::Configured]);
    assert_eq!(kinds(&look(second.resource, rotated)), []);
}

#[test]
fn what_is_only_noted_is_none() {
    assert_eq!(kinds(&look(edited(ready(|_| {}), |spec| spec.interval = "1h".to_owned()), touched)), []);
}

#[test]
fn a_refusal_or_an_open_outcome_is_none() {
    for receipt in
        [Receipt::Refused(refused(CognigyCall::Configure, 400)), Receipt::Open(refused(CognigyCall::Configure, 500))]
    {
        let mut receipt = Some(receipt);
        assert_eq!(kinds(&visit(resource(|_| {}), &mut observed(|_| {}), |_| receipt.take().unwrap())), []);
    }
}

#[test]
fn each_refutation_is_one_event_with_what_to_do() {
    let first = look(ready(|_| {}), issuer_refuted);
    assert_eq!(kinds(&first), [EventKind::VerificationFailed]);
    assert!(first.events[0].note.contains(STRATEGY.refutation.1), "{}", first.events[0].note);
    let again = look(first.resource, issuer_refuted);
    assert_eq!(kinds(&again), []);
    let other_reason = look(again.resource, |observed| {
        let (document, url) = (STRATEGY.document, "https://idp.example/document".to_owned());
        let absent = cognigy_sso_decide::ProviderFault::Status { document, url, status: 404, retry_after: None };
        crate::support::provider_says(observed, absent);
    });
    assert_eq!(kinds(&other_reason), [EventKind::VerificationFailed]);
    let down = look(other_reason.resource, issuer_unknown);
    assert_eq!(kinds(&down), [], "what cannot be told refutes nothing");
}

#[test]
fn a_reset_that_a_deletion_asked_for_names_the_organization() {
    let event = Event::reset(ORGANIZATION);
    assert_eq!(event.kind, EventKind::Reset);
    assert!(event.note.contains(ORGANIZATION) && event.note.contains("spec.deletionPolicy"));
}

#[test]
fn warnings_are_those_that_ask_for_a_person() {
    let warnings: Vec<_> = [
        EventKind::Configured,
        EventKind::Adopted,
        EventKind::Reset,
        EventKind::VerificationFailed,
        EventKind::DeletionBlocked,
    ]
    .into_iter()
    .filter(|kind| kind.is_warning())
    .map(EventKind::reason)
    .collect();
    assert_eq!(warnings, ["VerificationFailed", "DeletionBlocked"]);
}
