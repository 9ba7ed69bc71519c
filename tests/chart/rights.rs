//! Which rights the chart grants, and where.

use cognigy_sso_testkit::rights::{Right, granted};
use serde_json::{Value, json};

use crate::cluster::NAMESPACE;
use crate::helm::{CHART, FULL_NAME, render, with};
use crate::manifests::Manifests;

/// What is granted by roles that are bound in this namespace, or in none.
fn granted_in(manifests: &Manifests, namespace: Option<&str>) -> Vec<Right> {
    let is_there = |object: &&Value| object["metadata"]["namespace"].as_str() == namespace;
    granted(&manifests.0.iter().filter(is_there).cloned().collect::<Vec<_>>()).into_iter().collect()
}

/// How many rights there are in each kind of place, as a row of `docs/install/helm.md`.
fn row(mode: &str, manifests: &Manifests) -> String {
    let count = |namespace| {
        let rights = granted_in(manifests, namespace);
        match (rights.len(), rights.iter().filter(|right| right.breadth.by_name).count()) {
            (0, _) => "none".to_owned(),
            (all, 0) => all.to_string(),
            (all, by_name) => format!("{all}, {by_name} of them to named objects"),
        }
    };
    format!("| {mode} | {} | {} | {} |", count(None), count(Some("a")), count(Some(NAMESPACE)))
}

/// Reading is three rights.
fn reads(what: &str) -> [String; 3] {
    ["get", "list", "watch"].map(|verb| format!("{verb} {what}"))
}

#[tokio::test]
async fn this_is_granted_and_nothing_else() {
    for (values, place, names) in [
        (json!({}), "in all namespaces", ""),
        (json!({ "watchNamespaces": ["a"] }), "in a namespace", ""),
        (json!({ "secretNames": ["x"], "configMapNames": ["y"] }), "in all namespaces", ", by name"),
    ] {
        let resources = format!("identityproviderconfigs.sso.cognigy.ai {place}");
        let mut wanted = vec![
            format!("patch {resources}"),
            format!("update identityproviderconfigs/status.sso.cognigy.ai {place}"),
            format!("create events.events.k8s.io {place}"),
            "create leases.coordination.k8s.io in a namespace".to_owned(),
            "update leases.coordination.k8s.io in a namespace, by name".to_owned(),
        ];
        wanted.extend(reads(&resources));
        wanted.extend(reads(&format!("secrets {place}{names}")));
        wanted.extend(reads(&format!("configmaps {place}{names}")));
        wanted.extend(reads("leases.coordination.k8s.io in a namespace, by name"));
        wanted.sort();
        let manifests = render(&with(values)).await.unwrap();
        let mut found: Vec<_> = granted(&manifests.0).iter().map(ToString::to_string).collect();
        found.sort();
        assert_eq!(found, wanted);
    }
}

#[tokio::test]
async fn it_is_granted_to_the_operator_alone() {
    for values in [json!({}), json!({ "watchNamespaces": ["a", "b"] })] {
        let manifests = render(&with(values)).await.unwrap();
        for binding in manifests.of("ClusterRoleBinding").chain(manifests.of("RoleBinding")) {
            let operator = json!([{ "kind": "ServiceAccount", "name": FULL_NAME, "namespace": NAMESPACE }]);
            assert_eq!(binding["subjects"], operator);
        }
    }
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
async fn in_named_namespaces_nothing_cluster_wide_is_made_but_the_definition() {
    let manifests = render(&with(json!({ "watchNamespaces": ["a", "b"], "replicas": 2 }))).await.unwrap();
    let everywhere = manifests.0.iter().filter(|object| object["metadata"]["namespace"].is_null());
    let kinds: Vec<_> = everywhere.map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["CustomResourceDefinition"]);
    let mut places: Vec<_> = manifests.of("RoleBinding").map(|binding| &binding["metadata"]["namespace"]).collect();
    places.sort_by_key(|place| place.as_str());
    assert_eq!(places, ["a", "b", NAMESPACE]);
}

#[tokio::test]
async fn the_release_s_own_namespace_can_be_looked_after_too() {
    let manifests = render(&with(json!({ "watchNamespaces": [NAMESPACE] }))).await.unwrap();
    assert_eq!(manifests.of("RoleBinding").count(), 2, "one for resources, one for the lease");
}

/// Who may write a resource can have a Secret sent away, so that nobody may without being asked for.
#[tokio::test]
async fn people_may_look_and_where_it_is_asked_for_write() {
    let manifests = render(&with(json!({ "rbac": { "createEdit": true } }))).await.unwrap();
    let only = |resources: Value, verbs: Value| json!([{ "apiGroups": ["sso.cognigy.ai"], "resources": resources, "verbs": verbs }]);
    for (role, aggregated, rules) in [
        (
            "ClusterRole/-view",
            &["view"][..],
            only(json!(["identityproviderconfigs", "identityproviderconfigs/status"]), json!(["get", "list", "watch"])),
        ),
        (
            "ClusterRole/-edit",
            &["edit", "admin"],
            only(
                json!(["identityproviderconfigs"]),
                json!(["get", "list", "watch", "create", "delete", "deletecollection", "patch", "update"]),
            ),
        ),
    ] {
        let role = manifests.get(role);
        assert_eq!(role["rules"], rules);
        let to = |name| role["metadata"]["labels"][format!("rbac.authorization.k8s.io/aggregate-to-{name}")] == "true";
        let found: Vec<_> = ["view", "edit", "admin"].into_iter().filter(|name| to(*name)).collect();
        assert_eq!(found, aggregated);
    }
    let usual = render(&with(json!({}))).await.unwrap();
    assert_eq!(usual.of("ClusterRole").count(), 2, "the operator's, and one to look");
}
