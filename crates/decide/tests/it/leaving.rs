//! Deletion, and the finalizer that it may need.

use cognigy_sso_api::{
    AdoptionPolicy, ConditionStatus, ConditionType, DeletionPolicy, IdentityProviderConfigSpec, Mode, Operation,
    Reason, Refused,
};
use cognigy_sso_decide::{
    CallFault, ChangeKind, CognigyCall, Effect, EventKind, InputProblem, Observed, Receipt, Resource, TransportFault,
};

use crate::STRATEGY;
use crate::support::{
    EVENT, Held, ORGANIZATION, Organization, STRANGER, USER, Visit, always, api_key_says, applied, begun, change,
    condition, deleted, edited, history_says, input_fault, issuer_refuted, later, login_differs, login_matches,
    message, now, observed, other_organization, ready, refused, resource, secret_says, tells, visit, visit_at,
};

fn reset(spec: &mut IdentityProviderConfigSpec) {
    spec.deletion_policy = DeletionPolicy::Reset;
}

fn leave(resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit(deleted(resource), &mut observed(observe), always(applied))
}

#[test]
fn retain_goes_at_once() {
    let visit = leave(ready(|_| {}), |_| {});
    assert_eq!((visit.effects.len(), visit.writes), (0, 0));
    assert!(!deleted(ready(|_| {})).needs_observation());
}

#[test]
fn reset_has_a_finalizer_before_anything_is_applied() {
    for policy in [AdoptionPolicy::IfMatching, AdoptionPolicy::Never] {
        let fresh = resource(|spec| {
            reset(spec);
            spec.adoption_policy = policy;
        });
        let visit = visit(fresh, &mut observed(|_| {}), always(applied));
        assert_eq!(visit.effects.first(), Some(&"AddFinalizer"), "{policy:?}");
        assert!(visit.resource.finalizer && visit.resource.status.is_true(ConditionType::Ready));
    }
}

#[test]
fn nothing_to_apply_needs_no_finalizer() {
    let visit = visit(resource(reset), &mut observed(issuer_refuted), always(applied));
    assert_eq!((visit.effects.len(), visit.resource.finalizer), (0, false));
}

#[test]
fn reset_resets_and_then_lets_go() {
    assert!(deleted(ready(reset)).needs_observation());
    let visit = leave(ready(reset), |_| {});
    assert_eq!(visit.effects, ["Reset", "RemoveFinalizer"]);
}

#[test]
fn the_finalizer_follows_the_policy_whatever_else_is_wrong() {
    type Edit = fn(&mut IdentityProviderConfigSpec);
    let edits: [Edit; 4] = [
        |_| {},
        |spec| spec.suspend = true,
        |spec| spec.drift_policy = cognigy_sso_api::DriftPolicy::Report,
        |spec| spec.cognigy.organization_id = Some("ffffffffffffffffffffffff".to_owned()),
    ];
    for edit in edits {
        let to_retain = edited(ready(reset), |spec| {
            edit(spec);
            spec.deletion_policy = DeletionPolicy::Retain;
        });
        let visit = visit(to_retain, &mut observed(|_| {}), always(applied));
        assert_eq!((visit.effects.as_slice(), visit.resource.finalizer), (&["RemoveFinalizer"][..], false));
    }
    let no_secret = |observed: &mut Observed| secret_says(observed, InputProblem::ObjectAbsent);
    for observe in [no_secret, issuer_refuted, |_: &mut Observed| {}] {
        let to_reset = edited(ready(|_| {}), reset);
        let visit = visit(to_reset, &mut observed(observe), always(applied));
        assert_eq!((visit.effects.as_slice(), visit.resource.finalizer), (&["AddFinalizer"][..], true));
    }
}

#[test]
fn plan_mode_resets_nothing_so_it_holds_nothing() {
    let planned = edited(ready(reset), |spec| spec.mode = Mode::Plan);
    let visit = visit(planned, &mut observed(|_| {}), always(applied));
    assert_eq!(visit.effects, ["RemoveFinalizer"]);
}

#[test]
fn a_suspended_resource_keeps_its_finalizer_and_leaves_without_a_reset() {
    let suspended = edited(ready(reset), |spec| spec.suspend = true);
    let visit = visit(suspended, &mut observed(|_| {}), always(applied));
    assert_eq!((visit.effects.len(), visit.resource.finalizer), (0, true));
    let gone = deleted(visit.resource);
    assert!(!gone.needs_observation());
    assert_eq!(leave(gone, |_| {}).effects, ["RemoveFinalizer"]);
}

