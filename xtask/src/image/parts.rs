//! What a binary is made of, by the list that is in it (<https://github.com/rust-secure-code/cargo-auditable>).

use std::collections::BTreeSet;
use std::io::Read as _;

use anyhow::Context as _;
use flate2::read::ZlibDecoder;
use object::elf::FileHeader64;
use object::read::elf::ElfFile;
use object::{Endianness, Object as _, ObjectSection as _};
use serde::Deserialize;

/// The section that it is in, compressed.
pub const SECTION: &str = ".dep-v0";
/// Of it only the build is made: code that runs then, and is not in the binary.
const BUILD: &str = "build";
/// Our own.
const LOCAL: &str = "local";

/// A crate that is in the binary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub name: String,
    pub version: String,
}

#[derive(Deserialize)]
struct List {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: String,
    #[serde(default)]
    kind: String,
}

/// The crates of others in a binary.
pub fn of(binary: &[u8]) -> anyhow::Result<BTreeSet<Part>> {
    let file = ElfFile::<FileHeader64<Endianness>>::parse(binary)?;
    let section = file.section_by_name(SECTION).context("the binary does not list what it is made of")?;
    let mut list = Vec::new();
    ZlibDecoder::new(section.data()?).read_to_end(&mut list)?;
    of_list(&list)
}

fn of_list(list: &[u8]) -> anyhow::Result<BTreeSet<Part>> {
    let list: List = serde_json::from_slice(list).context("the binary's list of what it is made of")?;
    let others = list.packages.into_iter().filter(|package| package.kind != BUILD && package.source != LOCAL);
    Ok(others.map(|Package { name, version, .. }| Part { name, version }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_build_uses_and_what_is_our_own_is_left_out() {
        let list = br#"{ "packages": [
            { "name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build" },
            { "name": "ring", "version": "0.17.0", "source": "crates.io", "dependencies": [0] },
            { "name": "operator", "version": "0.1.0", "source": "local", "root": true }
        ] }"#;
        let ring = Part { name: "ring".into(), version: "0.17.0".into() };
        assert_eq!(of_list(list).unwrap(), BTreeSet::from([ring]));
        assert!(of_list(b"{}").is_err());
    }
}
