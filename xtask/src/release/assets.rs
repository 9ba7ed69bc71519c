//! The files of a release, in `dist/release`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use cognigy_sso_testkit::helm::Helm;
use cognigy_sso_testkit::tool::Tool;
use tokio::process::Command;

use super::{Image, VERSION, chart, manifest, sbom};
use crate::image::{Architecture, Layout, dist, licenses, sha256};

const CHECKSUMS: &str = "SHA256SUMS";

/// Makes them anew, for the image that is in `dist/image`.
pub async fn fill(repository: &str) -> anyhow::Result<()> {
    let digest = Layout::new(dist().join("image")).digest().context("cargo xtask image makes it")?;
    let image = Image::new(repository, &digest)?;
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for architecture in Architecture::ALL.into_iter().filter(|architecture| architecture.binary().exists()) {
        let path = folder.join(binary(architecture));
        fs::copy(architecture.binary(), &path)?;
        sbom::write(&path).await?;
    }
    fs::copy(licenses::folder().join(licenses::NOTICES), folder.join(licenses::NOTICES))?;
    chart::package(&image, &folder).await?;
    fs::write(folder.join("install.yaml"), manifest::text(&image)?)?;
    let checksums = checksums(&folder)?;
    fs::write(folder.join(CHECKSUMS), &checksums)?;
    print!("{checksums}");
    Ok(())
}

fn folder() -> PathBuf {
    dist().join("release")
}

/// As `sha256sum --check` reads them.
fn checksums(folder: &Path) -> anyhow::Result<String> {
    let line = |name: OsString| Ok(format!("{}  {}\n", sha256(&fs::read(folder.join(&name))?), name.display()));
    names(folder)?.into_iter().map(line).collect()
}

/// In order.
fn names(folder: &Path) -> anyhow::Result<Vec<OsString>> {
    let mut names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// The names of all files of a release with binaries for these architectures, in order.
fn names_for(architectures: &[Architecture]) -> Vec<OsString> {
    let mut names = vec![CHECKSUMS.to_owned(), licenses::NOTICES.to_owned(), "install.yaml".to_owned(), packed()];
    for architecture in architectures {
        let binary = binary(*architecture);
        names.extend(sbom::names(&binary));
        names.push(binary);
    }
    names.sort();
    names.into_iter().map(OsString::from).collect()
}

fn binary(architecture: Architecture) -> String {
    format!("cognigy-sso-operator-{VERSION}-linux-{}", architecture.name())
}

/// The chart, as Helm calls it.
fn packed() -> String {
    format!("cognigy-sso-operator-{VERSION}.tgz")
}

/// Makes a release of what is in `dist`, and looks at it as its users will.
pub async fn rehearse() -> anyhow::Result<()> {
    fill("registry.example.com/acme/operator").await?;
    let folder = folder();
    let checked =
        Command::new("sha256sum").args(["--quiet", "--check", CHECKSUMS]).current_dir(&folder).status().await?;
    ensure!(checked.success(), "{CHECKSUMS} is wrong: {checked}");
    let (found, wanted) = (names(&folder)?, names_for(&[Architecture::here()?]));
    ensure!(found == wanted, "the release holds {found:?} and not {wanted:?}");
    let packed = folder.join(packed());
    let arguments = [OsStr::new("template"), OsStr::new("operator"), packed.as_os_str()];
    let rendered = Helm::obtain(Tool::Helm3).await?.run(arguments).await;
    let rendered = rendered.context("the packed chart does not render without values")?;
    let digest = Layout::new(dist().join("image")).digest()?;
    let reference = format!("registry.example.com/acme/operator@{digest}");
    for (name, text) in [("the chart", rendered), ("install.yaml", fs::read_to_string(folder.join("install.yaml"))?)] {
        ensure!(text.contains(&reference), "{name} does not run {reference}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workflow_names_files_that_there_are() {
        let workflow = fs::read_to_string(crate::cargo::root().join(".github/workflows/release.yaml")).unwrap();
        let packed = format!("\"dist/release/{}\"", packed().replace(VERSION, "${GITHUB_REF_NAME#v}"));
        let checksums = format!("subject-checksums: dist/release/{CHECKSUMS}\n");
        let everything = " dist/release/*\n".to_owned();
        for name in [packed, checksums, everything].into_iter().chain(sbom::names("dist/release/*")) {
            assert!(workflow.contains(&name), "{name}");
        }
    }

    #[test]
    fn checksums_are_in_the_form_that_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b"), "").unwrap();
        fs::write(folder.path().join("a"), "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(checksums(folder.path()).unwrap(), format!("{abc}  a\n{empty}  b\n"));
    }
}