#[test]
fn what_was_never_applied_is_not_reset() {
    let never = Resource { finalizer: true, ..resource(reset) };
    assert!(deleted(never.clone()).needs_observation(), "a crash may have left a configuration behind");
    assert_eq!(leave(never, |_| {}).effects, ["RemoveFinalizer"]);
}

#[test]
fn a_configuration_that_was_only_begun_is_not_reset() {
    for policy in [AdoptionPolicy::Never, AdoptionPolicy::IfMatching] {
        let mut organization = Organization::of_a_stranger();
        let fresh = resource(|spec| {
            reset(spec);
            spec.adoption_policy = policy;
        });
        let open = |_: &Effect| Receipt::Open(refused(CognigyCall::Configure, 500));
        let begun = visit(fresh, &mut observed(|_| {}), open).resource;
        assert!(begun.status.pending.is_some() && begun.finalizer);
        let gone = visit(deleted(begun), &mut observed(|_| {}), |effect| organization.answer(effect));
        assert_eq!((gone.effects.as_slice(), organization.holds), (&["RemoveFinalizer"][..], Some(Held::Stranger)));
    }
}

#[test]
fn a_change_that_was_begun_is_reset() {
    let mut left = ready(reset);
    left.status.pending = Some(begun(Operation::Replace, now()));
    left.status.applied = None;
    assert_eq!(leave(left, |_| {}).effects, ["Reset", "RemoveFinalizer"]);
}

#[test]
fn a_key_of_another_organization_reaches_nothing_to_reset() {
    assert_eq!(leave(ready(reset), other_organization).effects, ["RemoveFinalizer"]);
}

#[test]
fn a_spec_that_cannot_be_read_holds_nothing_when_it_goes() {
    let mut unreadable = ready(reset);
    unreadable.spec = Err("missing field `cognigy`".into());
    assert_eq!(leave(unreadable, |_| {}).effects, ["RemoveFinalizer"]);
}

#[test]
fn a_reset_asks_for_the_api_key_alone() {
    let without_the_rest = |observed: &mut Observed| {
        secret_says(observed, InputProblem::ObjectAbsent);
        observed.inputs.authorities.push(input_fault(STRATEGY.authority_field, InputProblem::ObjectAbsent));
        (STRATEGY.unfetched)(observed);
    };
    assert_eq!(leave(ready(reset), without_the_rest).effects, ["Reset", "RemoveFinalizer"]);
}

