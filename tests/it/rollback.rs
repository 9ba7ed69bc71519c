//! A configuration that Cognigy.AI refuses after the former one was reset: the former one is put back.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};

use crate::support::{Operator, PATIENCE, SECRET, World};

const REFUSED: &str = r#"{"status":400,"code":1005,"traceId":"trace-9f"}"#;

async fn ready(name: &str) -> (World, Operator) {
    let world = World::new(name).await;
    let operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    (world, operator)
}

/// The next configurations meet these faults while another value is applied.
async fn rotate_into(world: &World, faults: Vec<Fault>) {
    world.cognigy.install(Plan::on(Operation::Configure, faults));
    world.rotate("refused").await;
    let stalled = world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::RolledBack).await;
    assert!(stalled.message.contains("was put back") && stalled.message.contains("trace-9f"), "{}", stalled.message);
    world.condition("acme", ConditionType::Configured, ConditionStatus::False, Reason::RolledBack).await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
    world.has_events("acme", &["RolledBack"]).await;
}

#[tokio::test]
async fn the_former_configuration_is_put_back_and_a_good_change_applies() {
    let (world, mut operator) = ready("put-back").await;
    rotate_into(&world, vec![Fault::says(400, REFUSED)]).await;

    operator.stop().await;
    world.cognigy.clear_calls();
    let _operator = world.operator().await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Login, PATIENCE).await.unwrap();
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::RolledBack).await;
    assert_eq!(world.changes(), [], "what was refused is not tried again after a restart");

    world.rotate("good").await;
    world.holds("good").await;
    let ready = world.ready("acme").await;
    assert!(ready.status.unwrap().refused.is_none());
}

#[tokio::test]
async fn after_a_restart_it_is_remembered_what_to_put_back() {
    let (world, mut operator) = ready("after-restart").await;
    operator.stop().await;
    let operator = world.operator().await;
    operator.synced().await;
    // The interval is ten minutes: nothing is checked before, and what is in force is read again at once.
    tokio::time::sleep(Duration::from_secs(10)).await;
    rotate_into(&world, vec![Fault::says(400, REFUSED)]).await;
}

#[tokio::test]
async fn what_was_refused_is_tried_again_when_somebody_asks() {
    let (world, _operator) = ready("asked").await;
    rotate_into(&world, vec![Fault::says(400, REFUSED)]).await;
    world.check("acme").await;
    world.holds("refused").await;
    world.ready("acme").await;
}

#[tokio::test]
async fn putting_back_survives_lost_answers_and_refusals_that_pass() {
    for (name, fault) in [
        ("put-back-lost", Fault::cut().after_effect()),
        ("put-back-cut", Fault::cut()),
        ("put-back-later", Fault::status(429).header("retry-after", "1")),
        ("put-back-500", Fault::status(500)),
    ] {
        let (world, _operator) = ready(name).await;
        rotate_into(&world, vec![Fault::says(400, REFUSED), fault]).await;
    }
}

#[tokio::test]
async fn refused_twice_it_says_that_there_is_none() {
    let (world, _operator) = ready("refused-twice").await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::says(400, REFUSED), Fault::says(400, REFUSED)]));
    world.rotate("refused").await;
    let stalled = world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::Rejected).await;
    assert!(stalled.message.contains("the organization has none now"), "{}", stalled.message);
    assert_eq!(world.configured_secret(), None);
    world.rotate("good").await;
    world.holds("good").await;
    world.ready("acme").await;
}
