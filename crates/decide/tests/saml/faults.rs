//! Every fault of what a SAML identity provider publishes and of what is referred to: its reason, what it waits for, and a
//! message that names what is wrong and what to do.

use cognigy_sso_api::{ConditionStatus, Reason};
use cognigy_sso_decide::{
    Class, Document, Fault, Finding, InputFault, InputProblem, ObjectKind, ProviderFault, SamlFault, TransportFault,
};

use crate::support::now;

#[track_caller]
fn check(fault: &impl Fault, reason: Reason, class: Class, says: &[&str]) {
    let finding = Finding::from(fault);
    let status = if class == Class::Input { ConditionStatus::False } else { ConditionStatus::Unknown };
    assert_eq!((finding.reason, finding.class, finding.status), (reason, Some(class), status), "{}", finding.message);
    for part in says {
        assert!(finding.message.contains(part), "{part}: {}", finding.message);
    }
    assert!(!finding.message.contains("spec.oidc"), "another strategy's field: {}", finding.message);
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn not_found(similar: Option<&str>) -> SamlFault {
    let (declared, described) =
        ("https://idp.example".to_owned(), texts(&["https://one.example", "https://two.example"]));
    SamlFault::EntityNotFound { declared, similar: similar.map(ToOwned::to_owned), described }
}

#[test]
fn every_fault_of_metadata_and_certificate_is_refuted_and_says_what_to_do() {
    let (sha256, time) = (|| Box::from("0a1b"), now());
    let field = "spec.saml.metadataRef";
    let table: [(SamlFault, Reason, &[&str]); 11] = [
        (
            SamlFault::Invalid { field, what: "holds no signing certificate".to_owned() },
            Reason::MetadataInvalid,
            &["metadata holds no signing certificate. Check spec.saml.metadataRef", "corrected"],
        ),
        (
            SamlFault::Unsigned { what: "is not signed".to_owned() },
            Reason::SignatureInvalid,
            &[
                "metadata is not signed: nothing is taken from it",
                "into spec.saml.metadataCertificate",
                "leave that out",
            ],
        ),
        (
            not_found(None),
            Reason::EntityNotFound,
            &[
                "https://idp.example. It describes https://one.example, https://two.example.",
                "Correct spec.saml.entityId, or where the metadata is taken from.",
            ],
        ),
        (not_found(Some("https://idp.example/")), Reason::EntityNotFound, &["letter by letter"]),
        (
            SamlFault::EntityAmbiguous { described: texts(&["https://one.example", "https://two.example"]) },
            Reason::EntityAmbiguous,
            &["https://one.example, https://two.example", "Set spec.saml.entityId"],
        ),
        (
            SamlFault::Binding { offered: texts(&["HTTP-POST", "SOAP"]) },
            Reason::BindingNotSupported,
            &["HTTP-Redirect", "but by HTTP-POST, SOAP", "Enable"],
        ),
        (
            SamlFault::MetadataExpired { time },
            Reason::MetadataExpired,
            &["until 2026-01-01T12:00:00Z", "published anew"],
        ),
        (
            SamlFault::CertificateNotPublished { sha256: sha256() },
            Reason::CertificateNotPublished,
            &["SHA-256 0a1b", "Put the present one there, or leave spec.saml.certificate out."],
        ),
        (
            SamlFault::CertificateAmbiguous { sha256: vec![sha256(), "2c3d".into()] },
            Reason::CertificateAmbiguous,
            &["SHA-256 0a1b, 2c3d", "Say in spec.saml.certificate which one signs at present."],
        ),
        (
            SamlFault::CertificateNotYetValid { sha256: sha256(), time },
            Reason::CertificateNotYetValid,
            &["SHA-256 0a1b", "not valid before 2026-01-01T12:00:00Z", "Use the one that signs at present."],
        ),
        (
            SamlFault::CertificateExpired { sha256: sha256(), time },
            Reason::CertificateExpired,
            &["SHA-256 0a1b", "expired, on 2026-01-01T12:00:00Z", "Renew it"],
        ),
    ];
    for (fault, reason, says) in table {
        check(&ProviderFault::Saml(fault), reason, Class::Input, says);
    }
}

#[test]
fn what_is_to_be_copied_ends_the_message() {
    let message = ProviderFault::Saml(not_found(Some("https://idp.example/"))).message();
    assert!(message.ends_with("set spec.saml.entityId to https://idp.example/"), "{message}");
}

#[test]
fn every_status_of_metadata() {
    use Class::{Input, Throttled, Transient};
    let table = [
        (404, None, Reason::MetadataNotFound, Input),
        (410, None, Reason::MetadataNotFound, Input),
        (302, None, Reason::MetadataInvalid, Input),
        (401, None, Reason::MetadataInvalid, Input),
        (403, None, Reason::MetadataInvalid, Input),
        (408, None, Reason::ServerError, Transient),
        (429, None, Reason::Throttled, Transient),
        (429, Some(9), Reason::Throttled, Throttled(9)),
        (500, None, Reason::ServerError, Transient),
        (503, Some(9), Reason::ServerError, Throttled(9)),
    ];
    for (status, retry_after, reason, class) in table {
        let url = "https://idp.example/metadata".to_owned();
        let fault = ProviderFault::Status { document: Document::Metadata, url, status, retry_after };
        let advice = if class == Input { "Check spec.saml.metadataUrl." } else { "It is tried again." };
        check(&fault, reason, class, &["metadata at https://idp.example/metadata", &status.to_string(), advice]);
    }
}

#[test]
fn every_fault_below_http_on_the_way_to_metadata() {
    let table = [
        (TransportFault::Unreachable, Reason::Unreachable, Class::Transient, "cannot be reached"),
        (TransportFault::Untrusted, Reason::Unreachable, Class::Transient, "spec.saml.caBundle"),
        (TransportFault::TimedOut, Reason::Unreachable, Class::Transient, "in time"),
        (TransportFault::Cut, Reason::Unreachable, Class::Transient, "ended the connection"),
        (TransportFault::TooLarge, Reason::MetadataInvalid, Class::Input, "larger than allowed"),
    ];
    for (fault, reason, class, says) in table {
        let (document, server) = (Document::Metadata, "idp.example:8443".to_owned());
        let fetched = ProviderFault::Transport { document, server, fault };
        check(&fetched, reason, class, &["metadata", "idp.example:8443", says]);
    }
}

#[test]
fn metadata_that_is_malformed_names_its_own_field() {
    let (document, url) = (Document::Metadata, "https://idp.example/metadata".to_owned());
    let fault = ProviderFault::Malformed { document, url, what: "is a web page".to_owned() };
    assert!(fault.message().contains("is a web page. Check spec.saml.metadataUrl"), "{}", fault.message());
}

#[test]
fn every_problem_of_a_certificate_or_private_key() {
    let input = |kind, field, problem| {
        let (name, key) = ("acme-saml".to_owned(), "tls.key".to_owned());
        InputFault { field, kind, name, key, problem }
    };
    let (certificate, key) = ("spec.saml.certificate", "spec.saml.decryptionPrivateKeySecretRef");
    let table: [(InputFault, Reason, &[&str]); 3] = [
        (
            input(ObjectKind::ConfigMap, certificate, InputProblem::Certificate("holds 2 certificates".to_owned())),
            Reason::InvalidCertificate,
            &["spec.saml.certificate: key tls.key of ConfigMap acme-saml holds 2 certificates. Store one X.509"],
        ),
        (
            input(ObjectKind::Secret, key, InputProblem::PrivateKey("is neither PEM nor base64".to_owned())),
            Reason::InvalidPrivateKey,
            &[
                "key tls.key of Secret acme-saml is neither PEM nor base64. Store an RSA private key",
                "without a password",
            ],
        ),
        (
            input(ObjectKind::Secret, key, InputProblem::KeyMismatch("tls.crt")),
            Reason::PrivateKeyMismatch,
            &["tls.key of Secret acme-saml does not belong to the certificate in tls.crt.", "that belong together"],
        ),
    ];
    for (fault, reason, says) in table {
        check(&fault, reason, Class::Input, says);
    }
}
