//! The `CustomResourceDefinition`, as it is installed.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSON, JSONSchemaProps, JSONSchemaPropsOrArray,
};
use kube::CustomResourceExt;
use serde_json::{Value, json};

use crate::IdentityProviderConfig;

/// The definition to install: the derived one, with what a derive cannot express.
///
/// Null is not a value of any field: the API server drops it, so that `field: null` means the field is left out. The
/// message of each rule begins with the path of its field, each description is one paragraph and tells the default, and
/// formats are those that Kubernetes knows. And a fresh resource has `status.observedGeneration: -1`, so that it counts as
/// in progress before the operator has seen it. The status is the operator's as a whole: the API server keeps no record of
/// who owns which field of it.
#[must_use]
pub fn crd() -> CustomResourceDefinition {
    let mut crd = IdentityProviderConfig::crd();
    let versions = crd.spec.versions.iter_mut();
    for schema in versions.filter_map(|version| version.schema.as_mut()?.open_api_v3_schema.as_mut()) {
        refine(schema, "");
        refine_status(schema);
    }
    crd
}

/// [`crd`] as YAML, the way it is kept under `crds/`.
///
/// # Errors
/// When the definition cannot be written as YAML.
#[cfg(feature = "yaml")]
pub fn crd_yaml() -> Result<String, serde_saphyr::SerializeError> {
    let yaml = serde_saphyr::to_string(&crd())?;
    Ok(format!("# Generated from crates/api: cargo xtask generate\n{yaml}"))
}

fn refine(schema: &mut JSONSchemaProps, path: &str) {
    schema.nullable = None;
    schema.format.take_if(|format| format.starts_with("uint"));
    schema.description = schema.description.take().map(|text| described(&text, schema.default.as_ref()));
    for rule in schema.x_kubernetes_validations.iter_mut().flatten() {
        rule.message = rule.message.take().map(|message| format!("{path} {message}"));
    }
    for (name, property) in schema.properties.iter_mut().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        refine(property, &path);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = schema.items.as_mut() {
        refine(items, &format!("{path}[]"));
    }
}

/// The description as a paragraph. `kubectl explain` shows no default, so it is told.
fn described(text: &str, default: Option<&JSON>) -> String {
    let text = text.replace('\n', " ");
    match default {
        Some(JSON(Value::String(default))) => format!("{text} Default: `{default}`."),
        Some(JSON(Value::Bool(default))) => format!("{text} Default: `{default}`."),
        _ => text,
    }
}

fn refine_status(schema: &mut JSONSchemaProps) {
    let status = schema.properties.as_mut().and_then(|properties| properties.get_mut("status"));
    if let Some(status) = status {
        status.default = Some(JSON(json!({ "observedGeneration": -1 })));
        status.x_kubernetes_map_type = Some("atomic".to_owned());
    }
}
