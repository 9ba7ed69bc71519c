//! What is done when a configuration is refused after the former one was reset.

use cognigy_sso_api::{ConditionStatus, ConditionType, Operation, Reason};
use cognigy_sso_decide::{
    CallFault, ChangeKind, CognigyCall, Effect, EventKind, InputProblem, Memory, Observed, Receipt, Resource,
};

use crate::support::{
    EVENT, USER, Visit, always, applied, change, condition, desired, edit, edited, fingerprint, history_says,
    issuer_refuted, later, message, now, observed, refused, resource, rotated, secret_says, tells, touched,
    unreachable, visit_with, with_secret,
};

use ConditionStatus::{False, True};

/// A resource that is in sync, and what the operator remembers of it.
fn remembered() -> Visit {
    visit_with(Memory::default(), now(), resource(|_| {}), &mut observed(|_| {}), always(applied))
}

/// Goes on after a visit, without a restart in between.
fn go_on(
    seconds: i64,
    before: Visit,
    observe: impl FnOnce(&mut Observed),
    answer: impl FnMut(&Effect) -> Receipt,
) -> Visit {
    visit_with(before.memory, later(seconds), before.resource, &mut observed(observe), answer)
}

/// The operator starts anew.
fn restarted(visit: Visit) -> Visit {
    Visit { memory: Memory::default(), ..visit }
}

fn changed(visit: Visit, change: impl FnOnce(Resource) -> Resource) -> Visit {
    Visit { resource: change(visit.resource), ..visit }
}

fn rejection() -> CallFault {
    refused(CognigyCall::Configure, 400)
}

fn rolled_back(_: &Effect) -> Receipt {
    Receipt::RolledBack { fault: rejection(), event: Some("event-3".into()) }
}

/// A rotation that was refused, and whose former configuration could not be put back.
fn not_put_back(put_back: CallFault) -> Visit {
    let mut receipt = Some(Receipt::NotPutBack { fault: rejection(), put_back });
    go_on(60, remembered(), rotated, |_| receipt.take().unwrap())
}

/// A rotation that was refused, and whose former configuration was put back.
fn refused_rotation() -> Visit {
    go_on(60, remembered(), rotated, rolled_back)
}

/// The Secret as it was rotated, and the putting back is the newest event.
fn still_rotated(observed: &mut Observed) {
    rotated(observed);
    tells(observed, change("event-3", ChangeKind::Configure, later(60), USER));
}

/// The reset is the newest event.
fn was_reset(observed: &mut Observed) {
    rotated(observed);
    tells(observed, change("event-2", ChangeKind::Reset, later(60), USER));
}

fn configured(visit: &Visit) -> (ConditionStatus, Reason) {
    condition(&visit.resource.status, ConditionType::Configured).unwrap()
}

fn kinds(visit: &Visit) -> Vec<EventKind> {
    visit.events.iter().map(|event| event.kind).collect()
}

#[track_caller]
fn assert_rolled_back(visit: &Visit) {
    let status = &visit.resource.status;
    assert_eq!(configured(visit), (False, Reason::RolledBack));
    assert_eq!(condition(status, ConditionType::Stalled), Some((True, Reason::RolledBack)));
    assert!(status.applied.is_some() && status.pending.is_none(), "{status:?}");
}

#[test]
fn a_change_carries_what_is_to_be_put_back() {
    let carried = |before: Visit| {
        let mut carried = false;
        go_on(60, before, rotated, |effect| {
            if let Effect::Apply(application) = effect {
                carried = application.previous.is_some();
            }
            applied(effect)
        });
        carried
    };
    assert!(carried(remembered()));
    assert!(!carried(restarted(remembered())), "it is stored nowhere");
    let seen_in_sync = go_on(30, restarted(remembered()), |_| {}, |effect| panic!("{effect:?}"));
    assert!(carried(seen_in_sync), "it was read again while it was in sync");
}

