//! What `/metrics` tells while the operator works.

use cognigy_sso_api::{ConditionStatus, ConditionType, EXPIRES_AT};
use cognigy_sso_operator::metrics::ALL;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::strategy::{DOCUMENT, DOCUMENT_NAME, PART, REFUTED, SECRET_KEY, SECRET_NAME, SECRET_REF, strangers};
use crate::support::{ORGANIZATION, Operator, World, eventually, grant, limited_kubeconfig};

const ACME: [(&str, &str); 1] = [("name", "acme")];

fn event(reason: &str) -> [(&str, &str); 1] {
    [("reason", reason)]
}

fn call<'a>(operation: &'a str, status: &'a str) -> [(&'a str, &'a str); 2] {
    [("operation", operation), ("status", status)]
}

async fn expires_at(world: &World, date: &str) {
    let patch = json!({ "metadata": { "annotations": { EXPIRES_AT: date } } });
    world.secrets().patch(SECRET_NAME, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn seconds(time: Timestamp) -> f64 {
    time.as_second() as f64
}

async fn verified(operator: &Operator) -> Option<f64> {
    operator.metrics().await.value("cognigy_sso_resource_last_verified_timestamp_seconds", &ACME)
}

/// Waits until the resource is told to have been verified after this time, and answers with when.
async fn verified_after(operator: &Operator, time: f64) -> f64 {
    let later = eventually(async || verified(operator).await.filter(|verified| *verified > time)).await;
    later.expect("it is verified")
}

/// A resource of this world that is ready, and the operator that made it so.
async fn ready(world: &World) -> Operator {
    let operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    operator
}

#[tokio::test]
async fn everything_that_is_defined_is_told_with_its_type_and_unit() {
    let world = World::new("metrics").await;
    let operator = ready(&world).await;
    let told = operator.metrics().await;
    assert_eq!(told.families.len(), ALL.len());
    for of in ALL {
        let family = told.family(&of.family()).unwrap_or_else(|| panic!("{} is missing", of.series()));
        assert_eq!((&*family.kind, &*family.help), (of.kind(), &*of.help()), "{}", of.series());
        let labels: Vec<_> = of.labels().collect();
        let has_labels =
            family.samples.iter().all(|sample| labels.iter().all(|label| sample.labels.contains_key(*label)));
        assert!(has_labels, "{}: {:?}", of.series(), family.samples);
    }
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(told.value("cognigy_sso_build_info", &version), Some(1.0));
}

#[tokio::test]
async fn the_life_of_a_resource_shows_and_its_series_go_with_it() {
    let world = World::new("metrics-life").await;
    let before = seconds(Timestamp::now()) - 1.0;
    let operator = ready(&world).await;
    operator.tells("leader", &[], Some(1.0)).await;
    operator.tells("resources", &[("condition", "Ready"), ("status", "True")], Some(1.0)).await;
    operator.tells("resource_not_ready", &ACME, None).await;
    operator.tells("outside_requests_total", &call("configure", "200"), Some(1.0)).await;
    operator.tells("events_total", &event("Configured"), Some(1.0)).await;
    let verified = verified_after(&operator, before).await;
    assert!(verified <= seconds(Timestamp::now()), "{verified}");
    let told = operator.metrics().await;
    assert!(told.value("cognigy_sso_outside_request_duration_seconds_count", &[("operation", "me")]).unwrap() >= 1.0);
    assert_eq!(
        told.value("cognigy_sso_discovery_cache_requests_total", &[("document", DOCUMENT_NAME), ("result", "miss")]),
        Some(1.0)
    );

    expires_at(&world, "2099-12-31T00:00:00Z").await;
    operator
        .tells("secret_expiry_timestamp_seconds", &[("name", "acme"), ("secret", SECRET_NAME)], Some(4_102_358_400.0))
        .await;

    world.refute();
    world.check("acme").await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, REFUTED).await;
    let reason = REFUTED.to_string();
    let refused = event(&reason);
    operator.tells("resource_stalled", &refused, Some(1.0)).await;
    operator.tells("resource_not_ready", &[refused[0], ("status", "False"), ACME[0]], Some(1.0)).await;
    operator.tells("events_total", &event("VerificationFailed"), Some(1.0)).await;

    world.mend();
    world.rotate("rotated").await;
    world.check("acme").await;
    world.holds("rotated").await;
    world.ready("acme").await;
    for gone in ["resource_stalled", "resource_not_ready"] {
        operator.tells(gone, &ACME, None).await;
    }

    world.cognigy.configure_as_stranger(ORGANIZATION, strangers());
    world.check("acme").await;
    world.holds("rotated").await;
    operator.tells("events_total", &event("DriftCorrected"), Some(1.0)).await;
    operator.tells("outside_requests_total", &call("reset", "200"), Some(2.0)).await;

    world.delete("acme").await;
    world.gone("acme").await;
    for family in ["resource_last_verified_timestamp_seconds", "secret_expiry_timestamp_seconds", "resource_not_ready"]
    {
        operator.tells(family, &ACME, None).await;
    }
    operator.tells("resources", &[("condition", "Ready"), ("status", "True")], Some(0.0)).await;
    operator.tells("panics_total", &[], Some(0.0)).await;
}

/// Asks for a check, and waits until more visits than these have ended with a retry.
async fn retried(world: &World, operator: &Operator, number: f64) -> f64 {
    world.check("acme").await;
    let retries = async || operator.metrics().await.value("cognigy_sso_reconciles_total", &[("result", "retry")]);
    let more = eventually(async || retries().await.filter(|retries| *retries > number)).await;
    more.expect("it is to be tried again")
}

#[tokio::test]
async fn the_time_of_verification_moves_with_each_that_succeeds_and_stays_when_one_fails() {
    let world = World::new("metrics-verified").await;
    let operator = ready(&world).await;
    let first = verified_after(&operator, 0.0).await;
    let moved = async || {
        world.check("acme").await;
        verified(&operator).await.filter(|verified| *verified > first)
    };
    assert!(eventually(moved).await.is_some(), "{first} never moved");
    world.provider.install(Plan::on(DOCUMENT, [Fault::says(503, "{}")]).forever());
    let number = retried(&world, &operator, 0.0).await;
    let last = verified(&operator).await.unwrap();
    // Whole seconds: the clock has to go on for another value to show.
    let is_later = async || (seconds(Timestamp::now()) > last + 1.0).then_some(());
    assert!(eventually(is_later).await.is_some());
    retried(&world, &operator, number).await;
    assert_eq!(verified(&operator).await, Some(last));
}

#[tokio::test]
async fn a_secret_that_is_referred_to_no_more_has_no_expiry() {
    let world = World::new("metrics-expiry").await;
    world.put_secret("other", &[(SECRET_KEY, "rotated")]).await;
    let operator = ready(&world).await;
    expires_at(&world, "2099-12-31T00:00:00Z").await;
    let name = "secret_expiry_timestamp_seconds";
    operator.tells(name, &[ACME[0], ("secret", SECRET_NAME)], Some(4_102_358_400.0)).await;
    world.patch("acme", json!({ "spec": { PART: { SECRET_REF: { "name": "other" } } } })).await;
    world.holds("rotated").await;
    operator.tells(name, &ACME, None).await;
}

#[tokio::test]
async fn after_a_restart_expiries_are_told_and_who_rests_was_not_verified_yet() {
    let world = World::new("metrics-restart").await;
    expires_at(&world, "2099-12-31T00:00:00Z").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/interval", json!("24h"))).await;
    world.ready("acme").await;
    operator.stop().await;
    let operator = world.operator().await;
    let read = async || {
        let told = operator.metrics().await;
        told.value("cognigy_sso_secret_expiry_timestamp_seconds", &ACME).filter(|time| *time > 0.0)
    };
    assert_eq!(eventually(read).await, Some(4_102_358_400.0));
    operator.tells("resource_last_verified_timestamp_seconds", &ACME, None).await;
    operator.tells("reconciles_total", &[("result", "settled")], Some(0.0)).await;
}

#[tokio::test]
async fn what_cannot_be_watched_or_written_is_counted() {
    let world = World::new("metrics-rights").await;
    let rules = json!([
        { "apiGroups": ["sso.cognigy.ai"], "resources": ["identityproviderconfigs"], "verbs": ["get", "list", "watch"] },
        { "apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch"] },
    ]);
    grant(&world, "reading", rules).await;
    let kubeconfig = limited_kubeconfig(&world).await;
    let operator = Operator::start_as(kubeconfig.path(), &[&world.namespace], &[]).await;
    world.create(world.idp("acme")).await;
    let is_told = eventually(async || {
        let told = operator.metrics().await;
        let more = |name: &str, labels: &[_]| told.value(name, labels).is_some_and(|value| value >= 1.0).then_some(());
        more("cognigy_sso_watch_failures_total", &[("resource", "configmaps")])?;
        more("cognigy_sso_write_failures_total", &[])?;
        more("cognigy_sso_reconciles_total", &[("result", "interrupted")])
    });
    assert!(is_told.await.is_some());
    let told = operator.metrics().await;
    assert_eq!(told.value("cognigy_sso_watch_failures_total", &[("resource", "secrets")]), Some(0.0));
}

