//! Several replicas: one acts, another takes over, and whoever has lost the lease sends nothing more.

use std::time::{Duration, Instant};

use cognigy_sso_api::IdentityProviderConfig;
use cognigy_sso_testkit::cognigy::Operation::{self, Configure, Reset};
use cognigy_sso_testkit::server::{Call, Fault, Plan};
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::LeaseSpec;
use kube::api::{DeleteParams, ListParams};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::strategy::{self, SECRET_KEY};
use crate::support::{LEASE, Operator, PATIENCE, SECRET, World, eventually, grant, limited_kubeconfig, withdraw};

/// How long a takeover may take that is not a handover: the lease's 40 s and some for what comes after.
const TAKEOVER: Duration = Duration::from_secs(45);
/// How long a handover may take. Less than a second, but machines that run tests are busy.
const HANDOVER: Duration = Duration::from_secs(3);
/// How long after a renewal no change may begin any more: what is relied on for 39 s does not outlive a call of 30 s then.
const UNCERTAIN_AFTER: Duration = Duration::from_secs(10);

async fn lease(world: &World) -> LeaseSpec {
    world.leases().get(LEASE).await.unwrap().spec.unwrap()
}

async fn holder(world: &World) -> String {
    lease(world).await.holder_identity.unwrap()
}

async fn rotate(world: &World, secret: &str) {
    world.rotate(secret).await;
}

async fn configured(world: &World, secret: &str) {
    let configured = eventually(async || (world.configured_secret().as_deref() == Some(secret)).then_some(())).await;
    assert!(configured.is_some(), "{secret} was never configured");
}

async fn rotated(world: &World, secret: &str) {
    rotate(world, secret).await;
    configured(world, secret).await;
}

/// Waits until the resource says that nothing is under way, and answers with its version.
async fn settled(world: &World) -> Option<String> {
    let is_settled = |resource: &IdentityProviderConfig| resource.status.as_ref().unwrap().pending.is_none();
    world.until("acme", "settled", is_settled).await.metadata.resource_version
}

/// Whatever was sent to change something, with or without effect.
fn sent(world: &World) -> Vec<Operation> {
    let calls = world.cognigy.calls().into_iter().map(|call| call.operation);
    calls.filter(|operation| matches!(operation, Configure | Reset)).collect()
}

/// Two replicas, of which the first leads, and a resource that is ready.
async fn pair(world: &World) -> (Operator, Operator) {
    let first = Operator::replica(&world.namespace, "first").await;
    first.leads().await;
    let second = Operator::replica(&world.namespace, "second").await;
    second.stands_by().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    (first, second)
}

#[tokio::test]
async fn of_two_replicas_one_acts_and_hands_over_when_it_is_stopped() {
    let world = World::new("handover").await;
    let (mut first, second) = pair(&world).await;
    rotated(&world, "rotated").await;
    assert_eq!(sent(&world), [Configure, Reset, Configure]);
    let spec = lease(&world).await;
    assert!(spec.holder_identity.unwrap().starts_with("first_"));
    assert_eq!((spec.lease_transitions, spec.lease_duration_seconds), (Some(0), Some(40)));

    assert_eq!(first.stop().await, 0);
    let stopped = Instant::now();
    rotated(&world, "rotated again").await;
    let took = stopped.elapsed();
    eprintln!("handover, from the old one's exit to the next effect: {took:?}");
    assert!(took < HANDOVER, "{took:?}");
    second.leads().await;
    world.ready("acme").await;
    assert_eq!(sent(&world), [Configure, Reset, Configure, Reset, Configure]);
    let spec = lease(&world).await;
    assert!(spec.holder_identity.unwrap().starts_with("second_"));
    assert_eq!(spec.lease_transitions, Some(1));
}

#[tokio::test]
async fn what_is_in_flight_is_finished_before_the_lease_is_released() {
    let world = World::new("in-flight").await;
    let (mut first, second) = pair(&world).await;
    world.cognigy.install(Plan::on(Reset, [Fault::late_answer(Duration::from_secs(2))]));
    rotate(&world, "rotated").await;
    world.cognigy.wait_for_call(|call| call.operation == Reset, PATIENCE).await.unwrap();
    assert_eq!(first.stop().await, 0);
    assert_eq!(world.configured_secret().as_deref(), Some("rotated"));
    second.leads().await;
    world.ready("acme").await;
    assert_eq!(sent(&world), [Configure, Reset, Configure]);
}

#[tokio::test]
async fn a_leader_that_gives_up_what_is_in_flight_does_not_release_its_lease() {
    let world = World::new("given-up").await;
    let mut operator = Operator::replica(&world.namespace, "only").await;
    world.cognigy.install(Plan::on(Configure, [Fault::silence()]));
    world.create(world.idp("acme")).await;
    world.cognigy.wait_for_call(|call| call.operation == Configure, PATIENCE).await.unwrap();
    assert_eq!(operator.stop().await, 0);
    assert!(holder(&world).await.starts_with("only_"), "the call may take effect yet");
    let [line] = &operator.reconciles("acme")[..] else { panic!("{}", operator.log()) };
    assert_eq!(line["result"], "interrupted", "that it was given up is said");
}

