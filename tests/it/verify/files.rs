//! Checking files: no cluster is asked.

use std::fs;
use std::time::Duration;

use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::{Value, json};

use super::desk::{Desk, PLAIN, SECRET, with_provider};
use crate::strategy::{CHECKS, DOCUMENT, DOCUMENT_NAME, SECRET_NAME};
use crate::support::API_KEY;

/// The names of all checks of one that is not applied yet.
fn checks() -> Vec<&'static str> {
    [&["spec", "secrets", "connection"], CHECKS].concat()
}

#[tokio::test]
async fn what_is_right_is_verified_in_a_table_and_in_json() {
    let (desk, _provider, address) = with_provider(SECRET).await;
    let table = desk.check(desk.idp(&address), SECRET, &[]).await;
    assert_eq!(table.code, 0, "{table:?}");
    for check in checks() {
        let line = table.out.lines().find(|line| line.trim_start().starts_with(check));
        assert!(line.is_some_and(|line| line.contains("verified")), "{check}: {}", table.out);
    }
    assert!(table.out.ends_with("1 resource checked: 1 verified, 0 refuted, 0 unknown.\n"), "{}", table.out);
    let run = desk.check(desk.idp(&address), SECRET, &["-o", "json"]).await;
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["resources"][0]["result"], "verified");
    assert_eq!(report["resources"][0]["name"], "acme");
    let names: Vec<_> = report["resources"][0]["checks"].as_array().unwrap().iter().map(|it| &it["check"]).collect();
    assert_eq!(names, [checks(), vec!["login"]].concat());
    for operation in [Operation::Configure, Operation::Reset] {
        assert_eq!(desk.cognigy.calls_of(operation), [], "nothing is changed");
    }
}

#[tokio::test]
async fn files_come_one_by_one_from_folders_and_from_standard_input() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let folder = desk.folder.path().join("manifests");
    fs::create_dir(&folder).unwrap();
    let resource = serde_json::to_value(desk.idp(&address).build()).unwrap();
    fs::write(folder.join("idp.yaml"), resource.to_string()).unwrap();
    fs::write(folder.join("notes.txt"), "no: [yaml").unwrap();
    let values: Vec<_> = desk.values(PLAIN).iter().map(ToString::to_string).collect();
    let run = desk.run(&["-f", folder.to_str().unwrap(), "-f", "-"], Some(&values.join("\n---\n"))).await;
    assert_eq!(run.code, 0, "{run:?}");
}

#[tokio::test]
async fn a_resource_without_a_namespace_is_of_the_one_that_is_asked_for() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let mut documents = vec![serde_json::to_value(desk.idp(&address).build()).unwrap()];
    documents[0]["metadata"].as_object_mut().unwrap().remove("namespace");
    documents.extend(desk.values(PLAIN));
    documents[1..].iter_mut().for_each(|value| value["metadata"]["namespace"] = json!("sso"));
    let file = desk.write("sso.yaml", &documents);
    let file = file.to_str().unwrap();
    assert_eq!(desk.run(&["-f", file, "-n", "sso"], None).await.code, 0);
    let elsewhere = desk.run(&["-f", file, "-o", "json"], None).await;
    elsewhere.finds("secrets", "unknown", "NotChecked", &[&format!("Secret {SECRET_NAME}")]);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_by_file_and_line_and_not_shown() {
    let desk = Desk::new().await;
    let file = desk.folder.path().join("broken.yaml");
    fs::write(&file, format!("apiVersion: v1\nkind: Secret\nstringData: {{a: \"{PLAIN}\"\nb: [\n")).unwrap();
    let run = desk.run(&["-f", file.to_str().unwrap()], None).await;
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("broken.yaml, line ") && run.err.contains("YAML"), "{}", run.err);
    let missing = desk.run(&["-f", "/nowhere/at-all.yaml"], None).await;
    assert!(missing.code == 2 && missing.err.contains("/nowhere/at-all.yaml"), "{missing:?}");
    let nothing = desk.run(&["-f", "-"], Some("apiVersion: v1\nkind: Namespace\nmetadata: {name: sso}\n")).await;
    assert!(nothing.code == 2 && nothing.err.contains("no IdentityProviderConfig to check"), "{nothing:?}");
}

#[tokio::test]
async fn a_resource_that_cannot_be_read_is_refuted_by_its_field() {
    let desk = Desk::new().await;
    for (edit, words) in [
        (json!({ "cognigy": 7 }), "invalid type"),
        (json!({ "cognigy": { "apiUrl": "https://api-trial.cognigy.ai/new" } }), "apiKeySecretRef"),
    ] {
        let document = json!({
            "apiVersion": "sso.cognigy.ai/v1alpha1", "kind": "IdentityProviderConfig",
            "metadata": { "name": "acme" }, "spec": edit,
        });
        let run = desk.run(&["-f", "-", "-o", "json"], Some(&document.to_string())).await;
        run.finds("spec", "refuted", "InvalidSpec", &[words]);
        assert_eq!(run.code, 1);
    }
    let misplaced = json!({
        "apiVersion": "sso.cognigy.ai/v1alpha1", "kind": "IdentityProviderConfig", "metadata": { "name": "acme" },
        "spec": { "cognigy": { "apiUrl": "https://api-trial.cognigy.ai/new", "apiKeySecretRef": API_KEY } },
    });
    let run = desk.run(&["-f", "-", "-o", "json"], Some(&misplaced.to_string())).await;
    run.finds("spec", "refuted", "InvalidSpec", &["invalid type: string, expected"]);
}

