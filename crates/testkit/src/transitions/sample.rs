//! A good value for any field.

use serde_json::{Map, Value, json};

use super::examples;
use super::field::{part, property, required};
use super::rule::{self, companion, exclusive};

/// The smallest good value of this schema; `origin` is scheme and host of the API.
pub(super) fn sample(schema: &Value, origin: &str) -> Value {
    match part(schema, "type").as_str() {
        Some("object") => object(schema, origin),
        Some("array") => json!([sample(part(schema, "items"), origin)]),
        Some("boolean") => json!(true),
        _ => examples::of(schema, origin).good.into_iter().next().map_or(Value::Null, Value::String),
    }
}

/// What is required, and the first of each choice.
fn object(schema: &Value, origin: &str) -> Value {
    let rules = rule::of(schema).unwrap_or_default();
    let chosen = exclusive(&rules).and_then(|(members, _)| members.first());
    let bound = chosen.and_then(|chosen| companion(&rules, chosen));
    let members = required(schema).chain(chosen.map(String::as_str)).chain(bound);
    let member = |name: &str| {
        let value = sample(property(schema, name), origin);
        (name.to_owned(), value)
    };
    Value::Object(members.map(member).collect::<Map<_, _>>())
}
