//! Whom an operator acts as: the ServiceAccount that the chart installs for it, with no other rights than it grants.

use std::collections::HashMap;
use std::sync::LazyLock;

use cognigy_sso_testkit::control_plane::ControlPlane;
use cognigy_sso_testkit::rights::{Mode, Release, Rendered};
use futures::future::join_all;
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::authorization::v1::SubjectAccessReview;
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{DynamicObject, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use kube::core::discovery::ApiResource;
use kube::{Api, Client};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::{cluster, eventually, names};

/// What the lease is called by default.
pub const LEASE: &str = "cognigy-sso-operator";

/// Where an operator is that looks after all namespaces.
const HOME: &str = "default";

/// What is installed already, by API server: operators come and go.
static INSTALLED: LazyLock<Mutex<HashMap<(String, Release), Rendered>>> = LazyLock::new(Mutex::default);

/// An operator's identity.
pub struct Account {
    pub kubeconfig: NamedTempFile,
    pub token: String,
    /// The flags that go with its rights.
    pub flags: Vec<String>,
}

impl Account {
    /// For an operator in the first of these namespaces that looks after all of them, in the mode of this run. It may use what
    /// has the names that there are in the first.
    pub async fn new(namespaces: &[&str], lease: &str) -> Self {
        Self::on(cluster().await, namespaces, lease).await
    }

    /// The same on another cluster.
    pub async fn on(cluster: &ControlPlane, namespaces: &[&str], lease: &str) -> Self {
        let (secrets, config_maps) = names::settled(namespaces[0]);
        let release = Release {
            name: namespaces[0].to_owned(),
            namespace: namespaces[0].to_owned(),
            mode: Mode::from_environment().unwrap(),
            watched: namespaces.iter().map(|namespace| (*namespace).to_owned()).collect(),
            secrets,
            config_maps,
            lease: lease.to_owned(),
        };
        Self::of(cluster, release).await
    }

    /// For an operator that looks after all namespaces of a cluster.
    pub async fn for_all(cluster: &ControlPlane) -> Self {
        let [name, namespace] = [HOME; 2].map(str::to_owned);
        let (watched, secrets, config_maps) = (Vec::new(), Vec::new(), Vec::new());
        let lease = LEASE.to_owned();
        let release = Release { name, namespace, mode: Mode::Cluster, watched, secrets, config_maps, lease };
        Self::of(cluster, release).await
    }

    async fn of(cluster: &ControlPlane, release: Release) -> Self {
        let client = cluster.client().await.unwrap();
        let namespace = release.namespace.clone();
        let rendered = installed(cluster, &client, release).await;
        let accounts: Api<ServiceAccount> = Api::namespaced(client, &namespace);
        let (name, request) = (rendered.account().unwrap(), TokenRequest::default());
        let answer = accounts.create_token_request(name, &PostParams::default(), &request).await.unwrap();
        let token = answer.status.unwrap().token;
        let kubeconfig = NamedTempFile::new().unwrap();
        std::fs::write(kubeconfig.path(), cluster.kubeconfig_with(&token)).unwrap();
        Self { kubeconfig, token, flags: rendered.flags().unwrap() }
    }
}

async fn installed(cluster: &ControlPlane, client: &Client, release: Release) -> Rendered {
    let key = (cluster.server(), release);
    let known = INSTALLED.lock().get(&key).cloned();
    if let Some(rendered) = known {
        return rendered;
    }
    let rendered = key.1.render().await.unwrap();
    let rights = rendered.rights();
    join_all(rights.iter().map(|object| apply(client, object))).await;
    let account = format!("system:serviceaccount:{}:{}", key.1.namespace, rendered.account().unwrap());
    let roles = rights.iter().filter(|object| object["rules"].is_array());
    join_all(roles.map(|role| until_granted(client, &account, role))).await;
    INSTALLED.lock().insert(key, rendered.clone());
    rendered
}

async fn apply(client: &Client, object: &Value) {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let (group, version) = text("/apiVersion").unwrap().split_once('/').unwrap_or(("", "v1"));
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, text("/kind").unwrap()));
    let api = match text("/metadata/namespace") {
        Some(namespace) => Api::<DynamicObject>::namespaced_with(client.clone(), namespace, &kind),
        None => Api::all_with(client.clone(), &kind),
    };
    let name = text("/metadata/name").unwrap();
    api.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(object)).await.unwrap();
}

/// The API server learns of roles and bindings a moment after it has stored them.
pub async fn until_granted(client: &Client, account: &str, role: &Value) {
    let first = &role["rules"][0];
    let wanted = json!({
        "namespace": role["metadata"]["namespace"],
        "group": first["apiGroups"][0],
        "resource": first["resources"][0],
        "verb": first["verbs"][0],
    });
    let review = json!({ "metadata": {}, "spec": { "user": account, "resourceAttributes": wanted } });
    let review: SubjectAccessReview = serde_json::from_value(review).unwrap();
    let reviews: Api<SubjectAccessReview> = Api::all(client.clone());
    let granted = eventually(async || {
        let answer = reviews.create(&PostParams::default(), &review).await.unwrap();
        answer.status.unwrap().allowed.then_some(())
    });
    assert!(granted.await.is_some(), "{account} never got {first}");
}
