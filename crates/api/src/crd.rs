//! The `CustomResourceDefinition`, as it is installed.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{CustomResourceDefinition, JSONSchemaProps};
use kube::CustomResourceExt;

use crate::IdentityProviderConfig;

/// The definition to install: the derived one, with what a derive cannot express.
///
/// Null is not a value of any field: the API server drops it, so that `field: null` means the field is left out. And a
/// fresh resource has `status.observedGeneration: -1`, so that it counts as in progress before the operator has seen it.
#[must_use]
pub fn crd() -> CustomResourceDefinition {
    let mut crd = IdentityProviderConfig::crd();
    for version in &mut crd.spec.versions {
        let schema = version.schema.as_mut().and_then(|schema| schema.open_api_v3_schema.as_mut());
        if let Some(schema) = schema {
            refuse_null(schema);
            default_status(schema);
        }
    }
    crd
}

fn refuse_null(schema: &mut JSONSchemaProps) {
    schema.nullable = None;
    schema.properties.iter_mut().flatten().for_each(|(_, property)| refuse_null(property));
    if let Some(k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaPropsOrArray::Schema(
        items,
    )) = schema.items.as_mut()
    {
        refuse_null(items);
    }
}

fn default_status(schema: &mut JSONSchemaProps) {
    let status = schema.properties.as_mut().and_then(|properties| properties.get_mut("status"));
    if let Some(status) = status {
        let default = serde_json::json!({ "observedGeneration": -1 });
        status.default = Some(k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSON(default));
    }
}
