//! Which certificate is taken, and whether it can be used.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigSpec, Reason, VerificationMode};
use cognigy_sso_decide::{Certificate, Observed, Resource};
use secrecy::ExposeSecret;

use crate::provider::{by_endpoint, describe, pin};
use crate::support::{
    CERTIFICATE, SAML, always, applied, certificate, condition, later, message, now, observed, ready, resource, visit,
    visit_at,
};

use ConditionStatus::{False, True};

const NEXT: &str = "MIICNext";
const LAST: &str = "MIICLast";
const EXPIRED: i64 = -1;
const NOT_YET: i64 = 1;

/// Valid until so many seconds from now, from a year ago.
fn until(base64: &str, seconds: i64) -> Certificate {
    Certificate { not_after: later(seconds), ..certificate(base64) }
}

/// Valid from so many seconds from now on.
fn from(base64: &str, seconds: i64) -> Certificate {
    Certificate { not_before: later(seconds), ..certificate(base64) }
}

/// Which certificate is sent, and what `IssuerVerified` says.
fn choice(before: Resource, observe: impl FnOnce(&mut Observed)) -> (Option<String>, Reason) {
    let mut sent = None;
    let visit = visit(before, &mut observed(observe), |effect| {
        if let cognigy_sso_decide::Effect::Apply(application) = effect {
            let body: serde_json::Value = serde_json::from_str(application.desired.body().expose_secret()).unwrap();
            sent = Some(body["idpCertificate"].as_str().unwrap().to_owned());
        }
        applied(effect)
    });
    (sent, condition(&visit.resource.status, ConditionType::IssuerVerified).unwrap().1)
}