#[test]
fn what_is_remembered_and_is_not_what_was_applied_last_is_not_put_back() {
    let elsewhere = changed(remembered(), |mut resource| {
        let another = edited(resource.clone(), edit);
        resource.status.applied.as_mut().unwrap().fingerprint = fingerprint(&desired(&another)).as_str().into();
        resource
    });
    go_on(60, elsewhere, rotated, |effect| {
        if let Effect::Apply(application) = effect {
            assert!(application.previous.is_none(), "another process has applied another one since");
        }
        applied(effect)
    });
}

#[test]
fn the_status_keeps_what_is_in_force_and_says_what_was_refused() {
    let before = remembered().resource.status.applied.unwrap();
    let visit = refused_rotation();
    assert_rolled_back(&visit);
    let status = &visit.resource.status;
    let applied = status.applied.as_ref().unwrap();
    assert_eq!((&applied.fingerprint, &applied.secrets), (&before.fingerprint, &before.secrets));
    assert_eq!((applied.audit_event_id.as_deref(), applied.time), (Some("event-3"), later(60)));
    assert_eq!(condition(status, ConditionType::InSync), Some((True, Reason::InSync)));
    assert_eq!(kinds(&visit), [EventKind::RolledBack]);
    for part in ["400", "trace-1", "generation 1", "was put back", "reconcile-requested-at"] {
        assert!(message(status, ConditionType::Stalled).contains(part), "{part}");
    }
}

#[test]
fn what_was_refused_is_not_tried_again_as_it_is() {
    for restart in [false, true] {
        let before = refused_rotation();
        let before = if restart { restarted(before) } else { before };
        let status = before.resource.status.clone();
        let again = go_on(3600, before, still_rotated, |effect| panic!("{effect:?}"));
        assert_eq!((again.writes, again.events.len(), &again.resource.status), (0, 0, &status));
        assert!(again.next.unwrap().as_secs() > 500, "nothing passes by itself");
    }
}

#[test]
fn what_is_corrected_is_applied() {
    let edit = |resource| edited(resource, edit);
    let again = |observed: &mut Observed| {
        with_secret(observed, "canary-corrected-20af", "3");
    };
    let spec = go_on(120, changed(refused_rotation(), edit), still_rotated, always(applied));
    let secret = go_on(120, refused_rotation(), again, always(applied));
    for visit in [spec, secret] {
        assert_eq!(visit.effects, ["Record", "Replace"]);
        assert!(visit.resource.status.is_true(ConditionType::Ready) && visit.resource.status.refused.is_none());
        assert_eq!(kinds(&visit), [EventKind::Configured]);
    }
}

#[test]
fn what_is_restored_is_in_force_already() {
    let restored = |observed: &mut Observed| {
        tells(observed, change("event-3", ChangeKind::Configure, later(60), USER));
        touched(observed);
    };
    let visit = go_on(120, refused_rotation(), restored, |effect| panic!("{effect:?}"));
    assert!(visit.resource.status.is_true(ConditionType::Ready) && visit.resource.status.refused.is_none());
}

#[test]
fn a_check_that_is_asked_for_tries_again() {
    let ask = |resource| Resource { requested_at: Some("now".into()), ..resource };
    let refused = go_on(120, changed(refused_rotation(), ask), still_rotated, rolled_back);
    assert_eq!(refused.effects, ["Record", "Replace"]);
    assert_rolled_back(&refused);
    let once = go_on(180, refused, still_rotated, |effect| panic!("{effect:?}"));
    assert_eq!(once.writes, 0, "each asking is one try");
    let accepted = go_on(120, changed(refused_rotation(), ask), still_rotated, always(applied));
    assert!(accepted.resource.status.is_true(ConditionType::Ready));
}

#[test]
fn it_can_be_refused_twice_and_the_former_one_is_still_put_back() {
    let edit = |resource| edited(resource, edit);
    let mut carried = false;
    let again = go_on(120, changed(refused_rotation(), edit), still_rotated, |effect| {
        carried = matches!(effect, Effect::Apply(application) if application.previous.is_some());
        rolled_back(effect)
    });
    assert!(carried);
    assert_rolled_back(&again);
}

