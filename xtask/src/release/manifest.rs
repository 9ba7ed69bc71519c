//! `install.yaml` as it is given away: with the image of this release.

use std::fs;

use anyhow::{Context as _, ensure};

use super::{Image, VERSION};
use crate::cargo;

/// Below the root of the workspace.
const FILE: &str = "deploy/install.yaml";

pub fn text(image: &Image<'_>) -> anyhow::Result<String> {
    let text = fs::read_to_string(cargo::root().join(FILE)).with_context(|| format!("reading {FILE}"))?;
    with_image(&text, image)
}

/// The one container's image, whatever stood there; and a heading for those who have nothing left to set.
fn with_image(manifest: &str, image: &Image<'_>) -> anyhow::Result<String> {
    let heading = format!("# cognigy-sso-operator {VERSION}: kubectl apply --server-side -f install.yaml\n");
    let is_image = |line: &&str| line.trim_start().trim_start_matches("- ").starts_with("image: ");
    let found = manifest.lines().filter(is_image).count();
    ensure!(found == 1, "{FILE} names {found} images, not one");
    let set = |line: &str| match line.split_once("image: ") {
        Some((before, _)) if is_image(&line) => format!("{before}image: {}@{}\n", image.repository, image.digest),
        _ => format!("{line}\n"),
    };
    let body = manifest.lines().skip_while(|line| line.starts_with('#'));
    Ok(heading + &body.map(set).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Image<'_> = Image { repository: "ghcr.io/acme/operator", digest: "sha256:12" };

    #[test]
    fn the_one_image_is_set() {
        let manifest =
            "# Put your registry first.\nspec:\n  - name: operator\n    image: anything:1\n    # image: none\n";
        let set = with_image(manifest, &IMAGE).unwrap();
        let (heading, body) = set.split_once('\n').unwrap();
        assert!(heading.starts_with(&format!("# cognigy-sso-operator {VERSION}: ")), "{heading}");
        assert_eq!(body, "spec:\n  - name: operator\n    image: ghcr.io/acme/operator@sha256:12\n    # image: none\n");
        assert!(with_image("- image: a\n", &IMAGE).unwrap().ends_with("\n- image: ghcr.io/acme/operator@sha256:12\n"));
    }

    #[test]
    fn the_manifest_is_one_in_which_it_can_be_set() {
        let manifest = text(&IMAGE).unwrap();
        assert_eq!(manifest.matches("image: ghcr.io/acme/operator@sha256:12").count(), 1);
        assert!(manifest.contains("kind: Deployment"));
    }

    #[test]
    fn none_or_several_are_refused() {
        for manifest in ["spec: {}\n", "  image: a\n  image: b\n"] {
            assert!(with_image(manifest, &IMAGE).is_err(), "{manifest}");
        }
    }
}
