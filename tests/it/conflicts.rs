//! Two resources for one organization: the older acts, the other says so.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::{Value, json};

use crate::strategy::{self, PART};
use crate::support::{Idp, ORGANIZATION, Operator, PATIENCE, SECRET, World, current, declared, namespace};

/// A key of its own to the same organization.
async fn add_key(world: &World, key: &str) {
    world.cognigy.add_admin(key, ORGANIZATION);
    world.put_secret(key, &[("apiKey", key)]).await;
}

fn with_key(idp: Idp, key: &str) -> Idp {
    idp.with("/spec/cognigy/apiKeySecretRef/name", json!(key))
}

/// Ages are told by whole seconds.
async fn next_second() {
    tokio::time::sleep(Duration::from_millis(1100)).await;
}

/// A resource that is Ready, and a younger one with another key that is in conflict with it.
async fn conflict(name: &str, deletion: &str) -> (World, Operator) {
    let world = World::new(name).await;
    world.will_have(["younger"]);
    let operator = world.operator().await;
    world.create(world.idp("older")).await;
    world.ready("older").await;
    next_second().await;
    add_key(&world, "younger").await;
    world.create(with_key(world.idp("younger"), "younger").with("/spec/deletionPolicy", json!(deletion))).await;
    let stalled = world.condition("younger", ConditionType::Stalled, ConditionStatus::True, Reason::Conflict).await;
    let names_it = format!("older in namespace {}", world.namespace);
    assert!(stalled.message.contains(&names_it), "{}", stalled.message);
    assert_eq!(world.changes(), [Operation::Configure]);
    (world, operator)
}

async fn is_alone(world: &World) {
    let ready = world.ready("older").await;
    assert_eq!(current(&ready, ConditionType::InSync).unwrap().status, ConditionStatus::True);
    world.condition("younger", ConditionType::Configured, ConditionStatus::False, Reason::Conflict).await;
}

#[tokio::test]
async fn the_younger_says_whom_it_yields_to_and_resets_nothing_when_it_goes() {
    let (world, _operator) = conflict("conflict", "Reset").await;
    world.has_events("younger", &["Conflict"]).await;
    world.patch("younger", declared(&strategy::named("another"))).await;
    is_alone(&world).await;
    world.delete("younger").await;
    world.gone("younger").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn when_the_older_goes_the_younger_takes_over() {
    let (world, _operator) = conflict("takeover", "Retain").await;
    world.delete("older").await;
    world.ready("younger").await;
    world.has_events("younger", &["Adopted", "Configured"]).await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
}

#[tokio::test]
async fn when_the_older_goes_with_a_reset_the_younger_configures() {
    let (world, _operator) = conflict("reset-takeover", "Retain").await;
    world.patch("older", json!({ "spec": { "deletionPolicy": "Reset" } })).await;
    world.until("older", "finalized", |resource| resource.metadata.finalizers.is_some()).await;
    world.delete("older").await;
    world.ready("younger").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
}

#[tokio::test]
async fn the_older_keeps_what_it_has_while_it_is_suspended_or_invalid() {
    let (world, _operator) = conflict("keeps", "Retain").await;
    let mistake = json!({ (PART): strategy::mistake(&world).wrong });
    let edits: [Value; 2] = [json!({ "suspend": true }), mistake];
    for spec in edits {
        world.patch("older", json!({ "spec": spec })).await;
        world
            .until("older", "not Ready", |resource| {
                current(resource, ConditionType::Ready).is_some_and(|ready| ready.status != ConditionStatus::True)
            })
            .await;
        world.check("younger").await;
        world.condition("younger", ConditionType::Configured, ConditionStatus::False, Reason::Conflict).await;
        assert_eq!(world.changes(), [Operation::Configure]);
    }
}

#[tokio::test]
async fn an_older_one_whose_key_moves_away_makes_room() {
    let (world, _operator) = conflict("moves", "Retain").await;
    world.cognigy.add_admin("elsewhere", "ffffffffffffffffffffffff");
    world.put_secret("cognigy-api", &[("apiKey", "elsewhere")]).await;
    world.condition("older", ConditionType::Stalled, ConditionStatus::True, Reason::OrganizationChanged).await;
    world.ready("younger").await;
    world.has_events("younger", &["Adopted"]).await;
}

#[tokio::test]
async fn across_namespaces_it_is_the_same() {
    let world = World::new("across").await;
    let other = namespace(&world.client, "across-too").await;
    let operator = Operator::start_for(&[&world.namespace, &other], &[]).await;
    operator.synced().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    next_second().await;
    let there = World { namespace: other, ..World::on(world.client.clone(), "unused").await };
    there.put_config_map("ca", &[("ca.crt", world.authority.pem())]).await;
    there.put_secret("cognigy-api", &[("apiKey", "theirs")]).await;
    there.rotate(SECRET).await;
    world.cognigy.add_admin("theirs", ORGANIZATION);
    there.create(world.idp("acme")).await;
    let stalled = there.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::Conflict).await;
    assert!(stalled.message.contains(&format!("acme in namespace {}", world.namespace)), "{}", stalled.message);
    assert_eq!(world.changes(), [Operation::Configure]);
}

/// How long a configuration takes that others come across.
const SLOW: Duration = Duration::from_secs(5);

#[tokio::test]
async fn one_that_comes_while_the_older_configures_does_nothing() {
    let world = World::new("meanwhile").await;
    world.will_have(["younger"]);
    let _operator = world.operator().await;
    add_key(&world, "younger").await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late_answer(SLOW)]));
    world.create(world.idp("older")).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, PATIENCE).await.unwrap();
    next_second().await;
    world.create(with_key(world.idp("younger"), "younger")).await;
    world.condition("younger", ConditionType::Stalled, ConditionStatus::True, Reason::Conflict).await;
    world.ready("older").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn an_older_one_whose_key_comes_late_waits_for_what_is_under_way() {
    let world = World::new("turns").await;
    world.will_have(["late"]);
    let _operator = world.operator().await;
    world.create(with_key(world.idp("older"), "late")).await;
    next_second().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late_answer(SLOW)]));
    world.create(world.idp("younger")).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, PATIENCE).await.unwrap();
    add_key(&world, "late").await;
    world.ready("older").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
    let changes = world.cognigy.calls().into_iter().filter(|call| call.effect);
    let times: Vec<_> = changes.map(|call| (call.began, call.ended.unwrap())).collect();
    assert!(times.windows(2).all(|pair| pair[0].1 <= pair[1].0), "one after the other: {times:?}");
}

#[tokio::test]
async fn two_that_come_at_once_end_with_one_that_acts() {
    let world = World::new("at-once").await;
    add_key(&world, "second").await;
    world.create(world.idp("first")).await;
    world.create(with_key(world.idp("second"), "second")).await;
    let _operator = world.operator().await;
    let name = crate::support::eventually(async || {
        for (one, other) in [("first", "second"), ("second", "first")] {
            let resource = world.get(one).await;
            let loser = current(&resource, ConditionType::Configured).is_some_and(|c| c.reason == Reason::Conflict);
            if loser && crate::support::is_ready(&world.get(other).await) {
                return Some(other);
            }
        }
        None
    })
    .await;
    assert!(name.is_some(), "exactly one acts");
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
}
