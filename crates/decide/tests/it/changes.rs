//! Changes of what is applied.

use cognigy_sso_api::{ConditionStatus, ConditionType, Mode, Operation, Reason, VerificationMode};
use cognigy_sso_decide::{Cause, ChangeKind, CognigyCall, Effect, Observed, Receipt, plan};

use crate::STRATEGY;
use crate::support::{
    USER, Visit, always, applied, begun, change, condition, edit, edited, issuer_refuted, issuer_unknown, later,
    message, now, observed, ready, refused, resource, rotated, tells, touched, unreachable, visit,
};

#[test]
fn a_change_is_on_record_before_the_reset() {
    let mut resource = edited(ready(|_| {}), edit);
    let observed = observed(|_| {});
    let Some(Effect::Record { pending, .. }) = plan(&resource, &observed, later(5)).effect else {
        panic!("not on record")
    };
    assert_eq!(pending, begun(Operation::Replace, later(5)));
    resource.status.pending = Some(pending);
    let planned = plan(&resource, &observed, later(6));
    let Some(Effect::Apply(application)) = &planned.effect else { panic!("{planned:?}") };
    assert_eq!((application.cause, application.resets), (Cause::Declared, true));
}

#[test]
fn a_change_is_reset_and_configure_and_its_record_goes_with_it() {
    let visit = visit(edited(ready(|_| {}), edit), &mut observed(rotated), always(applied));
    assert_eq!(visit.effects, ["Record", "Replace"]);
    assert_eq!(visit.resource.status.pending, None);
    assert_eq!(visit.resource.status.applied.unwrap().generation, 2);
}

#[test]
fn what_was_begun_is_done_again_even_if_it_is_what_was_applied() {
    let mut left = ready(|_| {});
    left.status.pending = Some(begun(Operation::Replace, now()));
    let visit = visit(left, &mut observed(|_| {}), always(applied));
    assert_eq!(visit.effects, ["Replace"], "it may have been reset, and there is no second record");
    assert!(visit.resource.status.is_true(ConditionType::Ready) && visit.resource.status.pending.is_none());
}

#[test]
fn an_edit_that_changes_nothing_sent_is_only_noted() {
    let edited = edited(ready(|_| {}), |spec| spec.interval = "1h".to_owned());
    let visit = visit(edited, &mut observed(|_| {}), always(applied));
    assert_eq!((visit.effects.len(), visit.writes), (0, 1));
    assert_eq!(visit.resource.status.applied.unwrap().generation, 2);
}

#[test]
fn plan_sends_nothing_and_says_what_it_would_do() {
    let plans = |resource, observe: &dyn Fn(&mut Observed)| {
        let resource = edited(resource, |spec| spec.mode = Mode::Plan);
        visit(resource, &mut observed(|observed| observe(observed)), always(applied))
    };
    let first = plans(resource(|_| {}), &|_| {});
    let change = plans(ready(|_| {}), &rotated);
    let adoption = plans(resource(|_| {}), &|observed| observed.login = Some(crate::support::login_matches()));
    for (visit, says) in [
        (first, "would apply the declared configuration in"),
        (change, "would reset the configuration and at once apply"),
        (adoption, "would reset the configuration that somebody else applied and at once apply"),
    ] {
        let status = &visit.resource.status;
        assert_eq!(visit.effects, [""; 0]);
        assert_eq!(condition(status, ConditionType::Ready), Some((ConditionStatus::False, Reason::Planned)));
        assert!(message(status, ConditionType::Configured).contains(says), "{status:?}");
        assert_eq!(status.condition(ConditionType::Stalled), None);
    }
    let nothing = plans(ready(|_| {}), &|_| {});
    assert!(nothing.resource.status.is_true(ConditionType::Ready), "nothing would be done");
    let refused = plans(resource(|_| {}), &|observed| observed.login = Some(crate::support::login_differs()));
    let expected = Some((ConditionStatus::True, Reason::AlreadyConfigured));
    assert_eq!(condition(&refused.resource.status, ConditionType::Stalled), expected, "nothing could be done");
}

fn first_in(mode: VerificationMode, observe: fn(&mut Observed)) -> Visit {
    visit(resource(|spec| spec.verification.mode = mode), &mut observed(observe), always(applied))
}

#[test]
fn verification_modes_with_what_a_check_can_find() {
    use VerificationMode::{Enforce, Warn};
    let observations: [fn(&mut Observed); 2] = [issuer_refuted, issuer_unknown];
    let [refuted, unknown] = observations;
    for (mode, observe, effects, status, reason) in [
        (Enforce, refuted, &[][..], ConditionStatus::False, STRATEGY.refutation.0),
        (Enforce, unknown, &[], ConditionStatus::False, Reason::Unreachable),
        (Warn, refuted, &["Configure"], ConditionStatus::True, Reason::Ready),
        (Warn, unknown, &[], ConditionStatus::False, Reason::Unreachable),
    ] {
        let visit = first_in(mode, observe);
        assert_eq!(visit.effects, effects, "{mode:?} {reason}");
        assert_eq!(condition(&visit.resource.status, ConditionType::Ready), Some((status, reason)), "{mode:?}");
    }
    let warned = first_in(Warn, issuer_refuted).resource.status;
    let refuted = Some((ConditionStatus::False, STRATEGY.refutation.0));
    assert_eq!(condition(&warned, ConditionType::IssuerVerified), refuted, "it is still reported");
}

