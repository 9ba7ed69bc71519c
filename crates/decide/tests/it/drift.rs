//! What is done when somebody else changes the configuration.

use cognigy_sso_api::{ConditionStatus, ConditionType, DriftPolicy, IdentityProviderConfigSpec, Mode, Reason};
use cognigy_sso_decide::{Change, ChangeKind, CognigyCall, EventKind, InputProblem, Observed, Receipt, Resource};

use crate::support::{
    EVENT, ORGANIZATION, STRANGER, USER, Visit, always, applied, change, condition, edit, edited, history_says,
    issuer_refuted, issuer_unknown, later, login_differs, login_matches, message, now, observed, ready, refused,
    resource, rotated, secret_says, tells, visit_at,
};

use ChangeKind::{Configure, Reset};
use ConditionStatus::{False, True, Unknown};

const HOUR: i64 = 3600;
/// When somebody else has changed it.
const THEN: i64 = 600;

fn report(spec: &mut IdentityProviderConfigSpec) {
    spec.drift_policy = DriftPolicy::Report;
}

fn look(seconds: i64, resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit_at(later(seconds), resource, &mut observed(observe), always(applied))
}

/// Somebody else's configuration.
fn disturbed(observed: &mut Observed) {
    tells(observed, change("event-7", Configure, later(THEN), STRANGER));
}

fn in_sync(visit: &Visit) -> (ConditionStatus, Reason) {
    condition(&visit.resource.status, ConditionType::InSync).unwrap()
}

fn ready_is(visit: &Visit) -> (ConditionStatus, Reason) {
    condition(&visit.resource.status, ConditionType::Ready).unwrap()
}

fn kinds(visit: &Visit) -> Vec<EventKind> {
    visit.events.iter().map(|event| event.kind).collect()
}

/// A resource whose audit event could not be found when its configuration was applied.
fn unrecorded() -> Resource {
    let mut unrecorded = ready(|_| {});
    unrecorded.status.applied.as_mut().unwrap().audit_event_id = None;
    unrecorded
}

#[test]
fn what_the_newest_audit_event_tells() {
    let table: [(&str, Change, bool); 5] = [
        ("the one on record", change(EVENT, Configure, now(), USER), false),
        ("the one on record, by a user whose key is replaced", change(EVENT, Configure, now(), STRANGER), false),
        ("somebody else's configuration", change("event-7", Configure, later(THEN), STRANGER), true),
        ("somebody else's reset", change("event-7", Reset, later(THEN), STRANGER), true),
        ("the same user's, by another hand", change("event-7", Configure, later(THEN), USER), true),
    ];
    for (what, newest, is_drift) in table {
        let visit = look(THEN + 1, ready(report), |observed| tells(observed, newest.clone()));
        let expected = if is_drift { (False, Reason::Drifted) } else { (True, Reason::InSync) };
        assert_eq!((in_sync(&visit), visit.effects.len()), (expected, 0), "{what}");
        let text = message(&visit.resource.status, ConditionType::InSync);
        assert_eq!(text.contains("event-7"), is_drift, "{what}: {text}");
    }
}

#[test]
fn what_is_found_without_an_event_on_record() {
    let table: [(&str, Change, (ConditionStatus, Reason)); 6] = [
        ("ours, when it was applied", change("event-5", Configure, now(), USER), (True, Reason::InSync)),
        ("ours, by a clock that is behind", change("event-5", Configure, later(-50), USER), (True, Reason::InSync)),
        ("ours, from before", change("event-5", Configure, later(-61), USER), (Unknown, Reason::NotChecked)),
        ("a reset, and no configuration since", change("event-5", Reset, now(), USER), (False, Reason::Drifted)),
        ("somebody else's, later", change("event-5", Configure, later(61), STRANGER), (False, Reason::Drifted)),
        ("our user's reset, later", change("event-5", Reset, later(61), USER), (False, Reason::Drifted)),
    ];
    for (what, newest, expected) in table {
        let mut unrecorded = unrecorded();
        report(unrecorded.spec.as_mut().unwrap());
        assert_eq!(in_sync(&look(THEN, unrecorded, |observed| tells(observed, newest))), expected, "{what}");
    }
}

