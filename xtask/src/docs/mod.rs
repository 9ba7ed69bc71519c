//! `cargo xtask docs`: the reference pages of the book, generated from what they describe.

mod conditions;
mod fields;
mod flags;
mod reasons;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cargo;

/// Below the root of the workspace.
const FOLDER: &str = "docs/reference";

#[derive(clap::Args)]
pub struct Docs {
    /// Write nothing; fail where a page is not what the code says
    #[arg(long)]
    check: bool,
}

impl Docs {
    pub fn run(self) -> anyhow::Result<()> {
        if self.check { check() } else { write() }
    }
}

/// Fails where a page is not what the code says.
pub fn check() -> anyhow::Result<()> {
    for (name, page) in pages()? {
        if fs::read_to_string(file(name)).unwrap_or_default() != page {
            bail!("{FOLDER}/{name} is not what the code says: run `cargo xtask docs` and commit the file");
        }
    }
    Ok(())
}

fn write() -> anyhow::Result<()> {
    for (name, page) in pages()? {
        fs::write(file(name), page).with_context(|| format!("writing {FOLDER}/{name}"))?;
        println!("{FOLDER}/{name}");
    }
    Ok(())
}

/// Every generated page, by the name of its file.
fn pages() -> anyhow::Result<[(&'static str, String); 4]> {
    Ok([
        ("fields.md", fields::page()?),
        ("conditions.md", conditions::page()?),
        ("reasons.md", reasons::page()),
        ("flags.md", flags::page()),
    ])
}

fn file(name: &str) -> PathBuf {
    cargo::root().join(FOLDER).join(name)
}

/// The first lines of a page. `source` is what to edit in place of the page.
fn opening(title: &str, source: &str, introduction: &str) -> String {
    format!("<!-- Generated from {source}: cargo xtask docs -->\n\n# {title}\n\n{introduction}\n")
}

/// Text as a cell of a table takes it: on one line, and a bar ends no cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
