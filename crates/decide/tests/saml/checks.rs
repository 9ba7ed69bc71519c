//! Every check of a resource by itself, for who asks before anything is applied.

use std::sync::Arc;

use cognigy_sso_api::{ConditionStatus, IdentityProviderConfigSpec, Reason};
use cognigy_sso_decide::{Check, CheckName, InputProblem, Observed, ProviderFault, Resource, SamlFault, check_up};

use crate::provider::{by_endpoint, describe, pin};
use crate::support::{
    SAML, certificate, edit, edited, input_fault, issuer_unknown, later, login_differs, login_matches, now, observed,
    ready, resource,
};

use CheckName::{Certificate, Login, Metadata, Secrets};
use ConditionStatus::{False, True, Unknown};

fn found(checks: &[Check], name: CheckName) -> (ConditionStatus, Reason, &str) {
    let finding = &checks.iter().find(|check| check.name == name).unwrap().finding;
    (finding.status, finding.reason, &finding.message)
}

fn checks(resource: &Resource, observe: impl FnOnce(&mut Observed)) -> Vec<Check> {
    check_up(resource, &observed(observe), now())
}

#[test]
fn the_checks_are_those_of_saml_in_the_order_in_which_one_rests_on_the_other() {
    let checks = checks(&resource(|_| {}), |observed| observed.login = Some(login_matches()));
    let names: Vec<_> = checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["spec", "secrets", "connection", "metadata", "certificate", "login"]);
    assert!(checks.iter().all(|check| check.finding.status == True), "{checks:?}");
}

#[test]
fn what_is_wrong_stands_where_it_belongs_and_what_rests_on_it_waits() {
    type Observe = fn(&mut Observed);
    type Expected = [(ConditionStatus, Reason); 2];
    let waits = (Unknown, Reason::NotChecked);
    let verified = (True, Reason::Verified);
    let table: [(&str, Observe, Expected); 8] = [
        ("unreachable", issuer_unknown, [(Unknown, Reason::Unreachable), waits]),
        ("expired metadata", SAML.refute, [(False, Reason::MetadataExpired), waits]),
        (
            "unsigned",
            |observed| {
                let fault = SamlFault::Unsigned { what: "is not signed".to_owned() };
                observed.metadata = Some(Arc::new(Err(ProviderFault::Saml(fault))));
            },
            [(False, Reason::SignatureInvalid), waits],
        ),
        (
            "two certificates",
            |observed| describe(observed, |metadata| metadata.certificates.push(certificate("MIICNext"))),
            [verified, (False, Reason::CertificateAmbiguous)],
        ),
        (
            "an expired certificate",
            |observed| describe(observed, |metadata| metadata.certificates[0].not_after = later(-1)),
            [verified, (False, Reason::CertificateExpired)],
        ),
        (
            "another certificate is pinned",
            |observed| pin(observed, certificate("MIICNext")),
            [verified, (False, Reason::CertificateNotPublished)],
        ),
        (
            "the pinned certificate cannot be read",
            |observed| {
                let problem = InputProblem::Certificate("holds no X.509 certificate".to_owned());
                observed.inputs.saml.certificate = Some(Err(input_fault("spec.saml.certificate", problem)));
            },
            [waits, waits],
        ),
        ("no place of the metadata", |observed| observed.metadata = None, [waits, waits]),
    ];
    for (what, observe, [metadata, certificate]) in table {
        let checks = checks(&resource(|_| {}), observe);
        let is = |name| (found(&checks, name).0, found(&checks, name).1);
        assert_eq!((is(Metadata), is(Certificate)), (metadata, certificate), "{what}");
    }
}

#[test]
fn whatever_saml_refers_to_and_cannot_be_read_stands_with_the_secrets() {
    let fault = || input_fault("spec.saml.metadataRef", InputProblem::KeyAbsent);
    let observations: [&dyn Fn(&mut Observed); 3] = [
        &|observed| observed.inputs.saml.certificate = Some(Err(fault())),
        &|observed| observed.inputs.saml.decryption_key = Some(Err(fault())),
        &|observed| observed.inputs.saml.documents = vec![fault()],
    ];
    for observe in observations {
        let checks = checks(&resource(|_| {}), observe);
        let (status, _, text) = found(&checks, Secrets);
        assert!(status != True && text.contains("spec.saml.metadataRef"), "{text}");
    }
}

#[test]
fn where_the_endpoint_is_declared_there_is_no_metadata_to_check() {
    let named = |observed: &mut Observed| {
        observed.metadata = None;
        pin(observed, certificate("MIICNext"));
    };
    let good = checks(&resource(by_endpoint), named);
    assert!(good.iter().all(|check| check.name != Metadata));
    assert_eq!(found(&good, Certificate).0, True);
    let unreadable = checks(&resource(by_endpoint), |observed| {
        observed.metadata = None;
        let problem = InputProblem::Certificate("holds no X.509 certificate".to_owned());
        observed.inputs.saml.certificate = Some(Err(input_fault("spec.saml.certificate", problem)));
    });
    assert_eq!(found(&unreadable, Secrets).1, Reason::InvalidCertificate);
    assert_eq!(found(&unreadable, Certificate), (Unknown, Reason::NotChecked, "Not checked: see secrets."));
}

#[test]
fn what_blocks_nothing_stands_with_the_metadata_and_so_does_its_signature() {
    let signed = |spec: &mut IdentityProviderConfigSpec| {
        let source = serde_json::json!({ "secretRef": { "name": "acme-saml", "key": "tls.crt" } });
        crate::support::strategy::saml(spec).metadata_certificate = serde_json::from_value(source).unwrap();
    };
    let wants = |observed: &mut Observed| describe(observed, |metadata| metadata.wants_signed_requests = true);
    let text = found(&checks(&resource(signed), wants), Metadata).2.to_owned();
    assert!(text.contains("and is signed as asked. The identity provider asks for signed requests"), "{text}");
    let plain = found(&checks(&resource(|_| {}), |_| {}), Metadata).2.to_owned();
    assert_eq!(plain, format!("The metadata describes {}.", SAML.provider));
    let ambiguous = |observed: &mut Observed| {
        describe(observed, |metadata| metadata.certificates.push(certificate("MIICNext")));
    };
    let named = found(&checks(&resource(|_| {}), ambiguous), Metadata).2.to_owned();
    assert_eq!(named, plain, "whichever certificate is taken");
}

#[test]
fn where_the_login_url_leads_is_told_of_what_is_in_force() {
    let table = [
        (resource(|_| {}), login_matches(), True, Reason::InSync),
        (resource(|_| {}), login_differs(), Unknown, Reason::NotChecked),
        (ready(|_| {}), login_matches(), True, Reason::InSync),
        (ready(|_| {}), login_differs(), False, Reason::Drifted),
        (edited(ready(|_| {}), edit), login_differs(), Unknown, Reason::NotChecked),
    ];
    for (resource, login, status, reason) in table {
        let checks = checks(&resource, |observed| observed.login = Some(login.clone()));
        let (found, why, text) = found(&checks, Login);
        assert_eq!((found, why), (status, reason), "{text}");
    }
}
