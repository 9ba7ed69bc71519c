//! A configuration that is in force while the identity provider publishes something else, or nothing that can be read.

use cognigy_sso_api::{ConditionStatus, ConditionType, DeletionPolicy, Reason};
use cognigy_sso_decide::{
    Certificate, ChangeKind, EventKind, Memory, Observed, ProviderFault, Receipt, SamlFault, Trial, is_doubted,
};

use crate::provider::{describe, pin};
use crate::support::{
    CERTIFICATE, NAME, Run, SAML, SECRET, USER, always, applied, certificate, change, condition, deleted, edited,
    issuer_refuted, issuer_unknown, later, leads_to, message, now, observed, ready, refused, resource, rotated, tells,
    touched, visit, visit_at, visit_with,
};

const NEXT: &str = "MIICNext";

fn rolled(observed: &mut Observed) {
    describe(observed, |metadata| metadata.certificates = vec![certificate(NEXT)]);
}

#[test]
fn another_certificate_in_the_metadata_is_a_change_though_nothing_else_is() {
    let mut run = Run::ready(|_| {});
    rolled(&mut run.observed);
    let visit = run.check(&Trial::accepted());
    assert_eq!(
        (visit.effects.as_slice(), run.ready_is()),
        (&["Record", "Replace"][..], (ConditionStatus::True, Reason::Ready))
    );
    let applied = run.resource.status.applied.as_ref().unwrap();
    assert_eq!(&*applied.saml.as_ref().unwrap().certificate, NEXT);
    let again = run.check(&Trial::accepted());
    assert_eq!((again.effects.len(), again.writes, again.events.len()), (0, 0, 0));
    run.restart();
    let again = run.check(&Trial::accepted());
    assert_eq!((again.effects.len(), again.writes), (0, 0), "after a restart");
}

#[test]
fn other_endpoints_are_a_change_and_so_is_a_logout_endpoint_that_comes_or_goes() {
    let mut run = Run::ready(|_| {});
    let edits: [fn(&mut cognigy_sso_decide::Metadata); 4] = [
        |metadata| metadata.logout_endpoint = Some("https://idp.acme.example/saml/slo".into()),
        |_| {},
        |metadata| metadata.login_endpoint = "https://idp.acme.example/saml/sso?tenant=1".into(),
        |metadata| metadata.login_endpoint = "https://idp.acme.example/saml/sso?tenant=2".into(),
    ];
    for edit in edits {
        describe(&mut run.observed, edit);
        assert_eq!(run.check(&Trial::accepted()).effects, ["Record", "Replace"]);
    }
}

#[test]
fn what_is_not_taken_from_metadata_is_no_change() {
    let mut run = Run::ready(|_| {});
    describe(&mut run.observed, |metadata| {
        metadata.valid_until = Some(later(86_400));
    });
    let visit = run.check(&Trial::accepted());
    assert_eq!((visit.effects.len(), visit.writes), (0, 0));
}

#[test]
fn another_certificate_that_is_published_too_is_told_once_and_changes_nothing() {
    let mut run = Run::ready(|_| {});
    describe(&mut run.observed, |metadata| metadata.certificates.push(certificate(NEXT)));
    let visit = run.check(&Trial::accepted());
    assert_eq!((visit.effects.len(), visit.writes), (0, 1));
    let says = "when the identity provider begins to sign with that one, name it in spec.saml.certificate";
    assert!(message(&run.resource.status, ConditionType::Ready).contains(says));
    assert_eq!(run.check(&Trial::accepted()).writes, 0);
}

#[test]
fn another_certificate_is_not_told_of_who_has_named_one_nor_when_it_has_expired() {
    let edits: [fn(&mut Observed); 2] = [
        |observed| {
            pin(observed, certificate(CERTIFICATE));
            describe(observed, |metadata| metadata.certificates.push(certificate(NEXT)));
        },
        |observed| {
            let expired = Certificate { not_after: later(-1), ..certificate(NEXT) };
            describe(observed, |metadata| metadata.certificates.push(expired));
        },
    ];
    for edit in edits {
        let mut run = Run::ready(|_| {});
        edit(&mut run.observed);
        assert_eq!(run.check(&Trial::accepted()).writes, 0);
    }
}

