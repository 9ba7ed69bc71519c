//! `verify`: what holds for either way of signing in, and what only SAML has.

#[path = "../../it/verify/cluster.rs"]
mod cluster;
#[path = "../../it/verify/desk.rs"]
pub mod desk;
#[path = "../../it/verify/files.rs"]
mod files;

use cognigy_sso_testkit::saml::{FIRST, PublishedKey, Validity, signing_certificate};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::strategy;
use desk::{PLAIN, with_provider};

#[tokio::test]
async fn the_providers_half_needs_no_api_key() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let resource = serde_json::to_value(desk.idp(&address).build()).unwrap();
    let [_, secret, ca] = desk.values(PLAIN).try_into().unwrap();
    let file = desk.write("no-key.yaml", &[resource, secret, ca]);
    let file = file.to_str().unwrap();
    let whole = desk.run(&["-f", file, "-o", "json"], None).await;
    whole.finds("secrets", "unknown", "NotChecked", &["Secret cognigy-api is not among the files", "-f"]);
    whole.finds("connection", "unknown", "NotChecked", &[]);
    whole.finds("certificate", "verified", "Verified", &["valid until 2120"]);
    assert_eq!(whole.code, 2);
    let half = desk.run(&["-f", file, "-o", "json", "--provider-only"], None).await;
    assert_eq!(half.code, 0, "{half:?}");
    assert_eq!(desk.cognigy.calls(), []);
}

#[tokio::test]
async fn mistakes_are_found_before_anything_is_applied() {
    let (desk, provider, address) = with_provider(PLAIN).await;
    let entity = provider.profile("acme").unwrap().entity_id;
    let wrong = desk.idp(&address).declaring(json!({ "entityId": "urn:somebody-else" }));
    let run = desk.check(wrong, PLAIN, &["-o", "json"]).await;
    run.finds("metadata", "refuted", "EntityNotFound", &["urn:somebody-else", &entity]);
    run.finds("certificate", "unknown", "NotChecked", &["see metadata"]);
    assert_eq!(run.code, 1);

    let wrong = desk.idp(&format!("{address}/not-there"));
    let run = desk.check(wrong, PLAIN, &["-o", "json"]).await;
    run.finds("metadata", "refuted", "MetadataNotFound", &["404", "spec.saml.metadataUrl"]);

    provider.edit("acme", |profile| profile.sign_with(&[FIRST, "renewed"]));
    let run = desk.check(desk.idp(&address), PLAIN, &["-o", "json"]).await;
    run.finds("metadata", "verified", "Verified", &[]);
    run.finds("certificate", "refuted", "CertificateAmbiguous", &["spec.saml.certificate"]);

    let expired = Validity::until(Timestamp::now() - SignedDuration::from_hours(24));
    provider.edit("acme", |profile| profile.keys = vec![PublishedKey::of(FIRST).valid(expired)]);
    let run = desk.check(desk.idp(&address), PLAIN, &["-o", "json"]).await;
    run.finds("certificate", "refuted", "CertificateExpired", &["has expired"]);
    assert_eq!(run.code, 1);
}

#[tokio::test]
async fn a_private_key_that_cannot_be_used_is_named_and_not_shown() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let resource = serde_json::to_value(desk.idp(&address).build()).unwrap();
    let [key, mut secret, ca] = desk.values(PLAIN).try_into().unwrap();
    let (spoilt, reason) = strategy::spoilt(PLAIN);
    for value in spoilt {
        secret["stringData"][strategy::SECRET_KEY] = json!(value);
        let file = desk.write("spoilt.yaml", &[resource.clone(), key.clone(), secret.clone(), ca.clone()]);
        let run = desk.run(&["-f", file.to_str().unwrap(), "-o", "json"], None).await;
        let words = ["spec.saml.decryptionPrivateKeySecretRef", strategy::SECRET_NAME];
        run.finds("secrets", "refuted", &reason.to_string(), &words);
        assert_eq!(run.code, 1);
    }
}

#[tokio::test]
async fn endpoints_are_taken_as_they_are_declared() {
    let (desk, provider, _) = with_provider(PLAIN).await;
    let certificate = signing_certificate(FIRST).unwrap().pem;
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "signing" }, "data": { "idp.pem": certificate },
    });
    let idp = desk.idp("https://unused.example").declaring(json!({
        "metadataUrl": null, "caBundle": null,
        "loginEndpoint": strategy::place(&provider, "acme"),
        "certificate": { "configMapRef": { "name": "signing", "key": "idp.pem" } },
    }));
    let documents = [vec![serde_json::to_value(idp.build()).unwrap(), object], desk.values(PLAIN)].concat();
    let file = desk.write("endpoints.yaml", &documents);
    let run = desk.run(&["-f", file.to_str().unwrap(), "-o", "json"], None).await;
    run.finds("certificate", "verified", "Verified", &["valid until"]);
    assert_eq!(run.code, 0, "there is no metadata that could be checked: {run:?}");
    assert_eq!(provider.calls(), []);
}
