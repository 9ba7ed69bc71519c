//! `--secret-selector`: which Secrets may be used.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use serde_json::{Value, json};

use crate::strategy::{SECRET_NAME, SECRET_REF};
use crate::support::{API_KEY, Operator, PATIENCE, SECRET, World, declared, field, grant, limited_kubeconfig};

const SELECTOR: [&str; 2] = ["--secret-selector", "sso.cognigy.ai/use=true"];

async fn selecting(world: &World) -> Operator {
    Operator::start(&world.namespace, &SELECTOR).await
}

/// Labels a Secret, or takes the label away.
async fn label(world: &World, secret: &str, value: Value) {
    world.label_secret(secret, "sso.cognigy.ai/use", value).await;
}

/// A Secret that what declares the provider refers to may not be used.
async fn not_selected(world: &World, member: &str, secret: &str) {
    is_told(world, &field(member), secret).await;
}

async fn key_not_selected(world: &World) {
    is_told(world, "spec.cognigy.apiKeySecretRef", "cognigy-api").await;
}

async fn is_told(world: &World, field: &str, secret: &str) {
    let found = world
        .condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotSelected)
        .await;
    for part in [field, secret, "(sso.cognigy.ai/use=true)", "Give it those labels"] {
        assert!(found.message.contains(part), "{part} is not in: {}", found.message);
    }
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::SecretNotSelected).await;
}

/// Lesson: cert-manager's threat model.
#[tokio::test]
async fn secrets_without_the_labels_are_not_used_and_noticed_as_they_get_and_lose_them() {
    let world = World::new("selected").await;
    let mut operator = selecting(&world).await;
    world.create(world.idp("acme")).await;
    key_not_selected(&world).await;
    assert_eq!(world.cognigy.calls(), [], "nothing is sent with a key that may not be used");

    label(&world, "cognigy-api", json!("true")).await;
    not_selected(&world, SECRET_REF, SECRET_NAME).await;
    label(&world, SECRET_NAME, json!("false")).await;
    not_selected(&world, SECRET_REF, SECRET_NAME).await;
    label(&world, SECRET_NAME, json!("true")).await;
    world.ready("acme").await;
    world.holds(SECRET).await;

    label(&world, SECRET_NAME, Value::Null).await;
    not_selected(&world, SECRET_REF, SECRET_NAME).await;
    world.rotate("rotated").await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET), "the working configuration stays");
    label(&world, SECRET_NAME, json!("true")).await;
    world.holds("rotated").await;
    world.ready("acme").await;
    assert_eq!(operator.stop().await, 0);
}

#[tokio::test]
async fn a_label_that_goes_while_nobody_looks_is_noticed_after_the_restart() {
    let world = World::new("restarted").await;
    label(&world, "cognigy-api", json!("true")).await;
    label(&world, SECRET_NAME, json!("true")).await;
    let mut operator = selecting(&world).await;
    world.create(world.idp("acme")).await;
    let before = world.ready("acme").await.metadata.resource_version;
    operator.stop().await;
    world.cognigy.clear_calls();

    // As it was left, nothing is asked and nothing written.
    let mut operator = selecting(&world).await;
    operator.synced().await;
    operator.stop().await;
    assert_eq!((world.cognigy.calls(), world.get("acme").await.metadata.resource_version), (vec![], before));

    label(&world, SECRET_NAME, Value::Null).await;
    let _operator = selecting(&world).await;
    not_selected(&world, SECRET_REF, SECRET_NAME).await;
}

#[tokio::test]
async fn a_key_that_may_no_longer_be_used_resets_nothing() {
    let world = World::new("withdrawn").await;
    label(&world, "cognigy-api", json!("true")).await;
    label(&world, SECRET_NAME, json!("true")).await;
    let _operator = selecting(&world).await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    label(&world, "cognigy-api", Value::Null).await;
    key_not_selected(&world).await;
    // A key that goes first is remembered for the reset; one that was taken back before is not.
    world.delete_secret("cognigy-api").await;
    // The watch shows nothing of it any more.
    world.check("acme").await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotFound).await;
    world.cognigy.clear_calls();
    world.delete("acme").await;
    world.has_events("acme", &["DeletionBlocked"]).await;
    assert_eq!(world.cognigy.calls(), [], "the key is not remembered");
    world.put_secret("cognigy-api", &[("apiKey", API_KEY)]).await;
    label(&world, "cognigy-api", json!("true")).await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Reset]);
}

#[tokio::test]
async fn an_authority_in_a_secret_needs_the_labels_and_one_in_a_config_map_does_not() {
    let world = World::new("selected-ca").await;
    world.will_have(["ca"]);
    label(&world, "cognigy-api", json!("true")).await;
    label(&world, SECRET_NAME, json!("true")).await;
    let _operator = selecting(&world).await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let pem = world.authority.pem();
    world.put_secret_bytes("ca", "kubernetes.io/tls", &[("tls.crt", pem.as_bytes()), ("tls.key", b"")]).await;
    let ca = json!({ "configMapRef": null, "secretRef": { "name": "ca", "key": "tls.crt" } });
    world.patch("acme", declared(&json!({ "caBundle": ca }))).await;
    not_selected(&world, "caBundle", "ca").await;
    label(&world, "ca", json!("true")).await;
    world.ready("acme").await;
}

#[tokio::test]
async fn what_is_not_there_is_told_from_what_may_not_be_used_with_the_rights_that_a_watch_needs() {
    let world = World::new("selected-rights").await;
    let own = json!(["identityproviderconfigs", "identityproviderconfigs/status"]);
    let reads = json!(["get", "list", "watch"]);
    let rules = json!([
        { "apiGroups": ["sso.cognigy.ai"], "resources": own, "verbs": ["get", "list", "watch", "patch", "update"] },
        { "apiGroups": [""], "resources": ["configmaps"], "verbs": reads },
        { "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["cognigy-api", SECRET_NAME], "verbs": reads },
    ]);
    grant(&world, "named", rules).await;
    label(&world, "cognigy-api", json!("true")).await;
    world.delete_secret(SECRET_NAME).await;
    let kubeconfig = limited_kubeconfig(&world).await;
    let _operator = Operator::start_as(kubeconfig.path(), &[&world.namespace], &SELECTOR).await;
    world.create(world.idp("acme")).await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotFound).await;
    world.rotate(SECRET).await;
    world.check("acme").await;
    not_selected(&world, SECRET_REF, SECRET_NAME).await;
    label(&world, SECRET_NAME, json!("true")).await;
    world.check("acme").await;
    world.ready("acme").await;
}

#[tokio::test]
async fn a_label_is_noticed_by_itself() {
    let world = World::new("selected-soon").await;
    label(&world, "cognigy-api", json!("true")).await;
    let operator = selecting(&world).await;
    world.create(world.idp("acme")).await;
    not_selected(&world, SECRET_REF, SECRET_NAME).await;
    operator.synced().await;
    for value in ["true", "false", "true"] {
        world.cognigy.clear_calls();
        label(&world, SECRET_NAME, json!(value)).await;
        // Patience ends long before the interval does.
        world.cognigy.wait_for_call(|call| call.operation == Operation::Me, PATIENCE).await.unwrap();
    }
}