#[tokio::test]
async fn a_standby_ends_at_once_when_it_is_told_to_stop() {
    let world = World::new("standby").await;
    let (_first, mut second) = pair(&world).await;
    let asked = Instant::now();
    assert_eq!(second.stop().await, 0);
    assert!(asked.elapsed() < HANDOVER);
    assert!(holder(&world).await.starts_with("first_"));
}

#[tokio::test]
async fn when_the_leader_is_killed_another_takes_over_and_nothing_is_lost() {
    let world = World::new("killed-leader").await;
    let organizations: Vec<_> = (0..5).map(|number| format!("5f0c0123456789abcdef000{number}")).collect();
    for organization in &organizations {
        let [resource, api, secret] = ["idp", "api", "secret"].map(|what| format!("{what}-{organization}"));
        world.cognigy.add_admin(&api, organization);
        world.put_secret(&api, &[("apiKey", &api)]).await;
        world.put_secret(&secret, &[(SECRET_KEY, SECRET)]).await;
        let idp = world.idp(&resource).with("/spec/cognigy/apiKeySecretRef/name", json!(api));
        world.create(idp.with_secret(&secret)).await;
    }
    let mut first = Operator::replica(&world.namespace, "first").await;
    first.leads().await;
    let second = Operator::replica(&world.namespace, "second").await;
    second.stands_by().await;
    for organization in &organizations {
        world.ready(&format!("idp-{organization}")).await;
    }

    world.cognigy.clear_calls();
    world.cognigy.install(Plan::on(Reset, [Fault::none(), Fault::late_answer(Duration::from_secs(5))]));
    for organization in &organizations {
        world.put_secret(&format!("secret-{organization}"), &[(SECRET_KEY, "rotated")]).await;
    }
    world.cognigy.wait_for_call(|call| call.operation == Reset, PATIENCE).await.unwrap();
    first.kill().await;
    let killed = (Timestamp::now(), Instant::now());

    let next = |call: &Call<Operation>| call.began > killed.0;
    world.cognigy.wait_for_call(next, PATIENCE).await.unwrap();
    let took = killed.1.elapsed();
    eprintln!("takeover, from the leader's death to the next call: {took:?}");
    assert!(took <= TAKEOVER, "{took:?}");
    for organization in &organizations {
        let is_rotated = async || {
            let held = strategy::held(&world.cognigy.configuration(organization)?);
            (held.as_deref() == Some("rotated")).then_some(())
        };
        assert!(eventually(is_rotated).await.is_some(), "{organization} was never configured anew");
        world.ready(&format!("idp-{organization}")).await;
    }
}

#[tokio::test]
async fn a_leader_that_was_frozen_sends_nothing_more() {
    let world = World::new("frozen").await;
    let (first, mut second) = pair(&world).await;
    world.cognigy.install(Plan::on(Reset, [Fault::late_answer(Duration::from_secs(2))]));
    rotate(&world, "frozen").await;
    world.cognigy.wait_for_call(|call| call.operation == Reset, PATIENCE).await.unwrap();
    // It would configure next.
    first.freeze();
    let frozen = Instant::now();
    configured(&world, "frozen").await;
    eprintln!("takeover, from the leader's freezing to the next effect: {:?}", frozen.elapsed());
    assert!(frozen.elapsed() <= TAKEOVER);
    rotated(&world, "by the second").await;
    let before = (sent(&world), settled(&world).await);

    first.wake();
    first.says("leadership is lost").await;
    first.stands_by().await;
    assert_eq!((sent(&world), settled(&world).await), before, "nothing is sent, and nothing is written");
    rotated(&world, "by the second again").await;
    settled(&world).await;
    assert_eq!(sent(&world), [before.0, vec![Reset, Configure]].concat());
    assert!(holder(&world).await.starts_with("second_"));

    second.stop().await;
    world.cognigy.clear_calls();
    rotated(&world, "by the first").await;
    world.ready("acme").await;
    assert_eq!(sent(&world), [Reset, Configure]);
}

#[tokio::test]
async fn a_leader_whose_lease_is_taken_stops_acting_until_it_is_released() {
    let world = World::new("taken").await;
    let operator = Operator::replica(&world.namespace, "only").await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.give_lease_to("stranger").await;
    operator.says("leadership is lost").await;
    operator.stands_by().await;
    let version = world.get("acme").await.metadata.resource_version;
    rotate(&world, "rotated").await;
    // A leader has it done in a tenth of that.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(sent(&world), [Configure]);
    assert_eq!(world.get("acme").await.metadata.resource_version, version, "nothing is written either");
    assert_eq!(holder(&world).await, "stranger");
    world.give_lease_to("").await;
    let released = Instant::now();
    configured(&world, "rotated").await;
    assert!(released.elapsed() < HANDOVER, "{:?}", released.elapsed());
    assert_eq!(lease(&world).await.lease_transitions, Some(1));
}

