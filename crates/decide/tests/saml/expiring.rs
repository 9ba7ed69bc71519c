//! Warnings ahead of the expiry of the signing certificate.

use std::time::Duration;

use cognigy_sso_api::{ConditionType, Expiring, ExpiringKind};
use cognigy_sso_decide::{EventKind, Expiry, Inputs, Observed, Resource};
use jiff::Timestamp;

use crate::provider::describe;
use crate::support::{
    Visit, always, applied, certificate, edited, issuer_unknown, later, message, observed, ready, resource, visit_at,
};

const DAY: i64 = 86_400;
/// In seconds from the beginning.
const EXPIRY: i64 = 40 * DAY;

fn expires(observed: &mut Observed) {
    describe(observed, |metadata| metadata.certificates[0].not_after = later(EXPIRY));
}

fn look_before(seconds: i64, resource: Resource) -> Visit {
    look(later(EXPIRY - seconds), resource, expires)
}

fn look(now: Timestamp, resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit_at(now, resource, &mut observed(observe), always(applied))
}

fn notes(visit: &Visit) -> Vec<&str> {
    let warnings = visit.events.iter().filter(|event| event.kind == EventKind::CertificateExpiring);
    warnings.map(|event| event.note.as_str()).collect()
}

#[test]
fn each_threshold_is_one_warning_and_the_days_between_write_nothing() {
    let mut resource = look_before(39 * DAY, resource(|_| {})).resource;
    let mut said = Vec::new();
    for quarters in (1..4 * 39).rev() {
        let visit = look_before(quarters * DAY / 4, resource);
        let is_threshold = [3, 14, 30].contains(&(quarters / 4)) && quarters % 4 == 0;
        assert_eq!((visit.writes, notes(&visit).len()), if is_threshold { (1, 1) } else { (0, 0) }, "{quarters}");
        let ready = message(&visit.resource.status, ConditionType::Ready);
        assert!(notes(&visit).iter().all(|note| ready.contains(note)), "{ready}");
        said.extend(notes(&visit).into_iter().map(ToOwned::to_owned));
        resource = visit.resource;
    }
    for (note, part) in said.iter().zip(["within 30 days, on 2026-02-10", "within 14 days", "within 3 days"]) {
        assert!(note.contains(part) && note.contains("sha256-of-") && note.contains("Renew it there"), "{note}");
    }
    let over = look_before(-1, resource);
    assert_eq!(notes(&over).len(), 1);
    assert!(notes(&over)[0].contains("has expired, on 2026-02-10T12:00:00Z"), "{:?}", notes(&over));
    assert!(!over.resource.status.is_true(ConditionType::IssuerVerified), "and that is no warning only");
}

#[test]
fn the_next_visit_is_no_later_than_the_next_threshold() {
    for days in [0, 3, 14, 30] {
        let slow = resource(|spec| spec.interval = "24h".to_owned());
        let visit = look_before(days * DAY + 3600, slow);
        assert_eq!(visit.next, Some(Duration::from_hours(1)), "{days}");
    }
}

#[test]
fn after_a_restart_a_warning_that_came_due_is_not_put_off() {
    let resource = look_before(31 * DAY, resource(|_| {})).resource;
    let inputs = observed(expires).inputs;
    let until = |days: i64| resource.until_next_warning(&inputs, later(EXPIRY - days * DAY));
    assert_eq!((until(31), until(29)), (Some(Duration::from_hours(24)), Some(Duration::ZERO)));
}

#[test]
fn it_is_warned_of_while_the_metadata_cannot_be_read_and_no_longer_when_it_is_renewed() {
    let before = look_before(31 * DAY, resource(|_| {})).resource;
    let blind = look(later(EXPIRY - 2 * DAY), before, issuer_unknown);
    assert_eq!(notes(&blind).len(), 1);
    let renewed = look(later(EXPIRY - DAY), blind.resource, |observed| {
        describe(observed, |metadata| metadata.certificates = vec![certificate("MIICNext")]);
    });
    assert_eq!((renewed.resource.status.expiring.len(), notes(&renewed).len()), (0, 0));
}

#[test]
fn a_secret_and_the_certificate_are_warned_of_each_by_itself() {
    let both = |observed: &mut Observed| {
        expires(observed);
        observed.inputs.expiries = Some(vec![Expiry::read("acme-saml", &later(EXPIRY).to_string())]);
    };
    let visit = look(later(EXPIRY - 10 * DAY), resource(|_| {}), both);
    let expected = |kind, name: &str| Expiring { kind, name: name.into(), time: Some(later(EXPIRY)), within_days: 14 };
    let sha256 = &visit.resource.status.saml.as_ref().unwrap().certificate.sha256;
    let warnings = [expected(ExpiringKind::Secret, "acme-saml"), expected(ExpiringKind::Certificate, sha256)];
    assert_eq!(visit.resource.status.expiring, warnings);
}

#[test]
fn suspended_it_stays_as_it_was_said() {
    let warned = look_before(2 * DAY, ready(|_| {})).resource;
    assert_eq!(warned.status.expiring.len(), 1);
    let nothing_read = |observed: &mut Observed| observed.inputs = Inputs::unread();
    let suspended = edited(warned.clone(), |spec| spec.suspend = true);
    assert_eq!(look(later(EXPIRY), suspended, nothing_read).resource.status.expiring, warned.status.expiring);
}
