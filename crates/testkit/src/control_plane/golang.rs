//! Programs built from pinned Go modules.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::service;

/// One `go build`.
#[derive(Debug)]
pub struct Build {
    /// The folder of the go.mod.
    pub module: PathBuf,
    /// The package, as go.mod names it; `.` for the folder's own.
    pub package: String,
    /// Build tags, which choose what is compiled; empty for none.
    pub tags: &'static str,
    /// For the linker.
    pub flags: String,
    /// The program to be written.
    pub output: PathBuf,
}

impl Build {
    /// Builds a static program; what Go says goes to `log`, which is kept only when the build fails.
    ///
    /// # Errors
    /// When Go is missing, or the build fails: then the error holds the end of the log.
    pub async fn run(&self, log: &Path) -> anyhow::Result<()> {
        check_go(&self.package)?;
        service::complete(&self.command(), log).await.with_context(|| format!("building {}", self.package))
    }

    /// The environment is pinned, so that a workspace file or a C compiler of the machine changes nothing.
    fn command(&self) -> Command {
        let mut command = Command::new("go");
        command
            .args(["build", "-trimpath", "-tags", self.tags, "-ldflags", &self.flags, "-o"])
            .arg(&self.output)
            .arg(&self.package)
            .current_dir(&self.module)
            .envs([("CGO_ENABLED", "0"), ("GOWORK", "off")]);
        command
    }
}

fn check_go(package: &str) -> anyhow::Result<()> {
    Command::new("go").arg("version").output().with_context(|| {
        format!(
            "Go is needed to build {package} and `go` cannot be run. Install Go 1.26 or newer, or for the control \
             plane set KUBEBUILDER_ASSETS to a folder that holds envtest's etcd and kube-apiserver"
        )
    })?;
    Ok(())
}

/// The version that a go.mod requires of a module.
#[must_use]
pub fn required_version(go_mod: &str, module: &str) -> Option<String> {
    go_mod.lines().find_map(|line| {
        let line = line.trim().trim_start_matches("require ");
        let version = line.strip_prefix(module)?.strip_prefix(' ')?;
        version.split_whitespace().next().filter(|version| version.starts_with('v')).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_single_requirements_and_blocks() {
        let go_mod = "module m\n\nrequire a.io/one v1.2.3\n\nrequire (\n\ta.io/two/v3 v3.0.1 // indirect\n)\n";
        assert_eq!(required_version(go_mod, "a.io/one").as_deref(), Some("v1.2.3"));
        assert_eq!(required_version(go_mod, "a.io/two/v3").as_deref(), Some("v3.0.1"));
        assert_eq!(required_version(go_mod, "a.io/two"), None);
    }

    #[tokio::test]
    async fn a_failed_build_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let build = Build {
            module: folder.path().to_owned(),
            package: "example.invalid/nothing".into(),
            tags: "",
            flags: String::new(),
            output: folder.path().join("out"),
        };
        let error = format!("{:#}", build.run(&folder.path().join("log")).await.unwrap_err());
        assert!(error.contains("example.invalid/nothing"), "{error}");
        assert!(error.contains("Its log ends:") || error.contains("Go is needed"), "{error}");
    }
}