#[test]
fn what_could_not_be_put_back_for_now_is_put_back_later() {
    let passing = [refused(CognigyCall::Configure, 429), refused(CognigyCall::Configure, 504), unreachable()];
    for put_back in passing {
        let first = not_put_back(put_back.clone());
        let status = &first.resource.status;
        assert_eq!(status.pending.as_ref().map(|pending| pending.operation), Some(Operation::PutBack));
        assert_eq!(configured(&first), (False, Reason::Rejected));
        assert!(status.condition(ConditionType::Reconciling).is_some(), "{put_back:?}");
        let done = go_on(120, first, was_reset, |effect| {
            assert!(matches!(effect, Effect::Apply(application) if !application.resets));
            Receipt::Applied { event: Some("event-3".into()) }
        });
        assert_eq!(done.effects, ["PutBack"]);
        assert_rolled_back(&done);
    }
}

#[test]
fn nobody_waits_for_a_trial_while_the_former_one_is_to_go_back() {
    let mut first = not_put_back(unreachable());
    // What was found of the client is lost.
    first.resource.status.tried = None;
    let done = go_on(120, first, was_reset, |_| Receipt::Applied { event: Some("event-3".into()) });
    assert_eq!((done.effects.as_slice(), done.tries), (&["PutBack"][..], 0));
}

#[test]
fn putting_back_that_fails_again_the_same_way_is_written_once() {
    let throttled = || refused(CognigyCall::Configure, 429);
    let first = go_on(120, not_put_back(throttled()), was_reset, |_| Receipt::Refused(throttled()));
    let second = go_on(180, first, was_reset, |_| Receipt::Refused(throttled()));
    assert_eq!((second.effects.as_slice(), second.writes), (&["PutBack"][..], 0));
}

#[test]
fn putting_back_that_took_effect_unseen_is_recovered() {
    let first = not_put_back(refused(CognigyCall::Configure, 504));
    let recovered = go_on(120, first, still_rotated, |effect| panic!("{effect:?}"));
    assert_rolled_back(&recovered);
    assert_eq!(recovered.resource.status.applied.unwrap().audit_event_id.as_deref(), Some("event-3"));
}

#[test]
fn putting_back_whose_answer_is_lost_again_goes_on() {
    let open = || refused(CognigyCall::Configure, 504);
    let again = go_on(120, not_put_back(open()), was_reset, |_| Receipt::Open(open()));
    assert_eq!(again.resource.status.pending.as_ref().unwrap().operation, Operation::PutBack);
    assert_rolled_back(&go_on(180, again, still_rotated, |effect| panic!("{effect:?}")));
}

#[test]
fn already_configured_settles_a_putting_back_where_nobody_may_read_audit_events() {
    let unreadable = |observed: &mut Observed| {
        rotated(observed);
        history_says(observed, 403);
    };
    let first = not_put_back(refused(CognigyCall::Configure, 504));
    let second = go_on(120, first, unreadable, |_| Receipt::AlreadyConfigured);
    assert_rolled_back(&second);
}

#[test]
fn a_former_configuration_that_is_refused_too_leaves_nothing_and_is_told_once() {
    let at_once = not_put_back(rejection());
    let throttled = not_put_back(refused(CognigyCall::Configure, 429));
    let later_on = go_on(120, throttled, was_reset, |_| Receipt::Refused(rejection()));
    for visit in [at_once, later_on] {
        let status = &visit.resource.status;
        assert_eq!((&status.applied, &status.pending), (&None, &None));
        assert_eq!(condition(status, ConditionType::Stalled), Some((True, Reason::Rejected)));
        assert!(message(status, ConditionType::Stalled).contains("the organization has none now"));
        let again = go_on(180, visit, was_reset, |_| Receipt::Refused(rejection()));
        assert_eq!(
            (again.effects.as_slice(), again.events.len()),
            (&["Record", "Configure"][..], 0),
            "nothing is lost by it"
        );
        let still = go_on(900, again, was_reset, |_| Receipt::Refused(rejection()));
        assert_eq!((still.effects.as_slice(), still.writes), (&["Configure"][..], 0), "it is on record already");
    }
}

