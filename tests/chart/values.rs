//! Each value of the chart has the effect that it names.

mod table;

use std::collections::BTreeSet;

use cognigy_sso_testkit::tool::Tool;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::helm::{self, Helm, file, merge};
use crate::manifests::Manifests;
use table::{Effect, Row};

/// Values that a parent chart sets for itself.
const NOT_READ: [&str; 2] = ["enabled", "global"];
/// Renderings at a time.
const AT_A_TIME: usize = 4;

/// The paths of all values in a schema; a group is none.
fn leaves(schema: &Value, path: &str) -> Vec<String> {
    let Some(properties) = schema["properties"].as_object() else { return vec![path.to_owned()] };
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    properties.iter().flat_map(|(name, schema)| leaves(schema, &join(name))).collect()
}

fn schema() -> Value {
    serde_json::from_str(&file("values.schema.json")).unwrap()
}

/// `a.b` set to a value.
fn nested(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |value, name| json!({ name: value }))
}

fn holds(effect: &Effect, manifests: &Manifests) -> bool {
    match effect {
        Effect::Shows(object, pointer, wanted) => {
            manifests.get(object).pointer(pointer).unwrap_or(&Value::Null) == wanted
        }
        Effect::Pod(pointer, wanted) => {
            let pod = &manifests.get("Deployment")["spec"]["template"]["spec"];
            pod.pointer(pointer).unwrap_or(&Value::Null) == wanted
        }
        Effect::Argument(argument) => manifests.arguments().contains(argument),
        Effect::Makes(object) => manifests.find(object).is_some(),
        Effect::Omits(object) => manifests.find(object).is_none(),
    }
}

async fn check(helm: &Helm, row: Row) -> Result<(), String> {
    let Row { value, set, beside, effect } = row;
    let before = helm::with(beside);
    let mut after = before.clone();
    merge(&mut after, nested(value, set));
    let [before, after] = [helm.render(&before).await?, helm.render(&after).await?];
    if holds(&effect, &before) {
        return Err(format!("{value}: {effect:?} without it as well"));
    }
    holds(&effect, &after).then_some(()).ok_or_else(|| format!("{value}: no {effect:?}"))
}

#[test]
fn every_value_has_a_row() {
    let rows: BTreeSet<_> = table::rows().into_iter().map(|row| row.value.to_owned()).collect();
    let values = leaves(&schema(), "").into_iter().filter(|path| !NOT_READ.contains(&path.as_str()));
    assert_eq!(values.collect::<BTreeSet<_>>(), rows);
}

#[tokio::test]
async fn every_value_does_what_it_says() {
    let helm = Helm::new(Tool::Helm3).await;
    let checks = table::rows().into_iter().map(|row| check(&helm, row));
    let faults: Vec<_> = stream::iter(checks).buffered(AT_A_TIME).filter_map(async |done| done.err()).collect().await;
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Where a group or an item is open, keys are free: labels, and what Kubernetes defines.
#[test]
fn the_schema_is_closed_and_describes_every_value() {
    fn look(schema: &Value, path: &str) {
        assert!(schema["description"].as_str().is_some_and(|text| text.ends_with('.')), "{path} has no description");
        if let Some(properties) = schema["properties"].as_object() {
            assert_eq!(schema["additionalProperties"], false, "{path}");
            properties.iter().for_each(|(name, schema)| look(schema, &format!("{path}.{name}")));
        }
    }
    let schema = schema();
    assert_eq!(schema["additionalProperties"], false);
    schema["properties"].as_object().unwrap().iter().for_each(|(name, schema)| look(schema, name));
}

/// `values.yaml` is generated from the schema; here it is read as Helm reads it.
#[test]
fn what_is_not_set_is_as_the_schema_says() {
    fn defaults(schema: &Value) -> Option<Value> {
        let Some(properties) = schema["properties"].as_object() else { return schema.get("default").cloned() };
        let members = properties.iter().filter_map(|(name, schema)| Some((name.clone(), defaults(schema)?)));
        Some(members.collect())
    }
    let values: Value = serde_saphyr::from_str(&file("values.yaml")).unwrap();
    assert_eq!(values, defaults(&schema()).unwrap());
}

#[tokio::test]
async fn a_value_that_is_not_known_is_refused_by_its_name_at_every_level() {
    let helm = Helm::new(Tool::Helm3).await;
    let groups = ["image", "crds", "extraCa.configMap", "networkPolicy.https", "metrics.serviceMonitor"];
    for path in groups.map(|group| format!("{group}.unknown")).iter().map(String::as_str).chain(["unknown"]) {
        let refusal = helm.render(&helm::with(nested(path, json!(true)))).await.unwrap_err();
        assert!(refusal.contains("unknown") && refusal.contains("not allowed"), "{path}: {refusal}");
    }
}

#[tokio::test]
async fn a_parent_chart_may_switch_it_and_share_values() {
    helm::render(&helm::with(json!({ "enabled": true, "global": { "any": "thing" } }))).await.unwrap();
}
