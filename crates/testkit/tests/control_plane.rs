//! The control plane is real, there may be several, and none outlives its parent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "a test fails by panicking")]

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use cognigy_sso_testkit::control_plane::guard::{Guarded, Signal, Sink};
use cognigy_sso_testkit::control_plane::{ControlPlane, Options};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{DeleteParams, DynamicObject, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};
use serde_json::json;

/// Only the process that a test means to kill has it.
const DOOMED: &str = "TESTKIT_DOOMED_PARENT";
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn takes_a_definition_and_keeps_resources_of_it() {
    let plane = ControlPlane::start(&Options::default()).await.unwrap();
    let client = plane.client().await.unwrap();
    assert_eq!(readyz(&client).await, "ok");

    create(&client, &definitions(), None, definition()).await;
    let flags = ApiResource::from_gvk(&GroupVersionKind::gvk("example.test", "v1", "Flag"));
    until("the new kind is served", async || {
        let flags: Api<DynamicObject> = Api::namespaced_with(client.clone(), "default", &flags);
        flags.list(&kube::api::ListParams::default()).await.is_ok()
    })
    .await;
    let flag = json!({"apiVersion": "example.test/v1", "kind": "Flag", "metadata": {"name": "one"}});
    let kept = create(&client, &flags, Some("default"), flag).await;
    assert_eq!(kept.data["status"]["observedGeneration"], -1, "defaults of the status are real");

    let server = plane.server();
    plane.stop().await.unwrap();
    assert!(!answers(&server), "{server} still answers");
}

#[tokio::test]
async fn two_at_a_time_share_nothing() {
    let options = Options::default();
    let (one, other) = tokio::join!(ControlPlane::start(&options), ControlPlane::start(&options));
    let (one, other) = (one.unwrap(), other.unwrap());
    let maps = |client: Client| Api::<ConfigMap>::namespaced(client, "default");
    let (here, there) = (maps(one.client().await.unwrap()), maps(other.client().await.unwrap()));
    let map = serde_json::from_value(json!({"metadata": {"name": "mine"}})).unwrap();
    here.create(&PostParams::default(), &map).await.unwrap();
    assert!(there.get_opt("mine").await.unwrap().is_none());
    assert!(here.get_opt("mine").await.unwrap().is_some());
}

#[tokio::test]
async fn with_a_controller_manager_namespaces_go_away_and_the_audit_log_says_who_asked() {
    let policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";
    let options = Options { audit_policy: Some(policy.into()), controller_manager: true, ..Options::default() };
    let plane = ControlPlane::start(&options).await.unwrap();
    let namespaces: Api<Namespace> = Api::all(plane.client().await.unwrap());
    let name = "short-lived";
    let namespace = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
    namespaces.create(&PostParams::default(), &namespace).await.unwrap();
    namespaces.delete(name, &DeleteParams::default()).await.unwrap();
    until("the namespace is gone", async || namespaces.get_opt(name).await.unwrap().is_none()).await;

    let log = fs::read_to_string(plane.audit_log()).unwrap();
    let asked = |line: &str| line.contains("\"verb\":\"delete\"") && line.contains("\"username\":\"admin\"");
    assert!(log.lines().any(asked), "no line of the audit log tells of the administrator's delete");
}

#[tokio::test]
async fn a_program_that_fails_shows_the_end_of_its_log() {
    let options = Options { audit_policy: Some("kind: Nonsense\n".into()), ..Options::default() };
    let error = ControlPlane::start(&options).await.unwrap_err().to_string();
    assert!(error.contains("kube-apiserver ended with code 1"), "{error}");
    assert!(error.contains("Nonsense"), "{error}");
}

