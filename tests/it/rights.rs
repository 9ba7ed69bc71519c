//! The operator with fewer rights than it needs says which are missing, and goes on as far as it may.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use serde_json::json;

use crate::strategy::SECRET_NAME;
use crate::support::{Operator, World, grant, limited_kubeconfig};

#[tokio::test]
async fn secrets_that_may_not_be_read_are_named() {
    let world = World::new("rights").await;
    let resources = json!(["identityproviderconfigs", "identityproviderconfigs/status"]);
    grant(
        &world,
        "resources",
        json!([
            { "apiGroups": ["sso.cognigy.ai"], "resources": resources, "verbs": ["get", "list", "watch", "patch", "update"] },
            { "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"] },
        ]),
    )
    .await;
    let kubeconfig = limited_kubeconfig(&world).await;
    let operator = Operator::start_as(kubeconfig.path(), &[&world.namespace], &[]).await;
    world.create(world.idp("acme")).await;
    let denied =
        world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::AccessDenied).await;
    assert!(
        denied.message.contains(SECRET_NAME) && denied.message.contains("get, list and watch"),
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
