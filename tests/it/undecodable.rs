//! Resources and other objects that cannot be decoded: each is reported, and stops no other.

use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::control_plane::Options;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::PostParams;
use kube::runtime::wait::{await_condition, conditions::is_crd_established};
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::strategy::{self, PART};
use crate::support::{Operator, SECRET, World, eventually, own_cluster};

const GROUP: &str = "sso.cognigy.ai/v1alpha1";
/// Resources that can be read, beside those that cannot.
const GOOD: usize = 60;

/// Times that the API server takes and keeps, beyond those that the client's own types know.
fn strange_times(version: &str) -> Value {
    let field = |manager: &str, time: &str| {
        // Of fields that are not there: those that are belong to who writes them.
        let fields = json!({ "f:spec": { "f:cognigy": { "f:frontendUrl": {} } } });
        json!({ "manager": manager, "operation": "Update", "apiVersion": version, "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields })
    };
    let mut fields = vec![field("after", "9999-12-31T23:59:59Z")];
    // Of resources that a definition declares, the API server takes no such year.
    fields.extend((version != GROUP).then(|| field("before", "0000-01-01T00:00:00+23:59")));
    json!(fields)
}

/// Sends JSON as it is, and answers with JSON as it is.
async fn send(world: &World, method: &str, path: &str, body: &Value) -> Value {
    let content = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let request = http::Request::builder().method(method).uri(path).header("content-type", content);
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    let answer = world.client.request_text(request.body(body).unwrap()).await.unwrap();
    serde_json::from_str(&answer).unwrap()
}

fn resources(world: &World) -> String {
    format!("/apis/{GROUP}/namespaces/{}/identityproviderconfigs", world.namespace)
}

/// Waits until a resource says this, of which no more can be read than JSON.
async fn says(world: &World, name: &str, r#type: &str, status: &str, reason: &str) -> Value {
    let path = format!("{}/{name}", resources(world));
    let mut last = Value::Null;
    let said = eventually(async || {
        last = send(world, "GET", &path, &Value::Null).await;
        let conditions = last["status"]["conditions"].as_array()?;
        let found = conditions.iter().find(|condition| condition["type"] == r#type)?;
        (found["status"] == status && found["reason"] == reason).then(|| found.clone())
    });
    said.await.unwrap_or_else(|| panic!("{name} never said {type}={status}, {reason}: {last}"))
}

#[tokio::test]
async fn metadata_that_cannot_be_read_stops_nobody() {
    let world = World::new("metadata").await;
    world.will_have_config_map("late");
    let mut odd = serde_json::to_value(world.own_idp("odd").await.build()).unwrap();
    odd["metadata"]["managedFields"] = strange_times(GROUP);
    odd["spec"]["deletionPolicy"] = json!("Reset");
    let made = send(&world, "POST", &resources(&world), &odd).await;
    assert!(made.to_string().contains("9999-12-31T23:59:59Z"), "the API server keeps it: {made}");
    for kind in ["configmaps", "secrets"] {
        let object = json!({ "metadata": { "name": "odd-one", "managedFields": strange_times("v1") } });
        let path = format!("/api/v1/namespaces/{}/{kind}", world.namespace);
        let made = send(&world, "POST", &path, &object).await;
        assert!(made.to_string().contains("-0001-12-31T00:01:00Z"), "the API server keeps it: {made}");
    }
    let operator = world.operator().await;
    operator.synced().await;
    let late = json!({ "configMapRef": { "name": "late", "key": "ca.crt" } });
    world.create(world.idp("acme").declaring(json!({ "caBundle": late }))).await;
    says(&world, "acme", "SecretsResolved", "False", "ConfigMapNotFound").await;
    world.put_config_map("late", &[("ca.crt", world.authority.pem())]).await;
    world.ready("acme").await;
    world.rotate("rotated").await;
    let both_took_it = eventually(async || (world.calls(Operation::Configure) == 4).then_some(())).await;
    assert!(both_took_it.is_some(), "both refer to the secret");
    says(&world, "odd", "Ready", "True", "Ready").await;
    assert!(!operator.log().contains("a watch failed"), "every watch goes on");

    send(&world, "DELETE", &format!("{}/odd", resources(&world)), &Value::Null).await;
    let gone = eventually(async || (world.calls(Operation::Reset) == 3).then_some(())).await;
    assert!(gone.is_some(), "it is reset");
    let list = async || send(&world, "GET", &resources(&world), &Value::Null).await["items"].as_array().unwrap().len();
    assert!(eventually(async || (list().await == 1).then_some(())).await.is_some(), "its finalizer is taken off");
}

/// Installs the definition without a schema, as one would be that another version, or somebody who edits it, leaves behind.
async fn install_without_schema(client: &Client) {
    let mut definition = serde_json::to_value(cognigy_sso_api::crd()).unwrap();
    let anything = json!({ "x-kubernetes-preserve-unknown-fields": true });
    let properties = json!({ "spec": anything, "status": anything });
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"] =
        json!({ "type": "object", "properties": properties });
    // What is selected by must be in the schema.
    definition["spec"]["versions"][0]["selectableFields"] = Value::Null;
    let definition: CustomResourceDefinition = serde_json::from_value(definition).unwrap();
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    let name = crds.create(&PostParams::default(), &definition).await.unwrap().metadata.name.unwrap();
    await_condition(crds, &name, is_crd_established()).await.unwrap();
}

/// What makes a spec unreadable: where, and what stands there.
fn unreadable() -> Vec<(String, Value)> {
    let common = [
        ("/spec", json!("text")),
        ("/spec", json!(7)),
        ("/spec", Value::Null),
        ("/spec", json!([])),
        ("/spec/cognigy", json!(7)),
        ("/spec/cognigy/apiUrl", json!({})),
        ("/spec/cognigy/apiKeySecretRef", Value::Null),
        ("/spec/cognigy/apiKeySecretRef/key", json!(["apiKey"])),
        ("/spec/deletionPolicy", json!("Perhaps")),
        ("/spec/verification", json!("strict")),
        ("/spec/suspend", json!("yes")),
        ("/spec/interval", json!(600)),
    ];
    let common = common.map(|(pointer, value)| (pointer.to_owned(), value));
    let part = strategy::unreadable().into_iter().map(|(rest, value)| (format!("/spec/{PART}{rest}"), value));
    common.into_iter().chain(part).collect()
}

/// Lesson: Flux CVE-2022-39272.
#[tokio::test]
async fn specs_and_statuses_that_cannot_be_read_are_reported_and_stop_nobody() {
    let cluster = own_cluster(Options::default()).await;
    let client = cluster.client().await.unwrap();
    install_without_schema(&client).await;
    let world = World::on(client, "relaxed").await;
    let mut good = Vec::new();
    for number in 0..GOOD {
        let idp = world.idp(&format!("good-{number}")).with("/spec/suspend", json!(true));
        good.push(world.create(idp).await.metadata.name.unwrap());
    }
    let cases = unreadable();
    for (number, (pointer, value)) in cases.iter().enumerate() {
        let annotations = json!({ "sso.cognigy.ai/reconcile-requested-at": "\\\"{{%00\u{202e}", "x": "\u{0}" });
        let mut object = serde_json::to_value(world.idp(&format!("bad-{number}")).build()).unwrap();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap()[member] = value.clone();
        object["metadata"]["annotations"] = annotations;
        send(&world, "POST", &resources(&world), &object).await;
    }
    // What can be read and is no interval counts as the default.
    let intervals = ["-5m", "five minutes", "99999999999999999999h"];
    for (number, interval) in intervals.iter().enumerate() {
        let idp = world.own_idp(&format!("interval-{number}")).await;
        world.create(idp.with("/spec/interval", json!(interval))).await;
    }
    let statuses =
        [json!("text"), json!([]), json!({ "conditions": 7, "observedGeneration": "one", "applied": [], "urls": 1 })];
    for (number, status) in statuses.iter().enumerate() {
        let name = format!("odd-{number}");
        world.create(world.own_idp(&name).await).await;
        send(&world, "PATCH", &format!("{}/{name}/status", resources(&world)), &json!({ "status": status })).await;
    }
    let operator = Operator::start_for_all(&cluster).await;
    operator.synced().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.holds(SECRET).await;
    for (number, (pointer, value)) in cases.iter().enumerate() {
        let stalled = says(&world, &format!("bad-{number}"), "Stalled", "True", "InvalidSpec").await;
        assert!(stalled["message"].as_str().unwrap().len() > 10, "{pointer}, {value}: {stalled}");
    }
    for number in 0..3 {
        says(&world, &format!("odd-{number}"), "Ready", "True", "Ready").await;
        says(&world, &format!("interval-{number}"), "Ready", "True", "Ready").await;
    }
    for name in good {
        says(&world, &name, "Ready", "Unknown", "Suspended").await;
    }
    assert!(!operator.log().contains("a watch failed"), "every watch goes on");
}
