//! The traces that the operator sends, and that nothing depends on whether somebody takes them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::collector::{Collector, Manner, Span};
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::{Value, json};

use crate::strategy::SPANS;
use crate::support::{LEASE, Operator, World, eventually};

/// How often batches are sent, in milliseconds: nearly at once, or not before the operator stops.
const SOON: &str = "50";
const AT_THE_END: &str = "3600000";
/// Where no collector is.
const NOBODY: &str = "http://127.0.0.1:9";

/// An operator that sends its spans there.
async fn operator(world: &World, endpoint: &str, when: &str) -> Operator {
    let variables = [
        ("COGNIGY_SSO_OTLP_ENDPOINT", endpoint),
        ("COGNIGY_SSO_LEADER_ELECT", "false"),
        ("NO_PROXY", "127.0.0.1"),
        ("POD_NAME", "operator-0"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,service.version=of-the-administrator"),
        ("OTEL_BSP_SCHEDULE_DELAY", when),
    ];
    Operator::start_with(&world.namespace, LEASE, &variables).await
}

/// What a span says, of the attributes that have these names.
fn said(span: &Span, names: &[&str]) -> Value {
    names.iter().map(|name| span.attributes.get(*name).cloned().unwrap_or_default()).collect()
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no {name} in {spans:#?}"))
}

/// The spans of the one visit that had this one.
fn visit<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    let trace = &named(spans, name).trace;
    spans.iter().filter(|span| span.trace == *trace).collect()
}

#[tokio::test]
async fn a_visit_is_a_trace_of_all_that_it_did() {
    let world = World::new("traces").await;
    let collector = Collector::start(Manner::Takes).await.unwrap();
    let mut operator = operator(&world, &collector.endpoint(), AT_THE_END).await;
    world.create(world.idp("acme")).await;
    let uid = world.ready("acme").await.metadata.uid.unwrap();
    assert_eq!(operator.stop().await, 0);
    let spans = collector.spans();

    let visit = visit(&spans, "POST configure");
    let roots: Vec<_> = visit.iter().filter(|span| span.parent.is_empty()).collect();
    let [root] = roots[..] else { panic!("{roots:#?}") };
    assert_eq!(root.name, "reconcile");
    let whose = ["k8s.namespace.name", "k8s.object.kind", "k8s.object.name", "k8s.object.uid"];
    assert_eq!(said(root, &whose), json!([world.namespace, "IdentityProviderConfig", "acme", uid]));
    let how = ["cognigy_sso.generation", "cognigy_sso.cause", "cognigy_sso.result"];
    assert_eq!(said(root, &how), json!([1, "change", "settled"]));

    let names: BTreeMap<_, _> = visit.iter().map(|span| (span.id.as_str(), span.name.as_str())).collect();
    let parts: BTreeSet<_> = visit.iter().map(|span| (names.get(&*span.parent).copied(), span.name.as_str())).collect();
    let provider = SPANS.iter().map(|(parent, name)| (Some(*parent), *name));
    let common = [
        (Some("reconcile"), "observe"),
        (Some("observe"), "GET me"),
        (Some("observe"), "GET audit_events"),
        (Some("reconcile"), "POST configure"),
        (Some("reconcile"), "write status"),
        (Some("reconcile"), "publish event"),
    ];
    for part in provider.chain(common) {
        assert!(parts.contains(&part), "{part:?} is not in {parts:#?}");
    }

    let configure = named(&spans, "POST configure");
    let (call, port) = (["http.request.method", "server.address", "http.response.status_code"], "server.port");
    assert_eq!(said(configure, &call), json!(["POST", "localhost", 200]));
    assert!(world.cognigy.api_url().contains(&format!("localhost:{}", configure.attributes[port])));
    assert!(configure.is_client && !configure.is_error);
    let event = named(&spans, "publish event");
    assert_eq!(said(event, &["cognigy_sso.event.reason"]), json!(["Configured"]));
    the_log_names_the_trace(&operator.log(), &root.trace);
    only_what_is_documented(&spans);
    for span in &spans {
        let names = ["service.name", "service.version", "k8s.pod.name", "deployment.environment.name"];
        let resource: Value = names.iter().map(|name| span.resource[*name].clone()).collect();
        assert_eq!(resource, json!(["cognigy-sso-operator", "of-the-administrator", "operator-0", "test"]));
    }
}

fn the_log_names_the_trace(log: &str, trace: &str) {
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let line = lines.iter().find(|line| line["reason"] == "Configured").expect("a line for the event");
    let visit = lines.iter().find(|line| line["message"] == "reconciled").expect("a line for the visit");
    assert_eq!([&line["trace_id"], &visit["trace_id"]], [trace, trace]);
    assert!(lines.iter().all(|line| line.get("span").is_none() && line.get("spans").is_none()), "{log}");
}

/// Spans of the operator and no library, with the attributes that `docs/operations/tracing.md` names, and nothing attached.
fn only_what_is_documented(spans: &[Span]) {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations/tracing.md")).unwrap();
    for span in spans {
        let names = span.attributes.keys().chain(span.resource.keys().filter(|name| !name.starts_with("deployment.")));
        let words = [names.collect::<Vec<_>>(), vec![&span.name]].concat();
        for word in words {
            assert!(page.contains(&format!("`{word}`")), "{word} is on no page: {span:#?}");
        }
        assert_eq!(span.attachments, 0, "{span:#?}");
    }
}

#[tokio::test]
async fn a_call_that_failed_is_marked_and_one_that_was_refused_says_how() {
    let world = World::new("traces-faults").await;
    let collector = Collector::start(Manner::Takes).await.unwrap();
    let mut operator = operator(&world, &collector.endpoint(), SOON).await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    for fault in [Fault::says(503, "{}"), Fault::says(401, "{}")] {
        world.cognigy.install(Plan::on(Operation::Me, [fault]).forever());
        world.check("acme").await;
        world.cognigy.clear_faults();
    }
    world.cognigy.install(Plan::on(Operation::Me, [Fault::cut()]).forever());
    world.check("acme").await;
    assert_eq!(operator.stop().await, 0);
    let spans = collector.spans();
    let calls = spans.iter().filter(|span| span.name == "GET me");
    let seen: BTreeSet<_> = calls
        .map(|span| (said(span, &["http.response.status_code", "error.type"]).to_string(), span.is_error))
        .collect();
    for (answer, is_error) in [
        (json!([200, null]), false),
        (json!([503, "503"]), true),
        (json!([401, "401"]), false),
        (json!([null, "cut"]), true),
    ] {
        assert!(seen.contains(&(answer.to_string(), is_error)), "{answer} is not in {seen:#?}");
    }
    let results: BTreeSet<_> =
        spans.iter().filter_map(|span| span.attributes.get("cognigy_sso.result")?.as_str()).collect();
    assert!(results.is_superset(&BTreeSet::from(["retry", "settled", "stalled"])), "{results:?}");
}

/// The operator works as ever, and ends as it should.
async fn works(world: &World, endpoint: &str) -> Operator {
    let operator = operator(world, endpoint, SOON).await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    operator.says("does not take spans").await;
    world.rotate("rotated").await;
    world.holds("rotated").await;
    operator
}

async fn ends(mut operator: Operator) {
    assert_eq!(operator.stop().await, 0, "{}", operator.log());
    assert_eq!(operator.log().matches("does not take spans").count(), 1, "it is said once: {}", operator.log());
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nothing_up() {
    let world = World::new("traces-away").await;
    let operator = works(&world, NOBODY).await;
    assert_eq!(operator.metrics().await.value("cognigy_sso_spans_sent_total", &[]), Some(0.0));
    ends(operator).await;
}

#[tokio::test]
async fn a_collector_that_refuses_holds_nothing_up_and_may_change_its_mind() {
    let world = World::new("traces-refused").await;
    let collector = Collector::start(Manner::Refuses(500)).await.unwrap();
    let operator = works(&world, &collector.endpoint()).await;
    assert!(collector.requests() > 0 && collector.spans().is_empty());
    let told = operator.metrics().await;
    assert_eq!(told.value("cognigy_sso_spans_sent_total", &[]), Some(0.0));
    assert!(told.value("cognigy_sso_spans_total", &[]).unwrap() >= 1.0);
    collector.set(Manner::Takes);
    world.check("acme").await;
    operator.says("takes spans again").await;
    let told_of_each = eventually(async || {
        let taken = collector.spans().len();
        let sent = operator.metrics().await.value("cognigy_sso_spans_sent_total", &[])?;
        let taken = u32::try_from(taken).unwrap();
        (sent > 0.0 && sent.to_bits() == f64::from(taken).to_bits()).then_some(())
    });
    assert!(told_of_each.await.is_some(), "{} spans were taken", collector.spans().len());
    ends(operator).await;
}

#[tokio::test]
async fn a_collector_that_never_answers_holds_nothing_up() {
    let world = World::new("traces-hanging").await;
    let collector = Collector::start(Manner::Hangs).await.unwrap();
    let operator = works(&world, &collector.endpoint()).await;
    assert!(eventually(async || (collector.requests() > 0).then_some(())).await.is_some());
    ends(operator).await;
}

fn refused(endpoint: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
    command.args(["run", "--otlp-endpoint", endpoint]).env("KUBECONFIG", "/dev/null").output().unwrap()
}

#[test]
fn an_endpoint_that_cannot_be_one_is_refused_at_the_start() {
    for (endpoint, mend) in [
        ("collector:4318", "begin it with http:// or https://"),
        ("http://me:s3cret@collector:4318", "OTEL_EXPORTER_OTLP_HEADERS"),
    ] {
        let Output { status, stdout, stderr } = refused(endpoint);
        let said = String::from_utf8([stdout, stderr].concat()).unwrap();
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(said.contains("--otlp-endpoint: ") && said.contains(mend) && !said.contains("s3cret"), "{said}");
    }
}
