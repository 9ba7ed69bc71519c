//! The chart's `values.yaml` and their reference page, generated from the schema of the values.

mod schema;
mod text;

use std::fs;

use anyhow::Context as _;

use schema::Schema;

use super::File;
use crate::cargo;

/// Below the root of the workspace.
const SCHEMA: &str = "charts/cognigy-sso-operator/values.schema.json";
const VALUES: &str = "charts/cognigy-sso-operator/values.yaml";
const PAGE: &str = "docs/reference/values.md";

pub fn files() -> anyhow::Result<[File; 2]> {
    let text = fs::read_to_string(cargo::root().join(SCHEMA)).with_context(|| format!("reading {SCHEMA}"))?;
    let schema: Schema = serde_json::from_str(&text).with_context(|| format!("reading {SCHEMA}"))?;
    Ok([(VALUES, text::values(&schema)?), (PAGE, text::page(&schema)?)])
}
