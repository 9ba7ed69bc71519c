//! Fields that there are not. The API server refuses or drops them; in a file they would go unnoticed.

use std::sync::LazyLock;

use cognigy_sso_api::crd;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;
use serde_json::Value;

/// What a spec may have: made once for all files.
static SPEC: LazyLock<Option<JSONSchemaProps>> = LazyLock::new(|| {
    let version = crd().spec.versions.into_iter().next()?;
    version.schema?.open_api_v3_schema?.properties?.remove("spec")
});

/// The path of the first field of a spec that the definition does not have.
pub(super) fn unknown_field(spec: &Value) -> Option<String> {
    unknown_within(spec, SPEC.as_ref()?, "spec")
}

fn unknown_within(written: &Value, schema: &JSONSchemaProps, path: &str) -> Option<String> {
    let (members, known) = (written.as_object()?, schema.properties.as_ref()?);
    members.iter().find_map(|(name, value)| {
        let path = format!("{path}.{name}");
        match known.get(name) {
            Some(schema) => unknown_within(value, schema, &path),
            None => Some(path),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_that_there_is_not_is_named_by_its_path() {
        let table = [
            (json!({ "saml": { "metadataURL": "https://idp.example" } }), Some("spec.saml.metadataURL")),
            (json!({ "mode": "Plan", "sso": {} }), Some("spec.sso")),
            (
                json!({ "cognigy": { "apiKeySecretRef": { "nam": "x", "key": "y" } } }),
                Some("spec.cognigy.apiKeySecretRef.nam"),
            ),
            (json!({ "oidc": { "issuer": 5, "additionalScopes": ["groups"] }, "saml": null }), None),
            (json!("no object"), None),
        ];
        for (spec, path) in table {
            assert_eq!(unknown_field(&spec).as_deref(), path, "{spec}");
        }
    }
}
