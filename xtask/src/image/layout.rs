//! An image on disk, as the OCI image layout: <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::Architecture;

/// One image for several architectures.
pub struct Layout {
    folder: PathBuf,
}

/// What one architecture gets of it.
pub struct Image {
    /// Who runs what, and what it is labelled with.
    pub config: Value,
    /// Archives, compressed; each goes over those before.
    pub layers: Vec<PathBuf>,
}

impl Layout {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a registry will call it, all architectures together.
    pub fn digest(&self) -> anyhow::Result<String> {
        let index = json(&self.folder.join("index.json"))?;
        match list(&index, "/manifests") {
            [only] => text(only, "/digest"),
            _ => bail!("{} does not hold exactly one image", self.folder.display()),
        }
    }

    pub fn image(&self, architecture: Architecture) -> anyhow::Result<Image> {
        let images = self.blob(&self.digest()?)?;
        let is_for =
            |image: &&Value| text(image, "/platform/architecture").is_ok_and(|name| name == architecture.name());
        let found = list(&images, "/manifests").iter().find(is_for);
        let found = found.with_context(|| format!("the image has no part for {}", architecture.name()))?;
        let manifest = self.blob(&text(found, "/digest")?)?;
        let layers = list(&manifest, "/layers").iter().map(|layer| Ok(self.path(&text(layer, "/digest")?)));
        Ok(Image {
            config: self.blob(&text(&manifest, "/config/digest")?)?,
            layers: layers.collect::<anyhow::Result<_>>()?,
        })
    }

    fn blob(&self, digest: &str) -> anyhow::Result<Value> {
        json(&self.path(digest))
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join("blobs").join(digest.replace(':', "/"))
    }
}

fn json(path: &Path) -> anyhow::Result<Value> {
    let content = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&content).with_context(|| format!("{} is no JSON", path.display()))
}

/// Empty where there is none.
fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("{pointer} is missing in {value}"))
}
