//! Is the definition served, with every field that this version knows, and those selectable that it selects by? One that was left
//! behind by an upgrade has fewer.

use cognigy_sso_api::{GROUP, IdentityProviderConfig};
use http::Request;
use kube::{Client, Resource};
use serde_json::{Value, json};

use super::{Finding, Outcome};
use crate::causes;

const MEND: &str = "cognigy-sso-operator crd | kubectl apply --server-side --filename -";
/// Where a schema that is served says which fields can be selected by.
const SELECTABLE: &str = "x-kubernetes-selectable-fields";
/// Names in a message.
const MOST_NAMED: usize = 5;

/// Asks for what is served, which everybody may who is known to the API server.
pub(super) async fn find(client: &Client) -> Finding {
    let (outcome, message) = match served(client).await {
        Ok(None) => (Outcome::Missing, format!("{GROUP}/{} is not served. Install it: {MEND}", version())),
        Ok(Some(served)) => compare(&served),
        Err(error) => {
            let error = causes::told(error.as_ref());
            (Outcome::Unknown, format!("The API server does not tell what it serves: {error}"))
        }
    };
    Finding { what: "definition", outcome, message }
}

fn compare(served: &Value) -> (Outcome, String) {
    let known = known();
    let mut absent = Vec::new();
    note_absent(&known, served, "", &mut absent);
    note_unselectable(&known, served, &mut absent);
    let Some(first) = absent.get(..MOST_NAMED.min(absent.len())).filter(|first| !first.is_empty()) else {
        return (Outcome::There, format!("{GROUP}/{} is served, with every field that this version knows.", version()));
    };
    let others = if absent.len() > first.len() { " and others" } else { "" };
    let named = first.join(", ");
    (
        Outcome::Missing,
        format!("The definition is older than this version and has no {named}{others}. Renew it: {MEND}"),
    )
}

/// The schema that is served; `None` where there is none of this version.
async fn served(client: &Client) -> anyhow::Result<Option<Value>> {
    let request = Request::get(format!("/openapi/v3/apis/{GROUP}/{}", version())).body(Vec::new())?;
    let mut document: Value = match client.request(request).await {
        Err(kube::Error::Api(status)) if status.code == 404 => return Ok(None),
        answer => answer?,
    };
    let ending = format!(".{}", IdentityProviderConfig::kind(&()));
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    Ok(schemas.and_then(|schemas| {
        let name = schemas.keys().find(|name| name.ends_with(&ending))?.clone();
        schemas.remove(&name)
    }))
}

fn version() -> String {
    IdentityProviderConfig::version(&()).into_owned()
}

/// The schema of this version, as it would be served.
fn known() -> Value {
    let Some(version) = cognigy_sso_api::crd().spec.versions.into_iter().next() else { return Value::Null };
    let selectable = version.selectable_fields.into_iter().flatten();
    let selectable = selectable.map(|field| json!({ "fieldPath": field.json_path.trim_start_matches('.') })).collect();
    let schema = version.schema.and_then(|schema| schema.open_api_v3_schema);
    let mut schema = serde_json::to_value(schema).unwrap_or_default();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(SELECTABLE.to_owned(), selectable);
    }
    schema
}

/// Notes the fields that can be selected by in one schema and not in another.
fn note_unselectable(known: &Value, served: &Value, absent: &mut Vec<String>) {
    let fields = |schema: &Value| schema.get(SELECTABLE).and_then(Value::as_array).cloned().unwrap_or_default();
    let served = fields(served);
    let missing = fields(known).into_iter().filter(|field| !served.contains(field));
    absent.extend(missing.filter_map(|field| Some(format!("selectable field {}", field.get("fieldPath")?.as_str()?))));
}

/// Goes through all fields of one schema, and notes the paths of those that another does not have.
fn note_absent(known: &Value, served: &Value, path: &str, absent: &mut Vec<String>) {
    for (name, field) in known.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match served.get("properties").and_then(|properties| properties.get(name)) {
            Some(served) => note_absent(field, served, &path, absent),
            None => absent.push(path),
        }
    }
    if let (Some(known), Some(served)) = (known.get("items"), served.get("items")) {
        note_absent(known, served, path, absent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(pointer: &str, name: &str) -> Value {
        let mut schema = known();
        schema.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        schema
    }

    #[test]
    fn a_definition_of_this_version_lacks_nothing() {
        assert_eq!(compare(&known()).0, Outcome::There);
    }

    #[test]
    fn a_field_that_is_not_there_is_named_by_its_path() {
        for (pointer, name, path) in [
            ("/properties/spec/properties", "interval", "spec.interval"),
            ("/properties/spec/properties/oidc/properties", "issuer", "spec.oidc.issuer"),
            (
                "/properties/status/properties/conditions/items/properties",
                "observedGeneration",
                "status.conditions.observedGeneration",
            ),
        ] {
            let (outcome, message) = compare(&without(pointer, name));
            assert_eq!(outcome, Outcome::Missing);
            assert!(message.contains(&format!("has no {path}. ")), "{message}");
        }
    }

    #[test]
    fn a_field_that_cannot_be_selected_by_is_named() {
        let (outcome, message) = compare(&without("", SELECTABLE));
        assert_eq!(outcome, Outcome::Missing);
        assert!(message.contains("has no selectable field status.organization.id. Renew it: "), "{message}");
    }

    #[test]
    fn of_many_fields_some_are_named() {
        let (outcome, message) = compare(&without("/properties/spec", "properties"));
        assert_eq!(outcome, Outcome::Missing);
        assert!(message.contains(" and others. "), "{message}");
    }
}
