//! No secret comes out of the binary, whatever happens to it: all that it writes is searched, in every form.

use std::collections::{BTreeMap, BTreeSet};

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::canary::Canary;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::collector::{Collector, Manner};
use cognigy_sso_testkit::server::{Fault, Plan};
use kube::Api;
use kube::api::ListParams;
use kube::core::DynamicObject;
use kube::discovery::ApiResource;
use serde_json::{Value, json};

use crate::strategy::{self, DOCUMENT, SECRET_KEY, SECRET_NAME};
use crate::support::{ORGANIZATION, Operator, PATIENCE, World};

// With characters that every encoding writes in another way.
const KEY: &str = r#"key-1 "\+/=%&:?<>~ canary 7f31"#;
const NEW_KEY: &str = r#"key-2 "\+/=%&:?<>~ canary 8e42"#;
const SECRET: &str = r#"sécret-1 "\+/=%&:?<>~ canary 9a42"#;
const ROTATED: &str = r#"sécret-2 "\+/=%&:?<>~ canary 1c87"#;
const REFUSED: &str = r#"sécret-3 "\+/=%&:?<>~ canary 3e90"#;
const SPOILT: &str = r#"sécret-4 "\+/=%&:?<>~ canary 5d11"#;
const UNUSED: &str = r#"sécret-5 "\+/=%&:?<>~ canary 2a33"#;

fn canaries(token: &str) -> Vec<Canary> {
    let plain = [
        ("the API key", KEY),
        ("the new API key", NEW_KEY),
        ("a value of a key that nobody refers to", UNUSED),
        ("the operator's own token", token),
    ];
    let values =
        [("the value", SECRET), ("the rotated one", ROTATED), ("the refused one", REFUSED), ("the spoilt one", SPOILT)];
    let parts = values
        .into_iter()
        .flat_map(|(name, value)| strategy::canaries(value).into_iter().map(move |part| Canary::new(name, &part)));
    plain.into_iter().map(|(name, secret)| Canary::new(name, secret)).chain(parts).collect()
}

