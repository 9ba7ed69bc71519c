//! What a lost answer or a crash leaves behind: recovered, repeated, or waited for.

use cognigy_sso_api::{AdoptionPolicy, ConditionStatus, ConditionType, Operation, Pending, Reason};
use cognigy_sso_decide::{Change, ChangeKind, CognigyCall, Effect, EventKind, Observed, Receipt, Resource};

use crate::support::{
    EVENT, STRANGER, USER, Visit, always, applied, attempt, begun, change, condition, desired, edit, edited,
    fingerprint, history_says, later, login_matches, message, now, observed, ready, refused, resource, rotated, tells,
    unreachable, visit, visit_at,
};

use ChangeKind::{Configure, Reset};

const MINUTE: i64 = 60;

/// How long ago it was begun matters for nothing but patience.
fn pending(operation: Operation, of: &Resource, audit_event_id: Option<&str>) -> Pending {
    let fingerprint = Some(fingerprint(&desired(of)).as_str().into());
    Pending { fingerprint, audit_event_id: audit_event_id.map(Into::into), ..begun(operation, now()) }
}

/// A first configuration that was begun.
fn first_begun(policy: AdoptionPolicy) -> Resource {
    let mut resource = resource(|spec| spec.adoption_policy = policy);
    resource.status.pending = Some(pending(Operation::Configure, &resource, None));
    resource
}

/// A change that was begun: the audit event of what was applied was the newest.
fn change_begun() -> Resource {
    let mut resource = edited(ready(|_| {}), edit);
    resource.status.pending = Some(pending(Operation::Replace, &resource, Some(EVENT)));
    resource
}

/// A correction that was begun: somebody else's audit event was the newest.
fn correction_begun() -> Resource {
    let mut resource = ready(|_| {});
    resource.status.pending = Some(pending(Operation::Correct, &resource, Some("event-2")));
    resource
}

fn adoption_begun() -> Resource {
    let mut resource = first_begun(AdoptionPolicy::Always);
    let old = Some("event-0");
    resource.status.pending = Some(pending(Operation::Adopt, &resource, old));
    resource
}

fn look(resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit_at(later(MINUTE), resource, &mut observed(observe), always(applied))
}

fn newest(change: impl Into<Option<Change>>) -> impl FnOnce(&mut Observed) {
    let change = change.into();
    move |observed| observed.history = Some(Ok(change))
}

fn ours(id: &str, kind: ChangeKind) -> Change {
    change(id, kind, later(1), USER)
}

fn configured(visit: &Visit) -> (ConditionStatus, Reason) {
    condition(&visit.resource.status, ConditionType::Configured).unwrap()
}

fn kinds(visit: &Visit) -> Vec<EventKind> {
    visit.events.iter().map(|event| event.kind).collect()
}

#[test]
fn what_took_effect_is_recovered_without_a_call() {
    let never = first_begun(AdoptionPolicy::Never);
    let table = [
        ("a first configuration", first_begun(AdoptionPolicy::IfMatching), vec![EventKind::Configured]),
        ("a first configuration, never to adopt", never, vec![EventKind::Configured]),
        ("a change", change_begun(), vec![EventKind::Configured]),
        ("an adoption", adoption_begun(), vec![EventKind::Adopted, EventKind::Configured]),
        ("a correction", correction_begun(), vec![EventKind::DriftDetected, EventKind::DriftCorrected]),
    ];
    for (what, resource, events) in table {
        let visit = look(resource, newest(ours("event-3", Configure)));
        assert_eq!((visit.effects.len(), kinds(&visit)), (0, events), "{what}");
        let status = &visit.resource.status;
        assert!(status.is_true(ConditionType::Ready) && status.is_true(ConditionType::InSync), "{what}");
        let applied = status.applied.as_ref().unwrap();
        assert_eq!((applied.audit_event_id.as_deref(), &status.pending), (Some("event-3"), &None), "{what}");
        let again = look(visit.resource.clone(), newest(ours("event-3", Configure)));
        assert_eq!((again.writes, again.effects.len(), again.events.len()), (0, 0, 0), "{what}");
    }
}

