//! What is in an image.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use flate2::read::GzDecoder;
use tar::Archive;
use tokio::process::Command;

use super::layout::Image;

/// A file or a folder.
pub struct Entry {
    pub path: PathBuf,
    pub owner: (u64, u64),
    /// Permissions, and the bits that give a file's rights to who runs it.
    pub mode: u32,
    pub content: Vec<u8>,
}

/// All that is in it, layer by layer.
pub fn entries(image: &Image) -> anyhow::Result<Vec<Entry>> {
    let mut all = Vec::new();
    for layer in &image.layers {
        for entry in archive(layer)?.entries()? {
            let mut entry = entry?;
            let header = entry.header();
            let (owner, mode) = ((header.uid()?, header.gid()?), header.mode()? & 0o7777);
            let path = entry.path()?.into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            all.push(Entry { path, owner, mode, content });
        }
    }
    Ok(all)
}

/// Fills a folder with it, in place of what was there.
pub fn unpack(image: &Image, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder)?;
    for layer in &image.layers {
        let mut archive = archive(layer)?;
        archive.set_preserve_permissions(true);
        archive.unpack(folder).with_context(|| format!("unpacking {}", layer.display()))?;
    }
    Ok(())
}

/// May this user mount, and change the root and the user, as is needed to run it without an engine?
pub async fn can_be_entered() -> bool {
    let mut enter = Command::new("unshare");
    enter.args(["--mount", "chroot", "--userspec=65532:65532", "/", "/bin/true"]);
    enter.stdout(Stdio::null()).stderr(Stdio::null()).status().await.is_ok_and(|status| status.success())
}

fn archive(layer: &Path) -> anyhow::Result<Archive<GzDecoder<File>>> {
    let file = File::open(layer).with_context(|| format!("reading {}", layer.display()))?;
    Ok(Archive::new(GzDecoder::new(file)))
}
