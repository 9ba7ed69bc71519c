//! `cognigy-sso-operator check`, as `helm test` runs it, with the rights that the chart grants and with each of them taken away.

use std::process::Output;
use std::time::Duration;

use cognigy_sso_testkit::control_plane::ControlPlane;
use cognigy_sso_testkit::tool::Tool;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{ClusterRole, Role};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::cluster::{self, NAMESPACE};
use crate::helm::{FULL_NAME, Helm, with};
use crate::manifests::{Manifests, texts};

/// Between two looks, and how many there are: the API server heeds a changed role after an instant.
const GLANCE: Duration = Duration::from_millis(100);
const MOST_GLANCES: usize = 600;
const DEFINITION: &str = "identityproviderconfigs.sso.cognigy.ai";

/// A release, and its own ServiceAccount's way to the API server.
struct Release {
    client: Client,
    manifests: Manifests,
    kubeconfig: NamedTempFile,
}

impl Release {
    async fn new(cluster: &ControlPlane, verb: &str, values: Value) -> Self {
        let (client, values) = (cluster.client().await.unwrap(), with(values));
        let helm = Helm::on(Tool::Helm3, cluster.kubeconfig_path()).await;
        helm.release(verb, &values, &[]).await.unwrap();
        let kubeconfig = NamedTempFile::new().unwrap();
        std::fs::write(kubeconfig.path(), account(cluster, &client).await).unwrap();
        Self { client, manifests: helm.render(&values).await.unwrap(), kubeconfig }
    }

    /// Runs what the test's pod would run.
    async fn check(&self) -> Output {
        let arguments = texts(&self.manifests.get("Pod/-check")["spec"]["containers"][0]["args"]);
        run(self.kubeconfig.path(), &arguments).await
    }

