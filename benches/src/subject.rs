//! What is measured: any operator that can be started by a command line.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cognigy_sso_api::ClientCheck;
use cognigy_sso_testkit::control_plane::guard::{Guarded, Sink};
use jiff::Timestamp;

use crate::process::{self, Memory};

/// As long as a pod is given to end by default.
const GRACE: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_mins(2);

/// An operator and how it is started: `NAME=COMMAND LINE`. In the command line stand
///
/// - `{health}` for the address that `/readyz` has to answer at,
/// - `{leader-elect}` for `true` or `false`,
/// - `{selector}` for a label selector, in an argument of its own; it is left out where there is none.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is called in tables.
    pub name: String,
    /// The `clientCheck` of its resources.
    pub client_check: ClientCheck,
    program: PathBuf,
    arguments: Vec<String>,
}

/// What differs from start to start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode<'a> {
    /// Whether it has to win a lease first.
    pub leader_elect: bool,
    /// The labels of the resources that it looks after; all if there are none.
    pub selector: Option<&'a str>,
}

impl FromStr for Subject {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, command) = text.split_once('=').context("write NAME=COMMAND LINE")?;
        let mut words = shlex::split(command).context("the command line has a quote that is not closed")?.into_iter();
        let program = words.next().filter(|_| !name.is_empty()).context("write NAME=COMMAND LINE")?;
        Ok(Self {
            name: name.to_owned(),
            client_check: ClientCheck::OnChange,
            program: program.into(),
            arguments: words.collect(),
        })
    }
}

/// How the operator itself is run to be measured: alone on this machine, with stand-ins on loopback.
const OPERATOR: [&str; 8] = [
    "run",
    "--cognigy-host=localhost",
    "--allow-network=127.0.0.0/8,::1/128",
    "--metrics-address=0",
    "--health-address={health}",
    "--leader-elect={leader-elect}",
    "--lease-namespace=bench",
    "--selector={selector}",
];

impl Subject {
    /// One that is started with these arguments.
    #[must_use]
    pub fn new(name: &str, program: &Path, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self { name: name.to_owned(), client_check: ClientCheck::OnChange, program: program.to_owned(), arguments }
    }

    /// Are clients tried at their provider?
    #[must_use]
    pub fn tries_clients(&self) -> bool {
        self.client_check != ClientCheck::Never
    }

    /// This project's operator.
    #[must_use]
    pub fn operator(program: &Path) -> Self {
        Self::new("operator", program, &OPERATOR)
    }

    /// The same with resources whose clients are not tried at their provider.
    #[must_use]
    pub fn without_client_check(self) -> Self {
        Self { name: "no client check".to_owned(), client_check: ClientCheck::Never, ..self }
    }

    /// The program that is started.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Whether it can be told to look after some of the resources only.
    #[must_use]
    pub fn can_be_sharded(&self) -> bool {
        self.arguments.iter().any(|word| word.contains("{selector}"))
    }

    /// Starts it.
    ///
    /// # Errors
    /// When no process can be started.
    pub async fn start(&self, kubeconfig: &Path, log: &Path, mode: Mode<'_>) -> anyhow::Result<Operator> {
        let health = free_address()?;
        let mut command = Command::new(self.program());
        command.env("KUBECONFIG", kubeconfig).args(self.arguments(&health, mode));
        let (began, at) = (Timestamp::now(), Instant::now());
        let process = Guarded::spawn(&command, Sink::Null, Sink::File(log.to_owned())).await?;
        Ok(Operator { process, health, began, at })
    }

    fn arguments(&self, health: &str, mode: Mode<'_>) -> impl Iterator<Item = String> {
        let leader_elect = mode.leader_elect.to_string();
        let wanted = self.arguments.iter().filter(move |word| mode.selector.is_some() || !word.contains("{selector}"));
        wanted.map(move |word| {
            let word = word.replace("{health}", health).replace("{leader-elect}", &leader_elect);
            word.replace("{selector}", mode.selector.unwrap_or_default())
        })
    }
}

/// A running operator. It ends when dropped.
pub struct Operator {
    process: Guarded,
    health: String,
    /// When it was started.
    pub began: Timestamp,
    /// The same, by a clock that nobody sets.
    pub at: Instant,
}

impl Operator {
    /// Waits until it says that it is ready, and gives the time from its start to then.
    ///
    /// # Errors
    /// When it does not say so in time.
    pub async fn until_ready(&self) -> anyhow::Result<Duration> {
        let url = format!("http://{}/readyz", self.health);
        let client = reqwest::Client::builder().no_proxy().build()?;
        let asking = async {
            loop {
                if let Ok(answer) = client.get(&url).send().await
                    && answer.status().is_success()
                {
                    return self.at.elapsed();
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.with_context(|| format!("{url} never answered that it is ready"))
    }

    /// Processor time that it took so far, in seconds.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        process::cpu(self.process.pid())
    }

    /// What it holds now.
    ///
    /// # Errors
    /// When it has ended.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        process::memory(self.process.pid())
    }

    /// Asks it to end and waits for that.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.process.stop(GRACE).await?;
        Ok(())
    }

    /// Ends it without a word.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.process.kill().await?;
        Ok(())
    }
}

/// Free a moment ago, and ports are not given out again at once.
fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn arguments(mode: Mode<'_>) -> Vec<String> {
        let subject: Subject =
            "peer='/a b/peer' --health-address={health} --leader-elect={leader-elect} --selector={selector}"
                .parse()
                .unwrap();
        assert_eq!(subject.program(), Path::new("/a b/peer"));
        subject.arguments("127.0.0.1:9", mode).collect()
    }

    #[test]
    fn what_differs_is_filled_in() {
        let plain = arguments(Mode::default());
        assert_eq!(plain, ["--health-address=127.0.0.1:9", "--leader-elect=false"]);
        let shard = arguments(Mode { leader_elect: true, selector: Some("shard=a") });
        assert_eq!(shard, ["--health-address=127.0.0.1:9", "--leader-elect=true", "--selector=shard=a"]);
    }

    #[test]
    fn a_subject_has_a_name_and_a_command() {
        for text in ["", "name", "name=", "=command", "name='open"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