#[tokio::test]
async fn the_api_key_is_checked_and_sent_to_allowed_hosts_only() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let other = desk.idp(&address).with("/spec/cognigy/organizationId", json!("ffffffffffffffffffffffff"));
    let run = desk.check(other, PLAIN, &["-o", "json"]).await;
    run.finds("connection", "refuted", "OrganizationMismatch", &["spec.cognigy.organizationId"]);
    desk.cognigy.clear_calls();
    let run = desk.check(desk.idp(&address), PLAIN, &["-o", "json", "--cognigy-host", "api.example"]).await;
    assert_eq!(run.code, 0, "two hosts are allowed: {run:?}");
    let elsewhere = desk
        .idp(&address)
        .edit("/spec/cognigy/apiUrl", |url| json!(url.as_str().unwrap().replace("localhost", "127.0.0.1")));
    desk.cognigy.clear_calls();
    let run = desk.check(elsewhere, PLAIN, &["-o", "json"]).await;
    run.finds("connection", "refuted", "HostNotAllowed", &["--cognigy-host 127.0.0.1"]);
    assert!(desk.cognigy.calls().iter().all(|call| !format!("{call:?}").contains(API_KEY)));
}

#[tokio::test]
async fn a_resource_that_is_suspended_or_only_warns_is_checked_like_any_other() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let idp = desk.idp(&address).with("/spec/suspend", json!(true)).with("/spec/mode", json!("Plan"));
    assert_eq!(desk.check(idp, PLAIN, &[]).await.code, 0);
    let mut going = serde_json::to_value(desk.idp(&address).build()).unwrap();
    going["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let file = desk.write("going.yaml", &[vec![going], desk.values(PLAIN)].concat());
    assert_eq!(desk.run(&["-f", file.to_str().unwrap()], None).await.code, 0);
}

#[tokio::test]
async fn where_the_login_url_leads_is_shown_and_what_it_hides_counts_for_nothing() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let run = desk.check(desk.idp(&address), PLAIN, &["-o", "json"]).await;
    run.finds("login", "unknown", "NotChecked", &[]);
    assert_eq!(run.code, 0);
}

#[tokio::test]
async fn who_waits_is_told_what_for() {
    let (desk, provider, address) = with_provider(PLAIN).await;
    let slow = Fault::late(Duration::from_secs(6));
    provider.install(Plan::on(DOCUMENT, [slow]));
    let run = desk.check(desk.idp(&address), PLAIN, &["-o", "json"]).await;
    assert!(run.err.contains("checking acme") && run.err.contains("waiting for servers"), "{}", run.err);
    assert!(serde_json::from_str::<Value>(&run.out).is_ok(), "nothing of that is in the way of JSON");
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_not_taken_for_wrong() {
    let (desk, provider, address) = with_provider(PLAIN).await;
    provider.install(Plan::on(DOCUMENT, [Fault::status(503)]).forever());
    let run = desk.check(desk.idp(&address), PLAIN, &["-o", "json"]).await;
    run.finds(DOCUMENT_NAME, "unknown", "ServerError", &["503"]);
    run.finds(CHECKS[1], "unknown", "NotChecked", &[&format!("see {DOCUMENT_NAME}")]);
    assert_eq!(run.code, 2);
    let (_, _, message) = run.check(DOCUMENT_NAME);
    assert!(!message.contains("tried again"), "here nobody tries again: {message}");
}

#[tokio::test]
async fn what_stands_in_files_cannot_pass_for_a_command_to_a_terminal_or_a_runner() {
    let desk = Desk::new().await;
    let name = "acme\n::add-mask::x\u{1b}[2J";
    let document = json!({
        "apiVersion": "sso.cognigy.ai/v1alpha1", "kind": "IdentityProviderConfig",
        "metadata": { "name": name }, "spec": { "cognigy": { "a\n::error::b": 1 } },
    });
    let run = desk.run(&["-f", "-"], Some(&document.to_string())).await;
    for said in [&run.out, &run.err] {
        assert!(!said.contains('\u{1b}') && !said.lines().any(|line| line.trim_start().starts_with("::")), "{said}");
    }
}

#[tokio::test]
async fn a_secret_that_expires_soon_is_told() {
    let (desk, _provider, address) = with_provider(PLAIN).await;
    let resource = serde_json::to_value(desk.idp(&address).build()).unwrap();
    let [key, mut secret, ca] = desk.values(PLAIN).try_into().unwrap();
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    secret["metadata"]["annotations"] = json!({ "sso.cognigy.ai/expires-at": soon.to_string() });
    let file = desk.write("soon.yaml", &[resource, key, secret, ca]);
    let run = desk.run(&["-f", file.to_str().unwrap(), "-o", "json"], None).await;
    run.finds("secrets", "verified", "Resolved", &[&format!("Secret {SECRET_NAME} expires within 3 days")]);
    assert_eq!(run.code, 0, "it is right as yet");
}
