//! The operator's binary, as a child that dies with the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cognigy_sso_testkit::control_plane::guard::{Guarded, Signal, Sink};
use serde_json::Value;
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

    /// The same with the rights that this kubeconfig gives. It has no rivals: tests that kill it and start it again would wait.
    pub async fn start_as(kubeconfig: &Path, namespace: &str, arguments: &[&str]) -> Self {
        let mut command = command(kubeconfig, namespace);
        command.args(["--log-filter", "trace", "--leader-elect=false"]).args(arguments);
        Self::spawn(&command).await
    }

    /// Starts one of several replicas, which is known by this name and acts only while it leads.
    pub async fn replica(namespace: &str, name: &str) -> Self {
        Self::replica_as(&cluster().await.kubeconfig_path(), namespace, name).await
    }

    /// The same with the rights that this kubeconfig gives.
    pub async fn replica_as(kubeconfig: &Path, namespace: &str, name: &str) -> Self {
        let mut command = command(kubeconfig, namespace);
        command.env("POD_NAME", name).args(["--lease-namespace", namespace]);
        command.args(["--log-filter", "info,cognigy_sso_operator=debug"]);
        Self::spawn(&command).await
    }

    /// Starts a replica that logs all there is to log.
    pub async fn talkative_replica(namespace: &str) -> Self {
        let mut command = command(&cluster().await.kubeconfig_path(), namespace);
        command.args(["--lease-namespace", namespace, "--log-filter", "trace"]);
        Self::spawn(&command).await
    }

    /// Starts it with these variables and no more flags than it needs.
    pub async fn start_with(namespace: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = command(&cluster().await.kubeconfig_path(), namespace);
        command.envs(variables.iter().copied());
        Self::spawn(&command).await
    }

    /// Starts it by this command.
    pub async fn spawn(command: &Command) -> Self {
        let folder = TempDir::new().unwrap();
        let log = folder.path().join("log");
        let output = folder.path().join("output");
        let process = Guarded::spawn(command, Sink::File(output), Sink::File(log)).await.unwrap();
        Self { process, folder }
    }

    /// Its process's id.
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// All that it logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    /// All that it wrote to standard output so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.folder.path().join("output")).unwrap_or_default()).into_owned()
    }

    /// What it serves on this path.
    pub async fn page(&self, path: &str) -> String {
        let address = eventually(async || self.health_address()).await.expect("it serves health");
        let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
        let (status, headers) = (answer.status(), format!("{:?}", answer.headers()));
        format!("{status} {headers} {}", answer.text().await.unwrap())
    }

    /// Waits until it has logged this.
    pub async fn says(&self, text: &str) {
        let said = eventually(async || self.log().contains(text).then_some(())).await;
        assert!(said.is_some(), "it never said {text:?}:\n{}", self.log());
    }

    /// Waits until it has seen everything.
    pub async fn synced(&self) {
        self.ready("ready", |_| true).await;
    }

    /// Waits until it leads and has seen everything.
    pub async fn leads(&self) {
        self.ready("the leader", |answer| answer["leader"] == true).await;
    }

    /// Waits until it is ready to take over.
    pub async fn stands_by(&self) {
        self.ready("a standby", |answer| answer["leader"] == false).await;
    }

    async fn ready(&self, what: &str, wanted: impl Fn(&Value) -> bool) {
        let address = eventually(async || self.health_address()).await.expect("it serves health");
        let url = format!("http://{address}/readyz");
        let ready = async || {
            let answer = reqwest::get(&url).await.ok().filter(|answer| answer.status() == 200)?;
            let answer = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
            wanted(&answer).then_some(())
        };
        assert!(eventually(ready).await.is_some(), "it never was {what}:\n{}", self.log());
    }

    fn health_address(&self) -> Option<String> {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("health is served"))?;
        let line: Value = serde_json::from_str(line).ok()?;
        line["address"].as_str().map(str::to_owned)
    }

    /// Asks it to stop, and answers with its exit code.
    pub async fn stop(&mut self) -> i32 {
        self.process.stop(Duration::from_secs(30)).await.unwrap()
    }

    /// Stops it from running, as a machine that is suspended would, until it is woken.
    pub fn freeze(&self) {
        self.process.signal(Signal::STOP).unwrap();
    }

    pub fn wake(&self) {
        self.process.signal(Signal::CONT).unwrap();
    }

    /// Kills it, as a node that loses its power would.
    pub async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }
}

fn command(kubeconfig: &Path, namespace: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
    command.env("KUBECONFIG", kubeconfig).env_remove("HTTPS_PROXY").env_remove("https_proxy");
    command.args(["run", "--namespace", namespace, "--cognigy-host", "localhost", "--health-address", "127.0.0.1:0"]);
    command.args(["--allow-network", "127.0.0.0/8,::1/128"]);
    command
}
