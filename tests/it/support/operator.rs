//! The operator's binary, as a child that dies with the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cognigy_sso_testkit::control_plane::ControlPlane;
use cognigy_sso_testkit::control_plane::guard::{Guarded, Signal, Sink};
use cognigy_sso_testkit::open_metrics::Exposition;
use cognigy_sso_testkit::rights::Mode;
use serde_json::Value;
use tempfile::TempDir;

use super::account::{Account, LEASE};
use super::eventually;

/// It logs all there is to log, and has no rivals: tests that kill it and start it again would wait.
const ALONE: [&str; 3] = ["--log-filter", "trace", "--leader-elect=false"];

/// A running operator.
pub struct Operator {
    process: Guarded,
    folder: TempDir,
    /// Whom it acts as, unless the test gave it other rights.
    account: Option<Account>,
}

impl Operator {
    /// Starts it for one namespace, with further arguments.
    pub async fn start(namespace: &str, arguments: &[&str]) -> Self {
        Self::start_for(&[namespace], arguments).await
    }

    /// Starts it for several namespaces; it is in the first.
    pub async fn start_for(namespaces: &[&str], arguments: &[&str]) -> Self {
        let account = Account::new(namespaces, LEASE).await;
        let mut command = command(account.kubeconfig.path(), namespaces);
        command.args(ALONE).args(&account.flags).args(arguments);
        Self::spawn(&command, Some(account)).await
    }

    /// Starts it for one namespace of another cluster, or for all of them where the mode of this run grants rights to all.
    pub async fn start_on(cluster: &ControlPlane, namespace: &str) -> Self {
        if Mode::from_environment().unwrap() == Mode::Cluster {
            return Self::start_for_all(cluster).await;
        }
        let account = Account::on(cluster, &[namespace], LEASE).await;
        let mut command = command(account.kubeconfig.path(), &[namespace]);
        command.args(ALONE).args(&account.flags);
        Self::spawn(&command, Some(account)).await
    }

    /// Starts it for all namespaces of a cluster.
    pub async fn start_for_all(cluster: &ControlPlane) -> Self {
        let account = Account::for_all(cluster).await;
        let mut command = command(account.kubeconfig.path(), &[]);
        command.args(ALONE).args(&account.flags);
        Self::spawn(&command, Some(account)).await
    }

    /// Starts it for these namespaces, or all, with the rights that this kubeconfig gives.
    pub async fn start_as(kubeconfig: &Path, namespaces: &[&str], arguments: &[&str]) -> Self {
        let mut command = command(kubeconfig, namespaces);
        command.args(ALONE).args(arguments);
        Self::spawn(&command, None).await
    }

    /// Starts one of several replicas, which is known by this name and acts only while it leads.
    pub async fn replica(namespace: &str, name: &str) -> Self {
        let account = Account::new(&[namespace], LEASE).await;
        let mut command = replica(account.kubeconfig.path(), namespace, name);
        command.args(&account.flags);
        Self::spawn(&command, Some(account)).await
    }

    /// The same with the rights that this kubeconfig gives.
    pub async fn replica_as(kubeconfig: &Path, namespace: &str, name: &str) -> Self {
        Self::spawn(&replica(kubeconfig, namespace, name), None).await
    }

    /// Starts a replica that logs all there is to log, and sends its spans there.
    pub async fn talkative_replica(namespace: &str, collector: &str) -> Self {
        let account = Account::new(&[namespace], LEASE).await;
        let mut command = command(account.kubeconfig.path(), &[namespace]);
        command.args(["--lease-namespace", namespace, "--log-filter", "trace", "--otlp-endpoint", collector]);
        command.env("NO_PROXY", "127.0.0.1").args(&account.flags);
        Self::spawn(&command, Some(account)).await
    }

