//! `install.yaml` as it is given away: with the image of this release.

use std::fs;

use anyhow::{Context as _, ensure};

use super::Image;
use crate::cargo;

/// Below the root of the workspace.
const FILE: &str = "deploy/install.yaml";

pub fn text(image: &Image<'_>) -> anyhow::Result<String> {
    let text = fs::read_to_string(cargo::root().join(FILE)).with_context(|| format!("reading {FILE}"))?;
    with_image(&text, image)
}

/// The one container's image, whatever stood there.
fn with_image(manifest: &str, image: &Image<'_>) -> anyhow::Result<String> {
    let is_image = |line: &&str| line.trim_start().trim_start_matches("- ").starts_with("image: ");
    let found = manifest.lines().filter(is_image).count();
    ensure!(found == 1, "{FILE} names {found} images, not one");
    let set = |line: &str| match line.split_once("image: ") {
        Some((before, _)) if is_image(&line) => format!("{before}image: {}@{}\n", image.repository, image.digest),
        _ => format!("{line}\n"),
    };
    Ok(manifest.lines().map(set).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Image<'_> = Image { repository: "ghcr.io/acme/operator", digest: "sha256:12" };

    #[test]
    fn the_one_image_is_set() {
        let manifest = "# The image: see below.\nspec:\n  - name: operator\n    image: anything:1\n";
        let set = "# The image: see below.\nspec:\n  - name: operator\n    image: ghcr.io/acme/operator@sha256:12\n";
        assert_eq!(with_image(manifest, &IMAGE).unwrap(), set);
        assert_eq!(with_image("- image: a\n", &IMAGE).unwrap(), "- image: ghcr.io/acme/operator@sha256:12\n");
    }

    #[test]
    fn none_or_several_are_refused() {
        for manifest in ["spec: {}\n", "  image: a\n  image: b\n"] {
            assert!(with_image(manifest, &IMAGE).is_err(), "{manifest}");
        }
    }
}
