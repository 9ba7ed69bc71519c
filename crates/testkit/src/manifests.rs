//! The chart as plain manifests: rendered, and without what only Helm has a use for.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::{Map, Value};

use crate::helm::Helm;
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

/// What Helm makes of the chart for a release of this name in this namespace.
pub(crate) async fn template(
    release: &str,
    namespace: &str,
    values: &Value,
    further: &[&str],
) -> anyhow::Result<Vec<Value>> {
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts").join(NAME);
    let arguments = ["template", release, "--namespace", namespace].into_iter().chain(further.iter().copied());
    let arguments = arguments.map(OsStr::new).chain([chart.as_os_str()]);
    parse(&Helm::obtain(Tool::Helm3).await?.run_with(values, arguments).await?)
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
