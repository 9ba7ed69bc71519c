//! The chart as it is given away: with the image preset, so that nothing has to be set.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use cognigy_sso_testkit::helm::Helm;
use cognigy_sso_testkit::tool::Tool;
use serde_json::{Value, json};

use super::{Image, VERSION};
use crate::cargo;

/// The chart's folder below the root of the workspace.
const CHART: &str = "charts/cognigy-sso-operator";

/// Packs it into a folder.
pub async fn package(image: &Image<'_>, folder: &Path) -> anyhow::Result<()> {
    let copy = tempfile::tempdir()?;
    // A chart's folder has the chart's name.
    let chart = copy.path().join("cognigy-sso-operator");
    let copied = Command::new("cp").arg("-R").arg(cargo::root().join(CHART)).arg(&chart).status()?;
    ensure!(copied.success(), "copying {CHART}: {copied}");
    let values = chart.join("values.yaml");
    let text = fs::read_to_string(&values).with_context(|| format!("reading {CHART}/values.yaml"))?;
    fs::write(&values, with_image(&text, image)?)?;
    let words = ["package", "--version", VERSION, "--app-version", VERSION, "--destination"].map(OsStr::new);
    let arguments = words.into_iter().chain([folder.as_os_str(), chart.as_os_str()]);
    Helm::obtain(Tool::Helm3).await?.run(arguments).await?;
    Ok(())
}

/// The text with two values set, and everything else, comments too, as it was.
fn with_image(values: &str, image: &Image<'_>) -> anyhow::Result<String> {
    let (mut part, mut lines) = ("", Vec::new());
    for line in values.lines() {
        if !line.starts_with([' ', '#']) {
            part = line;
        }
        lines.push(match (part, line) {
            ("image:", "  repository: \"\"") => format!("  repository: \"{}\"", image.repository),
            ("image:", "  digest: \"\"") => format!("  digest: \"{}\"", image.digest),
            _ => line.to_owned(),
        });
    }
    let text = lines.join("\n") + "\n";
    let mut wanted: Value = serde_saphyr::from_str(values).context("values.yaml")?;
    for (pointer, value) in [("/image/repository", image.repository), ("/image/digest", image.digest)] {
        if let Some(place) = wanted.pointer_mut(pointer) {
            *place = json!(value);
        }
    }
    let found = serde_saphyr::from_str::<Value>(&text).context("values.yaml, with the image")?;
    let is_set = found.pointer("/image/repository").is_some() && found.pointer("/image/digest").is_some();
    ensure!(
        is_set && found == wanted,
        "{CHART}/values.yaml has no image.repository and image.digest that are \"\" and can be set"
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Image<'_> = Image { repository: "ghcr.io/acme/operator", digest: "sha256:12" };

    #[test]
    fn the_image_is_set_and_all_else_stays() {
        let values = "# Values.\nimage:\n  # Where.\n  repository: \"\"\n  tag: \"\"\n  digest: \"\"\n\nother:\n  repository: \"\"\n";
        let set = with_image(values, &IMAGE).unwrap();
        assert_eq!(
            set,
            "# Values.\nimage:\n  # Where.\n  repository: \"ghcr.io/acme/operator\"\n  tag: \"\"\n  digest: \"sha256:12\"\n\nother:\n  repository: \"\"\n"
        );
    }

    #[test]
    fn the_charts_values_are_ones_in_which_it_can_be_set() {
        let values = fs::read_to_string(cargo::root().join(CHART).join("values.yaml")).unwrap();
        let set = with_image(&values, &IMAGE).unwrap();
        assert_eq!(set.lines().count(), values.lines().count());
        assert_eq!(set.lines().zip(values.lines()).filter(|(one, other)| one != other).count(), 2);
    }

    #[test]
    fn values_in_which_it_cannot_be_set_are_refused() {
        for values in
            ["image: {repository: \"\", digest: \"\"}\n", "image:\n  repository: \"\"\n", "image:\n  digest: \"\"\n"]
        {
            let error = with_image(values, &IMAGE).unwrap_err().to_string();
            assert!(error.contains("image.repository"), "{error}");
        }
    }
}
