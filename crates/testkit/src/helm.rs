//! Helm, in both of its versions, which sees nothing of the user's settings.

use std::ffi::OsStr;
use std::path::PathBuf;

use anyhow::ensure;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::filter;
use crate::tool::Tool;

/// A Helm with a home of its own.
#[derive(Debug)]
pub struct Helm {
    program: PathBuf,
    home: TempDir,
    kubeconfig: PathBuf,
}

impl Helm {
    /// One that renders and packs, and knows no cluster.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn obtain(tool: Tool) -> anyhow::Result<Self> {
        let home = TempDir::with_prefix("helm-")?;
        let kubeconfig = home.path().join("no-kubeconfig");
        Ok(Self { program: tool.obtain().await?, home, kubeconfig })
    }

    /// The same, installing on this cluster.
    #[must_use]
    pub fn on(self, kubeconfig: PathBuf) -> Self {
        Self { kubeconfig, ..self }
    }

    /// Runs it with these arguments; the answer is what it printed.
    ///
    /// # Errors
    /// Says what Helm complains of.
    pub async fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> anyhow::Result<String> {
        self.fed(self.command(arguments), &[]).await
    }

    /// The same with values, for `install`, `upgrade` and `template`.
    ///
    /// # Errors
    /// Says what Helm complains of.
    pub async fn run_with(
        &self,
        values: &Value,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> anyhow::Result<String> {
        let mut command = self.command(arguments);
        command.args(["--values", "-"]);
        self.fed(command, values.to_string().as_bytes()).await
    }

    /// Of the environment it gets its home and nothing else: Helm reads dozens of variables.
    fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("HOME", self.home.path()).env("KUBECONFIG", &self.kubeconfig);
        command.args(arguments);
        command
    }

    async fn fed(&self, command: Command, input: &[u8]) -> anyhow::Result<String> {
        let output = filter::run(command, input).await?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}: {}", self.program.display(), complaint.trim_end());
        Ok(String::from_utf8(output.stdout)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_keeps_to_its_own_folder() {
        for tool in [Tool::Helm3, Tool::Helm4] {
            let helm = Helm::obtain(tool).await.unwrap();
            let home = helm.home.path().to_str().unwrap().to_owned();
            let settings = helm.run(["env"]).await.unwrap();
            let folders: Vec<_> = settings.lines().filter(|line| line.contains("=\"/")).collect();
            assert!(folders.len() > 5, "{settings}");
            let elsewhere: Vec<_> =
                folders.into_iter().filter(|line| !line.contains(&home) && !line.starts_with("HELM_BIN=")).collect();
            assert_eq!(elsewhere, Vec::<&str>::new());
            assert!(settings.contains("HELM_NAMESPACE=\"default\""), "{settings}");
        }
    }

    #[tokio::test]
    async fn what_it_complains_of_is_said() {
        let helm = Helm::obtain(Tool::Helm3).await.unwrap();
        let error = helm.run_with(&Value::Null, ["template", "x", "/no/such/chart"]).await.unwrap_err().to_string();
        assert!(error.contains("/no/such/chart"), "{error}");
    }
}