#[test]
fn every_obstacle_says_why_and_how_to_let_go() {
    type Obstacle = (fn(&mut Observed), &'static str, bool);
    let obstacles: [Obstacle; 7] = [
        (|observed| api_key_says(observed, InputProblem::ObjectAbsent), "spec.cognigy.apiKeySecretRef", true),
        (|observed| api_key_says(observed, InputProblem::Unavailable), "cannot be read", false),
        (
            |observed| {
                observed.account = None;
                let fault = |field| input_fault(field, InputProblem::NoCertificate);
                observed.inputs.authorities = vec![fault(STRATEGY.authority_field), fault("spec.cognigy.caBundle")];
            },
            "spec.cognigy.caBundle",
            true,
        ),
        (|observed| observed.account = Some(Err(refused(CognigyCall::Me, 401))), "401", true),
        (|observed| observed.account = Some(Err(refused(CognigyCall::Me, 503))), "503", false),
        (
            |observed| {
                let fault = TransportFault::TimedOut;
                observed.account = Some(Err(CallFault::Transport { server: "api.example".to_owned(), fault }));
            },
            "api.example",
            false,
        ),
        (
            |observed| {
                observed.account.as_mut().unwrap().as_mut().unwrap().is_admin = false;
            },
            "role admin",
            true,
        ),
    ];
    for (obstacle, says, needs_a_person) in obstacles {
        let visit = leave(ready(reset), obstacle);
        assert_eq!(visit.effects, [""; 0], "{says}");
        let status = &visit.resource.status;
        for r#type in [ConditionType::Ready, ConditionType::Configured] {
            assert_eq!(condition(status, r#type), Some((ConditionStatus::False, Reason::DeletionBlocked)), "{says}");
            let text = message(status, r#type);
            assert!(text.contains(says) && text.contains("set spec.deletionPolicy to Retain"), "{says}: {text}");
        }
        assert_eq!(status.condition(ConditionType::Stalled).is_some(), needs_a_person, "{says}");
        assert_eq!(status.condition(ConditionType::Reconciling).is_some(), !needs_a_person, "{says}");
        let kinds: Vec<_> = visit.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::DeletionBlocked]);

        let again = leave(visit.resource, obstacle);
        assert_eq!((again.events.len(), again.writes), (0, 0), "{says}: once for each happening");
    }
}

#[test]
fn an_address_that_is_no_url_blocks_a_reset_and_says_so() {
    let broken = edited(ready(reset), |spec| spec.cognigy.api_url = "https://256.256.256.256".to_owned());
    let visit = leave(broken, |observed| observed.account = None);
    let text = message(&visit.resource.status, ConditionType::Stalled);
    assert!(text.contains("spec.cognigy.apiUrl is not a URL"), "{text}");
}

#[test]
fn a_reset_that_is_refused_blocks_and_one_that_is_open_is_tried_again() {
    let refusal = || Receipt::Refused(refused(CognigyCall::Reset, 403));
    let open = || Receipt::Open(refused(CognigyCall::Reset, 504));
    for (receipt, marker) in [(refusal(), ConditionType::Stalled), (open(), ConditionType::Reconciling)] {
        let mut receipt = Some(receipt);
        let visit = visit(deleted(ready(reset)), &mut observed(|_| {}), |_| receipt.take().unwrap());
        assert_eq!(visit.effects, ["Reset"]);
        assert!(visit.resource.finalizer && visit.resource.status.condition(marker).is_some(), "{marker:?}");
        assert_eq!(
            condition(&visit.resource.status, ConditionType::Configured),
            Some((ConditionStatus::False, Reason::DeletionBlocked))
        );
    }
}

#[test]
fn a_policy_that_turns_to_retain_lets_go() {
    let blocked = leave(ready(reset), |observed| observed.account = Some(Err(refused(CognigyCall::Me, 401))));
    let let_go = edited(blocked.resource, |spec| spec.deletion_policy = DeletionPolicy::Retain);
    assert_eq!(leave(let_go, |_| {}).effects, ["RemoveFinalizer"]);
}

/// Somebody else has changed it since.
fn drifted(observed: &mut Observed) {
    tells(observed, change("event-7", ChangeKind::Configure, later(600), STRANGER));
}

fn leave_later(resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit_at(later(1200), deleted(resource), &mut observed(observe), always(applied))
}

#[test]
fn what_somebody_else_has_changed_since_is_theirs() {
    type Observe = fn(&mut Observed);
    let table: [(&str, Observe); 3] = [
        ("configured", drifted),
        ("reset", |observed| tells(observed, change("event-7", ChangeKind::Reset, later(600), STRANGER))),
        ("leads elsewhere", |observed| {
            history_says(observed, 403);
            observed.login = Some(login_differs());
        }),
    ];
    for (what, observe) in table {
        assert_eq!(leave_later(ready(reset), observe).effects, ["RemoveFinalizer"], "{what}");
    }
}

#[test]
fn what_is_still_there_is_reset_though_another_name_is_declared_by_now() {
    let edited = edited(ready(reset), |spec| (STRATEGY.rename)(spec, "another-name"));
    let another_name = |observed: &mut Observed| {
        (STRATEGY.read_name)(&mut observed.inputs, "another-name");
        observed.login = Some(login_matches());
        tells(observed, change(EVENT, ChangeKind::Configure, now(), USER));
    };
    assert_eq!(leave_later(edited, another_name).effects, ["Reset", "RemoveFinalizer"]);
}

#[test]
fn a_first_configuration_that_a_crash_left_unrecorded_is_found_and_reset() {
    let unrecorded = || Resource { finalizer: true, ..resource(reset) };
    let newest = |user: &'static str, seconds: i64| {
        move |observed: &mut Observed| tells(observed, change("event-1", ChangeKind::Configure, later(seconds), user))
    };
    assert_eq!(leave_later(unrecorded(), newest(USER, 1)).effects, ["Reset", "RemoveFinalizer"]);
    for (what, user, seconds) in [("another user's", STRANGER, 1), ("older", USER, -3600)] {
        assert_eq!(leave_later(unrecorded(), newest(user, seconds)).effects, ["RemoveFinalizer"], "{what}");
    }
}

#[test]
fn while_the_audit_events_do_not_answer_it_waits() {
    let silent = |observed: &mut Observed| history_says(observed, 503);
    let mut left = Resource { finalizer: true, ..resource(reset) };
    left.status.pending = Some(begun(Operation::Configure, now()));
    for resource in [ready(reset), left] {
        let visit = leave_later(resource, silent);
        let status = &visit.resource.status;
        assert_eq!(visit.effects, [""; 0]);
        assert_eq!(condition(status, ConditionType::Ready), Some((ConditionStatus::False, Reason::DeletionBlocked)));
        assert!(status.condition(ConditionType::Reconciling).is_some(), "it goes on by itself");
        assert!(message(status, ConditionType::Configured).contains("503"));
        let told = |observed: &mut Observed| tells(observed, change("event-1", ChangeKind::Configure, now(), USER));
        assert_eq!(leave_later(visit.resource, told).effects, ["Reset", "RemoveFinalizer"]);
    }
    assert_eq!(leave_later(ready(reset), |observed| history_says(observed, 403)).effects, ["Reset", "RemoveFinalizer"]);
}

