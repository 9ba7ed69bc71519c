//! The operator's binary, as a child that dies with the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cognigy_sso_testkit::control_plane::guard::{Guarded, Sink};
use tempfile::TempDir;

use super::{cluster, eventually};

/// A running operator.
pub struct Operator {
    process: Guarded,
    folder: TempDir,
}

impl Operator {
    /// Starts it for one namespace, with further arguments.
    pub async fn start(namespace: &str, arguments: &[&str]) -> Self {
        Self::start_as(&cluster().await.kubeconfig_path(), namespace, arguments).await
    }

    /// The same with the rights that this kubeconfig gives.
    pub async fn start_as(kubeconfig: &Path, namespace: &str, arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
        command.env("KUBECONFIG", kubeconfig).env_remove("HTTPS_PROXY").env_remove("https_proxy");
        command.args([
            "run",
            "--namespace",
            namespace,
            "--cognigy-host",
            "localhost",
            "--health-address",
            "127.0.0.1:0",
        ]);
        command.args(["--allow-network", "127.0.0.0/8,::1/128", "--log-filter", "trace"]).args(arguments);
        let process = Guarded::spawn(&command, Sink::Null, Sink::File(log)).await.unwrap();
        Self { process, folder }
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// All that it logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// Waits until it has seen everything.
    pub async fn synced(&self) {
        let address = eventually(async || self.health_address()).await.expect("it serves health");
        let url = format!("http://{address}/readyz");
        let ready = eventually(async || reqwest::get(&url).await.ok().filter(|answer| answer.status() == 200)).await;
        assert!(ready.is_some(), "it never was ready:\n{}", self.log());
    }

    fn health_address(&self) -> Option<String> {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("health is served"))?;
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        line["address"].as_str().map(str::to_owned)
    }

    /// Asks it to stop, and answers with its exit code.
    pub async fn stop(&mut self) -> i32 {
        self.process.stop(Duration::from_secs(30)).await.unwrap()
    }

    /// Kills it, as a node that loses its power would.
    pub async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }
}
