//! What the API server makes of the examples of good and bad resources, and what kubectl shows of the definition.

#[path = "../../crates/api/tests/rules/cases.rs"]
#[allow(dead_code, reason = "here nothing is left out, so nobody asks why")]
mod cases;

use std::process::Command;

use axum::http::{Method, Request};
use cases::Case;
use cognigy_sso_testkit::control_plane::Program;
use kube::Client;
use kube::core::Status;
use serde_json::Value;

use crate::support::{client, cluster, eventually, namespace};

#[tokio::test]
async fn every_example_ends_as_it_should() {
    let client = client().await;
    let namespace = namespace(&client, "rules").await;
    let mut wrong = Vec::new();
    for case in cases::all() {
        let answer = attempt(&client, &namespace, &case).await;
        let right = match (&case.refusal, &answer) {
            (Some(refusal), Err(status)) => findings(status).any(|(field, message)| refusal.is(field, message)),
            (refusal, answer) => refusal.is_none() && answer.is_ok(),
        };
        if !right {
            wrong.push(format!("{}: {:#?}, the answer is {answer:#?}", case.name, case.refusal));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Creates or updates the resource of an example, without leaving it there.
async fn attempt(client: &Client, namespace: &str, case: &Case) -> Result<Value, Status> {
    let resources = format!("/apis/sso.cognigy.ai/v1alpha1/namespaces/{namespace}/identityproviderconfigs");
    let mut resource = case.resource.clone();
    let Some(before) = &case.before else {
        return send(client, Method::POST, &format!("{resources}?dryRun=All&fieldValidation=Strict"), &resource).await;
    };
    let before = send(client, Method::POST, &resources, before).await.expect("what an update begins with is good");
    resource["metadata"] = before["metadata"].clone();
    let one = format!("{resources}/example");
    let answer = send(client, Method::PUT, &format!("{one}?dryRun=All&fieldValidation=Strict"), &resource).await;
    send(client, Method::DELETE, &one, &Value::Null).await.unwrap();
    answer
}

async fn send(client: &Client, method: Method, path: &str, body: &Value) -> Result<Value, Status> {
    let request = Request::builder().method(method).uri(path).header("Content-Type", "application/json");
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    match client.request(request.body(body).unwrap()).await {
        Ok(answer) => Ok(answer),
        Err(kube::Error::Api(status)) => Err(*status),
        Err(error) => panic!("{path}: {error}"),
    }
}

/// Fields and messages; what is refused before it is decoded has no field.
fn findings(status: &Status) -> impl Iterator<Item = (&str, &str)> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let causes = causes.map(|cause| (cause.field.as_str(), cause.message.as_str()));
    causes.chain([("", status.message.as_str())])
}

/// Lesson: keycloak #17515, external-secrets #1603, argo-cd #23578.
#[tokio::test]
async fn a_fresh_resource_counts_as_in_progress() {
    let client = client().await;
    let namespace = namespace(&client, "fresh").await;
    let fresh = create(&client, &namespace).await;
    assert_eq!(fresh["status"], serde_json::json!({ "observedGeneration": -1 }));
}

/// A field that differs from the definition that is installed here would be a conflict, a doubtful one a warning.
#[tokio::test]
async fn kubectl_installs_the_kept_definition() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/crds/identityproviderconfigs.sso.cognigy.ai.yaml");
    let said =
        kubectl(&["apply", "--server-side", "--dry-run=server", "--output", "name", "--filename", kept]).await.unwrap();
    assert_eq!(said.trim(), "customresourcedefinition.apiextensions.k8s.io/identityproviderconfigs.sso.cognigy.ai");
}

#[tokio::test]
async fn kubectl_knows_short_names_category_and_columns() {
    let client = client().await;
    let namespace = namespace(&client, "columns").await;
    create(&client, &namespace).await;
    for name in ["idp", "idpc", "identityproviderconfig", "identityproviderconfigs", "cognigy"] {
        let table = kubectl(&["get", name, "--namespace", &namespace]).await.unwrap();
        assert_eq!(header(&table), ["NAME", "READY", "REASON", "ISSUER", "ORGANIZATION", "APPLIED", "AGE"], "{name}");
        assert!(table.contains("example"), "{table}");
    }
    let wide = kubectl(&["get", "idp", "--namespace", &namespace, "--output", "wide"]).await.unwrap();
    assert_eq!(header(&wide).last(), Some(&"MESSAGE"));
}

fn header(table: &str) -> Vec<&str> {
    table.lines().next().unwrap_or_default().split_whitespace().collect()
}

#[tokio::test]
async fn kubectl_explains_every_field() {
    // What it reads is published a moment after the definition is established.
    let text = eventually(async || kubectl(&["explain", "idp.spec.oidc"]).await.ok()).await;
    let text = text.expect("kubectl explain never knew the resource");
    for part in ["issuer\t<string> -required-", "byte for byte", "clientSecretRef\t<Object> -required-", "enum: RS256"]
    {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let all = kubectl(&["explain", "idp", "--recursive"]).await.unwrap();
    assert!(all.contains("observedGeneration\t<integer>"), "{all}");
}

async fn create(client: &Client, namespace: &str) -> Value {
    let smallest = cases::all().into_iter().find(|case| case.name == "the smallest resource").unwrap();
    let path = format!("/apis/sso.cognigy.ai/v1alpha1/namespaces/{namespace}/identityproviderconfigs");
    send(client, Method::POST, &path, &smallest.resource).await.unwrap()
}

/// What kubectl prints, to standard error too; an error when it fails.
async fn kubectl(arguments: &[&str]) -> Result<String, String> {
    let kubeconfig = cluster().await.kubeconfig_path();
    let mut command = Command::new(Program::Kubectl.obtain().await.unwrap());
    command.arg("--kubeconfig").arg(&kubeconfig).arg("--cache-dir").arg(kubeconfig.with_file_name("kubectl-cache"));
    let output = command.args(arguments).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    if output.status.success() { Ok(said) } else { Err(said) }
}
