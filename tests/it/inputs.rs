//! Secrets and ConfigMaps: created late, rotated, deleted, created again, and unusable.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::json;

use crate::strategy::{self, SECRET_KEY, SECRET_NAME, SECRET_REF, TAKES_TLS_SECRETS};
use crate::support::{ORGANIZATION, PATIENCE, SECRET, World, eventually, field};

const ROTATED: &str = "rotated";

/// Lesson: keycloak #23087, external-secrets #2035.
#[tokio::test]
async fn a_secret_that_comes_late_is_noticed() {
    let world = World::new("late-secret").await;
    world.delete_secret(SECRET_NAME).await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let waiting =
        world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotFound).await;
    assert!(waiting.message.contains(&field(SECRET_REF)) && waiting.message.contains(SECRET_NAME));
    world.condition("acme", ConditionType::Reconciling, ConditionStatus::True, Reason::Progressing).await;
    // What can be told is told all the same: the callback can be registered before the secret is there.
    let status = world.get("acme").await.status.unwrap();
    assert!(status.urls.is_some() && status.is_true(ConditionType::IssuerVerified));

    world.put_secret(SECRET_NAME, &[("other", "x")]).await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::KeyNotFound).await;
    world.rotate(SECRET).await;
    world.ready("acme").await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
}

/// Lesson: keycloak #23087, external-secrets #2035.
#[tokio::test]
async fn an_authority_that_comes_late_is_noticed() {
    let world = World::new("late-ca").await;
    world.will_have_config_map("late");
    let _operator = world.operator().await;
    let ca = json!({ "configMapRef": { "name": "late", "key": "ca.crt" } });
    world.create(world.idp("acme").declaring(json!({ "caBundle": ca }))).await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::ConfigMapNotFound).await;
    world.put_config_map("late", &[("ca.crt", "no certificate")]).await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::InvalidCertificate).await;
    world.put_config_map("late", &[("ca.crt", world.authority.pem())]).await;
    world.ready("acme").await;
}

/// Lesson: Hostzero keycloak-operator that compares masked secrets.
#[tokio::test]
async fn a_rotated_secret_is_applied_by_reset_and_configure() {
    let world = World::new("rotated").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let before = world.ready("acme").await.status.unwrap().applied.unwrap();

    world.rotate(ROTATED).await;
    eventually(async || (world.configured_secret().as_deref() == Some(ROTATED)).then_some(())).await.expect("applied");
    let after = world
        .until("acme", "configured anew", |resource| {
            let applied = resource.status.as_ref().and_then(|status| status.applied.as_ref());
            applied.is_some_and(|applied| applied.fingerprint != before.fingerprint)
        })
        .await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
    assert_eq!(after.status.unwrap().pending, None);
    world.ready("acme").await;
}

/// Lesson: provider-keycloak #175, external-secrets #5443.
#[tokio::test]
async fn the_same_bytes_in_a_new_version_of_a_secret_change_nothing() {
    let world = World::new("same-bytes").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let before = world.ready("acme").await.metadata.resource_version;
    let visits = world.calls(Operation::Me);

    world.put_secret(SECRET_NAME, &[(SECRET_KEY, SECRET), ("unused", "x")]).await;
    eventually(async || (world.calls(Operation::Me) > visits).then_some(())).await.expect("it is looked at");
    operator.stop().await;
    assert_eq!(world.changes(), [Operation::Configure]);
    assert_eq!(world.get("acme").await.metadata.resource_version, before, "nothing is written");
}

#[tokio::test]
async fn a_rotated_api_key_is_picked_up_without_a_configure() {
    let world = World::new("api-key").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.cognigy.add_admin("new-key", ORGANIZATION);
    world.cognigy.clear_calls();
    world.put_secret("cognigy-api", &[("apiKey", "new-key")]).await;
    let with_new_key = world.cognigy.wait_for_call(|call| call.headers["x-api-key"] == "new-key", PATIENCE);
    assert_eq!(with_new_key.await.unwrap().operation, Operation::Me);
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn a_secret_that_goes_takes_nothing_away_and_may_come_back() {
    let world = World::new("secret-goes").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.delete_secret(SECRET_NAME).await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::False, Reason::SecretNotFound).await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET), "the working configuration stays");
    world.rotate(SECRET).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure], "another Secret with the same bytes is no change");
}

