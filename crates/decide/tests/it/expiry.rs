//! Warnings ahead of a Secret's expiry.

use std::time::Duration;

use cognigy_sso_api::{ConditionType, Expiring, ExpiringKind};
use cognigy_sso_decide::{EventKind, Expiry, InputProblem, Inputs, Observed, Resource};
use jiff::{SignedDuration, Timestamp};

use crate::support::{
    Visit, always, applied, deleted, edited, later, message, now, observed, ready, resource, secret_of_says, visit_at,
};

const DAY: i64 = 86_400;

/// So many seconds after the Secret's expiry, which is in 40 days.
fn after_expiry(seconds: i64) -> Timestamp {
    expiry() + SignedDuration::from_secs(seconds)
}

fn expiry() -> Timestamp {
    later(40 * DAY)
}

fn expires(time: &str) -> impl Fn(&mut Observed) {
    move |observed| observed.inputs.expiries = Some(vec![Expiry::read("acme-sso", time)])
}

fn look(now: Timestamp, resource: Resource, observe: impl Fn(&mut Observed)) -> Visit {
    visit_at(now, resource, &mut observed(observe), always(applied))
}

fn look_before(seconds: i64, resource: Resource) -> Visit {
    look(after_expiry(-seconds), resource, expires(&expiry().to_string()))
}

fn notes(visit: &Visit) -> Vec<&str> {
    let warnings = visit.events.iter().filter(|event| event.kind == EventKind::SecretExpiring);
    warnings.map(|event| event.note.as_str()).collect()
}

/// Lesson: deckhouse #7549, entra-docs #77.
#[test]
fn each_threshold_is_one_warning_and_the_days_between_write_nothing() {
    let mut resource = look_before(39 * DAY, resource(|_| {})).resource;
    assert!(resource.status.expiring.is_empty());
    let date = expiry().to_string();
    let mut said = 0;
    for quarters in (-20..4 * 39).rev() {
        let visit = look_before(quarters * DAY / 4, resource);
        let is_threshold = [0, 3, 14, 30].contains(&(quarters / 4)) && quarters % 4 == 0;
        assert_eq!((visit.writes, notes(&visit).len()), if is_threshold { (1, 1) } else { (0, 0) }, "{quarters}");
        let ready = message(&visit.resource.status, ConditionType::Ready).to_owned();
        let within = if quarters <= 0 { "has expired".to_owned() } else { "expires within".to_owned() };
        assert_eq!(ready.contains(&date) && ready.contains(&within), quarters <= 4 * 30, "{quarters}: {ready}");
        assert!(notes(&visit).iter().all(|note| ready.contains(note)));
        assert!(visit.resource.status.is_true(ConditionType::Ready), "a warning takes nothing away");
        said += notes(&visit).len();
        resource = visit.resource;
    }
    assert_eq!(said, 4);
}

#[test]
fn a_warning_names_secret_date_threshold_and_what_to_do() {
    for (left, part) in [
        (30 * DAY, "Secret acme-sso expires within 30 days, on 2026-02-10T12:00:00Z."),
        (14 * DAY, "Secret acme-sso expires within 14 days, on 2026-02-10T12:00:00Z."),
        (3 * DAY, "Secret acme-sso expires within 3 days, on 2026-02-10T12:00:00Z."),
        (0, "Secret acme-sso has expired, on 2026-02-10T12:00:00Z."),
        (-400 * DAY, "Secret acme-sso has expired, on 2026-02-10T12:00:00Z."),
    ] {
        let visit = look_before(left, resource(|_| {}));
        let ready = message(&visit.resource.status, ConditionType::Ready);
        assert!(ready.contains(part) && ready.contains("sso.cognigy.ai/expires-at"), "{ready}");
    }
}

