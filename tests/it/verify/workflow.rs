//! The workflow in `examples/ci` does what it says: its script is run as it stands.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use cognigy_sso_testkit::provider::{Client, Provider, Style};
use serde_json::{Value, json};
use tokio::process::Command;

use super::desk::{Desk, PLAIN, Run, run};
use crate::support::ORGANIZATION;

fn workflow() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci/github-workflow.yaml");
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The script of the last step, where secrets are.
fn script(workflow: &Value) -> &str {
    workflow["jobs"]["verify"]["steps"].as_array().unwrap().last().unwrap()["run"].as_str().unwrap()
}

/// Runs it in a repository that holds a resource in `sso`, with this client secret.
async fn run_with(desk: &Desk, secret: &str) -> Run {
    let bin = desk.folder.path().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let _ = symlink(env!("CARGO_BIN_EXE_cognigy-sso-operator"), bin.join("cognigy-sso-operator"));
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    // As the runner calls it.
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script(&workflow())]);
    command.current_dir(desk.folder.path()).env("PATH", path).env("CLIENT_SECRET", secret);
    command.env("COGNIGY_SSO_ALLOW_NETWORK", "127.0.0.0/8,::1/128").env_remove("HTTPS_PROXY").env_remove("https_proxy");
    run(&mut command, None).await
}

#[tokio::test]
async fn a_pull_request_that_would_break_the_sign_in_fails() {
    let desk = Desk::new().await;
    let provider = Provider::start(&desk.authority).await.unwrap();
    let client = Client::new("acme", PLAIN).redirect(&desk.registration(PLAIN).redirect_uris[0]);
    let issuer = provider.add("acme", Style::Auth0, vec![client]);
    let resource = desk.idp(&issuer).with("/spec/cognigy/organizationId", json!(ORGANIZATION));
    let [_, _, ca] = desk.values(PLAIN).try_into().unwrap();
    fs::create_dir(desk.folder.path().join("sso")).unwrap();
    desk.write("sso/acme.yaml", &[serde_json::to_value(resource.build()).unwrap(), ca]);

    let right = run_with(&desk, PLAIN).await;
    assert_eq!(right.code, 0, "{right:?}");
    assert!(right.out.contains("1 verified"), "{}", right.out);
    let wrong = run_with(&desk, "another-secret-altogether").await;
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.out.contains("REFUTED"), "{}", wrong.out);
    let from_a_fork = run_with(&desk, "").await;
    assert_eq!(from_a_fork.code, 0, "{from_a_fork:?}");
    assert!(from_a_fork.out.contains("::warning::"), "{}", from_a_fork.out);
}

#[test]
fn the_workflow_gives_nothing_away() {
    let workflow = workflow();
    assert_eq!(workflow["permissions"], json!({ "contents": "read" }));
    assert!(workflow["on"].get("pull_request_target").is_none(), "a fork's code would get the secrets");
    assert!(!script(&workflow).contains("${{"), "what an expression gives would be taken for a part of the script");
}