#[test]
fn what_did_not_take_effect_is_repeated() {
    let strangers = Some(change("event-2", Configure, now(), STRANGER));
    let table: [(&str, Resource, Option<Change>, &[&str]); 8] = [
        ("nothing arrived", first_begun(AdoptionPolicy::IfMatching), None, &["Configure"]),
        ("nothing arrived, never to adopt", first_begun(AdoptionPolicy::Never), None, &["Configure"]),
        ("the reset did not arrive", change_begun(), Some(change(EVENT, Configure, now(), USER)), &["Replace"]),
        ("the reset alone arrived", change_begun(), Some(ours("event-2", Reset)), &["Configure"]),
        (
            "the adoption did not arrive",
            adoption_begun(),
            Some(change("event-0", Configure, now(), STRANGER)),
            &["Adopt"],
        ),
        ("the correction did not arrive", correction_begun(), strangers, &["Correct"]),
        ("of the correction the reset alone arrived", correction_begun(), Some(ours("event-3", Reset)), &["Correct"]),
        ("of the adoption the reset alone arrived", adoption_begun(), Some(ours("event-2", Reset)), &["Adopt"]),
    ];
    for (what, resource, event, effects) in table {
        let adopts = resource.status.pending.as_ref().unwrap().operation == Operation::Adopt;
        let visit = look(resource, newest(event));
        assert_eq!(visit.effects, effects, "{what}");
        assert!(visit.resource.status.is_true(ConditionType::Ready) && visit.resource.status.pending.is_none());
        assert_eq!(kinds(&visit).contains(&EventKind::Adopted), adopts, "{what}");
    }
}

#[test]
fn what_took_effect_and_is_declared_no_more_is_replaced() {
    for policy in [AdoptionPolicy::Never, AdoptionPolicy::IfMatching] {
        let edited = edited(first_begun(policy), edit);
        let visit = look(edited, newest(ours("event-3", Configure)));
        assert_eq!(visit.effects, ["Record", "Replace"], "{policy:?}");
        assert!(visit.resource.status.is_true(ConditionType::Ready));
    }
}

#[test]
fn somebody_elses_in_the_meantime_is_not_taken_for_what_was_begun() {
    for policy in [AdoptionPolicy::Never, AdoptionPolicy::IfMatching] {
        let strangers = Some(change("event-3", Configure, later(1), STRANGER));
        let visit = look(first_begun(policy), newest(strangers));
        assert_eq!((visit.effects.len(), configured(&visit).1), (0, Reason::AlreadyConfigured), "{policy:?}");
    }
}

#[test]
fn what_was_there_before_is_not_taken_for_what_was_begun() {
    let mut blindly_begun = change_begun();
    blindly_begun.status.pending.as_mut().unwrap().audit_event_id = None;
    let visit = look(blindly_begun, newest(Some(change(EVENT, Configure, now(), USER))));
    assert_eq!(visit.effects, ["Replace"], "the event on record is that of the former configuration");

    let mut blind = observed(|observed| history_says(observed, 403));
    let fresh = resource(|_| {});
    let open = |_: &Effect| Receipt::Open(refused(CognigyCall::Configure, 504));
    let first = visit_at(now(), fresh, &mut blind, always(open)).resource;
    let old = change("event-0", Configure, later(-3600), USER);
    let visit = look(first, newest(Some(old)));
    assert!(!visit.resource.status.is_true(ConditionType::Configured), "it is older than the resource");
}

#[test]
fn what_another_resource_has_on_record_is_not_taken_for_what_was_begun() {
    let configured = ours("event-3", Configure);
    let theirs = |observed: &mut Observed| {
        newest(configured.clone())(observed);
        observed.theirs = Some(configured.id.clone());
    };
    for (begun, effects) in [
        (change_begun(), &["Replace"][..]),
        (correction_begun(), &["Correct"]),
        (first_begun(AdoptionPolicy::IfMatching), &[]),
    ] {
        let operation = begun.status.pending.as_ref().unwrap().operation;
        assert_eq!(look(begun, theirs).effects, effects, "{operation:?}");
    }
}

#[test]
fn what_was_the_newest_when_it_was_begun_is_not_what_was_begun() {
    // Made by hand with the same user's key, after the resource was created and before anything was begun.
    let by_hand = ours("event-0", Configure);
    for policy in [AdoptionPolicy::Never, AdoptionPolicy::IfMatching] {
        let mut begun = first_begun(policy);
        begun.status.saw_foreign = true;
        begun.status.pending.as_mut().unwrap().audit_event_id = Some(by_hand.id.clone());
        let visit = look(begun, newest(by_hand.clone()));
        assert_eq!((visit.effects.len(), configured(&visit).1), (0, Reason::AlreadyConfigured), "{policy:?}");
    }
}

