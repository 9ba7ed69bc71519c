//! The values that a field is given.

use serde_json::{Value, json};

use super::examples::{self, Examples};
use super::field::{Field, part};
use super::mutation::{Refusal, emptiness};
use super::sample::sample;

/// Far more than any text may have.
const HUGE: usize = 50_000;

/// A value, and why it is refused, if it is.
pub(super) struct Candidate {
    pub value: Value,
    pub refusal: Option<Refusal>,
}

impl Candidate {
    fn good(value: impl Into<Value>) -> Self {
        Self { value: value.into(), refusal: None }
    }

    fn bad(value: impl Into<Value>, field: &str, says: impl Into<String>) -> Self {
        Self { value: value.into(), refusal: Some(Refusal::new(field, says)) }
    }
}

/// Every value that this field is given.
pub(super) fn candidates(field: &Field) -> Vec<Candidate> {
    let mut values = strangers(field);
    values.extend(match part(&field.schema, "type").as_str() {
        Some("object") => object(field),
        Some("array") => array(field),
        Some("boolean") => vec![Candidate::good(true), Candidate::good(false)],
        _ => text(field),
    });
    values
}

/// Values of other types.
fn strangers(field: &Field) -> Vec<Candidate> {
    let own = part(&field.schema, "type").as_str().unwrap_or_default();
    let kinds = [
        ("string", json!("text")),
        ("boolean", json!(true)),
        ("integer", json!(7)),
        ("number", json!(1.5)),
        ("object", json!({})),
        ("array", json!([])),
    ];
    let others = kinds.into_iter().filter(|(kind, _)| *kind != own);
    let mut values: Vec<_> = others.map(|(_, value)| wrong_type(field, value)).collect();
    if field.path.ends_with("[]") {
        values.push(wrong_type(field, Value::Null));
    }
    values
}

fn wrong_type(field: &Field, value: Value) -> Candidate {
    let own = part(&field.schema, "type").as_str().unwrap_or_default();
    Candidate::bad(value, &field.path, format!("must be of type {own}"))
}

fn object(field: &Field) -> Vec<Candidate> {
    let empty = Candidate { value: json!({}), refusal: emptiness(field) };
    vec![empty, Candidate::good(sample(&field.schema, &field.origin))]
}

fn array(field: &Field) -> Vec<Candidate> {
    let item = sample(part(&field.schema, "items"), &field.origin);
    let mut values = vec![Candidate::good(json!([])), Candidate::good(json!([item]))];
    if part(&field.schema, "x-kubernetes-list-type") == "set" {
        let second = format!("{}[1]", field.path);
        values.push(Candidate::bad(json!([item, item]), &second, "Duplicate value"));
    }
    if let Some(most) = number(field, "maxItems") {
        let items = |count: usize| (0..count).map(|index| json!(format!("s{index}"))).collect::<Vec<_>>();
        values.push(Candidate::good(items(most)));
        values.push(Candidate::bad(items(most + 1), &field.path, "Too many"));
    }
    values
}

fn text(field: &Field) -> Vec<Candidate> {
    let examples = examples::of(&field.schema, &field.origin);
    let mut values = lengths(field, &examples);
    values.extend(examples.good.into_iter().map(Candidate::good));
    values.extend(examples.bad.into_iter().map(|(value, says)| Candidate::bad(value, &field.path, says)));
    values
}

/// Texts at the bounds of their length, and beyond.
fn lengths(field: &Field, examples: &Examples) -> Vec<Candidate> {
    let Some(shortest) = examples.good.first() else { return Vec::new() };
    let mut values = Vec::new();
    if let Some(least) = number(field, "minLength").filter(|least| *least > 0) {
        let short = "a".repeat(least - 1);
        values.push(Candidate::bad(short, &field.path, format!("at least {least} chars long")));
    }
    if let Some(most) = number(field, "maxLength") {
        values.extend(examples.grows.then(|| Candidate::good(stretched(shortest, most))));
        values.push(Candidate::bad(stretched(shortest, most + 1), &field.path, "Too long"));
        values.push(Candidate::bad(stretched(shortest, HUGE), &field.path, "Too long"));
    }
    values
}

fn number(field: &Field, bound: &str) -> Option<usize> {
    part(&field.schema, bound).as_u64().and_then(|number| usize::try_from(number).ok())
}

fn stretched(text: &str, length: usize) -> String {
    format!("{text:a<length$}")
}
