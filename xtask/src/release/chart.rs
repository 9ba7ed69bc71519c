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
use crate::image::Architecture;

/// The chart's folder below the root of the workspace.
const CHART: &str = "charts/cognigy-sso-operator";
/// What Artifact Hub reads the image from.
const IMAGES: &str = "artifacthub.io/images";

/// Packs it into a folder.
pub async fn package(image: &Image<'_>, folder: &Path) -> anyhow::Result<()> {
    let copy = tempfile::tempdir()?;
    // A chart's folder has the chart's name.
    let chart = copy.path().join("cognigy-sso-operator");
    let copied = Command::new("cp").arg("-R").arg(cargo::root().join(CHART)).arg(&chart).status()?;
    ensure!(copied.success(), "copying {CHART}: {copied}");
    edit(&chart.join("values.yaml"), |text| with_image(text, image))?;
    edit(&chart.join("Chart.yaml"), |text| with_annotation(text, image))?;
    let words = ["package", "--version", VERSION, "--app-version", VERSION, "--destination"].map(OsStr::new);
    let arguments = words.into_iter().chain([folder.as_os_str(), chart.as_os_str()]);
    Helm::obtain(Tool::Helm3).await?.run(arguments).await?;
    Ok(())
}

fn edit(path: &Path, change: impl FnOnce(&str) -> anyhow::Result<String>) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(fs::write(path, change(&text)?)?)
}

/// The text with the image told to Artifact Hub, which scans it; the annotations stand last.
fn with_annotation(chart: &str, image: &Image<'_>) -> anyhow::Result<String> {
    let Image { repository, digest } = image;
    let platforms = Architecture::ALL.map(|architecture| format!("linux/{}", architecture.name())).join(", ");
    let told = format!("- name: operator\n  image: {repository}@{digest}\n  platforms: [{platforms}]\n");
    let indented = told.trim_end().replace('\n', "\n    ");
    let text = format!("{chart}  {IMAGES}: |\n    {indented}\n");
    let found = serde_saphyr::from_str::<Value>(&text).context("Chart.yaml, with the image")?;
    let annotation = found.get("annotations").and_then(|all| all.get(IMAGES)).and_then(Value::as_str);
    ensure!(annotation == Some(&told), "{CHART}/Chart.yaml does not end with its annotations");
    Ok(text)
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
    fn artifact_hub_is_told_the_image() {
        let chart = fs::read_to_string(cargo::root().join(CHART).join("Chart.yaml")).unwrap();
        let text = with_annotation(&chart, &IMAGE).unwrap();
        let added = text.strip_prefix(&chart).unwrap();
        assert!(added.contains("image: ghcr.io/acme/operator@sha256:12\n"), "{added}");
        assert!(added.contains("platforms: [linux/amd64, linux/arm64]\n"), "{added}");
        assert!(with_annotation("annotations: {}\nname: x\n", &IMAGE).is_err());
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
