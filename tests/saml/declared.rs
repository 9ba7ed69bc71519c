//! What is declared is what is sent, wherever it is taken from.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::saml::{FIRST, signing_certificate};
use serde_json::{Value, json};

use crate::strategy::{self, SECRET_KEY, SECRET_NAME, SECRET_REF, place};
use crate::support::{ORGANIZATION, PROVIDER, SECRET, World, declared, eventually};

/// A reference to a key of a `ConfigMap`, or of a Secret.
fn in_config_map(name: &str, key: &str) -> Value {
    json!({ "configMapRef": { "name": name, "key": key } })
}

/// A patch to endpoints and this certificate.
fn endpoints(world: &World, certificate: &Value) -> Value {
    json!({
        "loginEndpoint": place(&world.provider, PROVIDER),
        "logoutEndpoint": format!("{}/slo", world.provider.base(PROVIDER)),
        "certificate": certificate,
        "metadataUrl": null, "metadataRef": null, "caBundle": null,
    })
}

fn tls_secret<'a>(certificate: &'a str, key: &'a str) -> [(&'static str, &'a [u8]); 2] {
    [("tls.crt", certificate.as_bytes()), ("tls.key", key.as_bytes())]
}

#[tokio::test]
async fn what_is_required_is_sent_and_nothing_else() {
    let world = World::new("required").await;
    world.put_config_map("signing", &[("idp.pem", &signing_certificate(FIRST).unwrap().pem)]).await;
    let operator = world.operator().await;
    let endpoint = place(&world.provider, PROVIDER);
    let saml =
        json!({ "issuer": "acme", "loginEndpoint": endpoint, "certificate": in_config_map("signing", "idp.pem") });
    world.create(world.idp("acme").with("/spec/saml", saml)).await;
    let ready = world.ready("acme").await.status.unwrap();
    let sent = world.cognigy.calls_of(Operation::Configure);
    let certificate = signing_certificate(FIRST).unwrap().base64;
    let expected = json!({
        "idpType": "saml", "idpIssuer": "acme", "idpLoginEndpoint": endpoint, "idpCertificate": certificate,
    });
    assert_eq!(sent.iter().map(|call| &call.body).collect::<Vec<_>>(), [&expected]);
    assert_eq!(world.provider.calls(), [], "nothing is fetched");
    let labels = [("namespace", world.namespace.as_str()), ("name", "acme")];
    let verified = "cognigy_sso_resource_last_verified_timestamp_seconds";
    let is_told = eventually(async || operator.metrics().await.value(verified, &labels)).await;
    assert!(is_told.is_some(), "it is found to fit all the same");

    let shown = ready.saml.unwrap();
    assert_eq!((shown.entity_id.as_deref(), &*shown.login_endpoint), (None, &*endpoint));
    let applied = ready.applied.unwrap().saml.unwrap();
    assert_eq!((&*applied.login_endpoint, applied.logout_endpoint.as_deref()), (&*endpoint, None));
    assert_eq!(*applied.certificate, *certificate);
}

#[tokio::test]
async fn each_field_that_cognigy_takes_is_sent_and_its_change_too() {
    let world = World::new("fields").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").declaring(json!({ "wantAuthnResponseSigned": false }))).await;
    world.ready("acme").await;
    let mut expected = strategy::body(&world, "acme", SECRET);
    expected["wantAuthnResponseSigned"] = json!(false);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(expected.clone()));

    let changes = json!({ "issuer": "another", "wantAuthnResponseSigned": true, "disableRequestedAuthnContext": true });
    world.patch("acme", declared(&changes)).await;
    world.ready("acme").await;
    expected["idpIssuer"] = json!("another");
    expected["wantAuthnResponseSigned"] = json!(true);
    expected["idpDisableRequestedAuthnContext"] = json!(true);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(expected.clone()));
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);

    world.patch("acme", declared(&json!({ (SECRET_REF): null }))).await;
    world.ready("acme").await;
    expected.as_object_mut().unwrap().remove("decryptionPrivateKey");
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(expected));
}

