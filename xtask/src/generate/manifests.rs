//! What is made from the chart for those who install without Helm, and for Argo CD from its scripts.

mod argocd;

use std::fs;

use anyhow::Context as _;
use cognigy_sso_testkit::manifests;
use serde_json::{Value, json};

use super::File;
use crate::cargo;

/// Below the root of the workspace.
const NAMESPACE: &str = "deploy/kustomize/base/namespace.yaml";

const NOTE: &str = "# Generated from the chart: cargo xtask generate\n";
/// What stands before the single file.
const INSTALL: &str =
    "# Everything at once, for `kubectl apply --server-side -f`. Put your registry before the image's name first.
# Generated from the chart: cargo xtask generate
---
";

pub async fn files() -> anyhow::Result<[File; 5]> {
    let namespace =
        fs::read_to_string(cargo::root().join(NAMESPACE)).with_context(|| format!("reading {NAMESPACE}"))?;
    let usual = manifests::render(&json!({})).await?;
    let several = manifests::render(&json!({ "replicas": 2 })).await?;
    let (definition, others): (Vec<_>, Vec<_>) =
        usual.iter().partition(|object| is(object, "CustomResourceDefinition"));
    let (definition, others) = (documents(definition)?, documents(others)?);
    let budget = documents(several.iter().filter(|object| is(object, "PodDisruptionBudget")))?;
    Ok([
        ("deploy/install.yaml", format!("{INSTALL}{namespace}---\n{definition}---\n{others}")),
        ("deploy/kustomize/base/crd.yaml", format!("{NOTE}{definition}")),
        ("deploy/kustomize/base/operator.yaml", format!("{NOTE}{others}")),
        ("deploy/kustomize/overlays/high-availability/poddisruptionbudget.yaml", format!("{NOTE}{budget}")),
        (argocd::FILE, argocd::config_map()?),
    ])
}

fn is(object: &Value, kind: &str) -> bool {
    object.get("kind").is_some_and(|given| given == kind)
}

fn documents<'a>(objects: impl IntoIterator<Item = &'a Value>) -> anyhow::Result<String> {
    let texts = objects.into_iter().map(serde_saphyr::to_string).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join("---\n"))
}
