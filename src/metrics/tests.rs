use std::collections::BTreeSet;
use std::sync::Arc;

use cognigy_sso_api::{Condition, ConditionStatus, ConditionType, Reason};
use cognigy_sso_decide::{Expiry, Resource};
use cognigy_sso_testkit::open_metrics::Exposition;
use serde_json::json;

use super::scrape::{Board, Scrapes};
use super::*;
use crate::clock;
use crate::watched::{Key, Watched as Object};

/// A resource with these conditions.
fn seen(name: &str, conditions: &[(ConditionType, ConditionStatus, Reason)]) -> Seen {
    let object = json!({ "metadata": { "namespace": "sso", "name": name, "uid": name } });
    let mut resource = Resource::from(serde_json::from_value::<Object>(object).unwrap());
    resource.status.conditions = conditions.iter().map(|condition| condition_of(*condition)).collect();
    Seen { key: Key::new("sso", name), standing: Standing::of(&resource), verified: None, expiries: Arc::default() }
}

fn condition_of((r#type, status, reason): (ConditionType, ConditionStatus, Reason)) -> Condition {
    let message = "https://idp.example refuses it".into();
    Condition { r#type, status, observed_generation: 1, last_transition_time: clock::now(), reason, message }
}

/// The exposition of a replica whose controller sees this.
async fn told(board: &Board, sight: Option<Sight>) -> (String, Exposition) {
    let scrapes = Scrapes { board: board.clone(), concurrency: 16 };
    let mut questions = board.lookout.take_up();
    let answer = async {
        if let Some(sight) = sight {
            questions.recv().await.unwrap().send(sight).unwrap();
        }
        drop(questions);
    };
    let (text, ()) = futures::join!(scrapes.page(), answer);
    let text = text.unwrap();
    let exposition = Exposition::parse(&text).unwrap_or_else(|error| panic!("{error:#}\n{text}"));
    (text, exposition)
}

async fn sees(resources: Vec<Seen>) -> Exposition {
    told(&Board::default(), Some(Sight { queued: 3, active: 2, resources })).await.1
}

#[tokio::test]
async fn what_is_defined_is_exposed_and_nothing_else() {
    let (_, exposition) = told(&Board::default(), None).await;
    let told: Vec<_> = exposition.families.iter().map(|family| (&*family.name, &*family.kind, &*family.help)).collect();
    let defined: Vec<_> = ALL.iter().map(|of| (of.family(), of.kind().to_owned(), of.help())).collect();
    assert_eq!(told, defined.iter().map(|(name, kind, help)| (&**name, &**kind, &**help)).collect::<Vec<_>>());
    for of in ALL {
        let family = exposition.family(&of.family()).unwrap();
        assert_eq!(family.unit.is_some(), of.family().ends_with("_seconds"), "{}", of.family());
        for sample in &family.samples {
            let labels: BTreeSet<_> = sample.labels.keys().map(String::as_str).filter(|name| *name != "le").collect();
            assert_eq!(labels, of.labels().collect(), "{}", sample.name);
        }
    }
}

#[tokio::test]
async fn what_has_closed_labels_is_there_with_0_from_the_start() {
    let (_, exposition) = told(&Board::default(), None).await;
    for of in ALL.into_iter().filter(|of| of.kind() != "info") {
        let name = if of.kind() == "histogram" { of.family() + "_count" } else { of.series() };
        let number = of.combinations().map_or(0, |combinations| combinations.len());
        let samples: Vec<_> = exposition.samples(&name, &[]).collect();
        assert_eq!(samples.len(), number, "{name}");
        let expected = if of.series() == "cognigy_sso_concurrency" { 16.0 } else { 0.0 };
        assert!(samples.iter().all(|sample| sample.value.to_bits() == f64::to_bits(expected)), "{name}");
    }
}

#[tokio::test]
async fn what_is_counted_shows() {
    let board = Board::default();
    let Metrics { outside, documents, .. } = &board.metrics;
    let metrics = board.metrics.clone();
    metrics.reconciled(Reconciled::Retry, Duration::from_millis(30));
    metrics.happened(cognigy_sso_decide::EventKind::RolledBack);
    metrics.panicked();
    metrics.watch_failed(Watched::Secrets);
    metrics.write_failed();
    metrics.spans.ended.inc_by(9);
    metrics.spans.sent.inc_by(8);
    outside.ended(Operation::Keys, Ok(503), Duration::from_secs(7));
    outside.held_back(Operation::Me);
    documents.needed(Document::Keys, Found::Hit);
    board.readiness.leads();
    let (_, exposition) = told(&board, Some(Sight { queued: 3, active: 2, resources: Vec::new() })).await;
    for (name, labels, value) in [
        ("leader", &[][..], 1.0),
        ("reconciles_total", &[("result", "retry")], 1.0),
        ("reconcile_duration_seconds_bucket", &[("le", "0.025")], 0.0),
        ("reconcile_duration_seconds_bucket", &[("le", "0.05")], 1.0),
        ("queue_depth", &[], 3.0),
        ("reconciles_active", &[], 2.0),
        ("outside_requests_total", &[("operation", "keys"), ("status", "503")], 1.0),
        ("outside_request_duration_seconds_sum", &[("operation", "keys")], 7.0),
        ("outside_requests_total", &[("operation", "me"), ("status", "paused")], 1.0),
        ("outside_request_duration_seconds_count", &[("operation", "me")], 0.0),
        ("discovery_cache_requests_total", &[("document", "keys"), ("result", "hit")], 1.0),
        ("events_total", &[("reason", "RolledBack")], 1.0),
        ("panics_total", &[], 1.0),
        ("watch_failures_total", &[("resource", "secrets")], 1.0),
        ("write_failures_total", &[], 1.0),
        ("spans_total", &[], 9.0),
        ("spans_sent_total", &[], 8.0),
    ] {
        assert_eq!(exposition.value(&format!("cognigy_sso_{name}"), labels), Some(value), "{name} {labels:?}");
    }
}

#[tokio::test]
async fn resources_are_counted_by_condition_and_those_that_need_somebody_are_named() {
    use ConditionStatus::{False, True};
    let ready =
        seen("ready", &[(ConditionType::Ready, True, Reason::Ready), (ConditionType::InSync, True, Reason::InSync)]);
    let refused = seen(
        "refused",
        &[(ConditionType::Ready, False, Reason::Rejected), (ConditionType::Stalled, True, Reason::Rejected)],
    );
    let goes_on = seen("fresh", &[(ConditionType::Stalled, False, Reason::Rejected)]);
    let exposition = sees(vec![ready, refused, goes_on]).await;
    for (condition, status, number) in [
        ("Ready", "True", 1.0),
        ("Ready", "False", 1.0),
        ("Ready", "Unknown", 1.0),
        ("InSync", "True", 1.0),
        ("InSync", "Unknown", 2.0),
        ("Stalled", "True", 1.0),
        ("Stalled", "False", 2.0),
        ("Stalled", "Unknown", 0.0),
    ] {
        let labels = [("condition", condition), ("status", status)];
        assert_eq!(exposition.value("cognigy_sso_resources", &labels), Some(number), "{condition} {status}");
    }
    let not_ready = |labels: &[_]| exposition.value("cognigy_sso_resource_not_ready", labels);
    let whose = |name| [("namespace", "sso"), ("name", name)];
    assert_eq!(not_ready(&[&whose("refused")[..], &[("status", "False"), ("reason", "Rejected")]].concat()), Some(1.0));
    assert_eq!(
        not_ready(&[&whose("fresh")[..], &[("status", "Unknown"), ("reason", "Progressing")]].concat()),
        Some(1.0)
    );
    assert_eq!(exposition.samples("cognigy_sso_resource_not_ready", &[]).count(), 2);
    let stalled = exposition.value("cognigy_sso_resource_stalled", &[("name", "refused"), ("reason", "Rejected")]);
    assert_eq!((stalled, exposition.samples("cognigy_sso_resource_stalled", &[]).count()), (Some(1.0), 1));
}

#[tokio::test]
async fn points_in_time_are_told_where_they_are_known() {
    let date = "2030-01-31T00:00:00Z".parse::<jiff::Timestamp>().unwrap();
    let expiries =
        ["2030-01-31T00:00:00Z", "soon"].map(|text| Expiry::read(if text == "soon" { "odd" } else { "oidc" }, text));
    let known = Seen { verified: Some(date), expiries: Arc::new(expiries), ..seen("known", &[]) };
    let exposition = sees(vec![known, seen("unknown", &[])]).await;
    for name in ["resource_last_verified_timestamp_seconds", "secret_expiry_timestamp_seconds"] {
        assert_eq!(exposition.value(&format!("cognigy_sso_{name}"), &[]), Some(1_896_048_000.0), "{name}");
    }
    let labels = [("namespace", "sso"), ("name", "known"), ("secret", "oidc")];
    assert!(exposition.value("cognigy_sso_secret_expiry_timestamp_seconds", &labels).is_some());
}

#[tokio::test]
async fn a_certificate_tells_when_it_expires_wherever_there_is_one() {
    let status = json!({ "saml": {
        "loginEndpoint": "https://login.example/sso",
        "certificate": { "sha256": "5d", "notAfter": "2030-01-31T00:00:00Z" },
        "verifiedTime": "2026-01-31T00:00:00Z",
    } });
    let object = json!({ "metadata": { "namespace": "sso", "name": "saml", "uid": "saml" }, "status": status });
    let standing = Standing::of(&serde_json::from_value::<Object>(object).unwrap().into());
    let exposition = sees(vec![Seen { standing, ..seen("saml", &[]) }, seen("oidc", &[])]).await;
    let name = "cognigy_sso_certificate_expiry_timestamp_seconds";
    assert_eq!(exposition.value(name, &[("namespace", "sso"), ("name", "saml")]), Some(1_896_048_000.0));
    assert_eq!(exposition.samples(name, &[]).count(), 1);
}

#[tokio::test]
async fn while_nobody_acts_here_nothing_is_seen_and_nobody_waits() {
    let board = Board::default();
    let scrapes = Scrapes { board: board.clone(), concurrency: 16 };
    assert!(scrapes.page().await.is_ok(), "before the first term");
    let questions = board.lookout.take_up();
    drop(questions);
    let text = scrapes.page().await.unwrap();
    assert!(Exposition::parse(&text).unwrap().samples("cognigy_sso_resource_not_ready", &[]).next().is_none());
    let mut questions = board.lookout.take_up();
    let asked = async { drop(questions.recv().await.unwrap()) };
    let (page, ()) = futures::join!(scrapes.page(), asked);
    assert!(page.is_ok(), "a controller that goes without an answer");
}

/// What a scrape costs is some lines for each resource.
#[tokio::test]
async fn a_thousand_resources_are_a_line_each_and_each_that_needs_somebody_two_more() {
    let resource = |number: usize| {
        let status = if number < 100 { ConditionStatus::False } else { ConditionStatus::True };
        let conditions = [
            (ConditionType::Ready, status, Reason::Ready),
            (ConditionType::Stalled, ConditionStatus::True, Reason::Ready),
        ];
        let conditions = if number < 100 { &conditions[..] } else { &conditions[..1] };
        Seen { verified: Some(clock::now()), ..seen(&format!("resource-{number:04}"), conditions) }
    };
    let none = told(&Board::default(), Some(Sight::default())).await.0;
    let began = std::time::Instant::now();
    let resources = (0..1000).map(resource).collect();
    let many = told(&Board::default(), Some(Sight { queued: 0, active: 0, resources })).await.0;
    println!("{} bytes in {:?}, and {} bytes of no resources", many.len(), began.elapsed(), none.len());
    assert_eq!(many.lines().count(), none.lines().count() + 1000 + 2 * 100);
    assert!(many.len() - none.len() < 1200 * 120, "{}", many.len());
}

#[tokio::test]
async fn asked_for_at_0_nothing_is_served() {
    let scrapes = Scrapes { board: Board::default(), concurrency: 1 };
    let mut served = Box::pin(serve("0".parse().unwrap(), scrapes.clone()));
    assert!(futures::poll!(served.as_mut()).is_pending());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(serve(address.parse().unwrap(), scrapes).await.is_err(), "what cannot be listened on is a fault");
}

/// Run by the test below, in a process of its own: it takes the hook of the whole process.
#[test]
#[ignore = "run by another test"]
fn panics_that_are_counted() {
    crate::telemetry::tell_panics_by_their_place();
    let metrics = Metrics::default();
    crate::telemetry::count_panics(metrics.clone());
    for number in 1..=3 {
        assert!(std::thread::spawn(|| panic!("planted")).join().is_err());
        assert_eq!(metrics.panics.get(), number);
    }
}

/// Lesson: Argo Workflows CVE-2026-40886.
#[test]
fn every_panic_is_counted_and_told() {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "metrics::tests::panics_that_are_counted", "--ignored", "--nocapture"]);
    let done = command.output().unwrap();
    let text = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
    assert!(done.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(text.matches("panicked at src/metrics/tests.rs").count(), 3, "{text}");
}

#[test]
fn the_address_may_be_0_and_a_wrong_one_says_what_to_write() {
    for text in ["0", "0.0.0.0:8080", "[::]:8080"] {
        assert_eq!(text.parse::<MetricsAddress>().unwrap().to_string(), text);
    }
    for text in ["", "8080", ":8080", "localhost:8080"] {
        assert!(text.parse::<MetricsAddress>().unwrap_err().contains("0.0.0.0:8080"), "{text}");
    }
}
