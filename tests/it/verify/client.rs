//! Checking what only OpenID Connect has: the client.

use cognigy_sso_testkit::provider::Operation as Provided;
use serde_json::json;

use super::desk::{Desk, PLAIN, with_provider};
use crate::support::ORGANIZATION;

#[tokio::test]
async fn without_an_api_key_the_providers_half_is_checked() {
    let (desk, _provider, issuer) = with_provider(PLAIN).await;
    let resource = desk.idp(&issuer).with("/spec/cognigy/organizationId", json!(ORGANIZATION));
    let resource = serde_json::to_value(resource.build()).unwrap();
    let [_, secret, ca] = desk.values(PLAIN).try_into().unwrap();
    let file = desk.write("no-key.yaml", &[resource, secret, ca]);
    let file = file.to_str().unwrap();
    let whole = desk.run(&["-f", file, "-o", "json"], None).await;
    whole.finds("secrets", "unknown", "NotChecked", &["Secret cognigy-api is not among the files", "-f"]);
    whole.finds("connection", "unknown", "NotChecked", &[]);
    whole.finds("credentials", "verified", "Verified", &[]);
    whole.finds("callback", "verified", "Verified", &[ORGANIZATION]);
    assert_eq!(whole.code, 2);
    let half = desk.run(&["-f", file, "-o", "json", "--provider-only"], None).await;
    assert_eq!(half.code, 0, "{half:?}");
    let ca = json!({ "configMapRef": { "name": "elsewhere", "key": "ca.crt" } });
    let resource =
        desk.idp(&issuer).with("/spec/cognigy/organizationId", json!(ORGANIZATION)).with("/spec/cognigy/caBundle", ca);
    let without_ca = desk.check(resource, PLAIN, &["-o", "json", "--provider-only"]).await;
    assert_eq!(without_ca.code, 0, "nor is Cognigy.AI's authority needed: {without_ca:?}");
    assert_eq!(desk.cognigy.calls(), []);
}

#[tokio::test]
async fn without_the_client_secret_all_else_is_checked() {
    let (desk, _provider, issuer) = with_provider(PLAIN).await;
    let resource = serde_json::to_value(desk.idp(&issuer).build()).unwrap();
    let [key, _, ca] = desk.values(PLAIN).try_into().unwrap();
    let file = desk.write("no-secret.yaml", &[resource, key, ca]);
    let run = desk.run(&["-f", file.to_str().unwrap(), "-o", "json"], None).await;
    run.finds("secrets", "unknown", "NotChecked", &["Secret acme-oidc"]);
    run.finds("credentials", "unknown", "NotChecked", &["client secret"]);
    run.finds("callback", "verified", "Verified", &[]);
    assert_eq!(run.code, 2);
}

#[tokio::test]
async fn values_that_cannot_be_used_are_named_and_not_shown() {
    let (desk, _provider, issuer) = with_provider(PLAIN).await;
    let run = desk.check(desk.idp(&issuer), &format!("{PLAIN}\n"), &["-o", "json"]).await;
    run.finds("secrets", "refuted", "InvalidValue", &["clientSecret", "acme-oidc", "echo -n"]);
    assert_eq!(run.code, 1);
}

#[tokio::test]
async fn nothing_is_tried_where_the_resource_forbids_it() {
    let (desk, provider, issuer) = with_provider(PLAIN).await;
    let never = desk.idp(&issuer).with("/spec/verification", json!({ "clientCheck": "Never" }));
    let run = desk.check(never, PLAIN, &["-o", "json"]).await;
    run.finds("credentials", "unknown", "NotChecked", &["clientCheck is Never"]);
    assert_eq!((run.code, provider.calls_of(Provided::Token).len()), (2, 0));
}

#[tokio::test]
async fn who_names_the_client_twice_is_told() {
    let desk = Desk::new().await;
    let both = desk.idp("https://idp.example").with("/spec/oidc/clientIdSecretRef", json!({ "name": "a", "key": "b" }));
    let run = desk.check(both, PLAIN, &["-o", "json"]).await;
    run.finds("spec", "refuted", "InvalidSpec", &["exactly one of clientId and clientIdSecretRef"]);
}

#[tokio::test]
async fn where_it_would_only_warn_a_refuted_client_is_told_all_the_same() {
    let (desk, _provider, issuer) = with_provider(PLAIN).await;
    let warns = desk.idp(&issuer).with("/spec/verification", json!({ "mode": "Warn" }));
    assert_eq!(desk.check(warns, "another-secret-altogether", &[]).await.code, 1);
}
