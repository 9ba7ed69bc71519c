//! kubectl, with its kustomize.

use std::path::Path;

use cognigy_sso_testkit::control_plane::{ControlPlane, Options, Program};
use cognigy_sso_testkit::manifests;
use serde_json::Value;
use tokio::process::Command;

/// What a folder comes to.
pub async fn kustomize(folder: &Path) -> Vec<Value> {
    let mut command = Command::new(Program::Kubectl.obtain().await.unwrap());
    manifests::parse(&done(command.arg("kustomize").arg(folder)).await.unwrap()).unwrap()
}

/// kubectl, on a cluster.
pub struct Kubectl(ControlPlane);

impl Kubectl {
    /// On a control plane with nothing in it.
    pub async fn new() -> Self {
        Self(ControlPlane::start(&Options::default()).await.unwrap())
    }

    /// What it prints when it is done; what it complains of when it fails.
    pub async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let kubeconfig = self.0.kubeconfig_path();
        let mut command = Command::new(Program::Kubectl.obtain().await.unwrap());
        command.arg("--kubeconfig").arg(&kubeconfig).arg("--cache-dir").arg(kubeconfig.with_file_name("kubectl-cache"));
        done(command.args(arguments)).await
    }

    /// An object as it is there.
    pub async fn get(&self, arguments: &[&str]) -> Value {
        let printed = self.run(&[&["get", "-o", "json"], arguments].concat()).await.unwrap();
        serde_json::from_str(&printed).unwrap()
    }
}

async fn done(command: &mut Command) -> Result<String, String> {
    let output = command.kill_on_drop(true).output().await.unwrap();
    let (printed, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    if output.status.success() { Ok(printed) } else { Err(format!("{printed}{complaint}")) }
}