#[test]
fn somebody_elses_change_right_after_ours_does_not_stay_unseen() {
    let soon = |observed: &mut Observed| tells(observed, change("event-7", Configure, later(10), STRANGER));
    let visit = look(THEN, unrecorded(), soon);
    assert_eq!(visit.effects, ["Record", "Correct"], "ours would be the newest long since");
}

#[test]
fn an_event_that_was_not_found_at_first_is_learned_with_one_write() {
    let told = |observed: &mut Observed| tells(observed, change("event-5", Configure, now(), USER));
    let first = look(60, unrecorded(), told);
    assert_eq!((first.writes, first.effects.len(), first.events.len()), (1, 0, 0));
    assert_eq!(first.resource.status.applied.as_ref().unwrap().audit_event_id.as_deref(), Some("event-5"));
    assert_eq!(in_sync(&first), (True, Reason::InSync));
    let second = look(120, first.resource.clone(), told);
    assert_eq!((second.writes, &second.resource), (0, &first.resource));
}

#[test]
fn the_login_url_tells_after_half_a_minute_where_the_audit_events_do_not() {
    let elsewhere = |observed: &mut Observed| {
        history_says(observed, 403);
        observed.login = Some(login_differs());
    };
    let early = look(29, ready(|_| {}), elsewhere);
    assert_eq!((in_sync(&early).0, ready_is(&early).0, early.effects.len()), (Unknown, True, 0));
    let late = look(30, early.resource, elsewhere);
    assert_eq!(late.effects, ["Record", "Correct"]);
    assert_eq!(kinds(&late), [EventKind::DriftDetected, EventKind::DriftCorrected]);
    let there = |observed: &mut Observed| {
        history_says(observed, 403);
        observed.login = Some(login_matches());
    };
    assert_eq!(in_sync(&look(60, ready(|_| {}), there)), (True, Reason::InSync));
}

#[test]
fn what_nobody_may_read_holds_nothing_back_and_is_said_once() {
    for status in [403, 404, 503] {
        let unreadable = |observed: &mut Observed| history_says(observed, status);
        let first = look(THEN, ready(|_| {}), unreadable);
        assert_eq!((in_sync(&first), ready_is(&first)), ((Unknown, Reason::NotChecked), (True, Reason::Ready)));
        let second = look(2 * THEN, first.resource, unreadable);
        assert_eq!((second.writes, second.effects.len(), second.events.len()), (0, 0, 0), "{status}");
    }
}

#[test]
fn where_nobody_may_read_audit_events_the_way_to_ready_is_one_write_all_the_same() {
    let unreadable = |observed: &mut Observed| history_says(observed, 403);
    let without_event = |_: &_| Receipt::Applied { event: None };
    let first = visit_at(now(), resource(|_| {}), &mut observed(unreadable), always(without_event));
    assert_eq!(first.writes, 1);
    assert_eq!(look(THEN, first.resource, unreadable).writes, 0, "nothing has changed");
}

#[test]
fn what_cannot_be_read_for_a_moment_is_no_drift() {
    type Observe = fn(&mut Observed);
    let table: [(&str, Observe); 4] = [
        ("the provider does not answer", issuer_unknown),
        ("the provider is refuted", issuer_refuted),
        ("a Secret", |observed| secret_says(observed, InputProblem::Unavailable)),
        ("a Secret, and the provider", |observed| {
            secret_says(observed, InputProblem::Unavailable);
            issuer_unknown(observed);
        }),
    ];
    for (what, observe) in table {
        let visit = look(THEN, ready(|_| {}), |observed| {
            observed.login = Some(login_matches());
            observe(observed);
        });
        assert_ne!(in_sync(&visit).0, False, "{what}");
        assert!(!kinds(&visit).contains(&EventKind::DriftDetected), "{what}");
    }
}

