//! From `kubectl apply` to Ready.

use cognigy_sso_testkit::cognigy::Operation;
use futures::{StreamExt, TryStreamExt};
use http::Request;
use kube::runtime::watcher::{self, Event};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::strategy::{self, PART, SECRET_NAME};
use crate::support::{ORGANIZATION, PATIENCE, SECRET, World, eventually, is_ready};

#[tokio::test]
async fn a_resource_becomes_ready_and_cognigy_gets_exactly_the_documented_body() {
    let world = World::new("first").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;

    let sent = world.cognigy.calls_of(Operation::Configure);
    let documented = strategy::body(&world, "acme", SECRET);
    assert_eq!(sent.iter().map(|call| &call.body).collect::<Vec<_>>(), [&documented]);
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn status_tells_what_was_found_and_what_to_register() {
    let world = World::new("status").await;
    let _operator = world.operator().await;
    let frontend = json!("https://trial.example.com/");
    world.create(world.idp("acme").with("/spec/cognigy/frontendUrl", frontend)).await;
    let status = world.ready("acme").await.status.unwrap();

    let host = world.cognigy.api_url().replace("https://", "").replace("/new", "");
    strategy::is_shown(&world, &status, &host);
    let urls = status.urls.unwrap();
    assert_eq!(*urls.login, format!("https://{host}/auth/{PART}/login/{ORGANIZATION}"));
    assert_eq!(*urls.logout.unwrap(), format!("https://trial.example.com/slo/{ORGANIZATION}"));
    let organization = status.organization.unwrap();
    assert_eq!((&*organization.id, &*organization.api_host), (ORGANIZATION, &*host));
    let applied = status.applied.unwrap();
    assert!(applied.fingerprint.starts_with("$argon2id$") && applied.generation == 1);
    assert_eq!(applied.secrets.iter().map(|secret| &*secret.name).collect::<Vec<_>>(), [SECRET_NAME, "cognigy-api"]);
}

#[tokio::test]
async fn the_table_names_the_provider() {
    let world = World::new("table").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let request = Request::get(format!("{}/acme", world.idps().resource_url()))
        .header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
    let table: Value = world.client.request(request.body(Vec::new()).unwrap()).await.unwrap();
    let columns = table["columnDefinitions"].as_array().unwrap();
    let column = columns.iter().position(|column| column["name"] == "Issuer").unwrap();
    assert_eq!(table["rows"][0]["cells"][column], strategy::in_table(&world), "{table}");
}

#[tokio::test]
async fn the_way_to_ready_takes_one_write_and_says_so_in_one_event() {
    let world = World::new("one-write").await;
    let _operator = world.operator().await;
    let created = world.create(world.idp("acme")).await;
    assert_eq!(created.status.map(|status| status.observed_generation), Some(-1), "the CRD's default");
    let mut watch = watcher::watcher(world.idps(), watcher::Config::default()).boxed();
    let mut versions = vec![created.metadata.resource_version];
    while let Some(event) = timeout(PATIENCE, watch.try_next()).await.expect("it becomes Ready").unwrap() {
        let (Event::Apply(resource) | Event::InitApply(resource)) = event else { continue };
        versions.push(resource.metadata.resource_version.clone());
        if is_ready(&resource) {
            break;
        }
    }
    versions.dedup();
    assert_eq!(versions.len(), 2, "created, and one write: {versions:?}");
    eventually(async || (world.events("acme").await == ["Configured"]).then_some(())).await.expect("one event");
}
