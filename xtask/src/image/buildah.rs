//! Builds the Dockerfile with buildah, which needs neither a daemon nor root, and leaves the user's own images alone.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use super::commit::Commit;
use super::{Architecture, Layout};
use crate::cargo;

/// The image's name in a store that lasts as long as the build.
const NAME: &str = "cognigy-sso-operator";

pub async fn is_there() -> bool {
    let mut version = Command::new("buildah");
    version.arg("version").stdout(Stdio::null()).stderr(Stdio::null());
    version.status().await.is_ok_and(|status| status.success())
}

/// One after the other, so that the image is the same each time.
pub async fn build(
    architectures: &[Architecture],
    commit: &Commit,
    source: Option<&str>,
    layout: &Layout,
) -> anyhow::Result<()> {
    let store = tempfile::tempdir().context("making a folder for buildah")?;
    for architecture in architectures {
        let binary = architecture.binary();
        ensure!(binary.is_file(), "{} is missing", binary.display());
        let mut build = buildah(store.path());
        build.args(["build", "--quiet", "--isolation", "chroot", "--format", "oci", "--identity-label=false"]);
        build.arg(format!("--platform=linux/{}", architecture.name()));
        build.args(["--manifest", NAME, "--timestamp", &commit.time]);
        for (name, value) in labels(commit, source) {
            build.arg(format!("--label=org.opencontainers.image.{name}={value}"));
        }
        run(build.arg(".")).await?;
    }
    if layout.folder().exists() {
        fs::remove_dir_all(layout.folder())?;
    }
    let target = format!("oci:{}", layout.folder().display());
    run(buildah(store.path()).args(["manifest", "push", "--quiet", "--all", NAME, &target])).await?;
    // What is in the store may belong to other users than the one who runs this.
    run(buildah(store.path()).args(["rmi", "--all", "--force"])).await
}

/// What is not the same for each build; the rest is in the Dockerfile.
fn labels<'a>(commit: &'a Commit, source: Option<&'a str>) -> impl Iterator<Item = (&'static str, &'a str)> {
    let always = [("version", env!("CARGO_PKG_VERSION")), ("revision", &commit.revision)];
    always.into_iter().chain(source.map(|url| ("source", url)))
}

fn buildah(store: &Path) -> Command {
    let mut buildah = Command::new("buildah");
    buildah.current_dir(cargo::root()).arg("--root").arg(store.join("root")).arg("--runroot").arg(store.join("run"));
    buildah.args(["--storage-driver", "vfs"]);
    buildah
}

/// Says what buildah said where it fails.
async fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.context("running buildah")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "buildah: {}: {}", output.status, said.trim());
    Ok(())
}