#[test]
fn what_is_corrected_is_said_once_and_counts() {
    let corrected = look(THEN, ready(|_| {}), disturbed);
    assert_eq!(corrected.effects, ["Record", "Correct"]);
    assert_eq!(kinds(&corrected), [EventKind::DriftDetected, EventKind::DriftCorrected]);
    assert!(corrected.events[1].note.contains(ORGANIZATION));
    let status = &corrected.resource.status;
    assert_eq!((ready_is(&corrected).0, in_sync(&corrected).0), (True, True));
    assert_eq!((status.corrections.as_slice(), &status.pending), (&[later(THEN)][..], &None));
    assert_eq!(status.applied.as_ref().unwrap().time, later(THEN));
}

#[test]
fn after_a_reset_by_somebody_else_it_is_configured_without_another() {
    let reset = |observed: &mut Observed| tells(observed, change("event-7", Reset, later(THEN), STRANGER));
    let mut resets = Vec::new();
    visit_at(later(THEN), ready(|_| {}), &mut observed(reset), |effect| {
        if let cognigy_sso_decide::Effect::Apply(application) = effect {
            resets.push(application.resets);
        }
        applied(effect)
    });
    assert_eq!(resets, [false]);
}

#[test]
fn a_correction_waits_for_the_checks_and_says_so() {
    for observe in [issuer_refuted as fn(&mut Observed), issuer_unknown] {
        let visit = look(THEN, ready(|_| {}), |observed| {
            disturbed(observed);
            observe(observed);
        });
        assert_eq!((visit.effects.len(), in_sync(&visit)), (0, (False, Reason::Drifted)));
        let text = message(&visit.resource.status, ConditionType::InSync);
        assert!(text.contains("as soon as IssuerVerified allows it"), "{text}");
        let again = look(THEN + 60, visit.resource, |observed| {
            disturbed(observed);
            observe(observed);
        });
        assert_eq!((again.writes, again.events.len()), (0, 0), "once for each happening");
        assert_eq!(look(THEN + 120, again.resource, disturbed).effects, ["Record", "Correct"]);
    }
}

#[test]
fn a_correction_whose_answer_is_lost_is_one_all_the_same() {
    let lost = |_: &_| Receipt::Open(refused(CognigyCall::Configure, 504));
    let first = visit_at(later(THEN), ready(|_| {}), &mut observed(disturbed), always(lost));
    assert_eq!(kinds(&first), [EventKind::DriftDetected]);
    let done = |observed: &mut Observed| tells(observed, change("event-9", Configure, later(THEN), USER));
    let recovered = look(THEN + 10, first.resource.clone(), done);
    assert_eq!((recovered.effects.len(), kinds(&recovered)), (0, vec![EventKind::DriftCorrected]));
    assert_eq!(recovered.resource.status.corrections.len(), 1, "recovered");
    let repeated = look(THEN + 10, first.resource, disturbed);
    assert_eq!(kinds(&repeated), [EventKind::DriftCorrected]);
    assert_eq!(repeated.resource.status.corrections.len(), 1, "repeated");
}

#[test]
fn what_is_only_reported_stays_and_takes_a_person() {
    let reported = look(THEN, ready(report), disturbed);
    let rotated = |observed: &mut Observed| {
        rotated(observed);
        disturbed(observed);
    };
    let edited = edited(reported.resource.clone(), edit);
    let table = [("found", reported), ("edited", look(THEN + 60, edited, disturbed))];
    let rotation = ("rotated", look(THEN + 60, ready(report), rotated));
    for (what, visit) in table.into_iter().chain([rotation]) {
        let status = &visit.resource.status;
        assert_eq!((visit.effects.len(), in_sync(&visit)), (0, (False, Reason::Drifted)), "{what}");
        assert_eq!(condition(status, ConditionType::Stalled), Some((True, Reason::Drifted)), "{what}");
        assert!(message(status, ConditionType::Ready).contains("spec.driftPolicy is Report"), "{what}");
        assert!(visit.next.unwrap().as_secs() > 500, "{what}: nothing passes by itself: {:?}", visit.next);
    }
}

#[test]
fn what_is_reported_is_one_event_though_the_audit_events_are_silent_for_a_while() {
    let reported = look(THEN, ready(report), disturbed);
    assert_eq!(kinds(&reported), [EventKind::DriftDetected]);
    let silent = look(THEN + 60, reported.resource, |observed| history_says(observed, 503));
    assert_eq!(kinds(&look(THEN + 120, silent.resource, disturbed)), []);
}