    /// Starts it with these variables and no more flags than it needs, and with rights to this lease.
    pub async fn start_with(namespace: &str, lease: &str, variables: &[(&str, &str)]) -> Self {
        let account = Account::new(&[namespace], lease).await;
        let mut command = command(account.kubeconfig.path(), &[namespace]);
        command.envs(variables.iter().copied()).args(&account.flags);
        Self::spawn(&command, Some(account)).await
    }

    /// Starts it by this command.
    pub async fn by(command: &Command) -> Self {
        Self::spawn(command, None).await
    }

    async fn spawn(command: &Command, account: Option<Account>) -> Self {
        let folder = TempDir::new().unwrap();
        let log = folder.path().join("log");
        let output = folder.path().join("output");
        let process = Guarded::spawn(command, Sink::File(output), Sink::File(log)).await.unwrap();
        Self { process, folder, account }
    }

    /// The token that it shows to Kubernetes.
    pub fn token(&self) -> &str {
        &self.account.as_ref().expect("it acts as the chart's ServiceAccount").token
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

    /// What it serves on this path, beside its health and beside its metrics.
    pub async fn page(&self, path: &str) -> String {
        self.page_at("health is served", path).await + &self.page_at("metrics are served", path).await
    }

    async fn page_at(&self, says: &str, path: &str) -> String {
        let address = eventually(async || self.address(says)).await.expect(says);
        let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
        let (status, headers) = (answer.status(), format!("{:?}", answer.headers()));
        format!("{status} {headers} {}", answer.text().await.unwrap())
    }

    /// What its metrics tell.
    pub async fn metrics(&self) -> Exposition {
        let address = eventually(async || self.address("metrics are served")).await.expect("it serves metrics");
        let answer = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
        let text = answer.text().await.unwrap();
        Exposition::parse(&text).unwrap_or_else(|error| panic!("{error:#}\n{text}"))
    }

    /// Waits until its metrics tell this value of `cognigy_sso_` and the name; `None` where there is to be no series.
    pub async fn tells(&self, name: &str, labels: &[(&str, &str)], value: Option<f64>) {
        let name = format!("cognigy_sso_{name}");
        let told = async || (self.metrics().await.value(&name, labels) == value).then_some(());
        let is_told = eventually(told).await.is_some();
        assert!(
            is_told,
            "{name} {labels:?} never was {value:?}: {:?}",
            self.metrics().await.samples(&name, &[]).collect::<Vec<_>>()
        );
    }

    /// The lines of its log that are about visits to this resource.
    pub fn reconciles(&self, name: &str) -> Vec<Value> {
        let log = self.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["name"] == name && line.get("result").is_some()).collect()
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
        let address = eventually(async || self.address("health is served")).await.expect("it serves health");
        let url = format!("http://{address}/readyz");
        let ready = async || {
            let answer = reqwest::get(&url).await.ok().filter(|answer| answer.status() == 200)?;
            let answer = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
            wanted(&answer).then_some(())
        };
        assert!(eventually(ready).await.is_some(), "it never was {what}:\n{}", self.log());
    }

    /// The address of the line that says this.
    fn address(&self, says: &str) -> Option<String> {
        let log = self.log();
        let line = log.lines().find(|line| line.contains(says))?;
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

fn command(kubeconfig: &Path, namespaces: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
    command.env("KUBECONFIG", kubeconfig).env_remove("HTTPS_PROXY").env_remove("https_proxy");
    command.args(["run", "--cognigy-host", "localhost", "--health-address", "127.0.0.1:0"]);
    command.args(["--metrics-address", "127.0.0.1:0"]);
    command.args(["--allow-network", "127.0.0.0/8,::1/128"]);
    command.args(namespaces.iter().flat_map(|namespace| ["--namespace", namespace]));
    command
}

fn replica(kubeconfig: &Path, namespace: &str, name: &str) -> Command {
    let mut command = command(kubeconfig, &[namespace]);
    command.env("POD_NAME", name).args(["--lease-namespace", namespace]);
    command.args(["--log-filter", "info,cognigy_sso_operator=debug"]);
    command
}
