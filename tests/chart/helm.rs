//! The chart in the hands of Helm.

use std::path::{Path, PathBuf};

use cognigy_sso_testkit::helm;
use cognigy_sso_testkit::tool::Tool;
use serde_json::{Value, json};

use crate::cluster::{self, NAMESPACE};
use crate::manifests::Manifests;

pub const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/cognigy-sso-operator");
pub const IMAGE: &str = "registry.example.com/cognigy-sso-operator";
/// The name of every release.
pub const RELEASE: &str = "acme";
/// What all its objects are called, or begin with.
pub const FULL_NAME: &str = "acme-cognigy-sso-operator";
/// The oldest Kubernetes that the chart lets itself be installed on.
pub const OLDEST_KUBERNETES: &str = "1.33.0";

/// Helm, whose complaints are looked into.
pub struct Helm(helm::Helm);

impl Helm {
    /// One that renders, and knows no cluster.
    pub async fn new(tool: Tool) -> Self {
        Self(helm::Helm::obtain(tool).await.unwrap())
    }

    /// One that installs on this cluster.
    pub async fn on(tool: Tool, kubeconfig: PathBuf) -> Self {
        Self(Self::new(tool).await.0.on(kubeconfig))
    }

    /// Runs it with these arguments: what it printed, or what it complained of.
    pub async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        self.0.run(arguments).await.map_err(|complaint| complaint.to_string())
    }

    /// Does this to the release, with these values: `install`, `upgrade`, `template`.
    pub async fn release(&self, verb: &str, values: &Value, further: &[&str]) -> Result<String, String> {
        let arguments = [verb, RELEASE, CHART, "--namespace", NAMESPACE];
        self.0.run_with(values, [&arguments, further].concat()).await.map_err(|complaint| complaint.to_string())
    }

    /// What would be installed with these values.
    pub async fn render(&self, values: &Value) -> Result<Manifests, String> {
        let text = self.release("template", values, &["--kube-version", OLDEST_KUBERNETES]).await?;
        Ok(Manifests::parse(&text))
    }
}

/// What would be installed with these values, by Helm 3.
pub async fn render(values: &Value) -> Result<Manifests, String> {
    Helm::new(Tool::Helm3).await.render(values).await
}

/// What is said after an installation with these values.
pub async fn notes(values: &Value) -> String {
    let helm = Helm::on(Tool::Helm3, cluster::shared().await.kubeconfig_path()).await;
    let text = helm.release("install", values, &["--dry-run=server"]).await.unwrap();
    text.split_once("NOTES:\n").unwrap().1.to_owned()
}

/// The one value that must be set, and these.
pub fn with(values: Value) -> Value {
    let mut all = json!({ "image": { "repository": IMAGE } });
    merge(&mut all, values);
    all
}

/// Puts the members of one object over those of another.
pub fn merge(onto: &mut Value, from: Value) {
    match (onto, from) {
        (Value::Object(onto), Value::Object(from)) => {
            for (name, value) in from {
                merge(onto.entry(name).or_insert(Value::Null), value);
            }
        }
        (onto, from) => *onto = from,
    }
}

/// A file of the chart.
pub fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(CHART).join(path)).unwrap()
}