#[tokio::test]
async fn a_leader_whose_lease_is_deleted_begins_anew_before_another_may() {
    let world = World::new("deleted").await;
    let (first, second) = pair(&world).await;
    world.leases().delete(LEASE, &DeleteParams::default()).await.unwrap();
    first.says("leadership is lost").await;
    first.leads().await;
    rotated(&world, "rotated").await;
    world.ready("acme").await;
    assert_eq!(sent(&world), [Configure, Reset, Configure]);
    assert!(holder(&world).await.starts_with("first_"));
    second.stands_by().await;
}

/// A leader that may renew its lease as long as `lease` is granted, and a resource that is ready.
async fn limited(world: &World) -> (Operator, NamedTempFile) {
    let groups = ["identityproviderconfigs", "identityproviderconfigs/status", "configmaps", "secrets", "events"];
    let verbs = ["get", "list", "watch", "create", "patch", "update"];
    let rules = json!([{ "apiGroups": ["", "sso.cognigy.ai", "events.k8s.io"], "resources": groups, "verbs": verbs }]);
    grant(world, "work", rules).await;
    grant_lease(world).await;
    let kubeconfig = limited_kubeconfig(world).await;
    let operator = Operator::replica_as(kubeconfig.path(), &world.namespace, "limited").await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    (operator, kubeconfig)
}

async fn grant_lease(world: &World) {
    let verbs = ["get", "list", "watch", "create", "update"];
    let rules = json!([{ "apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": verbs }]);
    grant(world, "lease", rules).await;
}

/// Waits until a change is due that does not begin, because the lease was not renewed for a while.
async fn held_back(world: &World, operator: &Operator) {
    withdraw(world, "lease").await;
    operator.says("the lease could not be renewed").await;
    eventually(async || {
        let renewed = lease(world).await.renew_time.unwrap().0;
        (Timestamp::now().duration_since(renewed).unsigned_abs() > UNCERTAIN_AFTER).then_some(())
    })
    .await
    .unwrap();
    rotate(world, "rotated").await;
    world.until("acme", "about to change", |resource| resource.status.as_ref().unwrap().pending.is_some()).await;
    // It would be under way in a tenth of that.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(sent(world), [Configure]);
}

#[tokio::test]
async fn a_change_begins_only_when_the_lease_outlives_the_call() {
    let world = World::new("uncertain").await;
    let (operator, _kubeconfig) = limited(&world).await;
    held_back(&world, &operator).await;
    grant_lease(&world).await;
    configured(&world, "rotated").await;
    world.ready("acme").await;
    assert_eq!(sent(&world), [Configure, Reset, Configure]);
    assert!(!operator.log().contains("leadership is lost"));
}

#[tokio::test]
async fn a_leader_that_cannot_renew_is_none_any_more_when_its_lease_has_expired() {
    let world = World::new("expired").await;
    let (operator, _kubeconfig) = limited(&world).await;
    held_back(&world, &operator).await;
    let version = world.get("acme").await.metadata.resource_version;
    operator.says("leadership is lost").await;
    operator.says("the lease could not be renewed in time").await;
    assert_eq!(sent(&world), [Configure]);
    assert_eq!(world.get("acme").await.metadata.resource_version, version, "nothing is written either");
    grant_lease(&world).await;
    configured(&world, "rotated").await;
    world.ready("acme").await;
    assert_eq!(lease(&world).await.lease_transitions, Some(0), "it was nobody else's in between");
}

#[tokio::test]
async fn one_that_runs_alone_needs_no_lease() {
    let world = World::new("alone").await;
    let variables = [("COGNIGY_SSO_LEADER_ELECT", "false"), ("COGNIGY_SSO_LEASE_NAMESPACE", &world.namespace)];
    let operator = Operator::start_with(&world.namespace, LEASE, &variables).await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    operator.leads().await;
    assert_eq!(world.leases().list(&ListParams::default()).await.unwrap().items, []);
}

#[tokio::test]
async fn the_lease_has_the_name_it_is_given() {
    let world = World::new("named").await;
    let variables = [("COGNIGY_SSO_LEASE_NAME", "shard-a"), ("COGNIGY_SSO_LEASE_NAMESPACE", &world.namespace)];
    let operator = Operator::start_with(&world.namespace, "shard-a", &variables).await;
    operator.leads().await;
    let lease = world.leases().get("shard-a").await.unwrap();
    assert!(lease.spec.unwrap().holder_identity.is_some());
}
