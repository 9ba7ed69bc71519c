//! What pages show in YAML is taken by the API server as it stands.

use serde_json::Value;

use crate::block::{Block, Trial};
use crate::book::{pages, root};
use crate::stage::Stage;

/// Where the values of a chart are described.
const VALUES: &str = "charts/cognigy-sso-operator/values.schema.json";

#[tokio::test]
async fn every_resource_is_taken_by_the_api_server() {
    let stage = Stage::with_definition().await;
    let mut faults = Vec::new();
    for page in pages() {
        for block in page.blocks().filter(|block| block.language == "yaml" && block.trial() == Ok(Trial::Apply)) {
            let taken = if is_values(block) { check_values(block) } else { apply(&stage, block).await };
            faults.extend(taken.err().map(|fault| format!("{}: {fault}", page.at(block.line))));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn what_the_api_server_refuses_is_found() {
    let stage = Stage::with_definition().await;
    let block = |text: &str| Block { line: 1, language: "yaml".to_owned(), text: text.to_owned(), mark: None };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n";
    apply(&stage, &block(secret)).await.unwrap();
    for (text, words) in [
        (format!("{secret}strngData: {{a: b}}\n"), "strngData"),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n".to_owned(), "Application"),
        (
            "apiVersion: sso.cognigy.ai/v1alpha1\nkind: IdentityProviderConfig\nmetadata: {name: a}\nspec: {}\n"
                .to_owned(),
            "spec",
        ),
    ] {
        let refused = apply(&stage, &block(&text)).await.unwrap_err();
        assert!(refused.contains(words), "{refused}");
    }
}

async fn apply(stage: &Stage, block: &Block) -> Result<(), String> {
    for namespace in namespaces(&block.text) {
        // It may be there already.
        let _ = stage.run(&format!("kubectl create namespace {namespace}"), "").await;
    }
    let taken =
        stage.run("kubectl apply --dry-run=server --server-side --validate=strict --filename -", &block.text).await;
    if taken.succeeded { Ok(()) } else { Err(taken.said()) }
}

fn namespaces(text: &str) -> impl Iterator<Item = String> {
    let documents = text.split("\n---\n").filter_map(|document| serde_saphyr::from_str::<Value>(document).ok());
    documents.filter_map(|document| document.pointer("/metadata/namespace")?.as_str().map(str::to_owned))
}

/// Nothing that a cluster knows: values for a chart.
fn is_values(block: &Block) -> bool {
    !block.text.lines().any(|line| line.starts_with("apiVersion:"))
}

fn check_values(block: &Block) -> Result<(), String> {
    let schema = std::fs::read_to_string(root().join(VALUES)).map_err(|error| format!("{VALUES}: {error}"))?;
    let schema: Value = serde_json::from_str(&schema).map_err(|error| format!("{VALUES}: {error}"))?;
    let values: Value = serde_saphyr::from_str(&block.text).map_err(|error| error.to_string())?;
    let validator = jsonschema::validator_for(&partial(schema)).map_err(|error| error.to_string())?;
    let faults: Vec<_> =
        validator.iter_errors(&values).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// Values on a page need not be complete: what is not said there the chart says, or another file.
fn partial(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("required");
    }
    schema
}