#[test]
fn what_is_no_date_is_a_warning_that_names_the_annotation_and_repeats_nothing() {
    let long = format!("2030-01-31T00:00:00Z[u-ca={}aaaaaaaa]", "aaaaaaaa-".repeat(6));
    for text in
        ["", "soon", "2030-01-31", "1893456000", "-000001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "s3cret", &long]
    {
        let visit = look(now(), ready(|_| {}), expires(text));
        let ready = message(&visit.resource.status, ConditionType::Ready);
        assert!(ready.contains("sso.cognigy.ai/expires-at holds no date"), "{text}: {ready}");
        assert!(!ready.contains("s3cret"));
        assert_eq!(notes(&visit).len(), 1, "{text}");
        let again = look(later(DAY), visit.resource, expires(text));
        assert_eq!((again.writes, again.events.len()), (0, 0), "{text}");
    }
}

#[test]
fn any_form_of_rfc_3339_is_a_date() {
    for text in ["2026-02-10T12:00:00Z", "2026-02-10T13:00:00+01:00", "2026-02-10t12:00:00.5z"] {
        assert_eq!(Expiry::read("s", text).time, Some(expiry()), "{text}");
    }
}

/// Lesson: deckhouse #7549, entra-docs #77.
#[test]
fn the_next_visit_is_no_later_than_the_next_threshold() {
    let slow = || resource(|spec| spec.interval = "24h".to_owned());
    for days in [0, 3, 14, 30] {
        let visit = look_before(days * DAY + 3600, slow());
        assert_eq!(visit.next, Some(Duration::from_hours(1)), "{days}");
        let beyond = look_before(days * DAY, visit.resource);
        assert_eq!(notes(&beyond).len(), 1, "{days}");
        assert!(beyond.next.unwrap() > Duration::from_hours(21), "{days}");
    }
}

#[test]
fn a_new_date_ends_the_warning_and_one_within_reach_is_another() {
    let warned = look_before(2 * DAY, resource(|_| {})).resource;
    let renewed = look(after_expiry(-2 * DAY), warned.clone(), expires("2030-01-31T00:00:00Z"));
    assert_eq!((renewed.resource.status.expiring.len(), renewed.writes, renewed.events.len()), (0, 1, 0));
    let other_date = look(after_expiry(-2 * DAY), warned.clone(), expires(&after_expiry(-DAY).to_string()));
    assert_eq!(notes(&other_date).len(), 1);
    let gone = look(after_expiry(-2 * DAY), warned, |_| {});
    assert!(gone.resource.status.expiring.is_empty(), "the annotation was taken off");
}

#[test]
fn what_cannot_be_looked_at_leaves_the_warning_as_it_is() {
    let warned = look_before(2 * DAY, resource(|_| {})).resource;
    let unread = |problem: InputProblem| {
        move |observed: &mut Observed| {
            secret_of_says("acme-sso", observed, problem.clone());
        }
    };
    for problem in [InputProblem::Unavailable, InputProblem::Forbidden] {
        let during = look(after_expiry(-2 * DAY), warned.clone(), unread(problem));
        assert_eq!(during.resource.status.expiring, warned.status.expiring);
        assert!(notes(&during).is_empty());
        assert!(notes(&look_before(2 * DAY, during.resource)).is_empty());
    }
    let absent = look(after_expiry(-2 * DAY), warned.clone(), unread(InputProblem::ObjectAbsent));
    assert!(absent.resource.status.expiring.is_empty(), "of what is gone nothing is warned of");
    let nothing_read = |observed: &mut Observed| observed.inputs = Inputs::unread();
    let suspended = edited(warned.clone(), |spec| spec.suspend = true);
    for resource in [suspended, deleted(warned.clone())] {
        let visit = look(after_expiry(DAY), resource, nothing_read);
        assert_eq!(visit.resource.status.expiring, warned.status.expiring);
    }
    assert!(notes(&look_before(-DAY, deleted(warned))).is_empty(), "what is going needs no warning");
}

#[test]
fn each_secret_is_warned_of_by_itself() {
    let both = |observed: &mut Observed| {
        let (one, other) = (later(2 * DAY).to_string(), later(10 * DAY).to_string());
        observed.inputs.expiries = Some(vec![Expiry::read("cognigy-api", &one), Expiry::read("acme-sso", &other)]);
    };
    let visit = look(now(), resource(|_| {}), both);
    let warning = |name: &str, days, within_days| Expiring {
        kind: ExpiringKind::Secret,
        name: name.into(),
        time: Some(later(days * DAY)),
        within_days,
    };
    assert_eq!(visit.resource.status.expiring, [warning("acme-sso", 10, 14), warning("cognigy-api", 2, 3)]);
    assert_eq!(notes(&visit).len(), 2);
}

#[test]
fn after_a_restart_a_warning_that_came_due_is_not_put_off() {
    let resource = look_before(31 * DAY, resource(|_| {})).resource;
    let inputs = || observed(expires(&expiry().to_string())).inputs;
    let until = |days: i64, resource: &Resource| resource.until_next_warning(&inputs(), after_expiry(-days * DAY));
    assert_eq!(until(31, &resource), Some(Duration::from_hours(24)));
    assert_eq!(until(29, &resource), Some(Duration::ZERO));
    let warned = look_before(29 * DAY, resource).resource;
    assert_eq!(until(29, &warned), Some(Duration::from_hours(15 * 24)));
    let is_long = |pause: Duration| pause > Duration::from_hours(365 * 24);
    assert!(until(-1, &look_before(-DAY, warned).resource).is_none_or(is_long), "nothing else expires soon");
}

#[test]
fn what_cannot_be_looked_at_expires_when_it_did_and_what_is_gone_does_not() {
    let date = |name: &str, days| Expiry::read(name, &later(days * DAY).to_string());
    let former = [date("acme-sso", 10), date("cognigy-api", 2)];
    let mut inputs = observed(|observed| observed.inputs.expiries = Some(vec![date("cognigy-api", 3)])).inputs;
    assert_eq!(*inputs.expiries_after(&former), [date("cognigy-api", 3)], "the other is read and says nothing");
    for (name, expected) in [
        ("acme-sso", vec![date("cognigy-api", 3), date("acme-sso", 10)]),
        ("cognigy-api", vec![date("cognigy-api", 3)]),
    ] {
        let unread = observed(|observed| {
            secret_of_says(name, observed, InputProblem::Unavailable);
            observed.inputs.expiries = Some(vec![date("cognigy-api", 3)]);
        });
        assert_eq!(*unread.inputs.expiries_after(&former), *expected, "{name}");
    }
    inputs.expiries = None;
    assert_eq!(*inputs.expiries_after(&former), former, "nothing was looked at");
}
