//! The examples of `cases.yaml`: resources, and what is to be said of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// A resource, and whether it is good.
pub struct Case {
    /// What is tried.
    pub name: String,
    /// For an update: what the resource was before.
    pub before: Option<Value>,
    /// The resource.
    pub resource: Value,
    /// Why it is refused; a good resource has none.
    pub refusal: Option<Refusal>,
    /// Why only the API server refuses it.
    pub only_server: Option<String>,
}

/// What is said of a bad resource.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Path of the field that it points to; empty where it points to none.
    pub field: String,
    /// Part of the message.
    pub says: String,
}

impl Refusal {
    /// Is this the message, and does it point to the right field?
    pub fn is(&self, field: &str, message: &str) -> bool {
        self.field == field && message.contains(&self.says)
    }
}

/// Every example.
pub fn all() -> Vec<Case> {
    let examples: Examples = serde_saphyr::from_str(include_str!("cases.yaml")).expect("cases.yaml is well-formed");
    let base = |name: &str| resource(&examples.resources[name]);
    let changes = examples.cases.iter().map(|change| change.case(&base(&change.base)));
    let values = examples.fields.iter().flat_map(|table| table.cases(&base(&table.base)));
    changes.chain(values).collect()
}

fn resource(spec: &Value) -> Value {
    json!({
        "apiVersion": "sso.cognigy.ai/v1alpha1",
        "kind": "IdentityProviderConfig",
        "metadata": { "name": "example" },
        "spec": spec,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    resources: BTreeMap<String, Value>,
    fields: Vec<Table>,
    cases: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: String,
    base: String,
    from: Option<Value>,
    #[serde(default = "no_change")]
    patch: Value,
    refused: Option<Refusal>,
    only_server: Option<String>,
}

fn no_change() -> Value {
    json!({})
}

impl Change {
    fn case(&self, base: &Value) -> Case {
        let merged = |patch: &Value| {
            let mut resource = base.clone();
            json_patch::merge(&mut resource, patch);
            resource
        };
        Case {
            name: self.name.clone(),
            before: self.from.as_ref().map(merged),
            resource: merged(&self.patch),
            refusal: self.refused.clone(),
            only_server: self.only_server.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    fields: Vec<String>,
    base: String,
    #[serde(default)]
    accepted: Vec<Value>,
    #[serde(default)]
    refused: Vec<Bad>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    value: Value,
    says: String,
    at: Option<String>,
    only_server: Option<String>,
}

impl Table {
    fn cases(&self, base: &Value) -> Vec<Case> {
        let accepted = |field| self.accepted.iter().map(move |value| with(base, field, value));
        let refused = |field| self.refused.iter().map(move |bad| bad.case(base, field));
        self.fields.iter().flat_map(|field| accepted(field).chain(refused(field))).collect()
    }
}

impl Bad {
    fn case(&self, base: &Value, field: &String) -> Case {
        let refusal = Refusal { field: self.at.as_ref().unwrap_or(field).clone(), says: self.says.clone() };
        Case { refusal: Some(refusal), only_server: self.only_server.clone(), ..with(base, field, &self.value) }
    }
}

/// The base with another value in one field.
fn with(base: &Value, field: &str, value: &Value) -> Case {
    let mut resource = base.clone();
    let pointer = format!("/{}", field.replace(['.', '['], "/").replace(']', ""));
    let (parent, member) = pointer.rsplit_once('/').expect("the pointer begins with a slash");
    let given = stretched(resource.pointer(&pointer), value);
    match resource.pointer_mut(parent).expect("the base has what the field is in") {
        Value::Array(items) => items[member.parse::<usize>().expect("an index")] = given,
        object => object[member] = given,
    }
    Case { name: format!("{field} is {value}"), before: None, resource, refusal: None, only_server: None }
}

/// The value itself; what is there, filled up to a length, where one is asked for.
fn stretched(present: Option<&Value>, value: &Value) -> Value {
    let Some(length) = value.get("length").and_then(Value::as_u64) else { return value.clone() };
    let present = present.and_then(Value::as_str).expect("only text can be stretched");
    Value::String(format!("{present:a<width$}", width = usize::try_from(length).expect("a length")))
}
