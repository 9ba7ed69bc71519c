//! `cargo xtask values`: the chart's `values.yaml` and their reference page, generated from the schema of the values.

mod schema;
mod text;

use std::fs;

use anyhow::{Context as _, bail};

use crate::cargo;
use schema::Schema;

/// Below the root of the workspace.
const SCHEMA: &str = "charts/cognigy-sso-operator/values.schema.json";
const VALUES: &str = "charts/cognigy-sso-operator/values.yaml";
const PAGE: &str = "docs/reference/values.md";

#[derive(clap::Args)]
pub struct Values {
    /// Write nothing; fail where a file is not what the schema says
    #[arg(long)]
    check: bool,
}

impl Values {
    pub fn run(self) -> anyhow::Result<()> {
        if self.check { check() } else { write() }
    }
}

/// Fails where a file is not what the schema says.
pub fn check() -> anyhow::Result<()> {
    for (file, wanted) in generated()? {
        if fs::read_to_string(cargo::root().join(file)).unwrap_or_default() != wanted {
            bail!("{file} is not what {SCHEMA} says: run `cargo xtask values` and commit the file");
        }
    }
    Ok(())
}

fn write() -> anyhow::Result<()> {
    for (file, wanted) in generated()? {
        fs::write(cargo::root().join(file), wanted).with_context(|| format!("writing {file}"))?;
        println!("{file}");
    }
    Ok(())
}

fn generated() -> anyhow::Result<[(&'static str, String); 2]> {
    let text = fs::read_to_string(cargo::root().join(SCHEMA)).with_context(|| format!("reading {SCHEMA}"))?;
    let schema: Schema = serde_json::from_str(&text).with_context(|| format!("reading {SCHEMA}"))?;
    Ok([(VALUES, text::values(&schema)?), (PAGE, text::page(&schema)?)])
}