    /// Runs it until it ends with this code and says this.
    async fn ends_with(&self, code: i32, said: &str) {
        let mut printed = String::new();
        for _ in 0..MOST_GLANCES {
            let output = self.check().await;
            printed = one_line(&String::from_utf8(output.stdout).unwrap());
            if output.status.code() == Some(code) && printed.contains(said) {
                return;
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("it never ended with {code} and said {said:?}: {printed}");
    }

    /// Takes each verb of each rule away by itself: it is told as missing.
    async fn misses_every_right_of(&self, role: &Value) {
        for (number, rule) in role["rules"].as_array().unwrap().iter().enumerate() {
            for verb in texts(&rule["verbs"]) {
                let mut less = role["rules"].clone();
                less[number]["verbs"].as_array_mut().unwrap().retain(|kept| kept != verb);
                self.set_rules(role, &less).await;
                let resource = texts(&rule["resources"])[0].split('/').next().unwrap();
                let missing = format!("Let system:serviceaccount:{NAMESPACE}:{FULL_NAME} {verb} {resource}");
                self.ends_with(1, &missing).await;
            }
        }
        self.set_rules(role, &role["rules"]).await;
        self.ends_with(0, "").await;
    }

    async fn set_rules(&self, role: &Value, rules: &Value) {
        let name = role["metadata"]["name"].as_str().unwrap();
        match role["metadata"]["namespace"].as_str() {
            Some(namespace) => replace(&Api::<Role>::namespaced(self.client.clone(), namespace), name, rules).await,
            None => replace(&Api::<ClusterRole>::all(self.client.clone()), name, rules).await,
        }
    }
}

/// A role with rules that hold no verb at all is refused, so that such a rule goes.
async fn replace<K: Clone + DeserializeOwned + std::fmt::Debug>(api: &Api<K>, name: &str, rules: &Value) {
    let rules: Vec<_> = rules.as_array().unwrap().iter().filter(|rule| rule["verbs"] != json!([])).collect();
    api.patch(name, &PatchParams::default(), &Patch::Merge(json!({ "rules": rules }))).await.unwrap();
}

/// Words as they stand, however they were wrapped.
fn one_line(printed: &str) -> String {
    printed.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn run(kubeconfig: &std::path::Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
    command.env("KUBECONFIG", kubeconfig).args(arguments).kill_on_drop(true).output().await.unwrap()
}

/// A kubeconfig with a token of the release's ServiceAccount.
async fn account(cluster: &ControlPlane, client: &Client) -> String {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), NAMESPACE);
    let request = TokenRequest { spec: TokenRequestSpec::default(), ..TokenRequest::default() };
    let issued = accounts.create_token_request(FULL_NAME, &PostParams::default(), &request).await.unwrap();
    let text = cluster.kubeconfig();
    let (before, _) = text.rsplit_once("token: ").unwrap();
    let before = before.replace("namespace: default", &format!("namespace: {NAMESPACE}"));
    format!("{before}token: {}\n", issued.status.unwrap().token)
}

/// The roles that the operator is bound to: those for people have another name.
fn roles(manifests: &Manifests) -> Vec<&Value> {
    let is_own =
        |role: &&Value| !["-view", "-edit"].iter().any(|end| role["metadata"]["name"].as_str().unwrap().ends_with(end));
    manifests.of("ClusterRole").chain(manifests.of("Role")).filter(is_own).collect()
}

#[tokio::test]
async fn the_chart_grants_what_is_asked_for_in_every_mode_and_each_right_is_missed() {
    let cluster = cluster::start(&[NAMESPACE, "a", "b"]).await;
    let named = json!({ "secretNames": ["x", "y"], "configMapNames": ["z"] });
    let mut all = named.clone();
    all["watchNamespaces"] = json!(["a", "b"]);
    let alone = json!({ "leaderElection": { "enabled": false } });
    for (verb, values, takes_away) in [
        ("install", json!({}), true),
        ("upgrade", json!({ "watchNamespaces": ["a"] }), false),
        ("upgrade", named, false),
        ("upgrade", alone, false),
        ("upgrade", all, true),
    ] {
        let release = Release::new(&cluster, verb, values).await;
        release.ends_with(0, "").await;
        for role in roles(&release.manifests).into_iter().filter(|_| takes_away) {
            release.misses_every_right_of(role).await;
        }
    }
}

#[tokio::test]
async fn an_old_definition_is_told_by_what_it_lacks_and_none_at_all_by_how_to_install_it() {
    let cluster = cluster::start(&[NAMESPACE]).await;
    let release = Release::new(&cluster, "install", json!({ "crds": { "install": false } })).await;
    release.ends_with(1, "sso.cognigy.ai/v1alpha1 is not served. Install it: cognigy-sso-operator crd").await;

    let mut old = cognigy_sso_api::crd();
    let definitions: Api<CustomResourceDefinition> = Api::all(release.client.clone());
    let schema = old.spec.versions[0].schema.as_mut().unwrap().open_api_v3_schema.as_mut().unwrap();
    let spec = schema.properties.as_mut().unwrap().get_mut("spec").unwrap();
    spec.properties.as_mut().unwrap().remove("interval").unwrap();
    definitions.create(&PostParams::default(), &old).await.unwrap();
    release.ends_with(1, "older than this version and has no spec.interval. Renew it").await;

    let mut unselectable = cognigy_sso_api::crd();
    unselectable.spec.versions[0].selectable_fields = None;
    let unselectable = Patch::Merge(json!({ "spec": unselectable.spec }));
    definitions.patch(DEFINITION, &PatchParams::default(), &unselectable).await.unwrap();
    release.ends_with(1, "older than this version and has no selectable field status.organization.id. Renew it").await;

    let current = Patch::Merge(json!({ "spec": cognigy_sso_api::crd().spec }));
    definitions.patch(DEFINITION, &PatchParams::default(), &current).await.unwrap();
    release.ends_with(0, "").await;
}

#[tokio::test]
async fn an_api_server_that_does_not_answer_leaves_it_open() {
    let kubeconfig = NamedTempFile::new().unwrap();
    let nowhere = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "clusters": [{ "name": "x", "cluster": { "server": "http://127.0.0.1:1" } }],
        "contexts": [{ "name": "x", "context": { "cluster": "x", "user": "x" } }],
        "users": [{ "name": "x", "user": {} }],
    });
    std::fs::write(kubeconfig.path(), nowhere.to_string()).unwrap();
    let output = run(kubeconfig.path(), &["check"]).await;
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(printed.contains("definition    unknown") && printed.contains("secrets       unknown"), "{printed}");
}
