//! `--secret-name` and `--config-map-name`: nothing but what is named is looked at, and rights to these names are enough.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::strategy::{SECRET_KEY, SECRET_NAME, SECRET_REF};
use crate::support::{Operator, SECRET, World, declared, field, grant, grant_everywhere, limited_kubeconfig};

const NAMED: [&str; 6] = ["--secret-name", "cognigy-api", "--secret-name", SECRET_NAME, "--config-map-name", "ca"];

/// Rights to what [`NAMED`] names, and to no other Secret or ConfigMap.
fn rules() -> Value {
    let own = json!(["identityproviderconfigs", "identityproviderconfigs/status"]);
    let reads = json!(["get", "list", "watch"]);
    let secrets = json!(["cognigy-api", SECRET_NAME]);
    json!([
        { "apiGroups": ["sso.cognigy.ai"], "resources": own, "verbs": ["get", "list", "watch", "patch", "update"] },
        { "apiGroups": [""], "resources": ["secrets"], "resourceNames": secrets, "verbs": reads },
        { "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["ca"], "verbs": reads },
    ])
}

async fn limited(world: &World) -> NamedTempFile {
    grant(world, "named", rules()).await;
    limited_kubeconfig(world).await
}

async fn not_listed(world: &World, parts: [&str; 3]) {
    let found =
        world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::NameNotListed).await;
    for part in parts {
        assert!(found.message.contains(part), "{part} is not in: {}", found.message);
    }
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::NameNotListed).await;
}

#[tokio::test]
async fn what_is_not_named_is_refused_without_asking_and_the_list_is_named() {
    let world = World::new("unlisted").await;
    world.put_secret("other", &[(SECRET_KEY, SECRET)]).await;
    // Whoever asked for it would say that access is denied.
    let kubeconfig = limited(&world).await;
    let _operator = Operator::start_as(kubeconfig.path(), &[&world.namespace], &NAMED).await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;

    world.patch("acme", declared(&json!({ (SECRET_REF): { "name": "other" } }))).await;
    not_listed(&world, [&format!("{}: Secret other", field(SECRET_REF)), "(--secret-name)", "secretNames"]).await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET), "the working configuration stays");
    world.patch("acme", declared(&json!({ (SECRET_REF): { "name": SECRET_NAME } }))).await;
    world.ready("acme").await;

    let ca = json!({ "configMapRef": { "name": "kube-root-ca.crt", "key": "ca.crt" } });
    world.patch("acme", declared(&json!({ "caBundle": ca }))).await;
    not_listed(
        &world,
        [&format!("{}: ConfigMap kube-root-ca.crt", field("caBundle")), "(--config-map-name)", "configMapNames"],
    )
    .await;
}

#[tokio::test]
async fn a_rotation_and_a_secret_that_comes_late_are_seen_with_rights_to_the_names_alone() {
    let world = World::new("listed").await;
    world.delete_secret(SECRET_NAME).await;
    let kubeconfig = limited(&world).await;
    let operator = Operator::start_as(kubeconfig.path(), &[&world.namespace], &NAMED).await;
    world.create(world.idp("acme")).await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotFound).await;
    operator.synced().await;
    world.rotate(SECRET).await;
    world.ready("acme").await;
    // Patience ends long before the next regular check.
    for secret in ["secret-1", "secret-2"] {
        world.rotate(secret).await;
        world.holds(secret).await;
        world.ready("acme").await;
    }
    assert!(!operator.log().contains("a watch failed"), "every watch is allowed");
}

#[tokio::test]
async fn names_do_for_all_namespaces_and_together_with_labels() {
    let world = World::new("listed-everywhere").await;
    let scope = format!("world={}", world.namespace);
    grant_everywhere(&world, "named", rules()).await;
    let kubeconfig = limited_kubeconfig(&world).await;
    let mut arguments = NAMED.to_vec();
    arguments.extend(["--secret-selector", "sso.cognigy.ai/use=true", "--selector", &scope]);
    let operator = Operator::start_as(kubeconfig.path(), &[], &arguments).await;
    let labels = json!({ "world": world.namespace });
    world.create(world.idp("acme").with("/metadata/labels", labels)).await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotSelected).await;
    operator.synced().await;
    for secret in ["cognigy-api", SECRET_NAME] {
        world.label_secret(secret, "sso.cognigy.ai/use", json!("true")).await;
    }
    world.ready("acme").await;
    world.rotate("rotated").await;
    world.holds("rotated").await;
    assert!(!operator.log().contains("a watch failed"), "every watch is allowed");
}
