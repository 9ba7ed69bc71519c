//! Small programs of this project that join a pinned Go library with what tests and measurements ask of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::control_plane::cache::Entry;
use crate::control_plane::{golang, progress};

/// One of them: built once.
#[derive(Debug)]
pub struct GoProgram {
    /// The program's name.
    pub name: &'static str,
    /// The folder of its sources and its go.mod, from the root of the workspace.
    pub folder: &'static str,
    /// The module whose version is the program's.
    pub library: &'static str,
    /// For whoever waits.
    pub what: &'static str,
    /// How long building it takes as a rule.
    pub usual_time: &'static str,
}

impl GoProgram {
    /// The program's path; it is built first where it is not there yet.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub async fn obtain(&self) -> anyhow::Result<PathBuf> {
        let version = self.version()?;
        let entry = Entry::new(self.name, &version, &self.inputs()?)?;
        let log = entry.log();
        let folder = entry.obtain(|folder| async move { self.build(&version, &folder, &log).await }).await?;
        Ok(folder.join(self.name))
    }

    async fn build(&self, version: &str, folder: &Path, log: &Path) -> anyhow::Result<()> {
        let build = golang::Build {
            module: self.source(),
            package: ".".into(),
            tags: "",
            flags: "-s -w".into(),
            output: folder.join(self.name),
        };
        let doing = format!("building {} ({} {version})", self.what, self.library);
        let remark = format!("it is not in the cache; {}, once", self.usual_time);
        progress::shown(&doing, &remark, build.run(log)).await
    }

    fn source(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(self.folder)
    }

    fn version(&self) -> anyhow::Result<String> {
        let path = self.source().join("go.mod");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        golang::required_version(&text, self.library)
            .with_context(|| format!("{} does not require {}", path.display(), self.library))
    }

    /// All of the folder's files, in an order that does not depend on the file system.
    fn inputs(&self) -> anyhow::Result<Vec<PathBuf>> {
        let source = self.source();
        let entries = fs::read_dir(&source).with_context(|| format!("reading {}", source.display()))?;
        let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        files.sort();
        Ok(files)
    }
}
