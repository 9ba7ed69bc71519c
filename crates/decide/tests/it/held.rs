//! What keeps a resource from being acted on.

use cognigy_sso_api::{ClientCheck, ConditionStatus, ConditionType, DriftPolicy, IdentityProviderConfigSpec, Reason};
use cognigy_sso_decide::{CognigyCall, InputProblem, Observed, Resource};

use crate::STRATEGY;
use crate::support::{
    ORGANIZATION, OTHER_ORGANIZATION, Visit, always, api_key_says, applied, condition, edited, message, observed,
    other_organization, ready, refused, resource, secret_says, visit,
};

fn look(resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit(resource, &mut observed(observe), always(applied))
}

#[track_caller]
fn assert_stalled(visit: &Visit, reason: Reason, names: &[&str]) {
    let status = &visit.resource.status;
    assert_eq!(visit.effects, [""; 0], "{reason}");
    assert_eq!(condition(status, ConditionType::Ready), Some((ConditionStatus::False, reason)));
    assert_eq!(condition(status, ConditionType::Stalled), Some((ConditionStatus::True, reason)));
    let message = message(status, ConditionType::Stalled);
    for name in names {
        assert!(message.contains(name), "{name}: {message}");
    }
}

#[test]
fn every_other_choice_is_fine() {
    let reported = look(resource(|spec| spec.drift_policy = DriftPolicy::Report), |_| {});
    assert!(reported.resource.status.is_true(ConditionType::Ready));
    for check in [ClientCheck::OnChange, ClientCheck::Periodic, ClientCheck::Never] {
        let visit = look(resource(|spec| spec.verification.client_check = check), |_| {});
        assert!(visit.resource.status.is_true(ConditionType::Ready), "{check:?}");
    }
}

#[test]
fn a_spec_that_cannot_be_read_says_why_and_leaves_everything() {
    let mut unreadable = ready(|_| {});
    unreadable.generation = 2;
    unreadable.spec = Err("spec.cognigy: invalid type: integer `7`".into());
    assert!(!unreadable.needs_observation());
    let before = unreadable.status.clone();
    let visit = look(unreadable, |_| {});
    assert_stalled(&visit, Reason::InvalidSpec, &["invalid type: integer `7`", "Correct the named field"]);
    assert_eq!(visit.resource.status.applied, before.applied);
    assert_eq!(visit.resource.status.urls, before.urls);
}

#[test]
fn what_the_api_server_lets_through_is_refused_all_the_same() {
    type Edit = fn(&mut IdentityProviderConfigSpec);
    let both = |spec: &mut IdentityProviderConfigSpec| {
        let declared = spec.clone();
        (STRATEGY.other().declare)(spec);
        (spec.oidc, spec.saml) = (spec.oidc.take().or(declared.oidc), spec.saml.take().or(declared.saml));
    };
    let table: [(Edit, &[&str]); 5] = [
        (
            |spec| spec.cognigy.api_url = "https://api.example:99999".to_owned(),
            &["spec.cognigy.apiUrl is not a URL", "such as https://"],
        ),
        (|spec| spec.cognigy.api_url = "http://api.example".to_owned(), &["spec.cognigy.apiUrl is not an https URL"]),
        (
            |spec| spec.cognigy.frontend_url = Some("https://a@b.example".to_owned()),
            &["spec.cognigy.frontendUrl has a user name"],
        ),
        (|spec| (spec.oidc, spec.saml) = (None, None), &["set exactly one of oidc and saml"]),
        (both, &["set exactly one of oidc and saml"]),
    ];
    for (edit, names) in table {
        assert!(!resource(edit).needs_observation());
        assert_stalled(&look(resource(edit), |observed| observed.account = None), Reason::InvalidSpec, names);
    }
}

