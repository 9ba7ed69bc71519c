//! What `/metrics` tells while the operator works.

use cognigy_sso_api::{ConditionStatus, ConditionType, EXPIRES_AT, Reason};
use cognigy_sso_operator::metrics::ALL;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::support::{ORGANIZATION, Operator, World, grant, limited_kubeconfig};

const ACME: [(&str, &str); 1] = [("name", "acme")];

fn event(reason: &str) -> [(&str, &str); 1] {
    [("reason", reason)]
}

fn call<'a>(operation: &'a str, status: &'a str) -> [(&'a str, &'a str); 2] {
    [("operation", operation), ("status", status)]
}

async fn expires_at(world: &World, date: &str) {
    let patch = json!({ "metadata": { "annotations": { EXPIRES_AT: date } } });
    world.secrets().patch("acme-oidc", &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
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
    let before = Timestamp::now().as_second();
    let operator = ready(&world).await;
    operator.tells("leader", &[], Some(1.0)).await;
    operator.tells("resources", &[("condition", "Ready"), ("status", "True")], Some(1.0)).await;
    operator.tells("resource_not_ready", &ACME, None).await;
    operator.tells("outside_requests_total", &call("configure", "200"), Some(1.0)).await;
    operator.tells("events_total", &event("Configured"), Some(1.0)).await;
    let told = operator.metrics().await;
    let verified = told.value("cognigy_sso_resource_last_verified_timestamp_seconds", &ACME).unwrap();
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
    let since = verified - before as f64;
    assert!((0.0..=60.0).contains(&since), "{since}");
    assert!(told.value("cognigy_sso_outside_request_duration_seconds_count", &[("operation", "me")]).unwrap() >= 1.0);
    assert_eq!(
        told.value("cognigy_sso_discovery_cache_requests_total", &[("document", "keys"), ("result", "miss")]),
        Some(1.0)
    );

    expires_at(&world, "2099-12-31T00:00:00Z").await;
    operator
        .tells("secret_expiry_timestamp_seconds", &[("name", "acme"), ("secret", "acme-oidc")], Some(4_102_358_400.0))
        .await;

    world.put_unregistered_secret("acme-oidc", &[("clientSecret", "nobody-knows-this-one")]).await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::ClientSecretRefused).await;
    let refused = event("ClientSecretRefused");
    operator.tells("resource_stalled", &refused, Some(1.0)).await;
    operator.tells("resource_not_ready", &[refused[0], ("status", "False"), ACME[0]], Some(1.0)).await;
    operator.tells("events_total", &event("VerificationFailed"), Some(1.0)).await;

    world.put_secret("acme-oidc", &[("clientSecret", "known-to-all-2231")]).await;
    world.holds("known-to-all-2231").await;
    world.ready("acme").await;
    for gone in ["resource_stalled", "resource_not_ready"] {
        operator.tells(gone, &ACME, None).await;
    }

    world.cognigy.configure_as_stranger(ORGANIZATION, json!({ "idpType": "saml", "idpIssuer": "somebody" }));
    world.check("acme").await;
    world.holds("known-to-all-2231").await;
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

#[tokio::test]
async fn a_replica_that_stands_by_has_no_series_of_any_resource_until_it_leads() {
    let world = World::new("metrics-standby").await;
    let mut first = Operator::replica(&world.namespace, "first").await;
    first.leads().await;
    let second = Operator::replica(&world.namespace, "second").await;
    second.stands_by().await;
    world.create(world.idp("acme").with("/spec/suspend", json!(true))).await;
    first.tells("resource_not_ready", &event("Suspended"), Some(1.0)).await;
    first.tells("leader", &[], Some(1.0)).await;
    let told = second.metrics().await;
    assert_eq!(told.value("cognigy_sso_leader", &[]), Some(0.0));
    let open =
        told.families.iter().flat_map(|family| &family.samples).filter(|sample| sample.labels.contains_key("name"));
    assert_eq!(open.count(), 0);
    assert_eq!(first.stop().await, 0);
    second.tells("leader", &[], Some(1.0)).await;
    second.tells("resource_not_ready", &event("Suspended"), Some(1.0)).await;
}

#[tokio::test]
async fn who_has_lost_the_lease_tells_of_no_resource() {
    let world = World::new("metrics-lost").await;
    let operator = Operator::replica(&world.namespace, "only").await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let name = "resource_last_verified_timestamp_seconds";
    assert!(operator.metrics().await.value(&format!("cognigy_sso_{name}"), &ACME).is_some());
    crate::leadership::hold(&world, "stranger").await;
    operator.tells("leader", &[], Some(0.0)).await;
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
    operator.tells("secret_expiry_timestamp_seconds", &ACME, Some(4_102_358_400.0)).await;
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
    let is_told = crate::support::eventually(async || {
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
    assert!(crate::support::eventually(paused).await.is_some(), "what the operator holds back itself");
    world.provider.install_on_connections(cognigy_sso_testkit::server::ConnectionFault::Reset, None);
    world.check("acme").await;
    let retried = async || {
        let told = operator.metrics().await;
        let cut: f64 = ["unreachable", "cut"]
            .iter()
            .filter_map(|status| told.value("cognigy_sso_outside_requests_total", &call("discovery", status)))
            .sum();
        let retries = told.value("cognigy_sso_reconciles_total", &[("result", "retry")])?;
        (cut >= 1.0 && retries >= 1.0).then_some(())
    };
    assert!(crate::support::eventually(retried).await.is_some());
}
