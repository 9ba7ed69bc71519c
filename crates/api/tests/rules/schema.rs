//! The schema of the definition, and what it checks.

use std::collections::BTreeSet;

use serde_json::Value;

/// Members of a schema that describe and refuse nothing. The type is left out since every field has one.
const NO_BOUND: [&str; 8] = [
    "default",
    "description",
    "format",
    "items",
    "properties",
    "type",
    // What only the API server can check has examples that only it is asked about.
    "x-kubernetes-list-type",
    "x-kubernetes-validations",
];

/// The schema of the resource.
pub fn schema() -> Value {
    let crd = serde_json::to_value(cognigy_sso_api::crd()).unwrap();
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

/// The schema of what the user writes.
pub fn spec(schema: &Value) -> &Value {
    &schema["properties"]["spec"]
}

/// One bound of one field. A type that is used in several places is one field, since its schema is the same everywhere.
pub fn bound(field: &Value, keyword: &str) -> String {
    format!("{keyword} of {field}")
}

/// Every bound and the message of every rule in a schema.
pub fn checks(schema: &Value) -> BTreeSet<String> {
    let mut checks = BTreeSet::new();
    visit(schema, "", &mut |_, field| {
        checks.extend(rules(field).iter().map(|rule| rule["message"].as_str().unwrap().to_owned()));
        for keyword in field.as_object().unwrap().keys() {
            match keyword.as_str() {
                "required" => checks.extend(required(field).map(|property| bound(property, keyword))),
                keyword if NO_BOUND.contains(&keyword) => {}
                keyword => drop(checks.insert(bound(field, keyword))),
            }
        }
    });
    checks
}

fn required(field: &Value) -> impl Iterator<Item = &Value> {
    let names = field["required"].as_array().into_iter().flatten();
    names.map(|name| &field["properties"][name.as_str().unwrap()])
}

/// The rules of one field.
pub fn rules(field: &Value) -> &[Value] {
    field["x-kubernetes-validations"].as_array().map_or(&[], Vec::as_slice)
}

/// Shows every field below and with this one, and its path.
pub fn visit<'a>(field: &'a Value, path: &str, see: &mut impl FnMut(&str, &'a Value)) {
    see(path, field);
    for (name, property) in field["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        visit(property, &path, see);
    }
    if let Some(items) = field.get("items") {
        visit(items, &format!("{path}[]"), see);
    }
}