#[test]
fn what_the_known_same_secrets_spare_does_not_hide_another_certificate() {
    let mut run = Run::ready(|_| {});
    touched(&mut run.observed);
    assert_eq!(run.check(&Trial::accepted()).effects, [""; 0], "the same bytes are remembered");
    rolled(&mut run.observed);
    assert_eq!(run.check(&Trial::accepted()).effects, ["Record", "Replace"]);
}

type Change<'a> = &'a dyn Fn(&mut Observed);

/// Who turned to another certificate may have named it before the operator read of it, and what was read before that may lead
/// back to the former one.
#[test]
fn what_is_held_is_read_anew_where_it_refutes_or_changes_what_is_in_force() {
    let expires = |metadata: &mut cognigy_sso_decide::Metadata| metadata.valid_until = Some(now());
    let elsewhere =
        |metadata: &mut cognigy_sso_decide::Metadata| metadata.login_endpoint = "https://other.example/sso".into();
    let table: [(&str, Change<'_>, bool); 8] = [
        ("as in force", &|_| {}, false),
        ("both are published", &|o| describe(o, |metadata| metadata.certificates.push(certificate(NEXT))), false),
        ("another certificate", &rolled, true),
        ("another endpoint", &|o| describe(o, elsewhere), true),
        ("it has run out", &|o| describe(o, expires), true),
        ("the pinned one is not there", &|o| pin(o, certificate(NEXT)), true),
        ("it could not be read", &issuer_unknown, false),
        ("it is not known by what", &|o| o.metadata = None, false),
    ];
    for (what, observe, expected) in table {
        assert_eq!(is_doubted(&ready(|_| {}), &observed(observe), now()), expected, "{what}");
    }
    assert!(!is_doubted(&resource(|_| {}), &observed(rolled), now()), "nothing is in force");
}

#[test]
fn metadata_that_cannot_be_read_leaves_what_is_in_force() {
    let says =
        |fault: SamlFault| move |observed: &mut Observed| (SAML.says)(observed, ProviderFault::Saml(fault.clone()));
    let unsigned = says(SamlFault::Unsigned { what: "is not signed".to_owned() });
    let observations: [&dyn Fn(&mut Observed); 3] = [&issuer_unknown, &issuer_refuted, &unsigned];
    for observe in observations {
        let mut run = Run::ready(|_| {});
        let before = run.resource.status.clone();
        observe(&mut run.observed);
        let visit = run.check(&Trial::accepted());
        assert_eq!((visit.effects.len(), &run.resource.status.applied), (0, &before.applied));
        assert!(run.resource.status.is_true(ConditionType::Configured));
        assert_eq!(run.resource.status.saml.as_ref().unwrap().certificate, before.saml.as_ref().unwrap().certificate);
        rotated(&mut run.observed);
        assert_eq!(run.check(&Trial::accepted()).effects, [""; 0], "and nothing else is sent");
        (SAML.observe)(&mut run.observed);
        crate::support::with_secret(&mut run.observed, SECRET, "3");
        assert_eq!(run.check(&Trial::accepted()).effects, [""; 0], "back as it was");
        assert_eq!(run.ready_is(), (ConditionStatus::True, Reason::Ready));
    }
}

#[test]
fn an_edit_while_metadata_cannot_be_read_is_not_said_to_be_in_force() {
    let mut run = Run::ready(|_| {});
    issuer_unknown(&mut run.observed);
    run.edit(|spec| spec.interval = "1h".to_owned());
    assert_eq!(run.check(&Trial::accepted()).effects, [""; 0]);
    let configured = condition(&run.resource.status, ConditionType::Configured).unwrap();
    assert_eq!(configured, (ConditionStatus::Unknown, Reason::NotChecked), "the metadata may be another one's");
    assert!(message(&run.resource.status, ConditionType::Configured).contains("IssuerVerified"));
}

#[test]
fn a_certificate_that_is_refused_gives_way_to_the_former_one() {
    let mut run = Run::ready(|_| {});
    let memory =
        visit_with(Memory::default(), run.now, resource(|_| {}), &mut observed(|_| {}), always(applied)).memory;
    rolled(&mut run.observed);
    let mut former = None;
    let fault = || refused(cognigy_sso_decide::CognigyCall::Configure, 400);
    let visit = visit_with(memory, run.now, run.resource.clone(), &mut run.observed, |effect| {
        if let cognigy_sso_decide::Effect::Apply(application) = effect {
            former = application
                .previous
                .as_ref()
                .map(|previous| secrecy::ExposeSecret::expose_secret(&previous.body()).to_owned());
        }
        Receipt::RolledBack { fault: fault(), event: None }
    });
    assert!(former.unwrap().contains(CERTIFICATE));
    let status = &visit.resource.status;
    assert_eq!(condition(status, ConditionType::Configured), Some((ConditionStatus::False, Reason::RolledBack)));
    let saml = status.applied.as_ref().unwrap().saml.as_ref().unwrap();
    assert_eq!(&*saml.certificate, CERTIFICATE, "what is in force stays on record");
    assert!(visit.events.iter().any(|event| event.kind == EventKind::RolledBack));
}

#[test]
fn the_login_url_tells_by_endpoint_and_issuer() {
    let table = [
        ("as declared", leads_to(SAML.endpoint, NAME), &[][..]),
        ("another issuer", leads_to(SAML.endpoint, "another"), &["Record", "Correct"]),
        ("another endpoint", leads_to("https://other.example/sso", NAME), &["Record", "Correct"]),
    ];
    for (what, login, effects) in table {
        let mut run = Run::ready(|_| {});
        crate::support::history_says(&mut run.observed, 403);
        run.observed.login = Some(login);
        assert_eq!(run.check(&Trial::accepted()).effects, effects, "{what}");
    }
}

/// Whoever reads the request leaves them off.
#[test]
fn blanks_around_the_issuer_are_no_other_issuer() {
    let blank = |spec: &mut cognigy_sso_api::IdentityProviderConfigSpec| {
        crate::support::strategy::saml(spec).issuer = format!("{NAME}\n");
    };
    let mut run = Run::ready(blank);
    crate::support::history_says(&mut run.observed, 403);
    run.observed.login = Some(leads_to(SAML.endpoint, NAME));
    assert_eq!(run.check(&Trial::accepted()).effects, [""; 0]);
}

#[test]
fn a_deletion_asks_for_the_issuer_alone() {
    let reset = |spec: &mut cognigy_sso_api::IdentityProviderConfigSpec| spec.deletion_policy = DeletionPolicy::Reset;
    for (name, effects) in [(NAME, &["Reset", "RemoveFinalizer"][..]), ("another", &["RemoveFinalizer"])] {
        let mut observed = observed(|observed| {
            crate::support::history_says(observed, 403);
            observed.metadata = None;
            observed.login = Some(leads_to("https://elsewhere.example/sso", name));
        });
        let gone = visit_at(later(600), deleted(ready(reset)), &mut observed, always(applied));
        assert_eq!(gone.effects, effects, "{name}");
    }
}

/// What the login URL shows counts while what is declared is what was applied, whatever has changed beside that.
#[test]
fn a_deletion_heeds_another_issuer_though_a_key_was_rotated_or_the_resource_edited() {
    let ready = || ready(|spec| spec.deletion_policy = DeletionPolicy::Reset);
    let edited = edited(ready(), |spec| spec.interval = "1h".to_owned());
    for (before, observe) in [(ready(), rotated as fn(&mut Observed)), (edited, |_| {})] {
        let mut observed = observed(|observed| {
            observe(observed);
            let ours = before.status.applied.as_ref().unwrap().audit_event_id.as_deref().unwrap_or("ours");
            tells(observed, change(ours, ChangeKind::Configure, now(), USER));
            observed.login = Some(leads_to(SAML.endpoint, "another"));
        });
        let gone = visit_at(later(600), deleted(before), &mut observed, always(applied));
        assert_eq!(gone.effects, ["RemoveFinalizer"]);
    }
}

#[test]
fn an_outage_from_the_start_applies_nothing() {
    let visit = visit(resource(|_| {}), &mut observed(issuer_unknown), always(applied));
    assert_eq!((visit.effects.len(), visit.resource.status.saml), (0, None));
}