#[tokio::test]
async fn where_the_same_is_taken_from_makes_no_difference() {
    let world = World::new("sources").await;
    let (metadata, certificate) = (world.provider.metadata(PROVIDER).unwrap(), signing_certificate(FIRST).unwrap());
    let in_lines = format!("\n{}\n", certificate.base64.replace("MII", "MI\n I"));
    world.put_config_map("described", &[("metadata.xml", &metadata)]).await;
    world.put_secret("described", &[("metadata.xml", &metadata)]).await;
    world.put_config_map("signing", &[("idp.pem", &certificate.pem), ("idp.txt", &in_lines)]).await;
    world.put_secret_bytes("signing", "kubernetes.io/tls", &tls_secret(&certificate.pem, "")).await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let configured = world.cognigy.configuration(ORGANIZATION);
    world.provider.clear_calls();
    let reference = |source: Value| json!({ "metadataUrl": null, "caBundle": null, "metadataRef": source });
    for members in [
        reference(in_config_map("described", "metadata.xml")),
        reference(json!({ "configMapRef": null, "secretRef": { "name": "described", "key": "metadata.xml" } })),
        endpoints(&world, &in_config_map("signing", "idp.pem")),
        endpoints(&world, &in_config_map("signing", "idp.txt")),
        endpoints(&world, &json!({ "configMapRef": null, "secretRef": { "name": "signing", "key": "tls.crt" } })),
    ] {
        world.patch("acme", declared(&members)).await;
        world.ready("acme").await;
        assert_eq!(world.cognigy.configuration(ORGANIZATION), configured, "{members}");
        assert_eq!(world.changes(), [Operation::Configure], "{members}");
    }
    let of_operator = world.provider.calls_of(strategy::DOCUMENT);
    assert_eq!(of_operator, [], "what is stored is not fetched");
}

#[tokio::test]
async fn metadata_that_is_stored_late_and_anew_is_noticed() {
    let world = World::new("stored").await;
    world.will_have_config_map("described");
    let _operator = world.operator().await;
    let members =
        json!({ "metadataUrl": null, "caBundle": null, "metadataRef": in_config_map("described", "idp.xml") });
    world.create(world.idp("acme").declaring(members)).await;
    let (resolved, no) = (ConditionType::SecretsResolved, ConditionStatus::False);
    let waiting = world.condition("acme", resolved, no, Reason::ConfigMapNotFound).await;
    assert!(waiting.message.contains("spec.saml.metadataRef"), "{}", waiting.message);
    world.put_config_map("described", &[("idp.xml", "<html></html>")]).await;
    let refused = world.condition("acme", ConditionType::IssuerVerified, no, Reason::MetadataInvalid).await;
    assert!(refused.message.contains("is a web page") && refused.message.contains("spec.saml.metadataRef"));
    world.put_config_map("described", &[("idp.xml", &world.provider.metadata(PROVIDER).unwrap())]).await;
    world.ready("acme").await;

    world.provider.edit(PROVIDER, |profile| profile.sign_with(&["renewed"]));
    world.put_config_map("described", &[("idp.xml", &world.provider.metadata(PROVIDER).unwrap())]).await;
    crate::certificates::holds(&world, "renewed").await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
}

#[tokio::test]
async fn a_private_key_must_belong_to_the_certificate_beside_it() {
    let world = World::new("pair").await;
    let key = strategy::stored(SECRET);
    let [own, other] = [SECRET, FIRST].map(|name| signing_certificate(name).unwrap().pem);
    let put = async |certificate: &str| {
        world.put_secret_bytes("pair", "kubernetes.io/tls", &tls_secret(certificate, &key)).await;
    };
    put(&other).await;
    let _operator = world.operator().await;
    let reference = json!({ (SECRET_REF): { "name": "pair", "key": "tls.key" } });
    world.create(world.idp("acme").declaring(reference)).await;
    let (resolved, no) = (ConditionType::SecretsResolved, ConditionStatus::False);
    let refused = world.condition("acme", resolved, no, Reason::PrivateKeyMismatch).await;
    for words in ["spec.saml.decryptionPrivateKeySecretRef", "pair", "tls.crt"] {
        assert!(refused.message.contains(words), "{words}: {}", refused.message);
    }
    assert_eq!(world.changes(), []);
    put(&own).await;
    world.ready("acme").await;
    world.holds(SECRET).await;
    world.patch("acme", declared(&json!({ (SECRET_REF): { "name": SECRET_NAME, "key": SECRET_KEY } }))).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure], "it is the same key");
}

#[tokio::test]
async fn a_configuration_at_another_endpoint_is_not_taken_over() {
    let world = World::new("elsewhere").await;
    let mut others = strategy::body(&world, "acme", SECRET);
    others["idpLoginEndpoint"] = json!("https://elsewhere.example/saml");
    world.cognigy.configure_as_stranger(ORGANIZATION, others.clone());
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::AlreadyConfigured).await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(others));
    assert_eq!(world.changes(), []);
}
