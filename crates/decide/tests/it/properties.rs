//! What holds for whatever comes in.

use std::time::Duration;

use cognigy_sso_api::{
    ConditionStatus, ConditionType, IdentityProviderConfigStatus, Mode, Operation, Pending, Reason, VerificationMode,
};
use cognigy_sso_decide::{
    Cause, ChangeKind, Conclusion, Effect, Moment, Observed, Plan, Receipt, Resource, in_progress, plan,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::support::arbitrary::{Coherence, observation, receipt, resources, scene};
use crate::support::{API_KEY, SECRET, USER, change, fingerprint, later, now, tells};

use ConditionStatus::{False, True, Unknown};

fn cases(cases: u32) -> Config {
    Config { cases, max_global_rejects: 100 * cases, failure_persistence: None, ..Config::default() }
}

fn end(resource: &Resource, observed: &Observed, plan: &Plan, receipt: Option<&Receipt>) -> Conclusion {
    crate::support::end(resource, observed, plan, receipt, None, Moment { now: now(), chance: 0.5 })
}

/// Plan, and conclusion as if every effect had this receipt.
fn pass(resource: &Resource, observed: &Observed, receipt: &Receipt) -> (Plan, Conclusion) {
    let plan = plan(resource, observed, now());
    let receipt = plan.effect.is_some().then_some(receipt);
    let conclusion = end(resource, observed, &plan, receipt);
    (plan, conclusion)
}

fn status_of(status: &IdentityProviderConfigStatus, r#type: ConditionType) -> Option<ConditionStatus> {
    status.condition(r#type).map(|condition| condition.status)
}

/// Conditions with a reason that is documented as none of theirs, unless it was there before.
fn undocumented(resource: &Resource, status: &IdentityProviderConfigStatus) -> Vec<(ConditionType, Reason)> {
    let new = status.conditions.iter().filter(|condition| CHECKS.contains(&condition.r#type));
    let new = new
        .filter(|condition| resource.status.condition(condition.r#type).map(|it| it.reason) != Some(condition.reason));
    new.map(|it| (it.r#type, it.reason)).filter(|(r#type, reason)| !r#type.reasons().contains(reason)).collect()
}

#[test]
fn every_reason_is_some_conditions() {
    let documented = |reason: &&Reason| ConditionType::ALL.iter().any(|r#type| r#type.reasons().contains(reason));
    let nobodys: Vec<_> = Reason::ALL.iter().filter(|reason| !documented(reason)).collect();
    assert!(nobodys.is_empty(), "{nobodys:?}");
}

fn is_change(effect: Option<&Effect>) -> bool {
    matches!(effect, Some(Effect::Apply(application)) if application.cause != Cause::PutBack)
}

/// What holds during one visit only is no part of the next observation.
fn visit_is_over(observed: &mut Observed) {
    observed.already_configured = false;
    observed.begun = None;
}

/// Does an audit event tell that what was begun took effect? It came of nothing that was there before.
fn is_told_by_an_event(resource: &Resource, observed: &Observed) -> bool {
    let Some(begun) = resource.status.pending.as_ref().or(observed.begun.as_ref()) else { return false };
    let Some(Ok(Some(newest))) = &observed.history else { return false };
    let known = resource.status.applied.as_ref().and_then(|applied| applied.audit_event_id.as_ref());
    let is_older = newest.time < begun.time - SignedDuration::from_mins(1);
    let is_new = !is_older && ![known, begun.audit_event_id.as_ref()].contains(&Some(&newest.id));
    is_new && newest.kind == ChangeKind::Configure && *newest.user == *USER
}

const CHECKS: [ConditionType; 6] = [
    ConditionType::SecretsResolved,
    ConditionType::ConnectionReady,
    ConditionType::IssuerVerified,
    ConditionType::ClientVerified,
    ConditionType::Configured,
    ConditionType::InSync,
];

proptest! {
    #![proptest_config(cases(2000))]

    /// Every combination ends, also those that no observation gives: with a `Ready` and no type twice.
    #[test]
    fn a_resource_is_the_same_after_it_was_put_into_text(resource in resources()) {
        let text = serde_json::to_string(&resource).unwrap();
        prop_assert_eq!(serde_json::from_str::<Resource>(&text).unwrap(), resource);
    }

    #[test]
    fn everything_has_a_conclusion(
        resource in resources(),
        observed in observation(Coherence::Anything),
        receipt in receipt(),
        seconds in -1_000_000..1_000_000_i64,
        chance in 0.0..1.0_f64,
    ) {
        let planned = plan(&resource, &observed, later(seconds));
        for receipt in [None, Some(&receipt)] {
            let moment = Moment { now: later(seconds), chance };
            let conclusion = crate::support::end(&resource, &observed, &planned, receipt, Some(now()), moment);
            let mut types: Vec<_> = conclusion.status.conditions.iter().map(|condition| condition.r#type).collect();
            prop_assert_eq!(types.first(), Some(&ConditionType::Ready));
            let count = types.len();
            types.sort();
            types.dedup();
            prop_assert_eq!(types.len(), count);
            let strange = undocumented(&resource, &conclusion.status);
            prop_assert!(strange.is_empty(), "{:?}", strange);
            prop_assert!(conclusion.next >= Duration::from_millis(250));
            prop_assert!(conclusion.next <= Duration::from_hours(24));
        }
        if let Some(status) = in_progress(&resource, later(seconds)) {
            prop_assert_eq!(status_of(&status, ConditionType::Ready), Some(Unknown));
            prop_assert_eq!(status_of(&status, ConditionType::Stalled), None);
            prop_assert_eq!(in_progress(&Resource { status, ..resource }, later(seconds + 1)), None);
        }
    }

    /// Whoever waits is told what for, and no two conditions contradict each other.
    #[test]
    fn conditions_keep_their_contract((resource, observed) in scene(), receipt in receipt()) {
        let (_, conclusion) = pass(&resource, &observed, &receipt);
        let status = &conclusion.status;
        let ready = status.condition(ConditionType::Ready).unwrap();
        let reconciling = status.condition(ConditionType::Reconciling);
        let stalled = status.condition(ConditionType::Stalled);
        prop_assert!(reconciling.is_none() || stalled.is_none());
        for marker in reconciling.iter().chain(&stalled) {
            prop_assert_eq!(marker.status, True);
            prop_assert_eq!(&marker.message, &ready.message);
        }
        if ready.status == True {
            prop_assert!(reconciling.is_none() && stalled.is_none());
        } else if reconciling.is_none() && stalled.is_none() {
            let by_request = matches!(ready.reason, Reason::Suspended | Reason::Planned);
            prop_assert!(by_request || resource.deleting, "{}: {}", ready.reason, ready.message);
        }
        if let Some(stalled) = stalled {
            prop_assert_eq!(stalled.reason, ready.reason);
            prop_assert_eq!(ready.status, False);
        }
        prop_assert_eq!(status.observed_generation, resource.generation);
        for condition in &status.conditions {
            prop_assert!(condition.observed_generation <= resource.generation);
            prop_assert!(!condition.message.is_empty(), "{:?}", condition.r#type);
            let is_current = condition.observed_generation == resource.generation;
            prop_assert!(is_current || ready.reason == Reason::Suspended, "{:?}", condition.r#type);
        }
    }

    /// `Ready` says neither more nor less than the others do.
    #[test]
    fn ready_is_the_sum_of_its_parts((resource, observed) in scene(), receipt in receipt()) {
        let suspended = resource.spec.as_ref().is_ok_and(|spec| spec.suspend);
        prop_assume!(!resource.deleting && !suspended);
        let (_, conclusion) = pass(&resource, &observed, &receipt);
        let status = &conclusion.status;
        let warns = resource.spec.as_ref().is_ok_and(|spec| spec.verification.mode == VerificationMode::Warn);
        let part = |r#type| match status_of(status, r#type).unwrap() {
            False if warns && matches!(r#type, ConditionType::IssuerVerified | ConditionType::ClientVerified) => True,
            status => status,
        };
        // What shows nothing holds nothing back.
        let may_be_silent = |r#type| matches!(r#type, ConditionType::InSync | ConditionType::ClientVerified);
        let weighs = |r#type: &ConditionType| !(may_be_silent(*r#type) && part(*r#type) == Unknown);
        let parts: Vec<_> = CHECKS.into_iter().filter(weighs).map(part).collect();
        let configured = part(ConditionType::Configured);
        let possible: &[ConditionStatus] = if parts.contains(&False) {
            &[False]
        } else if parts.iter().all(|part| *part == True) {
            &[True]
        } else if configured == True {
            &[True, Unknown]
        } else {
            &[Unknown]
        };
        let ready = status.condition(ConditionType::Ready).unwrap();
        prop_assert!(possible.contains(&ready.status), "{:?} of {:?}", ready, status.conditions);
        if ready.status == False {
            let source = CHECKS.iter().filter_map(|r#type| status.condition(*r#type));
            let mut source = source.filter(|condition| condition.reason == ready.reason);
            prop_assert!(source.any(|condition| condition.message == ready.message), "{:?}", ready);
        }
    }

    /// What is concluded without an effect is concluded again, word for word, and nothing is said twice.
    #[test]
    fn no_change_no_write((resource, mut observed) in scene(), receipt in receipt()) {
        let status = &resource.status;
        let is_putting_back = status.pending.as_ref().is_some_and(|pending| pending.operation == Operation::PutBack);
        prop_assume!(!is_putting_back || (status.applied.is_some() && status.refused.is_some()));
        let (planned, first) = pass(&resource, &observed, &receipt);
        prop_assume!(planned.effect.is_none());
        if status_of(&first.status, ConditionType::Configured) == Some(True) {
            observed.begun = None;
        }
        let resource = Resource { status: first.status, ..resource };
        let (planned, second) = pass(&resource, &observed, &receipt);
        prop_assert!(planned.effect.is_none());
        prop_assert_eq!(&second.status, &resource.status);
        prop_assert!(second.events.is_empty(), "{:?}", second.events);
    }

    /// What was applied is not applied again, and what was reported is not reported again.
    #[test]
    fn a_second_pass_after_an_application_plans_nothing((mut resource, mut observed) in scene()) {
        resource.deleting = false;
        resource.finalizer = resource.resets_on_deletion();
        resource.status.pending = None;
        let mut planned = plan(&resource, &observed, now());
        if let Some(Effect::Record { pending, desired }) = planned.effect {
            let fingerprint = Some(fingerprint(&desired).as_str().into());
            resource.status.pending = Some(Pending { fingerprint, ..pending });
            planned = plan(&resource, &observed, now());
        }
        prop_assume!(is_change(planned.effect.as_ref()));
        let applied = Receipt::Applied { event: Some("event-9".into()) };
        let conclusion = end(&resource, &observed, &planned, Some(&applied));
        prop_assert_eq!(status_of(&conclusion.status, ConditionType::Configured), Some(True));
        prop_assert_eq!(&conclusion.status.pending, &None);
        let resource = Resource { status: conclusion.status, ..resource };
        tells(&mut observed, change("event-9", ChangeKind::Configure, now(), USER));
        visit_is_over(&mut observed);
        let again = plan(&resource, &observed, later(1));
        prop_assert!(again.effect.is_none(), "{:?}", again);
        let conclusion = end(&resource, &observed, &again, None);
        prop_assert_eq!(&conclusion.status, &resource.status);
        prop_assert!(conclusion.events.is_empty());
    }

    /// `lastTransitionTime` moves with the status, and only with it.
    #[test]
    fn time_moves_only_with_the_status((resource, observed) in scene(), receipt in receipt()) {
        let (_, conclusion) = pass(&resource, &observed, &receipt);
        for after in &conclusion.status.conditions {
            let before = resource.status.condition(after.r#type);
            let same = before.filter(|before| before.status == after.status);
            prop_assert_eq!(after.last_transition_time, same.map_or(now(), |before| before.last_transition_time));
        }
    }

    /// `Configured` is true by a receipt, or because what was applied before is what is declared.
    #[test]
    fn configured_is_never_guessed((resource, observed) in scene(), receipt in receipt()) {
        let (planned, conclusion) = pass(&resource, &observed, &receipt);
        let suspended = resource.spec.as_ref().is_ok_and(|spec| spec.suspend);
        prop_assume!(!suspended && status_of(&conclusion.status, ConditionType::Configured) == Some(True));
        let by_receipt = is_change(planned.effect.as_ref()) && matches!(receipt, Receipt::Applied { .. });
        let on_record = resource.status.applied.is_some() && resource.status.pending.is_none();
        let by_event = !is_change(planned.effect.as_ref()) && is_told_by_an_event(&resource, &observed);
        prop_assert!(by_receipt || on_record || by_event);
        prop_assert!(conclusion.status.applied.is_some());
    }

    /// Nothing outside is changed but by a resource that is managed, checked and allowed to.
    #[test]
    fn a_change_needs_every_check((resource, observed) in scene()) {
        let planned = plan(&resource, &observed, now());
        let change = is_change(planned.effect.as_ref()) || matches!(planned.effect, Some(Effect::Record { .. }));
        prop_assume!(change);
        let spec = resource.spec.as_ref().unwrap();
        prop_assert!(!resource.deleting && !spec.suspend && spec.mode == Mode::Manage);
        prop_assert!(!resource.resets_on_deletion() || resource.finalizer);
        let status = end(&resource, &observed, &planned, None).status;
        prop_assert!(status.is_true(ConditionType::SecretsResolved) && status.is_true(ConditionType::ConnectionReady));
        match status_of(&status, ConditionType::IssuerVerified) {
            Some(True) => {}
            issuer => prop_assert!(spec.verification.mode == VerificationMode::Warn && issuer == Some(False)),
        }
    }

    /// The secrets that came in do not come out.
    ///
    /// Lesson: Argo CD CVE-2025-23216 and six more.
    #[test]
    fn no_secret_comes_out((resource, observed) in scene(), receipt in receipt()) {
        let (planned, conclusion) = pass(&resource, &observed, &receipt);
        let status = serde_json::to_string(&conclusion.status).unwrap();
        let sinks = [
            ("status", status),
            ("events", format!("{:?}", conclusion.events)),
            ("Observed", format!("{observed:?} {observed:#?}")),
            ("Plan", format!("{planned:?} {planned:#?}")),
            ("Conclusion", format!("{conclusion:?}")),
            ("Receipt", format!("{receipt:?}")),
            ("in progress", format!("{:?}", in_progress(&resource, now()))),
        ];
        for (sink, text) in sinks {
            prop_assert!(!text.contains(SECRET) && !text.contains(API_KEY), "{}: {}", sink, text);
        }
    }
}