#[test]
fn an_api_key_that_is_refused_is_no_configuration_that_is_refused() {
    for status in [401, 403] {
        let fault = || refused(CognigyCall::Configure, status);
        let mut receipt = Some(Receipt::RefusedAfterReset(fault()));
        let first = go_on(60, remembered(), rotated, |_| receipt.take().unwrap());
        let mended = go_on(120, first, was_reset, always(applied));
        assert!(mended.resource.status.is_true(ConditionType::Ready), "{status}: the key works again");
    }
}

#[test]
fn what_the_memory_has_lost_is_not_said_to_be_in_force() {
    let first = restarted(not_put_back(refused(CognigyCall::Configure, 504)));
    let visit = go_on(120, first, was_reset, |effect| panic!("{effect:?}"));
    assert_eq!(configured(&visit), (False, Reason::Rejected));
    let text = message(&visit.resource.status, ConditionType::Stalled);
    assert!(!text.contains("is in force"), "it was reset: {text}");
    let again = go_on(180, visit, was_reset, |effect| panic!("{effect:?}"));
    assert_eq!(again.writes, 0);
}

#[test]
fn while_the_key_cannot_be_tried_nothing_is_said_to_be_in_force() {
    let down = |observed: &mut Observed| {
        was_reset(observed);
        observed.account = Some(Err(unreachable()));
    };
    let visit = go_on(120, not_put_back(refused(CognigyCall::Configure, 504)), down, |effect| panic!("{effect:?}"));
    let text = message(&visit.resource.status, ConditionType::Configured);
    assert!(!text.contains("is in force"), "{text}");
}

#[test]
fn putting_back_needs_no_provider() {
    let refuted = |observed: &mut Observed| {
        was_reset(observed);
        issuer_refuted(observed);
    };
    let visit = go_on(120, not_put_back(refused(CognigyCall::Configure, 504)), refuted, always(applied));
    assert_eq!(visit.effects, ["PutBack"]);
}

#[test]
fn what_is_put_back_is_never_what_was_refused() {
    let drifted = |observed: &mut Observed| {
        tells(observed, change("event-7", ChangeKind::Configure, later(60), crate::support::STRANGER));
    };
    let lost = go_on(60, remembered(), drifted, |_| Receipt::Open(refused(CognigyCall::Configure, 504)));
    let mut carried = None;
    go_on(120, lost, drifted, |effect| {
        carried = Some(matches!(effect, Effect::Apply(application) if application.previous.is_some()));
        applied(effect)
    });
    assert_eq!(carried, Some(false), "what is applied again is what was in force");
}

#[test]
fn without_a_former_one_in_memory_nothing_is_left_and_it_is_tried_again() {
    let first = go_on(60, restarted(remembered()), rotated, |_| Receipt::RefusedAfterReset(rejection()));
    assert_eq!(condition(&first.resource.status, ConditionType::Stalled), Some((True, Reason::Rejected)));
    assert_eq!((&first.resource.status.applied, &first.resource.status.pending), (&None, &None));
    let again = go_on(120, first, was_reset, always(applied));
    assert_eq!(again.effects, ["Record", "Configure"], "there is nothing that it could take away");
}

#[test]
fn the_first_event_is_the_one_on_record() {
    let applied = remembered().resource.status.applied.unwrap();
    assert_eq!(applied.audit_event_id.as_deref(), Some(EVENT));
}

#[test]
fn what_may_no_longer_be_used_is_not_put_back() {
    let withdrawn = InputProblem::NotSelected("sso=true".to_owned());
    for (withdraws, carries) in [(false, true), (true, false)] {
        let withdraw = |observed: &mut Observed| {
            if withdraws {
                secret_says(observed, withdrawn.clone());
            }
        };
        let between = go_on(60, remembered(), withdraw, always(applied));
        let mut carried = None;
        go_on(120, between, rotated, |effect| {
            carried = Some(matches!(effect, Effect::Apply(application) if application.previous.is_some()));
            applied(effect)
        });
        assert_eq!(carried, Some(carries));
    }
}
