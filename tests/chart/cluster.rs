//! Control planes to install on.

use cognigy_sso_testkit::control_plane::{ControlPlane, Options};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use serde_json::json;
use tokio::sync::OnceCell;

/// The namespace that releases are made in.
pub const NAMESPACE: &str = "sso";

static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();

/// The control plane for tests that leave nothing behind.
pub async fn shared() -> &'static ControlPlane {
    SHARED.get_or_init(|| start(&[NAMESPACE, "a", "b"])).await
}

/// A control plane with these namespaces, in which no pod may do more than the Pod Security Standard `restricted` lets it.
pub async fn start(namespaces: &[&str]) -> ControlPlane {
    // Several parts of a test speak TLS, and each takes the process's provider.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let cluster = ControlPlane::start(&Options::default()).await.unwrap();
    let client = cluster.client().await.unwrap();
    for namespace in namespaces {
        restricted_namespace(&client, namespace).await;
    }
    cluster
}

async fn restricted_namespace(client: &Client, name: &str) {
    let labels = json!({ "pod-security.kubernetes.io/enforce": "restricted" });
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": labels } });
    let namespaces: Api<Namespace> = Api::all(client.clone());
    namespaces.patch(name, &PatchParams::apply("test"), &Patch::Apply(namespace)).await.unwrap();
}