#[tokio::test]
async fn every_unusable_value_says_which_and_why() {
    let world = World::new("unusable").await;
    let cases = strategy::unusable();
    world.will_have(cases.iter().map(|(name, ..)| name));
    let _operator = world.operator().await;
    for (name, r#type, value, reason) in cases {
        world.put_secret_bytes(name, r#type, &[(SECRET_KEY, &value)]).await;
        world.create(world.idp(name).with_secret(name)).await;
        let found = world.condition(name, ConditionType::SecretsResolved, ConditionStatus::False, reason).await;
        let names_it = found.message.contains(&field(SECRET_REF)) && found.message.contains(name);
        assert!(names_it, "{}", found.message);
        world.condition(name, ConditionType::Stalled, ConditionStatus::True, reason).await;
    }
    assert_eq!(world.changes(), [], "nothing was applied");
}

#[tokio::test]
async fn a_secret_that_is_rotated_while_it_is_sent_is_applied_in_the_end() {
    let world = World::new("rotated-inside").await;
    let _operator = world.operator().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late(Duration::from_secs(1))]));
    world.create(world.idp("acme")).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, PATIENCE).await.unwrap();
    world.rotate(ROTATED).await;
    eventually(async || (world.configured_secret().as_deref() == Some(ROTATED)).then_some(()))
        .await
        .expect("the newer");
    world.ready("acme").await;
}

/// Lesson: cert-manager's threat model.
#[tokio::test]
async fn secrets_of_other_controllers_are_refused_and_an_authority_in_one_for_tls_is_not() {
    let world = World::new("foreign").await;
    world.will_have((0..7).map(|number| format!("foreign-{number}")));
    let _operator = world.operator().await;
    let cases: &[(&str, &str, &[u8])] = &[
        ("kubernetes.io/service-account-token", "token", b"t"),
        ("kubernetes.io/dockercfg", ".dockercfg", b"{}"),
        ("kubernetes.io/dockerconfigjson", ".dockerconfigjson", b"{}"),
        ("helm.sh/release.v1", "release", b"r"),
        ("bootstrap.kubernetes.io/token", "token-id", b"t"),
        ("cluster.x-k8s.io/secret", "value", b"v"),
        ("kubernetes.io/tls", "tls.crt", world.authority.pem().as_bytes()),
    ];
    let secret = strategy::stored(SECRET);
    for (number, (r#type, key, value)) in cases.iter().enumerate() {
        let name = format!("foreign-{number}");
        let mut values = vec![(*key, *value), (SECRET_KEY, secret.as_bytes())];
        values.extend((*key == "tls.crt").then_some(("tls.key", &b""[..])));
        world.put_secret_bytes(&name, r#type, &values).await;
        if TAKES_TLS_SECRETS && *r#type == "kubernetes.io/tls" {
            continue;
        }
        world.create(world.idp(&name).with_secret(&name)).await;
        let (resolved, refused) = (ConditionType::SecretsResolved, Reason::SecretTypeRefused);
        let found = world.condition(&name, resolved, ConditionStatus::False, refused).await;
        assert!(found.message.contains(r#type) && found.message.contains("Opaque"), "{}", found.message);
        world.delete(&name).await;
    }
    assert_eq!(world.changes(), [], "nothing was applied");
    let ca = json!({ "secretRef": { "name": format!("foreign-{}", cases.len() - 1), "key": "tls.crt" } });
    world.create(world.idp("acme").declaring(json!({ "caBundle": ca }))).await;
    world.ready("acme").await;
}
