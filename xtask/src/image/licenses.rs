//! The terms of all that is in a binary, to be given away with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use spdx::{Expression, LicenseId, ParseMode};

use super::parts::{self, Part};
use super::{Architecture, dist};
use crate::cargo::{self, cargo};

/// In `dist/licenses`, and in the image's `/licenses`.
pub const NOTICES: &str = "THIRD-PARTY.txt";
const OWN: &str = "LICENSE";
/// How the names of files begin that hold terms.
const BEGINNINGS: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];
/// What else is linked in, and no crate: Rust's own library, and the C library.
const LIBRARIES: [(&str, &str); 2] =
    [("the Rust standard library", "MIT OR Apache-2.0"), ("the GNU C Library", "LGPL-2.1-or-later")];
const BEGINNING: &str = "\
What the binary of cognigy-sso-operator is made of besides its own code, and the terms of each. The source of the operator and
the command that links it (cargo xtask image) are public, so that it can be linked with other versions of these libraries.

";

/// A package, as Cargo knows it.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// Texts, each with those whose terms it holds.
type Texts = BTreeMap<String, BTreeSet<String>>;

/// The folder of the files.
pub fn folder() -> PathBuf {
    dist().join("licenses")
}

/// Writes the terms of the binaries for these architectures.
pub fn write(architectures: &[Architecture]) -> anyhow::Result<()> {
    let mut parts = BTreeSet::new();
    for architecture in architectures {
        let path = architecture.binary();
        let binary = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        parts.extend(parts::of(&binary)?);
    }
    fs::create_dir_all(folder())?;
    fs::copy(cargo::root().join(OWN), folder().join(OWN))?;
    Ok(fs::write(folder().join(NOTICES), notices(&parts, &packages()?)?)?)
}

fn packages() -> anyhow::Result<Vec<Package>> {
    let output = cargo().args(["metadata", "--locked", "--format-version", "1"]).output()?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(serde_json::from_slice::<Metadata>(&output.stdout)?.packages)
}

/// First what there is, then the texts, each once.
fn notices(parts: &BTreeSet<Part>, packages: &[Package]) -> anyhow::Result<String> {
    let (mut text, mut texts) = (BEGINNING.to_owned(), Texts::new());
    for Part { name, version } in parts {
        let package = packages.iter().find(|package| (&package.name, &package.version) == (name, version));
        let package = package.with_context(|| format!("Cargo.lock has no {name} {version}, and the binary has"))?;
        let (named, terms) = (format!("{name} {version}"), package.license.as_deref().unwrap_or("see below"));
        writeln!(text, "{named}: {terms}")?;
        for content in package.texts().with_context(|| format!("the terms of {named}"))? {
            texts.entry(content).or_default().insert(named.clone());
        }
    }
    for (library, terms) in LIBRARIES {
        writeln!(text, "{library}: {terms}")?;
        for content in by_name(terms)? {
            texts.entry(content).or_default().insert(library.to_owned());
        }
    }
    for (content, whose) in texts {
        let whose = whose.into_iter().collect::<Vec<_>>().join(", ");
        write!(text, "\n{:=<80}\n{whose}\n\n{content}\n", "")?;
    }
    Ok(text)
}

impl Package {
    /// The files with its terms; where it has none, the texts that its manifest names.
    fn texts(&self) -> anyhow::Result<Vec<String>> {
        let folder = self.manifest_path.parent().context("a manifest is in a folder")?;
        // What is written in C lies in a folder of its own.
        let inner = entries(folder)?.into_iter().filter(|path| path.is_dir());
        let mut texts = Vec::new();
        for folder in [folder.to_owned()].into_iter().chain(inner) {
            for file in entries(&folder)?.into_iter().filter(|path| path.is_file() && holds_terms(path)) {
                texts.push(String::from_utf8_lossy(&fs::read(&file)?).replace("\r\n", "\n").trim_end().to_owned());
            }
        }
        let named = self.license.as_deref();
        if texts.is_empty() {
            by_name(named.context("its manifest names none, and it has no file")?)
        } else {
            Ok(texts)
        }
    }
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn holds_terms(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let is_code =
        path.extension().is_some_and(|ending| ["rs", "toml", "py", "html"].iter().any(|code| ending == *code));
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) && !is_code
}

/// The texts of all licences in an expression.
fn by_name(expression: &str) -> anyhow::Result<Vec<String>> {
    let expression = Expression::parse_mode(expression, ParseMode::LAX)?;
    let licenses = expression.requirements().map(|wanted| wanted.req.license.id());
    let texts = licenses.map(|license| license.map(LicenseId::text).map(|text| text.trim().to_owned()));
    texts.collect::<Option<_>>().with_context(|| format!("{expression} names a licence that SPDX does not know"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(names: &[&str], packages: &[Package]) -> BTreeSet<Part> {
        let known = packages.iter().filter(|package| names.contains(&package.name.as_str()));
        known.map(|Package { name, version, .. }| Part { name: name.clone(), version: version.clone() }).collect()
    }

    #[test]
    fn every_part_is_named_with_its_terms_and_each_text_is_there_once() {
        let packages = packages().unwrap();
        let names = ["kube", "ring", "serde", "serde_json", "tikv-jemalloc-sys"];
        let text = notices(&parts(&names, &packages), &packages).unwrap();
        for name in names {
            assert!(text.lines().any(|line| line.starts_with(&format!("{name} ")) && line.contains(": ")), "{name}");
        }
        for terms in ["Jason Evans", "Brian Smith", "GNU LESSER GENERAL PUBLIC LICENSE", "Apache License"] {
            assert!(text.contains(terms), "{terms}");
        }
        let together = text.lines().filter(|line| line.starts_with("serde ") && line.contains(", serde_json "));
        assert_eq!(together.count(), 2, "each of their two texts once");
        assert_eq!(text, notices(&parts(&names, &packages), &packages).unwrap());
    }

    #[test]
    fn a_part_whose_terms_nobody_knows_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let package = |license: Option<&str>| Package {
            name: "planted".into(),
            version: "1.0.0".into(),
            license: license.map(str::to_owned),
            manifest_path: folder.path().join("Cargo.toml"),
        };
        let planted = |license| notices(&parts(&["planted"], &[package(license)]), &[package(license)]);
        assert!(planted(Some("MIT/Apache-2.0")).unwrap().contains("planted 1.0.0: MIT/Apache-2.0\n"));
        for license in [None, Some("LicenseRef-Own"), Some("?")] {
            let error = format!("{:#}", planted(license).unwrap_err());
            assert!(error.contains("the terms of planted 1.0.0"), "{error}");
        }
        assert!(notices(&parts(&["planted"], &[package(None)]), &[]).is_err());
        fs::write(folder.path().join("LICENSE.md"), "As you like.").unwrap();
        assert!(planted(None).unwrap().contains("\nplanted 1.0.0\n\nAs you like.\n"));
    }
}