#[test]
fn suspended_nothing_is_done_and_ready_does_not_claim_to_know() {
    for before in [resource(|_| {}), ready(|_| {})] {
        let suspended = edited(before, |spec| spec.suspend = true);
        assert!(!suspended.needs_observation());
        let visit = look(suspended.clone(), |_| {});
        assert_eq!(visit.effects, [""; 0]);
        let status = &visit.resource.status;
        assert_eq!(condition(status, ConditionType::Ready), Some((ConditionStatus::Unknown, Reason::Suspended)));
        assert!(message(status, ConditionType::Ready).contains("spec.suspend is true"));
        assert_eq!(condition(status, ConditionType::Stalled), None);
        assert_eq!(condition(status, ConditionType::Reconciling), None);
        let others = |resource: &Resource| {
            let conditions = resource.status.conditions.iter();
            conditions.filter(|condition| condition.r#type != ConditionType::Ready).cloned().collect::<Vec<_>>()
        };
        assert_eq!(others(&visit.resource), others(&suspended), "what was found before stays");
        let resumed = look(edited(visit.resource, |spec| spec.suspend = false), |_| {});
        assert!(resumed.resource.status.is_true(ConditionType::Ready));
    }
}

#[test]
fn a_key_of_another_organization_than_the_named_one_is_refused() {
    let named = |spec: &mut IdentityProviderConfigSpec| spec.cognigy.organization_id = Some(ORGANIZATION.to_owned());
    assert!(look(resource(named), |_| {}).resource.status.is_true(ConditionType::Ready));
    let visit = look(resource(named), other_organization);
    assert_stalled(&visit, Reason::OrganizationMismatch, &["spec.cognigy.organizationId", ORGANIZATION]);
    assert_eq!((&visit.resource.status.organization, &visit.resource.status.urls), (&None, &None));
}

#[test]
fn a_key_that_moved_stops_everything() {
    let moved = |observed: &mut Observed| {
        other_organization(observed);
        crate::support::rotated(observed);
    };
    let visit = look(ready(|_| {}), moved);
    assert_stalled(&visit, Reason::OrganizationChanged, &[ORGANIZATION, OTHER_ORGANIZATION, "Nothing is done"]);
    assert_eq!(&*visit.resource.status.organization.unwrap().id, ORGANIZATION, "what was configured stays on record");
    let nothing_applied = resource(|_| {});
    let located = look(nothing_applied, |observed| {
        secret_says(observed, InputProblem::ObjectAbsent);
    });
    let moved = look(located.resource, moved);
    assert!(moved.resource.status.is_true(ConditionType::Ready), "nothing was configured, so nothing is left behind");
}

#[test]
fn whose_key_it_is_decides() {
    let says = |disabled, is_admin| {
        look(resource(|_| {}), |observed| {
            let account = observed.account.as_mut().unwrap().as_mut().unwrap();
            (account.disabled, account.is_admin) = (disabled, is_admin);
        })
    };
    assert_stalled(&says(true, true), Reason::UserDisabled, &["spec.cognigy.apiKeySecretRef", "Enable the user"]);
    assert_stalled(&says(false, false), Reason::NotAdmin, &["spec.cognigy.apiKeySecretRef", "role admin"]);
    let urls = says(false, false).resource.status.urls;
    assert!(urls.is_some(), "whoever the key belongs to, the organization is known");
}

#[test]
fn a_missing_secret_is_awaited_and_an_unusable_one_needs_a_person() {
    let table = [
        (InputProblem::ObjectAbsent, Reason::SecretNotFound, ConditionType::Reconciling),
        (InputProblem::KeyAbsent, Reason::KeyNotFound, ConditionType::Reconciling),
        (InputProblem::Surrounded, Reason::InvalidValue, ConditionType::Stalled),
        (InputProblem::Forbidden, Reason::AccessDenied, ConditionType::Stalled),
        (InputProblem::Unavailable, Reason::Retrying, ConditionType::Reconciling),
    ];
    for (problem, reason, marker) in table {
        let visit = look(resource(|_| {}), |observed| secret_says(observed, problem.clone()));
        let status = &visit.resource.status;
        assert_eq!(visit.effects, [""; 0]);
        assert_eq!(condition(status, ConditionType::Ready), Some((ConditionStatus::False, reason)));
        assert!(status.condition(marker).is_some(), "{reason}");
        assert!(status.urls.is_some() && status.is_true(ConditionType::IssuerVerified), "what can be told is told");
    }
}

#[test]
fn several_faults_are_told_at_once_and_the_gravest_gives_the_reason() {
    let visit = look(resource(|_| {}), |observed| {
        api_key_says(observed, InputProblem::ObjectAbsent);
        secret_says(observed, InputProblem::Empty);
    });
    assert_stalled(
        &visit,
        Reason::EmptyValue,
        &["spec.cognigy.apiKeySecretRef: Secret the-object does not exist", STRATEGY.secret_field],
    );
    let connection = message(&visit.resource.status, ConditionType::ConnectionReady);
    assert!(connection.contains("see SecretsResolved"), "{connection}");
}

#[test]
fn a_refused_key_leaves_the_configuration_where_it_is() {
    let visit = look(ready(|_| {}), |observed| observed.account = Some(Err(refused(CognigyCall::Me, 401))));
    assert_stalled(&visit, Reason::Unauthorized, &["401", "spec.cognigy.apiKeySecretRef"]);
    assert!(visit.resource.status.is_true(ConditionType::Configured), "what is applied is what is declared");
}
