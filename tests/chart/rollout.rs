//! How pods come and go, and who counts as one.

use serde_json::{Value, json};

use crate::helm::{render, with};
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
    for (enabled, wanted) in [(true, "RollingUpdate"), (false, "Recreate")] {
        let manifests = render(&with(json!({ "leaderElection": { "enabled": enabled } }))).await.unwrap();
        assert_eq!(manifests.get("Deployment")["spec"]["strategy"]["type"], wanted);
    }
}

#[tokio::test]
async fn one_replica_is_not_kept_from_being_moved() {
    let manifests = render(&with(json!({}))).await.unwrap();
    assert!(manifests.find("PodDisruptionBudget").is_none());
    assert!(manifests.get("Deployment")["spec"]["template"]["spec"].get("topologySpreadConstraints").is_none());
}

#[tokio::test]
async fn common_labels_and_annotations_are_on_every_object() {
    let marks = json!({ "own": "y" });
    let everything = json!({
        "commonLabels": marks,
        "commonAnnotations": marks,
        "replicas": 2,
        "rbac": { "createEdit": true },
        "metrics": {
            "serviceMonitor": { "enabled": true },
            "prometheusRule": { "enabled": true },
            "dashboard": { "enabled": true },
        },
    });
    for object in render(&with(everything)).await.unwrap().0 {
        let metadata = &object["metadata"];
        assert_eq!(
            (&metadata["labels"]["own"], &metadata["annotations"]["own"]),
            (&json!("y"), &json!("y")),
            "{object}"
        );
        assert_eq!(metadata["labels"]["app.kubernetes.io/instance"], crate::helm::RELEASE, "{object}");
    }
}
