//! Programs that tests check the project's own files with: each built once from the Go modules that
//! `xtask/tools/NAME/go.mod` pins, and kept in the cache.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::control_plane::cache::Entry;
use crate::control_plane::{golang, progress};

/// A program that is run, and talks to nobody unless told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Installs charts; the version that most clusters know.
    Helm3,
    /// Its successor.
    Helm4,
    /// Checks and tries alert rules.
    Promtool,
    /// Tells which metrics and labels a query names.
    Promql,
    /// Checks GitHub workflows.
    Actionlint,
    /// Lists what a binary is made of.
    Syft,
    /// Says what Argo CD, Flux and kstatus make of objects.
    GitopsHealth,
}

impl Tool {
    /// All there are.
    pub const ALL: [Self; 7] =
        [Self::Helm3, Self::Helm4, Self::Promtool, Self::Promql, Self::Actionlint, Self::Syft, Self::GitopsHealth];

    /// The name of its file, and of its folder in `xtask/tools`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Helm3 => "helm3",
            Self::Helm4 => "helm4",
            Self::Promtool => "promtool",
            Self::Promql => "promql",
            Self::Actionlint => "actionlint",
            Self::Syft => "syft",
            Self::GitopsHealth => "gitops-health",
        }
    }

    /// The one of its modules whose version it is called by.
    fn module(self) -> &'static str {
        match self {
            Self::Helm3 => "helm.sh/helm/v3",
            Self::Helm4 => "helm.sh/helm/v4",
            Self::Promtool | Self::Promql => "github.com/prometheus/prometheus",
            Self::Actionlint => "github.com/rhysd/actionlint",
            Self::Syft => "github.com/anchore/syft",
            Self::GitopsHealth => "sigs.k8s.io/cli-utils",
        }
    }

    fn package(self) -> String {
        let command = match self {
            Self::Helm3 | Self::Helm4 => "helm",
            Self::Promtool | Self::Actionlint | Self::Syft => self.name(),
            // Its source lies beside its go.mod.
            Self::Promql | Self::GitopsHealth => return ".".to_owned(),
        };
        format!("{}/cmd/{command}", self.module())
    }

    fn usual_time(self) -> &'static str {
        match self {
            Self::Helm3 | Self::Helm4 | Self::Promtool => "about 2 minutes",
            Self::Syft => "about 3 minutes",
            Self::GitopsHealth => "about a minute",
            Self::Promql | Self::Actionlint => "some seconds",
        }
    }

    /// The program's path; it is built first where it is not there yet.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub async fn obtain(self) -> anyhow::Result<PathBuf> {
        let modules = Modules::read(self)?;
        let version = modules.version(self.module())?;
        let entry = Entry::new(self.name(), &version, &modules.files()?)?;
        let log = entry.log();
        let build = async |folder: PathBuf| self.build(&modules, &version, &folder, &log).await;
        Ok(entry.obtain(build).await?.join(self.name()))
    }

    async fn build(self, modules: &Modules, version: &str, folder: &Path, log: &Path) -> anyhow::Result<()> {
        let build = golang::Build {
            module: modules.folder.clone(),
            package: self.package(),
            tags: self.tags(),
            flags: self.linker_flags(modules)?,
            output: folder.join(self.name()),
        };
        let remark = format!("it is not in the cache; {}, once", self.usual_time());
        progress::shown(&format!("building {} {version}", self.name()), &remark, build.run(log)).await
    }

    /// Prometheus brings the clients of all clouds, to find there what to scrape: rules need none of them.
    fn tags(self) -> &'static str {
        if self == Self::Promtool { "remove_all_sd" } else { "" }
    }

    /// Without it Helm takes the cluster that it renders for to be years old, and refuses charts that name a newer one.
    fn linker_flags(self, modules: &Modules) -> anyhow::Result<String> {
        let package = match self {
            Self::Helm3 => "helm.sh/helm/v3/pkg/chartutil",
            _ => return Ok("-s -w".to_owned()),
        };
        // Its libraries v0.36.x come with Kubernetes 1.36.
        let libraries = modules.version("k8s.io/client-go")?;
        let minor = libraries.split('.').nth(1).context("a version has a minor part")?;
        Ok(format!("-s -w -X {package}.k8sVersionMajor=1 -X {package}.k8sVersionMinor={minor}"))
    }
}

/// The modules that a tool is built from.
struct Modules {
    folder: PathBuf,
    go_mod: String,
}

impl Modules {
    fn read(tool: Tool) -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/tools").join(tool.name());
        let path = folder.join("go.mod");
        let go_mod = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(Self { folder, go_mod })
    }

    /// All that it is built from: the modules that are pinned, and the source of a tool of our own.
    fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.folder)?.collect::<Result<Vec<_>, _>>()?;
        let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
        files.sort();
        Ok(files)
    }

    fn version(&self, module: &str) -> anyhow::Result<String> {
        golang::required_version(&self.go_mod, module)
            .with_context(|| format!("{} does not require {module}", self.folder.join("go.mod").display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_has_a_pinned_version() {
        for tool in Tool::ALL {
            let modules = Modules::read(tool).unwrap();
            assert!(modules.version(tool.module()).unwrap().starts_with('v'), "{}", tool.name());
            tool.linker_flags(&modules).unwrap();
        }
    }
}
