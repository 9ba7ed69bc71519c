//! Where the control plane's programs come from: `KUBEBUILDER_ASSETS`, then the cache, then a build from the
//! Go modules that `xtask/controlplane/go.mod` pins.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::cache::Entry;
use super::{golang, progress};

/// Where envtest's users keep prebuilt programs.
const ASSETS: &str = "KUBEBUILDER_ASSETS";

/// A program of the control plane, or its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The store.
    Etcd,
    /// The API server.
    KubeApiserver,
    /// Garbage collection, namespace deletion and default service accounts.
    KubeControllerManager,
    /// The command line client.
    Kubectl,
}

impl Program {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Etcd, Self::KubeApiserver, Self::KubeControllerManager, Self::Kubectl];

    /// The name of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::Kubectl => "kubectl",
        }
    }

    fn package(self) -> String {
        match self {
            Self::Etcd => self.module().to_owned(),
            _ => format!("{}/cmd/{}", self.module(), self.name()),
        }
    }

    fn module(self) -> &'static str {
        match self {
            Self::Etcd => "go.etcd.io/etcd/server/v3",
            _ => "k8s.io/kubernetes",
        }
    }

    fn usual_time(self) -> &'static str {
        match self {
            Self::KubeApiserver => "about 4 minutes",
            _ => "about 1 minute",
        }
    }

    /// The program's path if it is there already, without building it.
    ///
    /// # Errors
    /// When the pinned modules cannot be read.
    pub fn find(self) -> anyhow::Result<Option<PathBuf>> {
        if let Some(path) = self.in_assets() {
            return Ok(Some(path));
        }
        Ok(self.entry()?.folder().map(|folder| folder.join(self.name())))
    }

    /// The program's path; it is built first where it is not there yet, which takes minutes.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub async fn obtain(self) -> anyhow::Result<PathBuf> {
        if let Some(path) = self.find()? {
            return Ok(path);
        }
        let entry = self.entry()?;
        let log = entry.log();
        let folder = entry.obtain(|folder| async move { self.build(&folder, &log).await }).await?;
        Ok(folder.join(self.name()))
    }

    async fn build(self, folder: &Path, log: &Path) -> anyhow::Result<()> {
        let version = self.version()?;
        let doing = format!("building {} {version}", self.name());
        let remark = format!("{}; {}, once", missing(), self.usual_time());
        let build = golang::Build {
            module: modules(),
            package: self.package(),
            tags: "",
            flags: linker_flags(&version),
            output: folder.join(self.name()),
        };
        progress::shown(&doing, &remark, build.run(log)).await
    }

    fn in_assets(self) -> Option<PathBuf> {
        let path = PathBuf::from(env::var_os(ASSETS)?).join(self.name());
        path.is_file().then_some(path)
    }

    fn entry(self) -> anyhow::Result<Entry> {
        let inputs = ["go.mod", "go.sum"].map(|file| modules().join(file));
        Entry::new(self.name(), &self.version()?, &inputs)
    }

    /// The version that is pinned.
    ///
    /// # Errors
    /// When the pinned modules cannot be read.
    pub fn version(self) -> anyhow::Result<String> {
        let path = modules().join("go.mod");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        golang::required_version(&text, self.module())
            .with_context(|| format!("{} does not require {}", path.display(), self.module()))
    }
}

/// The folder whose go.mod pins the programs.
fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/controlplane")
}

fn missing() -> String {
    match env::var_os(ASSETS) {
        Some(folder) => format!("it is neither in {ASSETS} ({}) nor in the cache", folder.display()),
        None => format!("it is not in the cache, and {ASSETS} is not set"),
    }
}

/// Without the version, Kubernetes' programs would call themselves v0.0.0; etcd has no such variable and
/// the linker passes over it.
fn linker_flags(version: &str) -> String {
    let numbers = version.trim_start_matches('v');
    let mut parts = numbers.split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let variable = |name: &str, value: &str| format!("-X k8s.io/component-base/version.{name}={value}");
    ["-s -w".into(), variable("gitVersion", version), variable("gitMajor", major), variable("gitMinor", minor)]
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_has_a_pinned_version() {
        for program in Program::ALL {
            assert!(program.version().unwrap().starts_with('v'), "{}", program.name());
        }
    }

    #[test]
    fn the_linker_tells_kubernetes_its_version() {
        let flags = linker_flags("v1.36.3");
        assert!(flags.contains("version.gitVersion=v1.36.3 "), "{flags}");
        assert!(flags.contains("version.gitMajor=1 "), "{flags}");
        assert!(flags.ends_with("version.gitMinor=36"), "{flags}");
    }
}
