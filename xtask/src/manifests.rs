//! `cargo xtask manifests`: what is made from the chart for those who install without Helm, and for Argo CD from its scripts.

mod argocd;

use std::fs;

use anyhow::{Context as _, bail};
use cognigy_sso_testkit::manifests;
use serde_json::{Value, json};

use crate::cargo;

/// Below the root of the workspace.
const NAMESPACE: &str = "deploy/kustomize/base/namespace.yaml";

const NOTE: &str = "# Generated from the chart: cargo xtask manifests\n";
/// What stands before the single file.
const INSTALL: &str =
    "# Everything at once, for `kubectl apply --server-side -f`. Put your registry before the image's name first.
# Generated from the chart: cargo xtask manifests
---
";

#[derive(clap::Args)]
pub struct Manifests {
    /// Write nothing; fail where a file is not what it is made from
    #[arg(long)]
    check: bool,
}

impl Manifests {
    pub async fn run(self) -> anyhow::Result<()> {
        if self.check { check().await } else { write().await }
    }
}

/// Fails where a file is not what it is made from.
pub async fn check() -> anyhow::Result<()> {
    for (file, wanted) in generated().await? {
        if fs::read_to_string(cargo::root().join(file)).unwrap_or_default() != wanted {
            bail!("{file} is not what it is made from: run `cargo xtask manifests` and commit the file");
        }
    }
    Ok(())
}

async fn write() -> anyhow::Result<()> {
    for (file, wanted) in generated().await? {
        fs::write(cargo::root().join(file), wanted).with_context(|| format!("writing {file}"))?;
        println!("{file}");
    }
    Ok(())
}

async fn generated() -> anyhow::Result<[(&'static str, String); 5]> {
    let namespace =
        fs::read_to_string(cargo::root().join(NAMESPACE)).with_context(|| format!("reading {NAMESPACE}"))?;
    let usual = manifests::render(json!({})).await?;
    let several = manifests::render(json!({ "replicas": 2 })).await?;
    let is = |kind: &'static str| move |object: &&Value| object["kind"] == kind;
    let definition = documents(usual.iter().filter(is("CustomResourceDefinition")))?;
    let others = documents(usual.iter().filter(|object| object["kind"] != "CustomResourceDefinition"))?;
    let budget = documents(several.iter().filter(is("PodDisruptionBudget")))?;
    Ok([
        ("deploy/install.yaml", format!("{INSTALL}{namespace}---\n{definition}---\n{others}")),
        ("deploy/kustomize/base/crd.yaml", format!("{NOTE}{definition}")),
        ("deploy/kustomize/base/operator.yaml", format!("{NOTE}{others}")),
        ("deploy/kustomize/overlays/high-availability/poddisruptionbudget.yaml", format!("{NOTE}{budget}")),
        (argocd::FILE, argocd::config_map()?),
    ])
}

fn documents<'a>(objects: impl Iterator<Item = &'a Value>) -> anyhow::Result<String> {
    let texts = objects.map(serde_saphyr::to_string).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join("---\n"))
}
