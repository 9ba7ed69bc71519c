//! The fields of the resource, from the schema that the API server checks.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Map, Value};

use super::{cell, opening};

const INTRODUCTION: &str = "\
All fields of an `IdentityProviderConfig`, group `sso.cognigy.ai`, version `v1alpha1`. The API server checks what stands here under
*limits* and *rules* before it takes a resource. The same without a browser: `kubectl explain idp.spec --recursive`.

You write `spec`; `status` is the operator's alone. A field without a default that is not *required* may be left out.";

/// The page: a section for each object, in the order in which a reader meets them.
pub fn page() -> anyhow::Result<String> {
    let crd = serde_json::to_value(cognigy_sso_api::crd())?;
    let schema =
        crd.pointer("/spec/versions/0/schema/openAPIV3Schema/properties").context("the definition has a schema")?;
    let mut page = Page { text: opening("Fields", "crates/api", INTRODUCTION), shown: BTreeMap::new() };
    for part in ["spec", "status"] {
        page.object(part, schema.get(part).with_context(|| format!("the schema has a {part}"))?);
    }
    Ok(page.text)
}

struct Page {
    text: String,
    /// Objects that have a section, by what they consist of. Others of the same make refer to it.
    shown: BTreeMap<String, String>,
}

impl Page {
    /// Writes a section for the object, then for those in it.
    fn object(&mut self, path: &str, object: &Value) {
        self.shown.insert(make(object), path.to_owned());
        let (mut rows, mut broken, mut inner) = (String::new(), rules(object), Vec::new());
        for (name, field) in properties(object).into_iter().flatten() {
            let path = format!("{path}.{name}");
            rows.push_str(&self.row(name, field, &path, is_required(object, name)));
            match nested(field).filter(|nested| !self.shown.contains_key(&make(nested))) {
                Some(nested) => inner.push((path, nested)),
                None => broken.extend(rules(field)),
            }
        }
        let heading = format!("\n## {path}\n\n{}\n\n", text(object, "description"));
        let table = format!("| field | type | what |\n|---|---|---|\n{rows}");
        self.text.extend([heading, table, listed(&broken)]);
        for (path, object) in inner {
            if !self.shown.contains_key(&make(object)) {
                self.object(&path, object);
            }
        }
    }

    fn row(&self, name: &str, field: &Value, path: &str, required: bool) -> String {
        let shown = nested(field).map(|nested| self.shown.get(&make(nested)).map_or(path, String::as_str));
        let kind = shown.map_or_else(|| kind(field), |shown| format!("[{}](#{})", kind(field), anchor(shown)));
        let required = if required { "*Required.* " } else { "" };
        format!("| `{name}` | {kind} | {required}{}{} |\n", cell(text(field, "description")), limits(field))
    }
}

fn properties(object: &Value) -> Option<&Map<String, Value>> {
    object.get("properties")?.as_object()
}

/// The object that a field holds, or a list of.
fn nested(field: &Value) -> Option<&Value> {
    let item = field.get("items").unwrap_or(field);
    properties(item).map(|_| item)
}

/// What an object consists of, whatever is said of it.
fn make(object: &Value) -> String {
    properties(object).map(|properties| serde_json::json!(properties).to_string()).unwrap_or_default()
}

fn is_required(object: &Value, name: &str) -> bool {
    object.get("required").and_then(Value::as_array).is_some_and(|required| required.iter().any(|known| known == name))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn kind(field: &Value) -> String {
    match (text(field, "type"), text(field, "format")) {
        ("array", _) => format!("list of {}s", field.get("items").map(kind).unwrap_or_default()),
        (_, "date-time") => "time".to_owned(),
        (kind, _) => kind.to_owned(),
    }
}

/// What the schema itself bounds, on a line of its own.
fn limits(field: &Value) -> String {
    let items = field.get("items").unwrap_or(&Value::Null);
    let each = |limits: Vec<String>| limits.into_iter().map(|limit| format!("each {limit}"));
    let all = bounds(field).into_iter().chain(each(bounds(items)));
    let limits = all.collect::<Vec<_>>().join("; ");
    if limits.is_empty() { limits } else { format!("<br>*Limits:* {limits}.") }
}

fn bounds(field: &Value) -> Vec<String> {
    let choices = field.get("enum").and_then(Value::as_array).map(|choices| {
        let choices = choices.iter().filter_map(Value::as_str).map(|choice| format!("`{choice}`"));
        format!("one of {}", choices.collect::<Vec<_>>().join(", "))
    });
    let number = |member: &str, words: &str| {
        let bound = field.get(member).and_then(Value::as_u64).filter(|bound| *bound > 1)?;
        Some(format!("at most {bound} {words}"))
    };
    let pattern = field.get("pattern").and_then(Value::as_str).map(|pattern| format!("matches `{}`", cell(pattern)));
    let filled = field.get("minLength").map(|_| "not empty".to_owned());
    let length = number("maxLength", "characters");
    [choices, filled, length, number("maxItems", "entries"), pattern].into_iter().flatten().collect()
}

/// What the API server says when a rule is broken, with the rule.
fn rules(field: &Value) -> Vec<(&str, &str)> {
    let rules = field.get("x-kubernetes-validations").and_then(Value::as_array);
    rules.into_iter().flatten().map(|rule| (text(rule, "message"), text(rule, "rule"))).collect()
}

fn listed(rules: &[(&str, &str)]) -> String {
    let rules: Vec<_> = rules.iter().map(|(message, rule)| format!("- {message}\n  (`{rule}`)\n")).collect();
    if rules.is_empty() {
        return String::new();
    }
    format!("\nRules, with the words in which a resource is refused:\n\n{}", rules.concat())
}

/// The anchor of a section's heading, as mdBook and GitHub make it.
fn anchor(heading: &str) -> String {
    heading.chars().filter(|character| character.is_alphanumeric()).collect::<String>().to_lowercase()
}
