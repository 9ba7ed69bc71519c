//! kubectl, for what a user would type.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::screen;

/// kubectl on the demo's own cluster. It sees neither configuration nor cache of the user.
pub struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    home: PathBuf,
}

impl Kubectl {
    /// `home` is where kubectl keeps its cache.
    pub fn new(program: PathBuf, kubeconfig: PathBuf, home: PathBuf) -> Self {
        Self { program, kubeconfig, home }
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Shows the command and what it prints.
    pub async fn show(&self, arguments: &[&str]) -> anyhow::Result<()> {
        screen::command(&spelled(arguments));
        screen::output(&self.run(arguments, "").await?);
        Ok(())
    }

    /// Runs a command and answers with what it prints.
    pub async fn run(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let output = self.output(arguments, input).await.with_context(|| spelled(arguments))?;
        if !output.status.success() {
            bail!("{}: {}", spelled(arguments), String::from_utf8_lossy(&output.stderr).trim_end());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    async fn output(&self, arguments: &[&str], input: &str) -> std::io::Result<Output> {
        let mut kubectl = Command::new(&self.program);
        kubectl.args(arguments).env("KUBECONFIG", &self.kubeconfig).env("HOME", &self.home).kill_on_drop(true);
        kubectl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = kubectl.spawn()?;
        if let Some(mut stdin) = running.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        running.wait_with_output().await
    }
}

/// As it would be typed.
fn spelled(arguments: &[&str]) -> String {
    let quoted = arguments.iter().map(|argument| {
        let plain = !argument.contains([' ', '"', '\'', '{', '*', '>']);
        if plain { (*argument).to_owned() } else { format!("'{argument}'") }
    });
    std::iter::once("kubectl".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}
