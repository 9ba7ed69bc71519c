//! What kustomize builds is what the chart renders, object by object.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use cognigy_sso_testkit::manifests::{NAME, NAMESPACE, render};
use serde_json::{Value, json};

use crate::files::{objects, root};
use crate::kubectl::kustomize;

type Objects = BTreeMap<String, Value>;

/// Objects by what tells them apart.
fn by_name(objects: Vec<Value>) -> Objects {
    let count = objects.len();
    let key = |object: &Value| {
        let part = |name: &str| object["metadata"][name].as_str().unwrap_or("-").to_owned();
        format!("{} {}/{}", object["kind"].as_str().unwrap(), part("namespace"), part("name"))
    };
    let objects: Objects = objects.into_iter().map(|object| (key(&object), object)).collect();
    assert_eq!(objects.len(), count, "nothing is there twice");
    objects
}

/// What the chart makes of these values, and the namespace that Helm would make.
async fn chart(values: Value) -> Objects {
    let mut objects = render(values).await.unwrap();
    objects.extend(crate::files::objects("kustomize/base/namespace.yaml"));
    by_name(objects)
}

async fn built(folder: &str) -> Objects {
    by_name(kustomize(&root().join("deploy/kustomize").join(folder)).await)
}

#[track_caller]
fn assert_same(built: &Objects, chart: &Objects) {
    assert_eq!(built.keys().collect::<Vec<_>>(), chart.keys().collect::<Vec<_>>());
    for (name, object) in built {
        assert_eq!(object, &chart[name], "{name}");
    }
}

#[tokio::test]
async fn the_base_and_the_single_file_are_the_chart_as_it_is() {
    let chart = chart(json!({})).await;
    assert!(chart.len() > 8, "{:?}", chart.keys());
    assert_same(&built("base").await, &chart);
    assert_same(&by_name(objects("install.yaml")), &chart);
}

#[tokio::test]
async fn high_availability_is_the_chart_with_two_replicas() {
    assert_same(&built("overlays/high-availability").await, &chart(json!({ "replicas": 2 })).await);
}

/// The one difference: what the chart knows as a value the overlay takes from the pod, so that `namespace:` is all there is
/// to set.
#[tokio::test]
async fn namespaced_is_the_chart_with_one_namespace() {
    let mut chart = chart(json!({ "watchNamespaces": [NAMESPACE] })).await;
    let mut built = built("overlays/namespaced").await;
    let deployment = format!("Deployment {NAMESPACE}/{NAME}");
    let arguments = chart.get_mut(&deployment).unwrap().pointer_mut("/spec/template/spec/containers/0/args").unwrap();
    let flag = json!(format!("--namespace={NAMESPACE}"));
    assert!(taken(arguments, |argument| *argument == flag));
    let variables = built.get_mut(&deployment).unwrap().pointer_mut("/spec/template/spec/containers/0/env").unwrap();
    let from_pod = json!({ "fieldRef": { "fieldPath": "metadata.namespace" } });
    let variable = json!({ "name": "COGNIGY_SSO_NAMESPACE", "valueFrom": from_pod });
    assert!(taken(variables, |given| *given == variable));
    assert_same(&built, &chart);
    assert!(!built.keys().any(|name| name.starts_with("ClusterRole")), "{:?}", built.keys());
}

/// Takes what fits out of a list; was there exactly one?
fn taken(list: &mut Value, fits: impl Fn(&Value) -> bool) -> bool {
    let list = list.as_array_mut().unwrap();
    let before = list.len();
    list.retain(|item| !fits(item));
    before - list.len() == 1
}

/// Kustomizations of one's own lie beside a copy of the folder.
fn beside_a_copy(kustomization: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-r").arg(root().join("deploy/kustomize")).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("kustomization.yaml"), kustomization).unwrap();
    (folder, own)
}

#[tokio::test]
async fn a_namespace_and_an_image_of_ones_own_are_one_line_each() {
    for (overlay, role) in
        [("base", "ClusterRole"), ("overlays/namespaced", "Role"), ("overlays/high-availability", "ClusterRole")]
    {
        let (_folder, own) = beside_a_copy(&format!(
            "namespace: team-a\nresources: [../kustomize/{overlay}]\nimages:\n  - name: {NAME}\n    newName: \
             registry.example.com/sso\n    newTag: 1.2.3\n"
        ));
        let built = by_name(kustomize(&own).await);
        assert!(built.contains_key("Namespace -/team-a"), "{:?}", built.keys());
        let deployment = &built[&format!("Deployment team-a/{NAME}")];
        let image = deployment.pointer("/spec/template/spec/containers/0/image").unwrap();
        assert_eq!(image, "registry.example.com/sso:1.2.3");
        for (name, object) in &built {
            assert!(!object.to_string().contains(&format!("\"{NAMESPACE}\"")), "{overlay}: {name} stays behind");
        }
        let place = if role == "Role" { "team-a" } else { "-" };
        let binding = &built[&format!("{role}Binding {place}/{NAME}")];
        assert_eq!(binding["roleRef"]["kind"], role);
        assert_eq!(binding["subjects"][0]["namespace"], "team-a");
        assert!(built.contains_key(&format!("{role} {place}/{NAME}")));
    }
}