#[tokio::test]
async fn a_lease_that_cannot_be_watched_is_counted() {
    let world = World::new("metrics-lease").await;
    let rules = json!([{ "apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"] }]);
    grant(&world, "lease", rules).await;
    let kubeconfig = limited_kubeconfig(&world).await;
    let failures = async |operator: &Operator, more: f64| {
        let told = async || {
            let told = operator.metrics().await;
            told.value("cognigy_sso_watch_failures_total", &[("resource", "leases")]).filter(|number| *number > more)
        };
        eventually(told).await.expect("failures to watch the lease")
    };
    let leader = Operator::replica_as(kubeconfig.path(), &world.namespace, "leader").await;
    leader.tells("leader", &[], Some(1.0)).await;
    failures(&leader, 0.0).await;
    let standby = Operator::replica_as(kubeconfig.path(), &world.namespace, "standby").await;
    failures(&standby, 0.0).await;
    standby.tells("leader", &[], Some(0.0)).await;
}

#[tokio::test]
async fn faults_outside_show_by_their_kind() {
    let world = World::new("metrics-faults").await;
    let operator = ready(&world).await;
    world.cognigy.install(Plan::on(Operation::Me, [Fault::says(429, "{}")]));
    world.check("acme").await;
    operator.tells("outside_requests_total", &call("me", "429"), Some(1.0)).await;
    world.check("acme").await;
    let paused = async || {
        let told = operator.metrics().await;
        told.value("cognigy_sso_outside_requests_total", &call("me", "paused")).filter(|number| *number >= 1.0)
    };
    assert!(eventually(paused).await.is_some(), "what the operator holds back itself");
    world.provider.install_on_connections(cognigy_sso_testkit::server::ConnectionFault::Reset, None);
    world.check("acme").await;
    let retried = async || {
        let told = operator.metrics().await;
        let cut: f64 = ["unreachable", "cut"]
            .iter()
            .filter_map(|status| told.value("cognigy_sso_outside_requests_total", &call(DOCUMENT_NAME, status)))
            .sum();
        let retries = told.value("cognigy_sso_reconciles_total", &[("result", "retry")])?;
        (cut >= 1.0 && retries >= 1.0).then_some(())
    };
    assert!(eventually(retried).await.is_some());
}