#[test]
fn reported_and_then_to_be_corrected_it_is_corrected() {
    let reported = look(THEN, ready(report), disturbed).resource;
    let visit = look(THEN + 60, edited(reported, |spec| spec.drift_policy = DriftPolicy::Correct), disturbed);
    assert_eq!(visit.effects, ["Record", "Correct"]);
    assert_eq!((ready_is(&visit).0, kinds(&visit)), (True, vec![EventKind::DriftCorrected]));
}

#[test]
fn plan_mode_says_what_it_would_correct() {
    let planned = edited(ready(|_| {}), |spec| spec.mode = Mode::Plan);
    let visit = look(THEN, planned, disturbed);
    assert_eq!((visit.effects.len(), ready_is(&visit).0), (0, False));
    let text = message(&visit.resource.status, ConditionType::InSync);
    assert!(text.contains("in mode Manage the operator would apply"), "{text}");
}

/// Corrected three times, each time some minutes after the last.
fn corrected_three_times() -> Resource {
    (1..=3).fold(ready(|_| {}), |resource, nth| {
        let visit = look(nth * THEN, resource, |observed| {
            tells(observed, change("event-7", Configure, later(nth * THEN), STRANGER));
        });
        assert_eq!(visit.effects, ["Record", "Correct"], "correction {nth}");
        visit.resource
    })
}

fn disturbed_again(observed: &mut Observed) {
    tells(observed, change("event-8", Configure, later(4 * THEN), STRANGER));
}

/// Found to be a loop.
fn stopped() -> Visit {
    look(4 * THEN, corrected_three_times(), disturbed_again)
}

#[test]
fn three_corrections_inside_an_hour_are_a_loop() {
    let stopped = stopped();
    let status = &stopped.resource.status;
    assert_eq!((stopped.effects.len(), in_sync(&stopped)), (0, (False, Reason::DriftLoop)));
    assert_eq!(condition(status, ConditionType::Stalled), Some((True, Reason::DriftLoop)));
    assert!(message(status, ConditionType::Ready).contains("Find who changes it"));
    assert_eq!(kinds(&stopped), [EventKind::DriftDetected]);
}

#[test]
fn corrections_that_are_further_apart_are_none() {
    let resource = corrected_three_times();
    let visit = look(THEN + HOUR, resource, disturbed_again);
    assert_eq!(visit.effects, ["Record", "Correct"]);
    assert_eq!(visit.resource.status.corrections.len(), 3);
}

#[test]
fn a_loop_stays_stopped_whatever_time_passes_until_somebody_acts() {
    let stopped = stopped().resource;
    let still = look(4 * THEN + 24 * HOUR, stopped.clone(), disturbed_again);
    assert_eq!((still.effects.len(), still.writes, still.events.len()), (0, 0, 0));
    let edited = edited(stopped.clone(), |spec| spec.interval = "1h".to_owned());
    let asked = Resource { requested_at: Some("now".into()), ..stopped };
    for (what, resource) in [("another generation", edited), ("a check is asked for", asked)] {
        let visit = look(4 * THEN + 60, resource, disturbed_again);
        assert_eq!((visit.effects.as_slice(), ready_is(&visit).0), (&["Record", "Correct"][..], True), "{what}");
        assert_eq!(visit.resource.status.corrections.len(), 1, "{what}: it is counted anew");
    }
}

#[test]
fn a_loop_stays_stopped_though_the_audit_events_are_silent_for_a_while() {
    let silent = look(4 * THEN + 60, stopped().resource, |observed| history_says(observed, 503));
    let again = look(4 * THEN + 2 * HOUR, silent.resource, disturbed_again);
    assert_eq!((again.effects.len(), in_sync(&again)), (0, (False, Reason::DriftLoop)));
}

#[test]
fn a_loop_ends_by_itself_when_what_was_applied_is_there_again() {
    let back = |observed: &mut Observed| tells(observed, change(EVENT, Configure, later(3 * THEN), USER));
    let visit = look(5 * THEN, stopped().resource, back);
    assert_eq!((ready_is(&visit).0, in_sync(&visit).0), (True, True));
}
