//! Prometheus and Grafana get what lies in the chart's files, and find the pods.

use serde_json::{Value, json};

use crate::cluster::NAMESPACE;
use crate::helm::{file, render, with};
use crate::manifests::Manifests;

async fn monitored(metrics: Value) -> Manifests {
    render(&with(json!({ "metrics": metrics }))).await.unwrap()
}

fn contains(all: &Value, some: &Value) -> bool {
    let some = some.as_object().unwrap();
    !some.is_empty() && some.iter().all(|(key, value)| all.get(key) == Some(value))
}

#[tokio::test]
async fn the_service_monitor_finds_the_service_and_its_port() {
    let manifests = monitored(json!({ "serviceMonitor": { "enabled": true, "namespace": "elsewhere" } })).await;
    let (monitor, service) = (&manifests.get("ServiceMonitor")["spec"], manifests.get("Service"));
    assert!(contains(&service["metadata"]["labels"], &monitor["selector"]["matchLabels"]), "{monitor}");
    assert_eq!(monitor["namespaceSelector"]["matchNames"], json!([NAMESPACE]));
    assert_eq!(monitor["endpoints"][0]["port"], service["spec"]["ports"][0]["name"]);
    assert_eq!(monitor["endpoints"][0]["path"], "/metrics");
    assert_eq!(monitor["endpoints"][0]["honorLabels"], true, "a resource's namespace is not the operator's");
    assert_eq!(service["spec"]["ports"][0]["targetPort"], manifests.container()["ports"][1]["name"]);
    assert_eq!(service["spec"]["clusterIP"], "None", "every replica has metrics of its own");
}

#[tokio::test]
async fn the_pod_monitor_finds_the_pods_and_their_port() {
    let elsewhere = json!({ "enabled": true, "namespace": "elsewhere" });
    let manifests = monitored(json!({ "podMonitor": elsewhere, "service": { "enabled": false } })).await;
    let (monitor, pods) = (&manifests.get("PodMonitor")["spec"], &manifests.get("Deployment")["spec"]["template"]);
    assert!(contains(&pods["metadata"]["labels"], &monitor["selector"]["matchLabels"]), "{monitor}");
    assert_eq!(monitor["namespaceSelector"]["matchNames"], json!([NAMESPACE]));
    assert_eq!(monitor["podMetricsEndpoints"][0]["port"], manifests.container()["ports"][1]["name"]);
}

#[tokio::test]
async fn alerts_come_as_they_lie_in_their_file() {
    let runbooks = "https://docs.example.com/runbooks";
    let rule = json!({ "enabled": true, "runbookUrl": runbooks });
    let manifests = monitored(json!({ "prometheusRule": rule })).await;
    let text = file("files/alerts.yaml").replace("RUNBOOKS/", &format!("{runbooks}/"));
    let alerts: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(manifests.get("PrometheusRule")["spec"], alerts);
    assert!(alerts.to_string().contains("{{ $labels."), "what Prometheus fills in is there");
}

#[tokio::test]
async fn without_a_place_of_runbooks_no_alert_links_to_one() {
    let manifests = monitored(json!({ "prometheusRule": { "enabled": true } })).await;
    let mut alerts: Value = serde_saphyr::from_str(&file("files/alerts.yaml")).unwrap();
    let groups = alerts["groups"].as_array_mut().unwrap();
    for rule in groups.iter_mut().flat_map(|group| group["rules"].as_array_mut().unwrap()) {
        if let Some(annotations) = rule.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove("runbook_url");
        }
    }
    assert_eq!(manifests.get("PrometheusRule")["spec"], alerts);
}

#[tokio::test]
async fn the_dashboard_comes_as_it_lies_in_its_file() {
    let manifests = monitored(json!({ "dashboard": { "enabled": true } })).await;
    let dashboard = manifests.get("ConfigMap/-dashboard")["data"]["cognigy-sso-operator.json"].as_str().unwrap();
    assert_eq!(dashboard, file("files/dashboard.json"));
    serde_json::from_str::<Value>(dashboard).unwrap();
}
