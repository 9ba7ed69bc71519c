//! `Ready`: what it sums up, and how long it outlives an outage.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigStatus, Reason, VerificationMode};
use cognigy_sso_decide::{InputProblem, Observed, Resource};
use jiff::Timestamp;

use crate::STRATEGY;
use crate::support::{
    ORGANIZATION, always, api_key_says, applied, cognigy_unknown, condition, edited, issuer_refuted, issuer_unknown,
    later, message, observed, ready, rotated, secret_says, touched, visit, visit_at,
};

use ConditionStatus::{False, True, Unknown};

/// Three intervals of ten minutes.
const GRACE: i64 = 1800;

fn look(now: Timestamp, resource: Resource, observe: fn(&mut Observed)) -> Resource {
    visit_at(now, resource, &mut observed(observe), always(applied)).resource
}

fn ready_is(status: &IdentityProviderConfigStatus) -> (ConditionStatus, Reason) {
    condition(status, ConditionType::Ready).unwrap()
}

#[test]
fn all_well_says_who_signs_in_where() {
    let status = ready(|_| {}).status;
    assert_eq!(ready_is(&status), (True, Reason::Ready));
    let text = message(&status, ConditionType::Ready);
    assert!(text.contains(ORGANIZATION) && text.contains(STRATEGY.provider), "{text}");
}

#[test]
fn an_outage_takes_nothing_away_for_three_intervals_and_says_since_when() {
    for outage in [issuer_unknown as fn(&mut Observed), cognigy_unknown] {
        let before = ready(|_| {});
        let begun = look(later(100), before, outage);
        assert_eq!(ready_is(&begun.status), (True, Reason::Ready));
        assert_eq!(begun.status.condition(ConditionType::Reconciling), None);
        let since = format!("since {}", later(100));
        let text = message(&begun.status, ConditionType::Ready).to_owned();
        assert!(text.contains("cannot be reached") && text.contains(&since), "{text}");

        let lasting = look(later(100 + GRACE - 1), begun, outage);
        assert_eq!(message(&lasting.status, ConditionType::Ready), text, "it is said once");
        let over = look(later(100 + GRACE), lasting, outage);
        assert_eq!(ready_is(&over.status), (Unknown, Reason::Unreachable));
        assert_eq!(condition(&over.status, ConditionType::Reconciling), Some((True, Reason::Retrying)));
        assert!(message(&over.status, ConditionType::Ready).contains(&since));
        assert!(over.status.is_true(ConditionType::Configured), "what is applied is what is declared");

        let back = look(later(100 + 2 * GRACE), over, |_| {});
        assert_eq!(ready_is(&back.status), (True, Reason::Ready));
        assert_eq!(back.status.condition(ConditionType::Reconciling), None);
    }
}

#[test]
fn the_grace_follows_the_interval() {
    let before = ready(|spec| spec.interval = "1h".to_owned());
    let begun = look(later(0), before, issuer_unknown);
    let lasting = look(later(3 * 3600 - 1), begun, issuer_unknown);
    assert_eq!(ready_is(&lasting.status).0, True);
    assert_eq!(ready_is(&look(later(3 * 3600), lasting, issuer_unknown).status).0, Unknown);
}

#[test]
fn a_clock_that_goes_back_takes_nothing_away() {
    let begun = look(later(5000), ready(|_| {}), issuer_unknown);
    assert_eq!(ready_is(&look(later(0), begun, issuer_unknown).status).0, True);
}

#[test]
fn of_two_outages_the_longer_counts_whichever_else_comes_and_goes() {
    let both = |observed: &mut Observed| {
        issuer_unknown(observed);
        cognigy_unknown(observed);
    };
    let mut resource = look(later(0), ready(|_| {}), issuer_unknown);
    for minute in 1..30 {
        let outage = if minute % 2 == 0 { issuer_unknown } else { both as fn(&mut Observed) };
        resource = look(later(60 * minute), resource, outage);
    }
    for (seconds, outage) in [(GRACE, both as fn(&mut Observed)), (GRACE + 60, issuer_unknown), (GRACE + 120, both)] {
        resource = look(later(seconds), resource, outage);
        assert_eq!(ready_is(&resource.status).0, Unknown, "no flapping");
    }
}

#[test]
fn a_secret_that_cannot_be_read_for_a_moment_takes_nothing_away() {
    let unavailable = |observed: &mut Observed| secret_says(observed, InputProblem::Unavailable);
    let begun = look(later(0), ready(|_| {}), unavailable);
    assert_eq!(ready_is(&begun.status), (True, Reason::Ready));
    assert_eq!(condition(&begun.status, ConditionType::SecretsResolved), Some((Unknown, Reason::Retrying)));
    let edited = edited(begun, |spec| spec.interval = "1h".to_owned());
    let unsure = look(later(1), edited, unavailable);
    assert_ne!(ready_is(&unsure.status).0, True, "whether the new generation is in force cannot be told");
    assert_eq!(condition(&unsure.status, ConditionType::Configured).unwrap().0, Unknown);
}

#[test]
fn during_an_outage_a_change_is_seen_as_one_and_no_change_as_none() {
    let down_and = |change: fn(&mut Observed)| {
        let mut observed = observed(|observed| {
            change(observed);
            cognigy_unknown(observed);
        });
        visit(ready(|_| {}), &mut observed, always(applied))
    };
    let same = down_and(touched);
    assert_eq!((ready_is(&same.resource.status), same.effects.len()), ((True, Reason::Ready), 0));
    let changed = down_and(rotated);
    let status = &changed.resource.status;
    assert_eq!((ready_is(status), changed.effects.len()), ((False, Reason::Unreachable), 0));
    assert!(message(status, ConditionType::Configured).contains("The change waits for ConnectionReady"));
}

#[test]
fn nothing_applied_has_no_grace() {
    let fresh = crate::support::resource(|_| {});
    assert_eq!(ready_is(&look(later(0), fresh, cognigy_unknown).status), (False, Reason::Unreachable));
}

#[test]
fn a_refuted_check_counts_at_once_unless_it_only_warns() {
    assert_eq!(ready_is(&look(later(0), ready(|_| {}), issuer_refuted).status), (False, STRATEGY.refutation.0));
    let warned = ready(|spec| spec.verification.mode = VerificationMode::Warn);
    assert_eq!(ready_is(&look(later(0), warned, issuer_refuted).status), (True, Reason::Ready));
}

#[test]
fn what_a_person_must_mend_outweighs_what_may_pass() {
    let both = |observed: &mut Observed| {
        issuer_unknown(observed);
        secret_says(observed, InputProblem::Empty);
    };
    let status = look(later(0), ready(|_| {}), both).status;
    assert_eq!(ready_is(&status), (False, Reason::EmptyValue));
    assert_eq!(condition(&status, ConditionType::Stalled), Some((True, Reason::EmptyValue)));
    let awaited = |observed: &mut Observed| {
        issuer_unknown(observed);
        api_key_says(observed, InputProblem::ObjectAbsent);
    };
    let status = look(later(0), ready(|_| {}), awaited).status;
    assert_eq!(ready_is(&status), (False, Reason::SecretNotFound));
    assert_eq!(condition(&status, ConditionType::Reconciling), Some((True, Reason::Progressing)));
}
