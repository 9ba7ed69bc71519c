//! A real API server takes everything that the chart renders, in namespaces where pods may do least.

use kube::api::{DynamicObject, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};

use crate::cluster::{self, NAMESPACE};
use crate::helm::{render, with};
use crate::manifests::Manifests;

/// Nothing defines these kinds on the API server of the tests.
const FOREIGN: &str = "monitoring.coreos.com/";

/// Values that together render every object, in every mode.
fn modes() -> [Value; 5] {
    let replicated = json!({
        "replicas": 3,
        "secretNames": ["x"],
        "configMapNames": ["y"],
        "extraCa": { "configMap": { "name": "y" }, "secret": { "name": "x" } },
        "proxy": { "https": "http://proxy:3128" },
        "commonLabels": { "team": "a" },
        "commonAnnotations": { "a": "b" },
        "podDisruptionBudget": { "maxUnavailable": "50%" },
    });
    [
        json!({}),
        json!({ "watchNamespaces": ["a", "b", NAMESPACE] }),
        replicated,
        json!({ "rbac": { "createEdit": true }, "metrics": { "dashboard": { "enabled": true } } }),
        json!({
            "leaderElection": { "enabled": false },
            "podSecurityContext": { "runAsUser": null, "runAsGroup": null },
            "networkPolicy": { "https": { "except": [] }, "healthFrom": [{ "namespaceSelector": {} }] },
        }),
    ]
}

fn api(client: &Client, object: &Value) -> Api<DynamicObject> {
    let (version, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
    let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &kind),
        None => Api::all_with(client.clone(), &kind),
    }
}

async fn take(client: &Client, object: &Value) -> kube::Result<DynamicObject> {
    let strictly = PatchParams::apply("test").dry_run().validation_strict();
    let name = object["metadata"]["name"].as_str().unwrap();
    api(client, object).patch(name, &strictly, &Patch::Apply(object)).await
}

/// The pod that the Deployment's controller would make.
fn pod(manifests: &Manifests) -> Value {
    let mut pod = manifests.get("Deployment")["spec"]["template"].clone();
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    pod["metadata"]["name"] = json!("operator");
    pod["metadata"]["namespace"] = json!(NAMESPACE);
    pod
}

#[tokio::test]
async fn every_manifest_is_taken_as_it_stands() {
    let client = cluster::shared().await.client().await.unwrap();
    for values in modes() {
        let manifests = render(&with(values.clone())).await.unwrap();
        let known = manifests.0.iter().filter(|object| !object["apiVersion"].as_str().unwrap().starts_with(FOREIGN));
        for object in known {
            let taken = take(&client, object).await;
            assert!(taken.is_ok(), "{values}: {}: {object}", taken.unwrap_err());
        }
    }
}

#[tokio::test]
async fn a_field_that_does_not_exist_would_be_noticed() {
    let client = cluster::shared().await.client().await.unwrap();
    let mut object = render(&with(json!({}))).await.unwrap().get("Deployment").clone();
    object["spec"]["template"]["spec"]["readinessGate"] = json!([]);
    assert!(take(&client, &object).await.unwrap_err().to_string().contains("readinessGate"));
}

#[tokio::test]
async fn its_pods_run_where_pods_may_do_least() {
    let client = cluster::shared().await.client().await.unwrap();
    let create = async |pod: &Value| {
        let object: DynamicObject = serde_json::from_value(pod.clone()).unwrap();
        let dry = PostParams { dry_run: true, ..PostParams::default() };
        api(&client, pod).create(&dry, &object).await.map(|pod| pod.name_any())
    };
    for values in modes() {
        let manifests = render(&with(values)).await.unwrap();
        create(&pod(&manifests)).await.unwrap();
        create(manifests.get("Pod/-check")).await.unwrap();
    }
    let mut free = pod(&render(&with(json!({}))).await.unwrap());
    free["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = json!(true);
    assert!(create(&free).await.unwrap_err().to_string().contains("violates PodSecurity"));
}
