//! A container without an engine: a copy of what is in the image, which nobody may write to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cognigy_sso_testkit::pki::Authority;
use tempfile::TempDir;

/// In a mount namespace of its own: makes the folder the root, read-only, and changes the user.
const ENTER: &str = r#"
set -e
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
"#;
const ROOTS: &str = "etc/ssl/certs/ca-certificates.crt";

pub struct Container {
    folder: TempDir,
}

impl Container {
    pub fn new() -> Self {
        let image =
            std::env::var_os("COGNIGY_SSO_IMAGE").expect("cargo xtask image --test says where the image is unpacked");
        let container = Self { folder: TempDir::new().unwrap() };
        copy(Path::new(&image), &container.root());
        container
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Puts a file there, as an engine does with what it mounts.
    pub fn write(&self, path: &str, content: &str) {
        fs::write(self.root().join(path), content).unwrap();
    }

    /// Adds an authority to the roots that the image came with.
    pub fn trust(&self, authority: &Authority) {
        let roots = fs::read_to_string(self.root().join(ROOTS)).unwrap();
        self.write(ROOTS, &(roots + authority.pem()));
    }

    /// The image's entrypoint with these variables and arguments.
    pub fn command(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--", "sh", "-c", ENTER]).arg(self.root());
        command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.args(["chroot", "--userspec=65532:65532", "--groups="]).arg(self.root());
        command.arg("/cognigy-sso-operator").args(arguments);
        command
    }
}

/// With permissions.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("--archive").args([from, to]).status().unwrap();
    assert!(copied.success(), "{} to {}: {copied}", from.display(), to.display());
}
