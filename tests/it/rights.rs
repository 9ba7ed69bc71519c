//! The operator with fewer rights than it needs says which are missing, and goes on as far as it may.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::Api;
use kube::api::PostParams;
use serde_json::json;

use crate::support::{Operator, World, cluster};

const USER: &str = "limited";

/// Lets [`USER`] do this in the world's namespace.
async fn grant(world: &World, name: &str, rules: serde_json::Value) {
    let role = json!({ "metadata": { "name": name }, "rules": rules });
    let api: Api<Role> = Api::namespaced(world.client.clone(), &world.namespace);
    api.create(&PostParams::default(), &serde_json::from_value(role).unwrap()).await.unwrap();
    let binding = json!({
        "metadata": { "name": name },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": format!("{USER}-{}", world.namespace) }],
    });
    let bindings: Api<RoleBinding> = Api::namespaced(world.client.clone(), &world.namespace);
    bindings.create(&PostParams::default(), &serde_json::from_value(binding).unwrap()).await.unwrap();
}

#[tokio::test]
async fn secrets_that_may_not_be_read_are_named() {
    let world = World::new("rights").await;
    let resources = json!(["identityproviderconfigs", "identityproviderconfigs/status"]);
    grant(
        &world,
        "resources",
        json!([
            { "apiGroups": ["sso.cognigy.ai"], "resources": resources, "verbs": ["get", "list", "watch", "patch"] },
            { "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"] },
        ]),
    )
    .await;
    let kubeconfig = tempfile::NamedTempFile::new().unwrap();
    let limited = format!("    as: {USER}-{}\n    token:", world.namespace);
    let text = cluster().await.kubeconfig().replace("    token:", &limited);
    assert!(text.contains(USER), "the kubeconfig's form: {text}");
    std::fs::write(kubeconfig.path(), text).unwrap();
    let operator = Operator::start_as(kubeconfig.path(), &world.namespace, &[]).await;
    world.create(world.idp("acme")).await;
    let denied =
        world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::AccessDenied).await;
    assert!(
        denied.message.contains("acme-oidc") && denied.message.contains("get, list and watch"),
        "{}",
        denied.message
    );
    operator.synced().await;

    grant(
        &world,
        "secrets",
        json!([{ "apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch"] }]),
    )
    .await;
    let ask = json!({ "metadata": { "annotations": { "sso.cognigy.ai/reconcile-requested-at": "1" } } });
    world.patch("acme", ask).await;
    world.ready("acme").await;
}
