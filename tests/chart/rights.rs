//! Which rights the chart grants, and where.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cluster::NAMESPACE;
use crate::helm::{CHART, FULL_NAME, render, with};
use crate::manifests::{Manifests, texts};

/// One thing that may be done: API group, resource, verb, and whether to objects of certain names only.
type Right = (String, String, String, bool);

fn rights(role: &Value) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    for rule in role["rules"].as_array().unwrap() {
        let is_limited = rule.get("resourceNames").is_some();
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                let right = |verb: &str| (group.to_owned(), resource.to_owned(), verb.to_owned(), is_limited);
                rights.extend(texts(&rule["verbs"]).into_iter().map(right));
            }
        }
    }
    rights
}

fn limited(rights: &BTreeSet<Right>) -> usize {
    rights.iter().filter(|(.., is_limited)| *is_limited).count()
}

/// What is granted by the roles that a binding of this kind names, and where.
fn granted<'a>(manifests: &'a Manifests, binding: &str) -> Vec<(Option<&'a str>, BTreeSet<Right>)> {
    let bindings = manifests.of(binding);
    let granted = bindings.map(|binding| {
        assert_eq!(binding["subjects"].as_array().unwrap().len(), 1);
        assert_eq!(binding["subjects"][0]["name"], FULL_NAME);
        assert_eq!(binding["subjects"][0]["namespace"], NAMESPACE);
        let namespace = &binding["metadata"]["namespace"];
        let is_meant = |role: &&Value| {
            role["metadata"]["name"] == binding["roleRef"]["name"] && role["metadata"]["namespace"] == *namespace
        };
        let role = manifests.of(binding["roleRef"]["kind"].as_str().unwrap()).find(is_meant).unwrap();
        (namespace.as_str(), rights(role))
    });
    granted.collect()
}

/// How many rights there are in each kind of place, as a row of `docs/install/helm.md`.
fn row(mode: &str, manifests: &Manifests) -> String {
    let everywhere: Vec<_> = granted(manifests, "ClusterRoleBinding");
    let (released, watched): (Vec<_>, Vec<_>) =
        granted(manifests, "RoleBinding").into_iter().partition(|(namespace, _)| *namespace == Some(NAMESPACE));
    let count = |places: &[(Option<&str>, BTreeSet<Right>)]| match places.first() {
        Some((_, rights)) if limited(rights) > 0 => {
            format!("{}, {} of them to named objects", rights.len(), limited(rights))
        }
        Some((_, rights)) => rights.len().to_string(),
        None => "none".to_owned(),
    };
    format!("| {mode} | {} | {} | {} |", count(&everywhere), count(&watched), count(&released))
}

#[tokio::test]
async fn the_page_about_installing_tells_how_many_rights_each_mode_has() {
    let page = std::fs::read_to_string(format!("{CHART}/../../docs/install/helm.md")).unwrap();
    let names = json!({ "secretNames": ["x"], "configMapNames": ["y"] });
    let mut both = names.clone();
    both["watchNamespaces"] = json!(["a", "b"]);
    for (mode, values) in [
        ("all namespaces", json!({})),
        ("`watchNamespaces`", json!({ "watchNamespaces": ["a", "b"] })),
        ("`secretNames`, `configMapNames`", names),
        ("all three", both),
        ("`leaderElection.enabled: false`", json!({ "leaderElection": { "enabled": false } })),
    ] {
        let row = row(mode, &render(&with(values)).await.unwrap());
        assert!(page.contains(&row), "docs/install/helm.md should have: {row}");
    }
}

#[tokio::test]
async fn the_notes_tell_every_right() {
    let notes = crate::helm::notes(&with(json!({ "secretNames": ["x", "y"] }))).await;
    for line in [
        "get, list, watch, patch  identityproviderconfigs\n",
        "patch  identityproviderconfigs/status\n",
        "get, list, watch  secrets, of these names alone: x, y\n",
        "get, list, watch  configmaps\n",
        "create  events\n",
        "create  leases\n",
        &format!("get, list, watch, update  leases, of this name alone: {FULL_NAME}\n"),
    ] {
        assert!(notes.contains(line), "{line:?} is not in {notes}");
    }
}

#[tokio::test]
async fn in_named_namespaces_nothing_cluster_wide_is_made_but_the_definition() {
    let manifests = render(&with(json!({ "watchNamespaces": ["a", "b"], "replicas": 2 }))).await.unwrap();
    let everywhere = manifests.0.iter().filter(|object| object["metadata"]["namespace"].is_null());
    let kinds: Vec<_> = everywhere.map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["CustomResourceDefinition"]);
    let places: BTreeSet<_> = granted(&manifests, "RoleBinding").into_iter().map(|(namespace, _)| namespace).collect();
    assert_eq!(places, BTreeSet::from([Some("a"), Some("b"), Some(NAMESPACE)]));
}

#[tokio::test]
async fn the_release_s_own_namespace_can_be_looked_after_too() {
    let manifests = render(&with(json!({ "watchNamespaces": [NAMESPACE] }))).await.unwrap();
    assert_eq!(granted(&manifests, "RoleBinding").len(), 2, "one for resources, one for the lease");
}

/// Who may write a resource can have a Secret sent away, so that nobody may without being asked for.
#[tokio::test]
async fn nobody_may_write_resources_unless_it_is_asked_for() {
    let roles = |manifests: &Manifests| manifests.of("ClusterRole").map(rights).collect::<Vec<_>>();
    let writes_resources = |rights: &BTreeSet<Right>| {
        rights.iter().any(|(group, _, verb, _)| group == "sso.cognigy.ai" && verb == "create")
    };
    assert!(!roles(&render(&with(json!({}))).await.unwrap()).iter().any(writes_resources));
    let asked = with(json!({ "rbac": { "createEdit": true } }));
    assert!(roles(&render(&asked).await.unwrap()).iter().any(writes_resources));
    let notes = crate::helm::notes(&asked).await;
    assert!(notes.contains("WARNING") && notes.contains("Set secretSelector or secretNames"), "{notes}");
}
