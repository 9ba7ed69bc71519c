//! The chart as plain manifests: rendered, and without what only Helm has a use for.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::control_plane::scratch::Scratch;
use crate::tool::Tool;

/// The namespace that they are for.
pub const NAMESPACE: &str = "cognigy-sso";
/// The release, and so what all objects are called or begin with; the image, too, before it is given a registry.
pub const NAME: &str = "cognigy-sso-operator";

/// What the chart makes of these values, but for the image.
///
/// # Errors
/// When Helm cannot be had, or refuses the values.
pub async fn render(values: &Value) -> anyhow::Result<Vec<Value>> {
    let image = format!("image.repository={NAME}");
    let mut objects = template(NAME, NAMESPACE, values, &["--skip-tests", "--set", &image]).await?;
    objects.iter_mut().for_each(without_helm);
    Ok(objects)
}

/// What the chart makes of all these values.
///
/// # Errors
/// When Helm cannot be had, or refuses the values.
pub async fn helm(values: &Value) -> anyhow::Result<Vec<Value>> {
    template(NAME, NAMESPACE, values, &["--skip-tests"]).await
}

/// What Helm makes of the chart for a release of this name in this namespace. It sees nothing of the user's settings.
pub(crate) async fn template(
    release: &str,
    namespace: &str,
    values: &Value,
    further: &[&str],
) -> anyhow::Result<Vec<Value>> {
    let home = Scratch::new("helm-")?;
    let mut command = Command::new(Tool::Helm3.obtain().await?);
    for variable in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "KUBECONFIG"] {
        command.env(variable, home.path().join(variable));
    }
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts").join(NAME);
    command.arg("template").arg(release).arg(chart).args(["--namespace", namespace, "--values", "-"]).args(further);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut program = command.spawn()?;
    program.stdin.take().context("standard input is piped")?.write_all(values.to_string().as_bytes()).await?;
    let output = program.wait_with_output().await?;
    ensure!(output.status.success(), "helm template: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    parse(&String::from_utf8(output.stdout)?)
}

/// The objects of a file with several documents.
///
/// # Errors
/// When it is not YAML.
pub fn parse(text: &str) -> anyhow::Result<Vec<Value>> {
    Ok(serde_saphyr::from_multiple::<Option<Value>>(text)?.into_iter().flatten().collect())
}

/// Nobody but Helm manages its labels, and heeds its annotations.
fn without_helm(object: &mut Value) {
    for metadata in ["/metadata", "/spec/template/metadata"] {
        if let Some(Value::Object(metadata)) = object.pointer_mut(metadata) {
            strip(metadata);
        }
    }
}

fn strip(metadata: &mut Map<String, Value>) {
    for part in ["labels", "annotations"] {
        let Some(Value::Object(members)) = metadata.get_mut(part) else { continue };
        members.retain(|name, _| !name.starts_with("helm.sh/") && name != "app.kubernetes.io/managed-by");
        if members.is_empty() {
            metadata.remove(part);
        }
    }
}
