//! What is in `deploy/` on a real API server.

use cognigy_sso_testkit::manifests::{NAME, NAMESPACE};

use crate::files::root;
use crate::kubectl::Kubectl;

const DEPLOYMENT: [&str; 4] = ["deployment", NAME, "--namespace", NAMESPACE];

fn path(file: &str) -> String {
    root().join("deploy").join(file).to_str().unwrap().to_owned()
}

/// Applies it. Everything is there then, and applied again it changes nothing.
async fn apply(kubectl: &Kubectl, source: &[&str]) {
    let with = |verb| [&[verb], source].concat();
    let applied = kubectl.run(&with("apply")).await.unwrap();
    assert!(applied.contains("deployment.apps/cognigy-sso-operator "), "{applied}");
    let before = kubectl.get(&DEPLOYMENT).await;
    assert_eq!(kubectl.run(&with("diff")).await.as_deref(), Ok(""), "what is there is what was applied");
    kubectl.run(&with("apply")).await.unwrap();
    assert_eq!(kubectl.get(&DEPLOYMENT).await["metadata"], before["metadata"], "{source:?}");
}

#[tokio::test]
async fn the_single_file_is_applied_by_the_server() {
    let kubectl = Kubectl::new().await;
    apply(&kubectl, &["--server-side", "-f", &path("install.yaml")]).await;
}

#[tokio::test]
async fn each_folder_is_applied_and_one_after_the_other() {
    let kubectl = Kubectl::new().await;
    for (folder, replicas) in [("base", 1), ("overlays/high-availability", 2), ("overlays/namespaced", 1)] {
        apply(&kubectl, &["-k", &path(&format!("kustomize/{folder}"))]).await;
        assert_eq!(kubectl.get(&DEPLOYMENT).await["spec"]["replicas"], replicas, "{folder}");
    }
}

/// What else is set there is somebody else's.
#[tokio::test]
async fn the_patch_for_argo_cd_leaves_its_other_settings() {
    let kubectl = Kubectl::new().await;
    let config_map = ["configmap", "argocd-cm", "--namespace", "argocd"];
    kubectl.run(&["create", "namespace", "argocd"]).await.unwrap();
    let create = [&["create"], &config_map[..], &["--from-literal=url=https://argocd.example.com"]].concat();
    kubectl.run(&create).await.unwrap();
    let patch = path("argocd/argocd-cm.yaml");
    let patch = [&["patch"], &config_map[..], &["--type", "merge", "--patch-file", &patch]].concat();
    kubectl.run(&patch).await.unwrap();
    let found = kubectl.get(&config_map).await;
    let keys: Vec<_> = found["data"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "resource.customizations.actions.sso.cognigy.ai_IdentityProviderConfig",
            "resource.customizations.health.sso.cognigy.ai_IdentityProviderConfig",
            "url",
        ]
    );
}