#[tokio::test]
async fn ends_when_its_parent_is_killed() {
    let mut parent = Command::new(env::current_exe().unwrap())
        .args(["--exact", "the_doomed_parent", "--nocapture"])
        .env(DOOMED, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    let told = lines.map(Result::unwrap).find_map(|line| line.strip_prefix("started ").map(str::to_owned)).unwrap();
    let started: Vec<&str> = told.split(' ').collect();
    let (server, folder) = (started[0], PathBuf::from(started[1]));
    assert!(answers(server) && folder.exists());

    parent.kill().unwrap();
    parent.wait().unwrap();

    until("no port answers", async || !answers(server)).await;
    for pid in &started[2..] {
        until("both processes are gone", async || !runs(pid)).await;
    }
    until("the folder is gone", async || !folder.exists()).await;
}

/// Not a test of its own: the process that the test above starts and kills.
#[tokio::test]
async fn the_doomed_parent() {
    if env::var_os(DOOMED).is_none() {
        return;
    }
    let plane = ControlPlane::start(&Options::default()).await.unwrap();
    let path = plane.kubeconfig_path();
    let folder = path.parent().unwrap().display();
    println!("\nstarted {} {folder} {} {}", plane.server(), plane.etcd_pid(), plane.api_server_pid());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_guarded_program_gets_signals_and_tells_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = Command::new("sh");
    let script = "trap 'echo asked; exit 7' TERM; echo \"$GREETING\"; while :; do sleep 0.05; done";
    command.args(["-c", script]).env("GREETING", "hello");
    let mut guarded = Guarded::spawn(&command, Sink::File(log.clone()), Sink::Null).await.unwrap();
    until("it has begun", async || read(&log).contains("hello")).await;
    assert_eq!(guarded.stop(PATIENCE).await.unwrap(), 7);
    assert!(read(&log).contains("asked"));
    guarded.signal(Signal::TERM).unwrap();
}

#[tokio::test]
async fn a_guarded_program_that_does_not_listen_is_killed_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let (log, grandchild) = (folder.path().join("log"), folder.path().join("grandchild"));
    let mut command = Command::new("sh");
    let script =
        "trap '' TERM; sh -c 'echo $$ > \"$0\"; exec sleep 600' \"$0\" & echo up; while :; do sleep 0.05; done";
    command.args(["-c", script]).arg(&grandchild);
    let mut guarded = Guarded::spawn(&command, Sink::File(log.clone()), Sink::Null).await.unwrap();
    until("both have begun", async || read(&log).contains("up") && !read(&grandchild).is_empty()).await;
    let pid = read(&grandchild).trim().to_owned();
    assert!(runs(&pid));
    assert_eq!(guarded.stop(Duration::from_millis(50)).await.unwrap(), 137);
    drop(guarded);
    until("its child is gone too", async || !runs(&pid)).await;
}

#[tokio::test]
async fn a_program_that_is_not_there_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let command = Command::new(folder.path().join("missing"));
    let mut guarded = Guarded::spawn(&command, Sink::Null, Sink::File(log.clone())).await.unwrap();
    assert_eq!(guarded.wait().await.unwrap(), 127);
    assert!(read(&log).contains("missing"));
}

async fn readyz(client: &Client) -> String {
    let request = axum::http::Request::get("/readyz").body(Vec::new()).unwrap();
    client.request_text(request).await.unwrap()
}

async fn create(
    client: &Client,
    kind: &ApiResource,
    namespace: Option<&str>,
    object: serde_json::Value,
) -> DynamicObject {
    let api: Api<DynamicObject> = match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, kind),
        None => Api::all_with(client.clone(), kind),
    };
    api.create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await.unwrap()
}

fn definitions() -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("apiextensions.k8s.io", "v1", "CustomResourceDefinition"))
}

fn definition() -> serde_json::Value {
    let status = json!({
        "type": "object",
        "default": {"observedGeneration": -1},
        "properties": {"observedGeneration": {"type": "integer"}},
    });
    let schema = json!({"type": "object", "properties": {"status": status}});
    let version = json!({
        "name": "v1", "served": true, "storage": true,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "flags.example.test"},
        "spec": {
            "group": "example.test", "scope": "Namespaced",
            "names": {"kind": "Flag", "plural": "flags"},
            "versions": [version],
        },
    })
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let met = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, met).await.is_ok(), "waited in vain: {what}");
}

fn answers(server: &str) -> bool {
    TcpStream::connect(server.trim_start_matches("https://")).is_ok()
}

/// A process that has ended but that nobody has asked after (a zombie) does not run.
fn runs(pid: &str) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
    !state.is_empty() && !state.starts_with(b"Z")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