#[test]
fn a_reset_that_took_effect_unseen_is_not_repeated() {
    let told = |observed: &mut Observed| tells(observed, change("event-2", ChangeKind::Reset, later(600), USER));
    assert_eq!(leave_later(ready(reset), told).effects, ["RemoveFinalizer"]);
}

/// Nobody was asked whose API key it is.
fn unasked(observed: &mut Observed) {
    observed.account = None;
    tells(observed, change(EVENT, ChangeKind::Configure, now(), USER));
}

#[test]
fn the_audit_event_of_what_was_applied_says_enough() {
    type Observe = fn(&mut Observed);
    assert_eq!(leave_later(ready(reset), unasked).effects, ["Reset", "RemoveFinalizer"]);
    let others: [(&str, Observe); 4] = [
        ("another configuration", |observed| tells(observed, change("event-7", ChangeKind::Configure, now(), USER))),
        ("a reset", |observed| tells(observed, change("event-7", ChangeKind::Reset, later(600), STRANGER))),
        ("none", |observed| observed.history = Some(Ok(None))),
        ("no answer", |observed| history_says(observed, 403)),
    ];
    for (what, observe) in others {
        let visit = leave_later(ready(reset), |observed| {
            unasked(observed);
            observe(observed);
        });
        assert_eq!(visit.effects, [""; 0], "{what}: it may be another organization's key");
    }
    let leads_elsewhere = |observed: &mut Observed| {
        unasked(observed);
        observed.login = Some(login_differs());
    };
    assert_eq!(leave_later(ready(reset), leads_elsewhere).effects, ["RemoveFinalizer"]);
}

#[test]
fn it_says_enough_only_of_what_was_applied_as_it_is_declared() {
    type Change = fn(Resource) -> Resource;
    let table: [(&str, bool, Change); 8] = [
        ("deleted", true, |ready| deleted(ready)),
        ("not deleted", false, |ready| ready),
        ("edited", false, |ready| deleted(edited(ready, |_| {}))),
        ("suspended", false, |ready| deleted(edited(ready, |spec| spec.suspend = true))),
        ("retained", false, |ready| deleted(edited(ready, |spec| spec.deletion_policy = DeletionPolicy::Retain))),
        ("begun", false, |mut ready| {
            ready.status.pending = Some(begun(Operation::Replace, now()));
            deleted(ready)
        }),
        ("refused", false, |mut ready| {
            let applied = ready.status.applied.as_ref().unwrap();
            let (generation, fingerprint) = (ready.generation, applied.fingerprint.clone());
            let refused = Refused { time: now(), generation, fingerprint, message: "no".into(), again: false };
            ready.status.refused = Some(refused);
            deleted(ready)
        }),
        ("of no event", false, |mut ready| {
            ready.status.applied.as_mut().unwrap().audit_event_id = None;
            deleted(ready)
        }),
    ];
    for (what, is_enough, change) in table {
        let resource = change(ready(reset));
        let organization = resource.leaves_behind().map(|organization| &*organization.id);
        assert_eq!(organization, is_enough.then_some(ORGANIZATION), "{what}");
        let is_unasked = leave_later(resource, unasked).effects.contains(&"Reset");
        assert!(!is_unasked || matches!(what, "deleted" | "not deleted"), "{what}");
    }
}

#[test]
fn the_name_is_what_was_applied_by_generation_whatever_has_become_of_the_secret() {
    let leads_elsewhere = |observed: &mut Observed| {
        secret_says(observed, InputProblem::ObjectAbsent);
        observed.login = Some(login_differs());
        tells(observed, change(EVENT, ChangeKind::Configure, now(), USER));
    };
    assert_eq!(leave_later(ready(reset), leads_elsewhere).effects, ["RemoveFinalizer"]);
    let edited = edited(ready(reset), |_| {});
    assert_eq!(leave_later(edited, leads_elsewhere).effects, ["Reset", "RemoveFinalizer"], "it cannot be told");
}

#[test]
fn what_was_applied_with_another_users_key_is_reset() {
    let rotated = |observed: &mut Observed| {
        observed.account.as_mut().unwrap().as_mut().unwrap().user = STRANGER.into();
        tells(observed, change(EVENT, ChangeKind::Configure, now(), USER));
    };
    assert_eq!(leave_later(ready(reset), rotated).effects, ["Reset", "RemoveFinalizer"]);
}
