//! Helm, in both of its versions.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use cognigy_sso_testkit::tool::Tool;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::cluster::{self, NAMESPACE};
use crate::manifests::Manifests;

pub const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/cognigy-sso-operator");
pub const IMAGE: &str = "registry.example.com/cognigy-sso-operator";
/// The name of every release.
pub const RELEASE: &str = "acme";
/// What all its objects are called, or begin with.
pub const FULL_NAME: &str = "acme-cognigy-sso-operator";
/// The oldest Kubernetes that the chart lets itself be installed on.
const OLDEST_KUBERNETES: &str = "1.33.0";

/// A Helm with a home of its own.
pub struct Helm {
    program: PathBuf,
    home: TempDir,
    kubeconfig: Option<PathBuf>,
}

impl Helm {
    /// One that renders, and knows no cluster.
    pub async fn new(tool: Tool) -> Self {
        Self { program: tool.obtain().await.unwrap(), home: TempDir::new().unwrap(), kubeconfig: None }
    }

    /// One that installs on this cluster.
    pub async fn on(tool: Tool, kubeconfig: PathBuf) -> Self {
        Self { kubeconfig: Some(kubeconfig), ..Self::new(tool).await }
    }

    /// Runs it with these arguments: what it printed, or what it complained of.
    pub async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        for (variable, folder) in
            [("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config"), ("HELM_DATA_HOME", "data")]
        {
            command.env(variable, self.home.path().join(folder));
        }
        let nowhere = self.home.path().join("no-kubeconfig");
        command.env("KUBECONFIG", self.kubeconfig.as_ref().unwrap_or(&nowhere));
        command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        let output = command.output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    /// Does this to the release, with these values: `install`, `upgrade`, `template`.
    pub async fn release(&self, verb: &str, values: &Value, further: &[&str]) -> Result<String, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), values.to_string()).unwrap();
        let file = file.path().to_str().unwrap();
        let arguments = [verb, RELEASE, CHART, "--namespace", NAMESPACE, "--values", file];
        self.run(&[&arguments, further].concat()).await
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
