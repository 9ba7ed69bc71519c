//! Resources and other objects that cannot be decoded: each is reported, and stops no other.

use serde_json::{Value, json};

use crate::support::World;

/// Times that the API server takes and keeps, beyond those that the client's own types know.
fn strange_times() -> Value {
    let field = |manager: &str, time: &str| json!({ "manager": manager, "operation": "Update", "apiVersion": "v1", "time": time, "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}} });
    json!([field("before", "0000-01-01T00:00:00+23:59"), field("after", "9999-12-31T23:59:59Z")])
}

/// Sends JSON as it is, and answers with JSON as it is.
async fn send(world: &World, method: &str, path: &str, content: &str, body: &Value) -> Value {
    let request = http::Request::builder().method(method).uri(path).header("content-type", content);
    let request = request.body(serde_json::to_vec(body).unwrap()).unwrap();
    serde_json::from_str(&world.client.request_text(request).await.unwrap()).unwrap()
}

#[tokio::test]
async fn metadata_that_cannot_be_read_stops_nobody() {
    let world = World::new("metadata").await;
    let path = format!("/apis/sso.cognigy.ai/v1alpha1/namespaces/{}/identityproviderconfigs", world.namespace);
    let mut odd = serde_json::to_value(world.idp("odd").build()).unwrap();
    odd["metadata"]["managedFields"] = strange_times();
    let made = send(&world, "POST", &path, "application/json", &odd).await;
    eprintln!("{made}");
    odd["metadata"]["managedFields"] = strange_times();
    odd["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"].clone();
    let made = send(&world, "PUT", &format!("{path}/odd"), "application/json", &odd).await;
    eprintln!("{made}");
    let path = format!("/api/v1/namespaces/{}/configmaps", world.namespace);
    let map = json!({ "metadata": { "name": "odd", "managedFields": strange_times() }, "data": { "a": "b" } });
    let made = send(&world, "POST", &path, "application/json", &map).await;
    eprintln!("{made}");
}
