//! The fields of the schema.

use std::sync::Arc;

use serde_json::Value;

use super::examples;
use super::mutation::Mutation;
use super::rule::{self, Stated};

/// One field of what a user declares.
pub(super) struct Field {
    /// Its path, such as `spec.oidc.issuer`; that of an array's items ends in `[]`.
    pub path: String,
    pub schema: Value,
    pub rules: Vec<Stated>,
    pub presence: Presence,
    /// Scheme and host of the API: they cannot be changed, so whatever is made keeps them.
    pub origin: Arc<str>,
    /// The changes that replace its value. They are the same in every resource.
    pub replacements: Vec<Arc<Mutation>>,
}

/// May the field be left out, and added?
pub(super) enum Presence {
    Required,
    Optional,
    /// Exactly one of it and its siblings is there, as a rule of its parent with this message has it.
    Bound(String),
    /// It must be there where this sibling is.
    NeededBy(String, String),
    /// It may be there only where one of these siblings is.
    OnlyWith(Vec<String>, String),
}

/// Every field of `spec`, itself included.
pub(super) fn all(schema: &Value, origin: &Arc<str>) -> anyhow::Result<Vec<Field>> {
    let mut fields = Vec::new();
    walk("spec", property(schema, "spec"), Presence::Required, &mut |field| fields.push(field))?;
    for field in &mut fields {
        field.origin = Arc::clone(origin);
        field.replacements = field.replace();
    }
    Ok(fields)
}

fn walk(path: &str, schema: &Value, presence: Presence, see: &mut dyn FnMut(Field)) -> anyhow::Result<()> {
    examples::check(path, schema)?;
    let rules = rule::of(schema)?;
    for (name, property) in part(schema, "properties").as_object().into_iter().flatten() {
        walk(&format!("{path}.{name}"), property, presence_of(name, schema, &rules), see)?;
    }
    if let Some(items) = schema.get("items") {
        walk(&format!("{path}[]"), items, Presence::Optional, see)?;
    }
    let (path, schema) = (path.to_owned(), schema.clone());
    see(Field { path, schema, rules, presence, origin: "".into(), replacements: Vec::new() });
    Ok(())
}

fn presence_of(name: &str, parent: &Value, rules: &[Stated]) -> Presence {
    if let Some(bound) = rule::binding(rules, name) {
        return bound;
    }
    if required(parent).any(|required| required == name) { Presence::Required } else { Presence::Optional }
}

/// The members that the schema requires.
pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    part(schema, "required").as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// A part of a schema; null where it has none.
pub(super) fn part<'a>(schema: &'a Value, name: &str) -> &'a Value {
    static NULL: Value = Value::Null;
    schema.get(name).unwrap_or(&NULL)
}

/// The schema of a member.
pub(super) fn property<'a>(schema: &'a Value, name: &str) -> &'a Value {
    part(part(schema, "properties"), name)
}

/// The path of the object that a field is in, and its name there.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// A path as a JSON pointer.
pub(super) fn pointer(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("/{}", path.replace('.', "/")) }
}

/// What a resource has at a path; null is nothing.
pub(super) fn at<'a>(resource: &'a Value, path: &str) -> Option<&'a Value> {
    resource.pointer(&pointer(path)).filter(|value| !value.is_null())
}
