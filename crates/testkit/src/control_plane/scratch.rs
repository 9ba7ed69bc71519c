//! Temporary folders that are removed even when their owner is killed.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Children that write into the folder may need an instant to die, hence the repetition.
const REMOVE: &str = r#"
read -r _
for _ in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null && exit; sleep 1; done
"#;

/// A new folder, readable by this user alone. It goes when the value is dropped and when the process ends.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// Removes the folder when its standard input is closed.
    remover: Child,
}

impl Scratch {
    /// Creates the folder; its name begins with `prefix`.
    ///
    /// # Errors
    /// When the folder or the process that will remove it cannot be created.
    pub fn new(prefix: &str) -> io::Result<Self> {
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(prefix).permissions(private).tempdir()?;
        let remover = Command::new("/bin/sh")
            .args(["-c", REMOVE, "scratch"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { path: folder.keep(), remover })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.remover.stdin.take());
        let _ = self.remover.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_private_and_goes_with_all_that_is_in_it() {
        let scratch = Scratch::new("scratch-test-").unwrap();
        let path = scratch.path().to_owned();
        std::fs::write(path.join("file"), "x").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        drop(scratch);
        assert!(!path.exists());
    }
}
