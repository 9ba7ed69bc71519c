//! What is reported of a SAML identity provider.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason, SamlStatus};
use cognigy_sso_decide::{Metadata, Observed, Resource, Trial};

use crate::provider::describe;
use crate::support::strategy::saml;
use crate::support::{
    ORGANIZATION, Run, SAML, always, applied, applied_saml, certificate, condition, edited, later, message, now,
    observed, ready, resource, visit_at,
};

use ConditionStatus::{True, Unknown};

fn look(seconds: i64, resource: Resource, observe: impl FnOnce(&mut Observed)) -> Resource {
    visit_at(later(seconds), resource, &mut observed(observe), always(applied)).resource
}

fn said(resource: &Resource) -> &SamlStatus {
    resource.status.saml.as_ref().unwrap()
}

#[test]
fn what_is_taken_is_told_and_kept_with_what_was_applied() {
    let ready = ready(|_| {});
    let saml = said(&ready);
    assert_eq!((saml.entity_id.as_deref(), &*saml.login_endpoint), (Some(SAML.provider), SAML.endpoint));
    assert_eq!(saml.certificate.not_after, certificate("").not_after);
    assert_eq!(ready.status.applied.as_ref().unwrap().saml.as_deref(), Some(&applied_saml()));
    assert_eq!(ready.status.issuer, None);
    let issuer = message(&ready.status, ConditionType::IssuerVerified);
    assert!(issuer.contains(SAML.provider) && issuer.contains(&*saml.certificate.sha256), "{issuer}");
}

#[test]
fn of_the_client_nothing_can_be_told_and_that_holds_nothing_back() {
    let mut run = Run::ready(|_| {});
    run.ask("now");
    assert_eq!(run.check(&Trial::accepted()).tries, 0, "there is nothing to try");
    assert_eq!(run.client(), (Unknown, Reason::NotChecked));
    let status = run.resource.status;
    assert!(message(&status, ConditionType::ClientVerified).contains("SAML has no credentials"));
    assert_eq!(condition(&status, ConditionType::Ready), Some((True, Reason::Ready)));
}

#[test]
fn there_is_a_login_url_no_callback_and_a_link_to_the_documentation() {
    let urls =
        ready(|spec| spec.cognigy.frontend_url = Some("https://trial.cognigy.ai".to_owned())).status.urls.unwrap();
    assert_eq!(*urls.login, format!("https://api-trial.cognigy.ai/auth/saml/login/{ORGANIZATION}"));
    assert_eq!(urls.callback, None);
    assert!(urls.documentation.unwrap().starts_with("https://docs.cognigy.com/"));
    assert_eq!(urls.logout.as_deref(), Some(format!("https://trial.cognigy.ai/slo/{ORGANIZATION}").as_str()));
}

/// A status that moved at every look would wake everybody who watches.
#[test]
fn verified_time_stays_while_a_check_stays_refuted() {
    let verified = |resource: &Resource| (SAML.verified_time)(&resource.status).unwrap();
    let refuted = look(60, ready(|_| {}), SAML.refute);
    assert_eq!(verified(&refuted), later(60), "the outcome is another");
    let mut resource = refuted.clone();
    for seconds in [120, 600, 6000] {
        let visit = visit_at(later(seconds), resource, &mut observed(SAML.refute), always(applied));
        assert_eq!((visit.writes, verified(&visit.resource)), (0, later(60)), "after {seconds} s");
        resource = visit.resource;
    }
    let back = look(7000, resource, |_| {});
    assert_eq!(verified(&back), later(7000));
    let rolled = look(8000, back, |observed| {
        describe(observed, |metadata| metadata.certificates = vec![certificate("MIICNext")]);
    });
    assert_eq!((verified(&rolled), &*said(&rolled).certificate.sha256), (later(8000), "sha256-of-MIICNext"));
}

#[test]
fn warnings_hold_nothing_back_and_stand_with_ready() {
    type Case = (fn(&mut Metadata), &'static str, &'static str);
    let table: [Case; 2] = [
        (|metadata| metadata.wants_signed_requests = true, "abc123", "asks for signed requests"),
        (|_| {}, SAML.provider, "spec.saml.issuer is the identity provider's own entity id"),
    ];
    for (describes, issuer, says) in table {
        let named = resource(|spec| issuer.clone_into(&mut saml(spec).issuer));
        let status = look(0, named, |observed| describe(observed, describes)).status;
        assert_eq!(condition(&status, ConditionType::Ready), Some((True, Reason::Ready)));
        let text = message(&status, ConditionType::Ready);
        assert!(text.contains(says), "{text}");
    }
    let quiet = ready(|_| {}).status;
    let text = message(&quiet, ConditionType::Ready);
    assert!(!text.contains("signed requests") && !text.contains("entity id"), "{text}");
}

#[test]
fn what_would_be_done_names_endpoint_and_issuer() {
    let planned = edited(resource(|_| {}), |spec| spec.mode = cognigy_sso_api::Mode::Plan);
    let status = visit_at(now(), planned, &mut observed(|_| {}), always(applied)).resource.status;
    let text = message(&status, ConditionType::Configured);
    assert!(
        text.contains("(SAML, login endpoint https://idp.acme.example/saml") && text.contains(", issuer abc123)"),
        "{text}"
    );
}