/// All that was seen in the cluster of what the operator writes, as it was at each step.
#[derive(Default)]
struct Seen(Vec<(&'static str, String)>);

impl Seen {
    async fn look(&mut self, world: &World, step: &'static str) {
        for (group, version, kind) in [
            ("sso.cognigy.ai", "v1alpha1", "IdentityProviderConfig"),
            ("events.k8s.io", "v1", "Event"),
            ("coordination.k8s.io", "v1", "Lease"),
        ] {
            let resource = ApiResource::from_gvk(&kube::core::GroupVersionKind::gvk(group, version, kind));
            let api = Api::<DynamicObject>::namespaced_with(world.client.clone(), &world.namespace, &resource);
            let list = api.list(&ListParams::default()).await.unwrap();
            self.0.push((step, serde_json::to_string(&list).unwrap()));
        }
    }
}

/// An answer that repeats all that it was sent, in every member that an answer can have.
fn echo(status: u16, key: &str, values: &[&str]) -> Fault {
    let secrets = [&[key.to_owned()], &*values.iter().map(|value| strategy::sent(value)).collect::<Vec<_>>()].concat();
    let all = secrets.join(" ");
    let members = ["title", "detail", "message", "error", "traceId", "type", "instance", "id", "organisation"];
    let mut problem: Value = members.iter().map(|member| ((*member).to_owned(), json!(all))).collect();
    problem["details"] = json!({ "request": { "body": secrets }, "headers": { "x-api-key": secrets } });
    problem["status"] = json!(status);
    problem["code"] = json!(1005);
    Fault::says(status, &problem.to_string())
}

async fn condition(world: &World, r#type: ConditionType, status: ConditionStatus, reason: Reason) {
    world.condition("acme", r#type, status, reason).await;
}

async fn put(world: &World, secret: &str) {
    world.put_secret(SECRET_NAME, &[(SECRET_KEY, secret), ("unused", UNUSED)]).await;
}

/// First configuration, rotations, and everything that can be wrong with a value.
async fn values(world: &World, seen: &mut Seen) {
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.holds(SECRET).await;
    seen.look(world, "configured").await;

    put(world, ROTATED).await;
    world.holds(ROTATED).await;
    world.put_secret("cognigy-api", &[("apiKey", NEW_KEY)]).await;
    let has_new_key = |headers: &BTreeMap<String, String>| headers.get("x-api-key").is_some_and(|key| key == NEW_KEY);
    world.cognigy.wait_for_call(|call| has_new_key(&call.headers), PATIENCE).await.unwrap();
    world.ready("acme").await;
    seen.look(world, "rotated").await;

    let (spoilt, reason) = strategy::spoilt(SPOILT);
    for value in spoilt {
        world.put_secret_bytes(SECRET_NAME, "Opaque", &[(SECRET_KEY, value.as_bytes())]).await;
        world.check("acme").await;
        condition(world, ConditionType::SecretsResolved, ConditionStatus::False, reason).await;
        seen.look(world, "invalid").await;
    }
    put(world, ROTATED).await;
    world.ready("acme").await;
}

/// Refusals and faults that repeat what they were sent.
async fn faults(world: &World, seen: &mut Seen) {
    world.cognigy.install(Plan::on(Operation::Configure, [echo(400, NEW_KEY, &[REFUSED, ROTATED])]));
    put(world, REFUSED).await;
    condition(world, ConditionType::Stalled, ConditionStatus::True, Reason::RolledBack).await;
    world.has_events("acme", &["RolledBack"]).await;
    seen.look(world, "rolled back").await;
    put(world, ROTATED).await;
    world.ready("acme").await;

    for (status, reason) in [(401, Reason::AccessDenied), (500, Reason::ServerError), (200, Reason::UnexpectedAnswer)] {
        world.cognigy.install(Plan::on(Operation::Me, [echo(status, NEW_KEY, &[ROTATED])]).forever());
        world.check("acme").await;
        let found = world.get("acme").await.status.unwrap();
        let connection = found.condition(ConditionType::ConnectionReady).unwrap().clone();
        assert_ne!(connection.status, ConditionStatus::True, "{status} {reason}: {connection:?}");
        seen.look(world, "refused").await;
        world.cognigy.clear_faults();
    }

    world.provider.install(Plan::on(DOCUMENT, [echo(503, NEW_KEY, &[ROTATED])]).forever());
    world.check("acme").await;
    condition(world, ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::ServerError).await;
    seen.look(world, "outage").await;
    world.provider.clear_faults();
    world.check("acme").await;
    world.ready("acme").await;
}

/// Lesson: Argo CD CVE-2025-23216 and six more.
#[tokio::test]
async fn no_secret_is_in_anything_that_comes_out_whatever_happens() {
    let world = World::new("secrecy").await;
    world.cognigy.add_admin(KEY, ORGANIZATION);
    world.cognigy.add_admin(NEW_KEY, ORGANIZATION);
    world.put_secret("cognigy-api", &[("apiKey", KEY)]).await;
    put(&world, SECRET).await;
    let collector = Collector::start(Manner::Takes).await.unwrap();
    let mut operator = Operator::talkative_replica(&world.namespace, &collector.endpoint()).await;
    operator.leads().await;
    let mut seen = Seen::default();
    values(&world, &mut seen).await;
    faults(&world, &mut seen).await;

    world.cognigy.install(Plan::on(Operation::Reset, [echo(403, NEW_KEY, &[ROTATED])]).forever());
    world.delete("acme").await;
    world.has_events("acme", &["DeletionBlocked"]).await;
    seen.look(&world, "blocked").await;
    for page in ["/livez", "/readyz", "/metrics", "/"] {
        seen.0.push((page, operator.page(page).await));
    }
    world.cognigy.clear_faults();
    world.patch("acme", json!({ "spec": { "interval": "11m" } })).await;
    world.gone("acme").await;
    assert_eq!(operator.stop().await, 0);
    seen.look(&world, "gone").await;

    seen.0.push(("standard output", operator.output()));
    let log = operator.log();
    assert_everything_is_logged(&log);
    seen.0.push(("the log", log));
    assert!(collector.spans().iter().any(|span| span.name == "POST reset"), "{:#?}", collector.spans());
    seen.0.push(("the spans", collector.everything()));
    let token = operator.token();
    for canary in canaries(token) {
        for (step, text) in &seen.0 {
            assert_eq!(canary.find(text), None, "{step}");
        }
    }
}

/// Is the log kept at its most talkative, by the libraries as well?
fn assert_everything_is_logged(log: &str) {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let traced = lines.filter(|line| line["level"] == "TRACE" || line["level"] == "DEBUG");
    let targets: BTreeSet<_> =
        traced.filter_map(|line| Some(line["target"].as_str()?.split("::").next()?.to_owned())).collect();
    for library in ["hyper_util", "kube_runtime", "reqwest", "rustls", "tower"] {
        assert!(targets.contains(library), "{library} logs nothing, of {targets:?}");
    }
}
