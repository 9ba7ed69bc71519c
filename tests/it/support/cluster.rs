//! The control plane that all tests of this binary share.

use cognigy_sso_testkit::control_plane::{ControlPlane, Options};
use cognigy_sso_testkit::rights::{self, Mode};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::PostParams;
use kube::runtime::wait::{await_condition, conditions::is_crd_established};
use kube::{Api, Client, ResourceExt};
use serde_json::json;
use tokio::sync::OnceCell;

static CLUSTER: OnceCell<ControlPlane> = OnceCell::const_new();

/// The control plane, started by the first test that asks, with the definition installed.
pub async fn cluster() -> &'static ControlPlane {
    CLUSTER.get_or_init(start).await
}

async fn start() -> ControlPlane {
    // Several parts of a test speak TLS, and each takes the process's provider.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let cluster = ControlPlane::start(&audited("shared")).await.unwrap();
    install_definition(&cluster.client().await.unwrap()).await;
    cluster
}

/// Lets the API server log what operators ask, where the environment wants to know.
fn audited(name: &str) -> Options {
    let audit_log = rights::audit_log(name);
    let audit_policy = audit_log.is_some().then(|| rights::AUDIT_POLICY.to_owned());
    Options { audit_policy, audit_log, ..Options::default() }
}

/// A control plane for one test, whose operator may look after all namespaces. What it asks counts in the mode that grants
/// rights to all of them.
pub async fn own_cluster(options: Options) -> ControlPlane {
    let counts = Mode::from_environment().unwrap() == Mode::Cluster;
    let audit = if counts { audited("own") } else { Options::default() };
    ControlPlane::start(&Options { audit_policy: audit.audit_policy, audit_log: audit.audit_log, ..options })
        .await
        .unwrap()
}

/// A control plane for one test, whose audit log tells what the operator asks.
pub async fn audited_cluster() -> ControlPlane {
    let (audit_policy, audit_log) = (Some(rights::AUDIT_POLICY.to_owned()), rights::audit_log("listed"));
    let options = Options { audit_policy, audit_log, ..Options::default() };
    let cluster = ControlPlane::start(&options).await.unwrap();
    install_definition(&cluster.client().await.unwrap()).await;
    cluster
}

/// Installs the definition, and waits until it is served.
pub async fn install_definition(client: &Client) {
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    let crd = crds.create(&PostParams::default(), &cognigy_sso_api::crd()).await.unwrap();
    await_condition(crds, &crd.name_any(), is_crd_established()).await.unwrap();
}

/// A client of its own for each test: a connection belongs to the test's runtime.
pub async fn client() -> Client {
    cluster().await.client().await.unwrap()
}

/// A new namespace whose name begins so.
pub async fn namespace(client: &Client, name: &str) -> String {
    let namespace = json!({ "metadata": { "generateName": format!("{name}-") } });
    let api: Api<Namespace> = Api::all(client.clone());
    api.create(&PostParams::default(), &serde_json::from_value(namespace).unwrap()).await.unwrap().name_any()
}