#[test]
fn nothing_is_repeated_while_the_audit_events_do_not_answer() {
    let mut put_back = change_begun();
    put_back.status.pending.as_mut().unwrap().operation = Operation::PutBack;
    put_back.status.refused = Some(cognigy_sso_api::Refused {
        time: now(),
        generation: 2,
        fingerprint: fingerprint(&desired(&put_back)).as_str().into(),
        message: "Cognigy.AI answers 400 to POST identityprovider/configure.".into(),
        again: false,
    });
    let former = desired(&ready(|_| {}));
    let cases =
        [first_begun(AdoptionPolicy::IfMatching), change_begun(), adoption_begun(), correction_begun(), put_back];
    for (resource, status) in
        cases.into_iter().flat_map(|resource| [500, 503, 429].map(|status| (resource.clone(), status)))
    {
        let operation = resource.status.pending.as_ref().unwrap().operation;
        let silent = |observed: &mut Observed| {
            history_says(observed, status);
            observed.previous = Some(std::sync::Arc::new(former.clone()));
        };
        let visit = visit_at(later(9 * MINUTE), resource.clone(), &mut observed(silent), always(applied));
        assert_eq!(
            (visit.effects.len(), &visit.resource.status.pending),
            (0, &resource.status.pending),
            "{operation:?}"
        );
        assert!(visit.resource.status.condition(ConditionType::Reconciling).is_some(), "{operation:?}");
        let again = visit_at(later(10 * MINUTE), visit.resource, &mut observed(silent), always(applied));
        assert_eq!((again.effects.len(), again.writes), (0, 0), "{operation:?}");
    }
}

#[test]
fn patience_ends_after_ten_minutes() {
    let silent = |observed: &mut Observed| history_says(observed, 503);
    for (resource, effect) in [(first_begun(AdoptionPolicy::IfMatching), "Configure"), (change_begun(), "Replace")] {
        let waiting = visit_at(later(MINUTE), resource, &mut observed(silent), always(applied));
        assert_eq!(configured(&waiting), (ConditionStatus::Unknown, Reason::OutcomeUnknown));
        assert!(message(&waiting.resource.status, ConditionType::Configured).contains("503"));
        let over = visit_at(later(10 * MINUTE + 1), waiting.resource, &mut observed(silent), always(applied));
        assert_eq!(over.effects, [effect]);
        assert!(over.resource.status.is_true(ConditionType::Ready));
    }
}

#[test]
fn nobody_waits_for_what_nobody_may_read() {
    for status in [401, 403, 404] {
        let visit = look(change_begun(), |observed| history_says(observed, status));
        assert_eq!(visit.effects, ["Replace"], "{status}");
    }
}

#[test]
fn what_was_not_begun_waits_for_no_audit_events() {
    let silent = |observed: &mut Observed| history_says(observed, 503);
    let first = look(resource(|_| {}), silent);
    assert_eq!(first.effects, ["Configure"]);
    let change = look(ready(|_| {}), |observed| {
        rotated(observed);
        silent(observed);
    });
    assert_eq!(change.effects, ["Record", "Replace"], "nothing of it was sent before");
}

#[test]
fn an_open_first_configuration_is_on_record_with_what_was_sent() {
    let open = |_: &Effect| Receipt::Open(refused(CognigyCall::Configure, 504));
    let mut before = observed(|observed| tells(observed, change("event-0", Reset, later(-3600), STRANGER)));
    let first = visit(resource(|_| {}), &mut before, always(open)).resource;
    let pending = first.status.pending.as_ref().unwrap();
    assert_eq!((pending.operation, pending.audit_event_id.as_deref()), (Operation::Configure, Some("event-0")));
    assert!(cognigy_sso_decide::Fingerprint::matches(pending.fingerprint.as_ref().unwrap(), &desired(&first)));
}

#[test]
fn a_first_configuration_that_is_refused_for_now_may_be_there_from_an_earlier_try() {
    let throttled = |_: &Effect| Receipt::Refused(refused(CognigyCall::Configure, 429));
    let unreadable = |observed: &mut Observed| history_says(observed, 403);
    let second = visit_at(later(MINUTE), first_begun(AdoptionPolicy::Never), &mut observed(unreadable), throttled);
    let third = look(second.resource, |observed| {
        unreadable(observed);
        observed.login = Some(login_matches());
    });
    assert!(third.resource.status.is_true(ConditionType::Ready), "{:?}", configured(&third));
}

