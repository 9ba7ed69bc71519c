//! The conditions of a resource.

use anyhow::Context as _;
use cognigy_sso_api::ConditionType;
use serde_json::Value;

use super::{cell, opening};

const INTRODUCTION: &str = "\
What the operator found, as `status.conditions` of the resource, in the order in which they are shown. `True` means that it holds,
`False` that it was asked and the answer is no, `Unknown` that it could not be told. Each condition carries the generation that it
speaks of (`observedGeneration`), a [reason](reasons.md) and a message.

`Ready` sums the others up. `Reconciling` and `Stalled` are there only while they are `True`, as kstatus defines them: so `kubectl
wait`, Argo CD and Flux tell a resource that is on its way from one that waits for a person.";

const REASONS: &str = "
## Which reasons they give

What each means, and what to do about it: [Reasons](reasons.md). `Ready` and `Stalled` also give the reason of what weighs most among
the others.

| condition | reasons |
|---|---|
";

pub fn page() -> anyhow::Result<String> {
    let mut page = opening("Conditions", "crates/api/src/condition.rs", INTRODUCTION);
    page.push_str("\n| condition | what it says |\n|---|---|\n");
    let schema = serde_json::to_value(schemars::schema_for!(ConditionType))?;
    for condition in ConditionType::ALL {
        let name = format!("{condition:?}");
        let meaning = described(&schema, &name).with_context(|| format!("{name} has no description"))?;
        page.extend([format!("| `{name}` | {} |\n", cell(meaning))]);
    }
    page.push_str(REASONS);
    page.extend(ConditionType::ALL.into_iter().filter_map(reasons));
    Ok(page)
}

/// A row for a condition that has reasons of its own.
fn reasons(condition: ConditionType) -> Option<String> {
    let reasons: Vec<_> = condition.reasons().iter().map(|reason| format!("`{reason}`")).collect();
    (!reasons.is_empty()).then(|| format!("| `{condition:?}` | {} |\n", reasons.join(", ")))
}

/// What the type's own documentation says of one of its variants.
fn described<'a>(schema: &'a Value, name: &str) -> Option<&'a str> {
    let variants = schema.get("oneOf")?.as_array()?;
    let variant = variants.iter().find(|variant| variant.get("const").is_some_and(|value| value == name))?;
    variant.get("description")?.as_str()
}
