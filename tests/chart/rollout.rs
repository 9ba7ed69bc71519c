//! How pods come and go, and who counts as one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::helm::{CHART, render, with};
use crate::manifests::Manifests;

fn selects(selector: &Value, labels: &Value) -> bool {
    let selector = selector.as_object().unwrap();
    assert!(!selector.is_empty());
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Labels that would have pods looked for elsewhere must not win.
async fn labelled() -> Manifests {
    let labels = json!({ "app.kubernetes.io/component": "x", "app.kubernetes.io/name": "x", "own": "y" });
    render(&with(json!({ "podLabels": labels, "commonLabels": labels, "replicas": 2 }))).await.unwrap()
}

#[tokio::test]
async fn the_operator_s_pods_are_selected_and_that_of_the_test_is_not() {
    let manifests = labelled().await;
    let operator = &manifests.get("Deployment")["spec"]["template"]["metadata"]["labels"];
    let check = &manifests.get("Pod/-check")["metadata"]["labels"];
    assert_eq!(operator["own"], "y");
    let spread = &manifests.get("Deployment")["spec"]["template"]["spec"]["topologySpreadConstraints"][0];
    for selector in [
        &manifests.get("Deployment")["spec"]["selector"]["matchLabels"],
        &manifests.get("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        &manifests.get("Service")["spec"]["selector"],
        &spread["labelSelector"]["matchLabels"],
    ] {
        assert!(selects(selector, operator), "{selector} {operator}");
        assert!(!selects(selector, check), "{selector} {check}");
    }
    let policy = &manifests.get("NetworkPolicy")["spec"]["podSelector"]["matchLabels"];
    assert!(selects(policy, operator) && selects(policy, check), "{policy}");
}

#[tokio::test]
async fn without_leader_election_the_old_one_goes_before_the_new_one_comes() {
    let rolling = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } });
    for (enabled, wanted) in [(true, rolling), (false, json!({ "type": "Recreate" }))] {
        let manifests = render(&with(json!({ "leaderElection": { "enabled": enabled } }))).await.unwrap();
        assert_eq!(manifests.get("Deployment")["spec"]["strategy"], wanted);
    }
}

#[tokio::test]
async fn several_replicas_are_spread_and_leave_a_node_one_at_a_time() {
    let manifests = labelled().await;
    let mut spread = manifests.get("Deployment")["spec"]["template"]["spec"]["topologySpreadConstraints"].clone();
    spread[0].as_object_mut().unwrap().remove("labelSelector");
    let over_nodes =
        json!([{ "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway" }]);
    assert_eq!(spread, over_nodes);
    let budget = &manifests.get("PodDisruptionBudget")["spec"];
    assert_eq!((&budget["maxUnavailable"], &budget["unhealthyPodEvictionPolicy"]), (&json!(1), &json!("AlwaysAllow")));
}

#[tokio::test]
async fn one_replica_is_not_kept_from_being_moved() {
    let manifests = render(&with(json!({}))).await.unwrap();
    assert!(manifests.find("PodDisruptionBudget").is_none());
    assert!(manifests.get("Deployment")["spec"]["template"]["spec"].get("topologySpreadConstraints").is_none());
}

/// Values that between them render every template, each with its every branch.
fn everything() -> [Value; 2] {
    let enabled = json!({ "enabled": true });
    let metrics = json!({ "prometheusRule": enabled, "dashboard": enabled, "serviceMonitor": enabled });
    let roles = json!({ "createEdit": true });
    [
        json!({ "replicas": 2, "rbac": roles, "metrics": metrics }),
        json!({ "watchNamespaces": ["a"], "metrics": { "podMonitor": enabled } }),
    ]
}

#[tokio::test]
async fn common_labels_and_annotations_are_on_every_object() {
    let mut kinds = BTreeSet::new();
    for mut values in everything() {
        values["commonLabels"] = json!({ "own": "y" });
        values["commonAnnotations"] = json!({ "own": "y" });
        for object in render(&with(values)).await.unwrap().0 {
            let template = &object["spec"]["template"];
            for metadata in [&object["metadata"], &template["metadata"]].into_iter().filter(|it| !it.is_null()) {
                let marks = (&metadata["labels"]["own"], &metadata["annotations"]["own"]);
                assert_eq!(marks, (&json!("y"), &json!("y")), "{object}");
                assert_eq!(metadata["labels"]["app.kubernetes.io/instance"], crate::helm::RELEASE, "{object}");
            }
            kinds.insert(object["kind"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(kinds, kinds_of_templates());
}

fn kinds_of_templates() -> BTreeSet<String> {
    let templates = std::fs::read_dir(format!("{CHART}/templates")).unwrap();
    let files =
        templates.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "yaml"));
    let texts: String = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let kinds = texts.lines().filter_map(|line| line.strip_prefix("kind: ")).map(str::to_owned);
    // Those of the definition's file and of the folder for tests.
    kinds.chain(["CustomResourceDefinition", "Pod"].map(str::to_owned)).collect()
}