#[test]
fn a_crash_leaves_a_first_configuration_that_is_known_by_its_maker() {
    let dies = |_: &Effect| None;
    let fresh = attempt(now(), resource(|_| {}), &mut observed(|_| {}), dies).resource;
    assert_eq!(fresh.status.pending, None, "nothing was written");
    let found = look(fresh, newest(ours("event-1", Configure)));
    assert_eq!(found.effects, ["Record", "Replace"]);
    assert!(found.resource.status.is_true(ConditionType::Ready));
    assert_eq!(kinds(&found), [EventKind::Configured], "its own work is not adopted");
}

#[test]
fn whatever_is_older_or_another_users_is_not_known_so() {
    let table = [
        ("older than the resource", change("event-1", Configure, later(-3600), USER)),
        ("another user's", change("event-1", Configure, later(1), STRANGER)),
    ];
    for (what, event) in table {
        let visit = look(resource(|_| {}), newest(Some(event)));
        assert_eq!((visit.effects.len(), configured(&visit).1), (0, Reason::AlreadyConfigured), "{what}");
    }
}

#[test]
fn where_nothing_may_be_adopted_what_is_on_no_record_is_not_ours() {
    let never = resource(|spec| spec.adoption_policy = AdoptionPolicy::Never);
    let visit = look(never, newest(ours("event-1", Configure)));
    assert_eq!(
        (visit.effects.len(), configured(&visit).1),
        (0, Reason::AlreadyConfigured),
        "each own one is on record"
    );
}

#[test]
fn what_was_seen_to_be_somebody_elses_stays_so_whatever_else_comes_between() {
    let older = || newest(Some(change("event-1", Configure, later(-3600), USER)));
    let stalled = look(resource(|_| {}), older());
    assert_eq!(configured(&stalled).1, Reason::AlreadyConfigured);
    let down = look(stalled.resource, |observed| {
        older()(observed);
        crate::support::issuer_unknown(observed);
    });
    let by_hand = look(down.resource, newest(ours("event-2", Configure)));
    assert_eq!((by_hand.effects.len(), configured(&by_hand).1), (0, Reason::AlreadyConfigured));
}

#[test]
fn own_work_is_not_called_somebody_elses_while_the_audit_events_do_not_answer() {
    let conflict = |_: &Effect| Receipt::AlreadyConfigured;
    let silent = |observed: &mut Observed| history_says(observed, 503);
    let blind = visit_at(later(MINUTE), resource(|_| {}), &mut observed(silent), always(conflict));
    let found = look(blind.resource, newest(ours("event-1", Configure)));
    assert!(found.resource.status.is_true(ConditionType::Ready), "{:?}", configured(&found));
}

#[test]
fn a_configuration_that_was_delivered_twice_is_recovered_at_once() {
    let mut answered = 0;
    let mut machine = observed(|_| {});
    let delivered_twice = |_: &Effect| {
        answered += 1;
        Receipt::AlreadyConfigured
    };
    let shown = newest(ours("event-1", Configure));
    let visit = crate::support::visit_looking(now(), resource(|_| {}), &mut machine, shown, delivered_twice);
    assert_eq!((visit.effects.as_slice(), answered), (&["Configure"][..], 1));
    assert!(visit.resource.status.is_true(ConditionType::Ready));
    assert_eq!(visit.resource.status.applied.unwrap().audit_event_id.as_deref(), Some("event-1"));
}

#[test]
fn already_configured_after_a_reset_is_settled_by_the_next_visit() {
    let conflict = || refused(CognigyCall::Configure, 409);
    let first = visit(change_begun(), &mut observed(|_| {}), |_| Receipt::Open(conflict()));
    assert_eq!(configured(&first), (ConditionStatus::Unknown, Reason::OutcomeUnknown));
    assert!(first.resource.status.condition(ConditionType::Reconciling).is_some(), "no person is needed");
    let second = look(first.resource, newest(ours("event-3", Configure)));
    assert!(second.effects.is_empty() && second.resource.status.is_true(ConditionType::Ready));
}

#[test]
fn a_call_that_never_left_leaves_the_former_configuration_on_record() {
    let visit = visit(change_begun(), &mut observed(|_| {}), |_| Receipt::Refused(unreachable()));
    let status = &visit.resource.status;
    assert!(status.applied.is_some() && status.pending.is_some());
    assert!(status.condition(ConditionType::Reconciling).is_some());
}
