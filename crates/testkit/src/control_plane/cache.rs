//! What takes long to build is kept outside the clone, under a name that changes with all it was built from.

use std::env;
use std::fs::{self, File, TryLockError};
use std::future::Future;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::progress;

/// A place in the cache: `<what>-<version>-<hash of the inputs>-<os>-<architecture>`.
#[derive(Debug, Clone)]
pub struct Entry {
    root: PathBuf,
    name: String,
}

impl Entry {
    /// Names the entry after the contents of `inputs`.
    ///
    /// # Errors
    /// When an input cannot be read, or neither `XDG_CACHE_HOME` nor a home folder is known.
    pub fn new(what: &str, version: &str, inputs: &[PathBuf]) -> anyhow::Result<Self> {
        let hash = hash(inputs)?;
        let name = format!("{what}-{version}-{hash}-{}-{}", env::consts::OS, env::consts::ARCH);
        Ok(Self { root: root()?, name })
    }

    /// The finished folder, if there is one.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        let folder = self.root.join(&self.name);
        folder.is_dir().then_some(folder)
    }

    /// The finished folder. Where it is missing, `build` fills it: once, however many ask at a time, and
    /// nobody sees it half done.
    ///
    /// # Errors
    /// When the cache cannot be written or the build fails.
    pub async fn obtain<F>(&self, build: impl FnOnce(PathBuf) -> F) -> anyhow::Result<PathBuf>
    where
        F: Future<Output = anyhow::Result<()>>,
    {
        if let Some(folder) = self.folder() {
            return Ok(folder);
        }
        let _lock = self.lock().await?;
        if let Some(folder) = self.folder() {
            return Ok(folder);
        }
        let partial = self.path(".partial");
        fresh(&partial).with_context(|| format!("preparing {}", partial.display()))?;
        build(partial.clone()).await?;
        let folder = self.path("");
        fs::rename(&partial, &folder).with_context(|| format!("putting {} in place", folder.display()))?;
        Ok(folder)
    }

    /// A file beside the folder, for the log of its build.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path(".log")
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.root.join(format!("{}{ending}", self.name))
    }

    async fn lock(&self) -> anyhow::Result<File> {
        fs::create_dir_all(&self.root).with_context(|| format!("creating {}", self.root.display()))?;
        let path = self.path(".lock");
        let file = File::create(&path).with_context(|| format!("creating {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("locking {}", path.display()));
            }
        }
        let waiting = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
        let held =
            progress::shown(&format!("waiting for {}", self.name), "somebody else is building it", waiting).await?;
        held.with_context(|| format!("locking {}", path.display()))
    }
}

fn root() -> anyhow::Result<PathBuf> {
    let configured = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = configured.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    let base = base.context("there is no cache folder: set HOME or XDG_CACHE_HOME")?;
    Ok(base.join("cognigy-sso-operator"))
}

fn fresh(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

/// Ten hex digits over names and contents.
fn hash(inputs: &[PathBuf]) -> anyhow::Result<String> {
    let mut sha = Sha256::new();
    for path in inputs {
        let text = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        sha.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        sha.update(text.len().to_be_bytes());
        sha.update(text);
    }
    let number = sha.finalize().iter().take(5).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    Ok(format!("{number:010x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(root: &Path) -> Entry {
        Entry { root: root.to_owned(), name: "thing-v1".into() }
    }

    #[test]
    fn the_name_changes_with_each_input() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("go.mod");
        fs::write(&input, "one").unwrap();
        let first = hash(std::slice::from_ref(&input)).unwrap();
        fs::write(&input, "two").unwrap();
        assert_ne!(first, hash(&[input]).unwrap());
    }

    #[tokio::test]
    async fn two_at_once_build_once() {
        let root = tempfile::tempdir().unwrap();
        let builds = std::sync::atomic::AtomicUsize::new(0);
        let (first, second) = (entry(root.path()), entry(root.path()));
        let build = |folder: PathBuf| {
            builds.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            async move { Ok(fs::write(folder.join("program"), "x")?) }
        };
        let (one, other) = tokio::join!(first.obtain(build), second.obtain(build));
        assert_eq!(fs::read_to_string(one.unwrap().join("program")).unwrap(), "x");
        assert_eq!(other.unwrap(), root.path().join("thing-v1"));
        assert_eq!(builds.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_failed_build_leaves_nothing_that_looks_finished() {
        let root = tempfile::tempdir().unwrap();
        let entry = entry(root.path());
        let failed = entry.obtain(|_| async { anyhow::bail!("no compiler") }).await;
        assert_eq!(failed.unwrap_err().to_string(), "no compiler");
        assert_eq!(entry.folder(), None);
        let folder = entry.obtain(|folder| async move { Ok(fs::write(folder.join("program"), "x")?) }).await.unwrap();
        assert!(folder.join("program").exists());
    }
}
