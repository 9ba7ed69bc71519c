//! Everything is checked again from time to time.

use std::time::Duration;

use cognigy_sso_testkit::cognigy::Operation;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn everything_is_checked_again_when_the_interval_is_over() {
    let world = World::new("interval").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/interval", json!("1m"))).await;
    let before = world.ready("acme").await.metadata.resource_version;
    world.cognigy.clear_calls();
    let patience = Duration::from_secs(90);
    world.cognigy.wait_for_call(|call| call.operation == Operation::Me, patience).await.unwrap();
    assert_eq!(world.changes(), []);
    assert_eq!(world.get("acme").await.metadata.resource_version, before, "what finds nothing new writes nothing");
}

#[tokio::test]
async fn after_a_restart_a_ready_resource_is_still_checked_at_its_interval() {
    let world = World::new("still-checked").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/interval", json!("1m"))).await;
    world.ready("acme").await;
    operator.stop().await;
    world.cognigy.clear_calls();
    let operator = world.operator().await;
    operator.synced().await;
    let patience = Duration::from_secs(90);
    world.cognigy.wait_for_call(|call| call.operation == Operation::Me, patience).await.unwrap();
    assert_eq!(world.changes(), []);
}
