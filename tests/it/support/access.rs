//! A user for each world that may do only what it is granted.

use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::account::until_granted;
use super::{World, cluster};

/// Acts as the world's limited user.
pub async fn limited_kubeconfig(world: &World) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let limited = format!("    as: {}\n    token:", user(world));
    let text = cluster().await.kubeconfig().replace("    token:", &limited);
    assert!(text.contains(&limited), "the kubeconfig's form: {text}");
    std::fs::write(file.path(), text).unwrap();
    file
}

/// Lets the limited user do this in the world's namespace.
pub async fn grant(world: &World, name: &str, rules: Value) {
    let role = json!({ "metadata": { "name": name }, "rules": rules });
    let api: Api<Role> = Api::namespaced(world.client.clone(), &world.namespace);
    let role = api.create(&PostParams::default(), &serde_json::from_value(role).unwrap()).await.unwrap();
    let role = serde_json::to_value(role).unwrap();
    let binding = binding(world, "Role", name);
    let bindings: Api<RoleBinding> = Api::namespaced(world.client.clone(), &world.namespace);
    bindings.create(&PostParams::default(), &serde_json::from_value(binding).unwrap()).await.unwrap();
    until_granted(&world.client, &user(world), &role).await;
}

/// Lets the limited user do this in all namespaces.
pub async fn grant_everywhere(world: &World, name: &str, rules: Value) {
    let name = format!("{name}-{}", world.namespace);
    let role = json!({ "metadata": { "name": name }, "rules": rules });
    let api: Api<ClusterRole> = Api::all(world.client.clone());
    api.create(&PostParams::default(), &serde_json::from_value(role.clone()).unwrap()).await.unwrap();
    let bindings: Api<ClusterRoleBinding> = Api::all(world.client.clone());
    let binding = binding(world, "ClusterRole", &name);
    bindings.create(&PostParams::default(), &serde_json::from_value(binding).unwrap()).await.unwrap();
    until_granted(&world.client, &user(world), &role).await;
}

/// Takes back what was granted under this name.
pub async fn withdraw(world: &World, name: &str) {
    let bindings: Api<RoleBinding> = Api::namespaced(world.client.clone(), &world.namespace);
    bindings.delete(name, &DeleteParams::default()).await.unwrap();
    let roles: Api<Role> = Api::namespaced(world.client.clone(), &world.namespace);
    roles.delete(name, &DeleteParams::default()).await.unwrap();
}

fn binding(world: &World, kind: &str, name: &str) -> Value {
    json!({
        "metadata": { "name": name },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user(world) }],
    })
}

fn user(world: &World) -> String {
    format!("limited-{}", world.namespace)
}