#[test]
fn a_first_certificate_is_the_one_that_is_pinned_or_the_only_valid_one() {
    type Case = (&'static str, Vec<Certificate>, Option<&'static str>, Result<&'static str, Reason>);
    let [one, next, last] = [CERTIFICATE, NEXT, LAST].map(certificate);
    let table: [Case; 11] = [
        ("the only one", vec![one.clone()], None, Ok(CERTIFICATE)),
        ("of two the valid one", vec![until(CERTIFICATE, EXPIRED), next.clone()], None, Ok(NEXT)),
        ("of two the valid one", vec![one.clone(), from(NEXT, NOT_YET)], None, Ok(CERTIFICATE)),
        ("two", vec![one.clone(), next.clone()], None, Err(Reason::CertificateAmbiguous)),
        ("the pinned one of two", vec![one.clone(), next.clone()], Some(NEXT), Ok(NEXT)),
        ("another is pinned", vec![one.clone(), next.clone()], Some(LAST), Err(Reason::CertificateNotPublished)),
        ("another is pinned", vec![one.clone()], Some(LAST), Err(Reason::CertificateNotPublished)),
        ("expired", vec![until(CERTIFICATE, EXPIRED)], None, Err(Reason::CertificateExpired)),
        ("not yet valid", vec![from(CERTIFICATE, NOT_YET)], None, Err(Reason::CertificateNotYetValid)),
        (
            "two, none valid",
            vec![until(CERTIFICATE, EXPIRED), from(NEXT, NOT_YET)],
            None,
            Err(Reason::CertificateAmbiguous),
        ),
        (
            "three, one of them over",
            vec![until(CERTIFICATE, EXPIRED), next, last],
            None,
            Err(Reason::CertificateAmbiguous),
        ),
    ];
    for (what, certificates, pinned, expected) in table {
        let (sent, reason) = choice(resource(|_| {}), |observed| {
            describe(observed, |metadata| metadata.certificates = certificates);
            if let Some(pinned) = pinned {
                pin(observed, certificate(pinned));
            }
        });
        let expected = expected.map_or_else(|reason| (None, reason), |sent| (Some(sent.to_owned()), Reason::Verified));
        assert_eq!((sent, reason), expected, "{what}");
    }
}

#[test]
fn the_pinned_one_is_judged_even_if_another_is_valid() {
    let (sent, reason) = choice(resource(|_| {}), |observed| {
        describe(observed, |metadata| metadata.certificates = vec![until(CERTIFICATE, EXPIRED), certificate(NEXT)]);
        pin(observed, until(CERTIFICATE, EXPIRED));
    });
    assert_eq!((sent, reason), (None, Reason::CertificateExpired));
}

#[test]
fn what_is_in_force_stays_while_it_is_published_and_valid() {
    type Case = (&'static str, Vec<Certificate>, Result<Option<&'static str>, Reason>);
    let [one, next, last] = [CERTIFICATE, NEXT, LAST].map(certificate);
    let table: [Case; 8] = [
        ("it is one of two", vec![next.clone(), one.clone()], Ok(None)),
        ("it is one of three", vec![next.clone(), last.clone(), one], Ok(None)),
        ("it has gone, and another is there", vec![next.clone()], Ok(Some(NEXT))),
        ("it has expired, and another is valid", vec![until(CERTIFICATE, EXPIRED), next.clone()], Ok(Some(NEXT))),
        ("it has gone, and two others are there", vec![next.clone(), last.clone()], Err(Reason::CertificateAmbiguous)),
        (
            "it has expired, and two others are there",
            vec![until(CERTIFICATE, EXPIRED), next, last],
            Err(Reason::CertificateAmbiguous),
        ),
        ("it has expired, alone", vec![until(CERTIFICATE, EXPIRED)], Err(Reason::CertificateExpired)),
        ("none is valid", vec![from(NEXT, NOT_YET), until(CERTIFICATE, EXPIRED)], Err(Reason::CertificateExpired)),
    ];
    for (what, certificates, expected) in table {
        let (sent, reason) =
            choice(ready(|_| {}), |observed| describe(observed, |metadata| metadata.certificates = certificates));
        let expected = match expected {
            Ok(sent) => (sent.map(ToOwned::to_owned), Reason::Verified),
            Err(reason) => (None, reason),
        };
        assert_eq!((sent, reason), expected, "{what}");
    }
}

#[test]
fn another_that_is_pinned_takes_the_place_of_the_one_in_force() {
    let (sent, _) = choice(ready(|_| {}), |observed| {
        describe(observed, |metadata| metadata.certificates = [CERTIFICATE, NEXT].map(certificate).into());
        pin(observed, certificate(NEXT));
    });
    assert_eq!(sent.as_deref(), Some(NEXT));
}

#[test]
fn validity_includes_its_first_and_its_last_second() {
    let table = [
        (from(CERTIFICATE, 0), Reason::Verified),
        (from(CERTIFICATE, 1), Reason::CertificateNotYetValid),
        (until(CERTIFICATE, 0), Reason::Verified),
        (until(CERTIFICATE, -1), Reason::CertificateExpired),
    ];
    for (certificate, expected) in table {
        let by_metadata = choice(resource(|_| {}), |observed| {
            describe(observed, |metadata| metadata.certificates = vec![certificate.clone()]);
        });
        let by_endpoint = choice(resource(by_endpoint), |observed| {
            observed.metadata = None;
            pin(observed, certificate.clone());
        });
        assert_eq!((by_metadata.1, by_endpoint.1), (expected, expected), "{certificate:?}");
    }
}

#[test]
fn metadata_is_valid_until_its_last_moment_and_not_at_it() {
    for (seconds, expected) in [(1, Reason::Verified), (0, Reason::MetadataExpired), (-1, Reason::MetadataExpired)] {
        let (sent, reason) = choice(resource(|_| {}), |observed| {
            describe(observed, |metadata| metadata.valid_until = Some(later(seconds)));
        });
        assert_eq!((sent.is_some(), reason), (expected == Reason::Verified, expected), "{seconds}");
    }
}

#[test]
fn with_an_endpoint_the_named_certificate_is_sent() {
    let named = |observed: &mut Observed| {
        observed.metadata = None;
        pin(observed, certificate(NEXT));
    };
    assert_eq!(choice(resource(by_endpoint), named), (Some(NEXT.to_owned()), Reason::Verified));
    let status = visit(resource(by_endpoint), &mut observed(named), always(applied)).resource.status;
    let text = message(&status, ConditionType::IssuerVerified);
    assert!(text.contains(SAML.endpoint) && text.contains("sha256-of-MIICNext"), "{text}");
    assert!(message(&status, ConditionType::Ready).contains(SAML.endpoint), "there is no other name for it");
    let with_logout = |spec: &mut IdentityProviderConfigSpec| {
        by_endpoint(spec);
        crate::support::strategy::saml(spec).logout_endpoint = Some("https://idp.acme.example/saml/slo".to_owned());
    };
    let status = visit(resource(with_logout), &mut observed(named), always(applied)).resource.status;
    let sent = status.applied.unwrap().saml.unwrap();
    assert_eq!(sent.logout_endpoint.as_deref(), Some("https://idp.acme.example/saml/slo"));
}

/// What is asked for with `Warn` is done, whatever is said of the certificate.
#[test]
fn where_refutations_only_warn_an_expired_certificate_is_applied() {
    let warns = |spec: &mut IdentityProviderConfigSpec| spec.verification.mode = VerificationMode::Warn;
    let expired = |observed: &mut Observed| {
        describe(observed, |metadata| metadata.certificates = vec![until(CERTIFICATE, EXPIRED)]);
    };
    let visit = visit(resource(warns), &mut observed(expired), always(applied));
    let status = &visit.resource.status;
    assert_eq!(visit.effects, ["Configure"]);
    assert_eq!(condition(status, ConditionType::Ready), Some((True, Reason::Ready)));
    assert_eq!(condition(status, ConditionType::IssuerVerified), Some((False, Reason::CertificateExpired)));
}

#[test]
fn where_nothing_is_known_of_the_provider_there_is_nothing_to_apply_even_so() {
    let warns = |spec: &mut IdentityProviderConfigSpec| spec.verification.mode = VerificationMode::Warn;
    let ambiguous = |observed: &mut Observed| {
        describe(observed, |metadata| metadata.certificates = [NEXT, LAST].map(certificate).into());
    };
    let edited = crate::support::edited(ready(warns), crate::support::edit);
    for before in [resource(warns), edited] {
        let visit = visit_at(now(), before, &mut observed(ambiguous), always(applied));
        let status = &visit.resource.status;
        assert_eq!(visit.effects, [""; 0]);
        assert_eq!(condition(status, ConditionType::Ready), Some((False, Reason::ChangePending)));
        assert_eq!(condition(status, ConditionType::Stalled), Some((True, Reason::ChangePending)), "a person must act");
        assert!(message(status, ConditionType::Stalled).contains("IssuerVerified"));
    }
}
