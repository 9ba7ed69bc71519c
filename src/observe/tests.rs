//! What a resource refers to that declares SAML, read from what was given in files.

use cognigy_sso_api::EXPIRES_AT;
use cognigy_sso_decide::{InputProblem, ObjectKind, SamlFault};
use cognigy_sso_testkit::saml::{FIRST, Validity, certificate, decryption_key, signing_certificate};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::saml::LARGEST;

const TLS: &str = "kubernetes.io/tls";

fn spec(mut members: Value) -> IdentityProviderConfigSpec {
    members["issuer"] = json!("acme");
    let api_key = json!({ "name": "cognigy", "key": "apiKey" });
    let cognigy = json!({ "apiUrl": "https://api.example/new", "apiKeySecretRef": api_key });
    serde_json::from_value(json!({ "cognigy": cognigy, "saml": members })).unwrap()
}

fn secret(r#type: &str, values: &Value, annotations: &Value) -> Value {
    let metadata = json!({ "name": "acme", "annotations": annotations });
    json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": r#type, "stringData": values })
}

async fn read(object: &Value, members: Value) -> (Inputs, Sources) {
    let mut given = Given::default();
    given.take(&object.to_string()).unwrap();
    inputs::read(&Reader::Given(Arc::new(given)), "sso", &spec(members), &Floors::default()).await
}

fn source(key: &str) -> Value {
    json!({ "secretRef": reference(key) })
}

fn reference(key: &str) -> Value {
    json!({ "name": "acme", "key": key })
}

fn pem(name: &str) -> String {
    signing_certificate(name).unwrap().pem
}

#[tokio::test]
async fn a_tls_secret_holds_certificates_and_a_key_and_no_metadata() {
    let object = secret(TLS, &json!({ "tls.crt": pem(FIRST), "tls.key": decryption_key(FIRST).unwrap() }), &json!({}));
    let members = json!({
        "metadataRef": source("tls.crt"), "certificate": source("tls.crt"), "metadataCertificate": source("tls.crt"),
        "decryptionPrivateKeySecretRef": reference("tls.key"), "entityId": "urn:acme",
    });
    let (Inputs { saml, .. }, sources) = read(&object, members).await;
    let held = signing_certificate(FIRST).unwrap().base64;
    assert_eq!(*saml.certificate.unwrap().unwrap().base64, *held);
    assert!(saml.decryption_key.unwrap().is_ok());
    let reading = sources.reading.unwrap();
    let [trusted] = reading.trusted.unwrap().try_into().unwrap();
    assert_eq!((reading.entity.as_deref(), &*trusted.base64), (Some("urn:acme"), &*held));
    assert!(sources.metadata.is_none());
    let [fault] = saml.documents.try_into().unwrap();
    assert_eq!((fault.field, fault.problem), ("spec.saml.metadataRef", InputProblem::TypeRefused(TLS.to_owned())));
}

#[tokio::test]
async fn a_private_key_belongs_to_the_first_certificate_beside_it() {
    let of = |certificates: [&str; 2]| {
        let chain = certificates.map(pem).concat();
        secret("Opaque", &json!({ "tls.crt": chain, "tls.key": decryption_key(FIRST).unwrap() }), &json!({}))
    };
    let members = || json!({ "decryptionPrivateKeySecretRef": reference("tls.key") });
    let (inputs, _) = read(&of([FIRST, "authority"]), members()).await;
    assert!(inputs.saml.decryption_key.unwrap().is_ok());
    let (inputs, _) = read(&of(["authority", FIRST]), members()).await;
    let problem = inputs.saml.decryption_key.unwrap().unwrap_err().problem;
    assert_eq!(problem, InputProblem::KeyMismatch("tls.crt"));
}

