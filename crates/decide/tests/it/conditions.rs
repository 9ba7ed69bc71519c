//! What is reported: conditions and their times, URLs, issuer, what is said on the way.

use cognigy_sso_api::{Condition, ConditionStatus, ConditionType, IdentityProviderConfigStatus, Reason};
use cognigy_sso_decide::{CallFault, CognigyCall, InputProblem, Observed, Receipt, Resource, in_progress};

use crate::STRATEGY;
use crate::support::{
    ORGANIZATION, always, applied, at, cognigy_unknown, condition, edited, end, issuer_refuted, issuer_unknown, later,
    message, now, observed, ready, resource, rotated, secret_says, touched, visit, visit_at,
};

fn time(status: &IdentityProviderConfigStatus, r#type: ConditionType) -> jiff::Timestamp {
    status.condition(r#type).unwrap().last_transition_time
}

#[test]
fn every_aspect_is_reported_in_order() {
    let types: Vec<_> = ready(|_| {}).status.conditions.iter().map(|condition| condition.r#type).collect();
    assert_eq!(types, ConditionType::ALL[..7]);
    let refuted = visit(ready(|_| {}), &mut observed(issuer_refuted), always(applied)).resource.status;
    assert_eq!(refuted.conditions.last().unwrap().r#type, ConditionType::Stalled);
}

#[test]
fn configured_is_true_from_a_receipt_or_the_fingerprint_of_one_only() {
    let configured = |receipt: Option<Receipt>| {
        let (resource, observed) = (resource(|_| {}), observed(|_| {}));
        let plan = cognigy_sso_decide::plan(&resource, &observed, now());
        let conclusion = end(&resource, &observed, &plan, receipt.as_ref(), None, at(now()));
        conclusion.status.is_true(ConditionType::Configured)
    };
    let fault = || crate::support::refused(CognigyCall::Configure, 429);
    assert!(configured(Some(Receipt::Applied { event: None })));
    assert!(!configured(None) && !configured(Some(Receipt::Refused(fault()))));
    assert!(!configured(Some(Receipt::Open(fault()))) && !configured(Some(Receipt::RefusedAfterReset(fault()))));

    let mut forgotten = ready(|_| {});
    forgotten.status.applied.as_mut().unwrap().secrets.clear();
    forgotten.generation = 7;
    let by_fingerprint = visit(forgotten.clone(), &mut observed(touched), |effect| panic!("{effect:?}"));
    assert!(by_fingerprint.resource.status.is_true(ConditionType::Configured));
    forgotten.status.applied = None;
    let mut asked = 0;
    visit(forgotten, &mut observed(|_| {}), |effect| {
        asked += 1;
        applied(effect)
    });
    assert_eq!(asked, 1, "no record, so it is applied");
}

#[test]
fn a_change_that_is_only_prepared_is_not_called_configured() {
    let resource = resource(|spec| spec.adoption_policy = cognigy_sso_api::AdoptionPolicy::Never);
    let observed = observed(|_| {});
    let plan = cognigy_sso_decide::plan(&resource, &observed, now());
    let conclusion = end(&resource, &observed, &plan, None, None, at(now()));
    let configured = condition(&conclusion.status, ConditionType::Configured);
    assert_eq!(configured, Some((ConditionStatus::False, Reason::ChangePending)));
    assert!(!conclusion.status.is_true(ConditionType::Ready));
}

#[test]
fn time_moves_only_with_the_status() {
    let before = ready(|_| {});
    let issuer = ConditionType::IssuerVerified;
    let unknown = visit_at(later(60), before.clone(), &mut observed(issuer_unknown), always(applied)).resource;
    assert_eq!(time(&unknown.status, issuer), later(60));
    assert_eq!(time(&unknown.status, ConditionType::Ready), now());
    let other_fault = |observed: &mut Observed| {
        let (document, url) = (STRATEGY.document, "https://idp.example/document".to_owned());
        let fault = cognigy_sso_decide::ProviderFault::Status { document, url, status: 502, retry_after: None };
        crate::support::provider_says(observed, fault);
    };
    let still = visit_at(later(90), unknown, &mut observed(other_fault), always(applied)).resource;
    assert_eq!(condition(&still.status, issuer), Some((ConditionStatus::Unknown, Reason::ServerError)));
    assert_eq!(time(&still.status, issuer), later(60), "another reason, the same status");
    let back = visit_at(later(120), still, &mut observed(|_| {}), always(applied)).resource;
    assert_eq!(time(&back.status, issuer), later(120));
    assert_eq!(time(&back.status, ConditionType::SecretsResolved), now());
}

/// Lesson: keycloak #17515, external-secrets #1603, argo-cd #23578.
#[test]
fn every_condition_speaks_of_the_generation_that_was_looked_at() {
    let edited = edited(ready(|_| {}), |spec| spec.interval = "1h".to_owned());
    assert_eq!(edited.status.observed_generation, 1);
    let status = visit(edited, &mut observed(issuer_refuted), always(applied)).resource.status;
    assert_eq!(status.observed_generation, 2);
    assert!(status.conditions.iter().all(|condition| condition.observed_generation == 2));
}

#[test]
fn a_request_is_echoed_whatever_comes_of_it() {
    for observe in [issuer_refuted as fn(&mut Observed), cognigy_unknown, |_| {}] {
        let mut asked = ready(|_| {});
        asked.requested_at = Some("\u{1F680} now".into());
        let visit = visit(asked, &mut observed(observe), always(applied));
        assert_eq!(visit.resource.status.last_handled_reconcile_at.as_deref(), Some("\u{1F680} now"));
    }
}

#[test]
fn urls_are_told_as_early_as_the_organization_is_known() {
    type Observe = fn(&mut Observed);
    let cases: [Observe; 3] =
        [|observed| secret_says(observed, InputProblem::ObjectAbsent), issuer_unknown, issuer_refuted];
    for observe in cases {
        let fresh = resource(|spec| spec.cognigy.frontend_url = Some("https://trial.cognigy.ai/".to_owned()));
        let status = visit(fresh, &mut observed(observe), always(applied)).resource.status;
        let urls = status.urls.unwrap();
        let root = format!("https://api-trial.cognigy.ai/auth/{}/login", STRATEGY.path);
        assert_eq!(*urls.login, format!("{root}/{ORGANIZATION}"));
        assert_eq!(urls.logout.as_deref(), Some(format!("https://trial.cognigy.ai/slo/{ORGANIZATION}").as_str()));
        let organization = status.organization.unwrap();
        assert_eq!((&*organization.id, &*organization.api_host), (ORGANIZATION, "api-trial.cognigy.ai"));
    }
    let unknown = visit(resource(|_| {}), &mut observed(cognigy_unknown), always(applied)).resource.status;
    assert_eq!((unknown.organization, unknown.urls), (None, None));
}

#[test]
fn urls_follow_the_spec() {
    let before = ready(|spec| spec.cognigy.frontend_url = Some("https://trial.cognigy.ai".to_owned()));
    let without = edited(before, |spec| {
        spec.cognigy.frontend_url = None;
        spec.cognigy.api_url = "https://api-trial.cognigy.ai:8443/new/".to_owned();
    });
    let urls = visit(without, &mut observed(|_| {}), always(applied)).resource.status.urls.unwrap();
    assert_eq!(urls.logout, None);
    assert!(urls.login.starts_with("https://api-trial.cognigy.ai:8443/auth/"), "{}", urls.login);
}

#[test]
fn verified_time_moves_with_the_outcome_only() {
    let before = ready(|_| {});
    let verified = |resource: &Resource| (STRATEGY.verified_time)(&resource.status).unwrap();
    let again = visit_at(later(60), before, &mut observed(|_| {}), always(applied)).resource;
    assert_eq!(verified(&again), now());
    let down = visit_at(later(120), again, &mut observed(issuer_unknown), always(applied)).resource;
    assert_eq!(verified(&down), now(), "what was published last is still shown");
    let back = visit_at(later(180), down, &mut observed(|_| {}), always(applied)).resource;
    assert_eq!(verified(&back), later(180));
}

#[test]
fn applied_says_what_when_and_from_which_secrets() {
    let before = ready(|_| {});
    let first = before.status.applied.clone().unwrap();
    assert_eq!((first.time, first.generation, first.secrets.len()), (now(), 1, 2));
    let changed = visit_at(later(60), before, &mut observed(rotated), always(applied)).resource;
    let second = changed.status.applied.unwrap();
    assert_eq!((second.time, second.generation), (later(60), 1));
    assert_ne!(second.fingerprint, first.fingerprint);
    assert_ne!(second.secrets, first.secrets);
}

#[test]
fn a_fresh_resource_is_said_to_be_worked_on_once() {
    let fresh = resource(|_| {});
    let status = in_progress(&fresh, now()).unwrap();
    assert_eq!(condition(&status, ConditionType::Ready), Some((ConditionStatus::Unknown, Reason::Progressing)));
    assert_eq!(condition(&status, ConditionType::Reconciling), Some((ConditionStatus::True, Reason::Progressing)));
    assert_eq!(status.observed_generation, -1, "it was not dealt with yet");
    let said = Resource { status, ..fresh };
    assert_eq!(in_progress(&said, later(60)), None);
    let again = in_progress(&edited(said, |spec| spec.interval = "1h".to_owned()), later(60)).unwrap();
    assert!(again.conditions.iter().all(|condition| condition.observed_generation == 2));
    assert_eq!(time(&again, ConditionType::Ready), now());
}

#[test]
fn a_slow_check_of_what_is_known_is_no_news() {
    let stalled = visit(resource(|_| {}), &mut observed(issuer_refuted), always(applied)).resource;
    for known in [ready(|_| {}), stalled.clone()] {
        assert_eq!(in_progress(&known, later(60)), None);
    }
    let worked_on = in_progress(&edited(stalled, |spec| spec.interval = "1h".to_owned()), later(60)).unwrap();
    assert_eq!(worked_on.condition(ConditionType::Stalled), None, "a new generation may mend it");
    let issuer: Option<&Condition> = worked_on.condition(ConditionType::IssuerVerified);
    assert_eq!(issuer.unwrap().observed_generation, 1, "what was found before stays until it is looked at");
}

#[test]
fn a_refusal_says_code_trace_id_and_consequence() {
    let refusal = CallFault::Refused {
        call: CognigyCall::Configure,
        status: 400,
        code: Some(1005),
        trace_id: Some("trace-77aa".to_owned()),
        retry_after: None,
    };
    let mut receipt = Some(Receipt::RefusedAfterReset(refusal));
    let visit = visit(ready(|_| {}), &mut observed(rotated), |_| receipt.take().unwrap());
    for r#type in [ConditionType::Ready, ConditionType::Configured, ConditionType::Stalled] {
        let text = message(&visit.resource.status, r#type);
        for part in
            ["400", "code 1005", "traceId trace-77aa", "spec.oidc or spec.saml", "the organization has none now"]
        {
            assert!(text.contains(part), "{type:?}, {part}: {text}");
        }
    }
}
