//! What the chart's files say of themselves.

use std::collections::BTreeMap;

use cognigy_sso_testkit::tool::Tool;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::{Value, json};

use crate::helm::{CHART, Helm, IMAGE, file, render, with};

fn chart() -> Value {
    serde_saphyr::from_str(&file("Chart.yaml")).unwrap()
}

#[test]
fn the_chart_has_the_program_s_version() {
    let chart = chart();
    assert_eq!((&chart["version"], &chart["appVersion"]), (&json!(env!("CARGO_PKG_VERSION")), &chart["version"]));
}

#[test]
fn the_oldest_kubernetes_is_the_one_that_the_program_is_built_for() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    assert!(manifest.contains("features = [\"v1_33\"]"));
    assert_eq!(chart()["kubeVersion"], ">=1.33.0-0");
}

#[tokio::test]
async fn the_definition_is_rendered_as_it_was_generated() {
    let manifests = render(&with(json!({}))).await.unwrap();
    let rendered = manifests.get("CustomResourceDefinition").clone();
    let rendered: CustomResourceDefinition = serde_json::from_value(rendered).unwrap();
    let generated = cognigy_sso_api::crd();
    assert_eq!(rendered.spec, generated.spec);
    assert_eq!(rendered.metadata.name, generated.metadata.name);
    let keep = ("helm.sh/resource-policy".to_owned(), "keep".to_owned());
    assert_eq!(rendered.metadata.annotations, Some(BTreeMap::from([keep])));
}

#[test]
fn what_is_told_about_the_definition_is_true() {
    let chart = chart();
    let annotation = |name: &str| -> Value {
        serde_saphyr::from_str(chart["annotations"][format!("artifacthub.io/{name}")].as_str().unwrap()).unwrap()
    };
    let crd = serde_json::to_value(cognigy_sso_api::crd()).unwrap();
    let told = &annotation("crds")[0];
    assert_eq!(told["kind"], crd["spec"]["names"]["kind"]);
    assert_eq!(told["name"], crd["metadata"]["name"]);
    assert_eq!(told["version"], crd["spec"]["versions"][0]["name"]);
    let example: cognigy_sso_api::IdentityProviderConfig =
        serde_json::from_value(annotation("crdsExamples")[0].clone()).unwrap();
    assert!(example.spec.oidc.is_some());
}

#[tokio::test]
async fn helm_finds_nothing_to_complain_of() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let helm = Helm::new(tool).await;
        let said = helm.run(&["lint", "--strict", CHART, "--set", &format!("image.repository={IMAGE}")]).await;
        assert!(said.is_ok(), "{tool:?}: {}", said.unwrap_err());
    }
}

#[tokio::test]
async fn both_helms_render_the_same() {
    let values =
        with(json!({ "replicas": 2, "watchNamespaces": ["a"], "metrics": { "dashboard": { "enabled": true } } }));
    let render = async |tool| Helm::new(tool).await.render(&values).await.unwrap().0;
    let by_name = |objects: Vec<Value>| -> BTreeMap<String, Value> {
        objects.into_iter().map(|object| (format!("{} {}", object["kind"], object["metadata"]), object)).collect()
    };
    assert_eq!(by_name(render(Tool::Helm3).await), by_name(render(Tool::Helm4).await));
}