#[tokio::test]
async fn a_private_key_ends_with_its_certificate_or_when_its_secret_says_so_if_that_is_earlier() {
    let day = |days: i64| {
        Timestamp::from_second(Timestamp::now().as_second()).unwrap() + SignedDuration::from_hours(24 * days)
    };
    let end = day(20);
    let values = || {
        let certificate = certificate(FIRST, Validity::until(end)).unwrap().pem;
        json!({ "tls.crt": certificate, "tls.key": decryption_key(FIRST).unwrap() })
    };
    let members = || json!({ "decryptionPrivateKeySecretRef": reference("tls.key") });
    for (annotations, expected) in [
        (json!({}), Some(end)),
        (json!({ (EXPIRES_AT): day(10).to_string() }), Some(day(10))),
        (json!({ (EXPIRES_AT): day(30).to_string() }), Some(end)),
        (json!({ (EXPIRES_AT): "some day" }), None),
    ] {
        let (inputs, _) = read(&secret(TLS, &values(), &annotations), members()).await;
        let expiries: Vec<_> = inputs.expiries.unwrap().into_iter().map(|one| (one.secret, one.time)).collect();
        assert_eq!(expiries, [("acme".into(), expected)], "{annotations}");
    }
}

#[tokio::test]
async fn without_what_metadata_must_be_signed_by_none_is_read() {
    let object = secret("Opaque", &json!({ "idp.xml": "<a/>" }), &json!({}));
    let (inputs, sources) =
        read(&object, json!({ "metadataRef": source("idp.xml"), "metadataCertificate": source("signer.pem") })).await;
    assert!(sources.reading.is_none() && sources.metadata.is_none());
    let fields: Vec<_> = inputs.saml.documents.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["spec.saml.metadataCertificate"]);
}

#[tokio::test]
async fn a_certificate_that_is_named_and_cannot_be_read_is_not_taken_for_unnamed() {
    for (value, problem) in [
        (json!({}), InputProblem::KeyAbsent),
        (json!({ "idp.pem": " " }), InputProblem::Empty),
        (json!({ "idp.pem": "?" }), InputProblem::Certificate("is neither PEM nor base64".to_owned())),
    ] {
        let object = secret("Opaque", &value, &json!({}));
        let (inputs, _) = read(&object, json!({ "certificate": source("idp.pem") })).await;
        assert_eq!(inputs.saml.certificate.unwrap().unwrap_err().problem, problem);
    }
}

#[tokio::test]
async fn metadata_that_is_stored_has_the_bound_of_what_is_fetched() {
    for (length, words) in [(LARGEST, "is no SAML metadata"), (LARGEST + 1, "is larger than 256 KiB")] {
        let text = format!("<a/>{}", " ".repeat(length - 4));
        let (_, sources) =
            read(&secret("Opaque", &json!({ "x": text }), &json!({})), json!({ "metadataRef": source("x") })).await;
        let found = sources.metadata.unwrap();
        let Err(ProviderFault::Saml(SamlFault::Invalid { what, .. })) = found.as_ref() else { panic!("{found:?}") };
        assert!(what.contains(words), "{what}");
    }
}

#[test]
fn everything_that_is_referred_to_is_known_and_bundles_are_no_part_of_the_configuration() {
    let secret = |name: &str| json!({ "secretRef": { "name": name, "key": "x" } });
    let members = json!({
        "certificate": secret("a"), "metadataRef": secret("b"), "metadataCertificate": secret("c"), "caBundle": secret("d"),
        "decryptionPrivateKeySecretRef": { "name": "e", "key": "x" },
    });
    let spec = spec(members);
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let References(known) = References::of(&spec);
    let known: Vec<_> = known.into_iter().map(|(kind, name)| (kind, name.into_string())).collect();
    let expected = of(&["a", "b", "c", "cognigy", "d", "e"]).into_iter().map(|name| (ObjectKind::Secret, name));
    assert_eq!(known, expected.collect::<Vec<_>>());
    assert_eq!(references::secrets(&spec).into_iter().collect::<Vec<_>>(), ["a", "b", "c", "cognigy", "e"]);
}
