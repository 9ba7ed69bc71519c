//! A guarded program with a log, and what went wrong when it does not become ready.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::process::ChildStdout;

use super::guard::{Guarded, Sink};

/// How much of a log an error shows.
const SHOWN_LINES: usize = 20;

/// A long-running program that writes its log into a file.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    guarded: Guarded,
    log: PathBuf,
}

impl Service {
    /// Starts the command; both its output streams go to `NAME.log` in `folder`.
    ///
    /// # Errors
    /// When no process can be started.
    pub async fn start(name: &'static str, command: &Command, folder: &Path) -> anyhow::Result<Self> {
        let log = Sink::File(folder.join(format!("{name}.log")));
        Self::spawn(name, command, folder, log).await
    }

    /// Starts the command; its standard output is returned, its standard error goes to `NAME.log` in `folder`.
    ///
    /// # Errors
    /// When no process can be started.
    pub async fn start_piped(
        name: &'static str,
        command: &Command,
        folder: &Path,
    ) -> anyhow::Result<(Self, ChildStdout)> {
        let mut service = Self::spawn(name, command, folder, Sink::Pipe).await?;
        let stdout = service.guarded.take_stdout().context("a piped program has a standard output")?;
        Ok((service, stdout))
    }

    async fn spawn(name: &'static str, command: &Command, folder: &Path, stdout: Sink) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let guarded = Guarded::spawn(command, stdout, Sink::File(log.clone()))
            .await
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        Ok(Self { name, guarded, log })
    }

    /// Waits for `condition`. An end of the program or of the patience is an error with the log's last lines.
    ///
    /// # Errors
    /// When the program ends first or the condition does not hold in time.
    pub async fn until<T>(&mut self, patience: Duration, condition: impl Future<Output = T>) -> anyhow::Result<T> {
        let name = self.name;
        let fault = tokio::select! {
            met = condition => return Ok(met),
            code = self.guarded.wait() => format!("{name} ended with code {}", code?),
            () = tokio::time::sleep(patience) => format!("{name} was not ready within {} s", patience.as_secs()),
        };
        bail!("{fault}. {}", last_lines(&self.log))
    }

    /// The process id of the program.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.guarded.pid()
    }

    /// The process, to signal or wait for.
    pub fn process(&mut self) -> &mut Guarded {
        &mut self.guarded
    }

    /// Asks the program to end and kills it after `grace`.
    ///
    /// # Errors
    /// When it can be neither signalled nor waited for.
    pub async fn stop(&mut self, grace: Duration) -> anyhow::Result<()> {
        self.guarded.stop(grace).await.with_context(|| format!("stopping {}", self.name))?;
        Ok(())
    }
}

/// Runs a command that ends by itself. Its log is kept only when it fails.
///
/// # Errors
/// When it ends with another code than 0; the error holds the end of the log.
pub async fn complete(command: &Command, log: &Path) -> anyhow::Result<()> {
    if log.exists() {
        fs::remove_file(log)?;
    }
    let name = command.get_program().display();
    let sink = Sink::File(log.to_owned());
    let mut running = Guarded::spawn(command, sink.clone(), sink).await.with_context(|| format!("starting {name}"))?;
    match running.wait().await? {
        0 => Ok(fs::remove_file(log)?),
        code => bail!("{name} ended with code {code}. {}\n(all of it: {})", last_lines(log), log.display()),
    }
}

/// The end of a log, for an error.
fn last_lines(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    match lines.get(lines.len().saturating_sub(SHOWN_LINES)..) {
        Some(last) if !last.is_empty() => format!("Its log ends:\n{}", last.join("\n")),
        _ => "Its log is empty.".to_owned(),
    }
}
