//! `cargo xtask image`: the container image, for one or both architectures, as an OCI layout in `dist/image`.

mod authorities;
pub mod binary;
mod buildah;
mod commit;
mod inspection;
mod layout;
pub mod licenses;
mod parts;
mod rootfs;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};

use crate::cargo;
pub use binary::{Architecture, sha256};
pub use layout::Layout;

/// What it takes to run what is in an image.
pub const NEEDED: &str = "it takes root on Linux, and buildah: apt-get install buildah";
/// Where all that is to be given away is put, below the root of the workspace. Git ignores it.
pub const DIST: &str = "dist";

#[derive(clap::Args)]
pub struct Image {
    /// Compile nothing: take dist/linux/ARCHITECTURE/cognigy-sso-operator as they are, one for each of these
    #[arg(long, value_name = "ARCHITECTURE", value_delimiter = ',')]
    prebuilt: Vec<Architecture>,
    /// Make what the Dockerfile copies, and build no image of it
    #[arg(long, conflicts_with = "prebuilt")]
    binary_only: bool,
    /// Run what is in it too, as a container would
    #[arg(long, conflicts_with_all = ["prebuilt", "binary_only"])]
    test: bool,
    /// Where the sources are, for the image's label
    #[arg(long, value_name = "URL")]
    source: Option<String>,
}

impl Image {
    pub async fn run(self) -> anyhow::Result<()> {
        if self.test {
            ensure!(test().await?, "what is in an image cannot be run here: {NEEDED}");
            return Ok(());
        }
        if self.prebuilt.is_empty() {
            println!("{}", binary::build().await?);
        }
        let here = [Architecture::here()?];
        if self.binary_only {
            // All that the Dockerfile copies is there then, so that any engine can build it.
            return write_beside(&here);
        }
        let architectures = if self.prebuilt.is_empty() { here.as_slice() } else { &self.prebuilt };
        build(architectures, self.source.as_deref()).await.map(drop)
    }
}

/// Builds the binary and the image for this machine, looks at it, and runs what is in it: `false` where that cannot be done.
pub async fn test() -> anyhow::Result<bool> {
    if !buildah::is_there().await || !rootfs::can_be_entered().await {
        return Ok(false);
    }
    println!("{}", binary::build().await?);
    let here = Architecture::here()?;
    let layout = build(&[here], None).await?;
    let folder = cargo::target().join("image");
    rootfs::unpack(&layout.image(here)?, &folder)?;
    let mut tests = tokio::process::Command::from(cargo::cargo());
    tests.args(["test", "--workspace", "--test", "it", "--", "--ignored", "image::"]).env("COGNIGY_SSO_IMAGE", folder);
    let status = tests.kill_on_drop(true).status().await?;
    ensure!(status.success(), "the image's tests: {status}");
    Ok(true)
}

async fn build(architectures: &[Architecture], source: Option<&str>) -> anyhow::Result<Layout> {
    ensure!(buildah::is_there().await, "buildah is needed to build the image: apt-get install buildah");
    write_beside(architectures)?;
    let commit = commit::Commit::of_the_clone()?;
    let layout = Layout::new(dist().join("image"));
    buildah::build(architectures, &commit, source, &layout).await?;
    for architecture in architectures {
        println!("{}", inspection::pass(&layout.image(*architecture)?, *architecture)?);
    }
    println!("{} {}", layout.folder().display(), layout.digest()?);
    Ok(layout)
}

/// What the image holds beside its binary.
fn write_beside(architectures: &[Architecture]) -> anyhow::Result<()> {
    authorities::write(&dist().join("ca-certificates.crt")).context("writing the roots that are trusted")?;
    licenses::write(architectures).context("writing the terms of what is in the image")
}

/// The folder of what is given away.
pub fn dist() -> PathBuf {
    cargo::root().join(DIST)
}
