//! The operator's own binary, as a child that dies with the demo.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cognigy_sso_testkit::control_plane::progress;
use cognigy_sso_testkit::control_plane::service::{self, Service};

use crate::cargo::cargo;

const NAME: &str = "cognigy-sso-operator";
const PATIENCE: Duration = Duration::from_mins(1);
/// What is in flight may take so long to finish.
const GRACE: Duration = Duration::from_secs(20);
/// A build that takes longer is worth a word.
const UNNOTICED: Duration = Duration::from_secs(2);
/// Between two looks at its health.
const GLANCE: Duration = Duration::from_millis(20);
const SHOWN_LINES: usize = 15;

/// A running operator.
pub struct Operator {
    service: Service,
    log: PathBuf,
}

/// How a process ended.
pub struct End {
    pub code: i32,
    pub took: Duration,
}

/// Compiles the operator and answers with the path of its binary.
pub async fn build(log: &Path) -> anyhow::Result<PathBuf> {
    let here = env::current_exe()?;
    let target = here.ancestors().nth(2).context("xtask is not where Cargo puts programs")?;
    let mut command = cargo();
    command.args(["build", "--bin", NAME, "--target-dir"]).arg(target);
    let compilation = service::complete(&command, log);
    tokio::pin!(compilation);
    match tokio::time::timeout(UNNOTICED, &mut compilation).await {
        Ok(ended) => ended?,
        Err(_) => progress::shown("compiling the operator", "about half a minute the first time", compilation).await?,
    }
    Ok(target.join("debug").join(NAME))
}

impl Operator {
    /// Starts the operator on the cluster of `kubeconfig`, and waits until it watches. Its log goes into `folder`.
    pub async fn start(program: &Path, kubeconfig: &Path, folder: &Path) -> anyhow::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let command = command(program, kubeconfig, port);
        let mut service = Service::start(NAME, &command, folder).await?;
        let health = format!("http://127.0.0.1:{port}/readyz");
        let http = reqwest::Client::builder().no_proxy().build()?;
        service.until(PATIENCE, until_ready(&http, &health)).await?;
        Ok(Self { service, log: folder.join(format!("{NAME}.log")) })
    }

    /// Asks it to end (SIGTERM), as Kubernetes does.
    pub async fn stop(&mut self) -> anyhow::Result<End> {
        let begun = Instant::now();
        let code = self.service.process().stop(GRACE).await?;
        Ok(End { code, took: begun.elapsed() })
    }

    /// The code that it ended with; `None` while it runs.
    pub async fn end(&mut self) -> Option<i32> {
        tokio::time::timeout(GLANCE, self.service.process().wait()).await.ok()?.ok()
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// What it logged last.
    pub fn last_lines(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default().join("\n")
    }
}

/// Nothing of the user's environment decides what it does: neither its own variables, nor a proxy, nor a kubeconfig.
fn command(program: &Path, kubeconfig: &Path, health_port: u16) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let lower = name.to_string_lossy().to_lowercase();
        if lower.starts_with("cognigy_sso_") || lower.ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command.env("KUBECONFIG", kubeconfig).env("NO_COLOR", "1");
    command.args(["run", "--cognigy-host", "localhost", "--allow-network", "127.0.0.0/8,::1/128"]);
    command.args([
        "--log-format",
        "pretty",
        "--health-address",
        &format!("127.0.0.1:{health_port}"),
        "--metrics-address",
        "0",
    ]);
    command
}

async fn until_ready(http: &reqwest::Client, health: &str) {
    while !http.get(health).send().await.is_ok_and(|answer| answer.status().is_success()) {
        tokio::time::sleep(GLANCE).await;
    }
}