#[test]
fn a_refuted_change_leaves_the_working_configuration_and_says_what_it_waits_for() {
    let mut refuted = observed(|observed| {
        rotated(observed);
        issuer_refuted(observed);
    });
    let visit = visit(ready(|_| {}), &mut refuted, always(applied));
    assert_eq!(visit.effects, [""; 0]);
    let status = &visit.resource.status;
    let text = message(status, ConditionType::Configured);
    assert!(text.contains("IssuerVerified") && text.contains("configuration of generation 1 stays"), "{text}");
    assert_eq!(condition(status, ConditionType::Configured), Some((ConditionStatus::False, Reason::ChangePending)));
}

#[test]
fn a_working_configuration_needs_no_provider() {
    for observe in [issuer_refuted as fn(&mut Observed), issuer_unknown] {
        let visit = visit(ready(|_| {}), &mut observed(observe), always(applied));
        assert_eq!(visit.effects, [""; 0]);
        assert!(visit.resource.status.is_true(ConditionType::Configured));
    }
}

/// A rotation that Cognigy.AI answers with this.
fn rotate(receipt: impl Fn() -> Receipt) -> Visit {
    visit(ready(|_| {}), &mut observed(rotated), move |_| receipt())
}

#[test]
fn a_change_that_is_refused_leaves_what_is_applied_on_record() {
    let visit = rotate(|| Receipt::Refused(refused(CognigyCall::Reset, 403)));
    let status = &visit.resource.status;
    assert_eq!(visit.effects, ["Record", "Replace"]);
    assert!(status.applied.is_some() && status.pending.is_some());
    assert_eq!(condition(status, ConditionType::Ready), Some((ConditionStatus::False, Reason::Forbidden)));
    let reverted = crate::support::visit(visit.resource, &mut observed(touched), always(applied));
    let expected = ["Record", "Replace"];
    assert_eq!(reverted.effects, expected, "an earlier try may have reset: only a configuration settles it");
    assert!(reverted.resource.status.is_true(ConditionType::Ready));
}

#[test]
fn a_refused_change_is_tried_again_without_another_write() {
    for status in [403, 429] {
        let refused = || Receipt::Refused(refused(CognigyCall::Reset, status));
        let first = rotate(refused);
        let again = visit(first.resource.clone(), &mut observed(rotated), move |_| refused());
        assert_eq!((again.effects.as_slice(), again.writes), (&["Replace"][..], 0), "{status}");
        let at_last = visit(again.resource, &mut observed(rotated), always(applied));
        assert!(at_last.resource.status.is_true(ConditionType::Ready) && at_last.resource.status.pending.is_none());
    }
}

#[test]
fn refused_for_good_after_the_reset_nothing_is_left_on_record() {
    let visit = rotate(|| Receipt::RefusedAfterReset(refused(CognigyCall::Configure, 400)));
    let status = &visit.resource.status;
    assert_eq!((&status.applied, &status.pending), (&None, &None));
    assert_eq!(condition(status, ConditionType::Stalled), Some((ConditionStatus::True, Reason::Rejected)));
    let text = message(status, ConditionType::Configured);
    assert!(text.contains("the organization has none now"), "{text}");
    let mended = crate::support::visit(visit.resource, &mut observed(|_| {}), always(applied));
    assert_eq!(mended.effects, ["Record", "Configure"]);
}

#[test]
fn refused_for_now_after_the_reset_it_goes_on_without_another_write() {
    let told = |observed: &mut Observed| {
        rotated(observed);
        tells(observed, change("event-2", ChangeKind::Reset, now(), USER));
    };
    for (observe, effect) in [(told as fn(&mut Observed), "Configure"), (rotated, "Replace")] {
        let throttled = || Receipt::RefusedAfterReset(refused(CognigyCall::Configure, 429));
        let first = rotate(throttled);
        assert!(first.resource.status.applied.is_some() && first.resource.status.pending.is_some());
        let refused = || Receipt::Refused(refused(CognigyCall::Configure, 429));
        let again = visit(first.resource, &mut observed(observe), move |_| refused());
        assert_eq!(again.effects, [effect]);
        let still = visit(again.resource, &mut observed(observe), move |_| refused());
        assert_eq!((still.effects.as_slice(), still.writes), (&[effect][..], 0));
        let on = visit(still.resource, &mut observed(observe), always(applied));
        assert_eq!(on.effects, [effect]);
        assert!(on.resource.status.is_true(ConditionType::Ready) && on.resource.status.pending.is_none());
    }
}

#[test]
fn an_open_outcome_is_on_record_and_settled_by_doing_it_again() {
    let first = visit(resource(|_| {}), &mut observed(|_| {}), |_| Receipt::Open(unreachable()));
    let status = &first.resource.status;
    assert_eq!(status.pending.as_ref().map(|pending| pending.operation), Some(Operation::Configure));
    for (r#type, expected) in [
        (ConditionType::Configured, (ConditionStatus::Unknown, Reason::OutcomeUnknown)),
        (ConditionType::Ready, (ConditionStatus::Unknown, Reason::OutcomeUnknown)),
        (ConditionType::Reconciling, (ConditionStatus::True, Reason::Retrying)),
    ] {
        assert_eq!(condition(status, r#type), Some(expected));
    }
    let change = rotate(|| Receipt::Open(unreachable()));
    assert_eq!(change.resource.status.pending.unwrap().operation, Operation::Replace);
    assert!(change.resource.status.applied.is_some(), "the former may be there still");
}
