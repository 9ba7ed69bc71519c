//! What `/metrics` tells of several replicas.

use serde_json::json;

use crate::support::{Operator, World, eventually};

const ACME: [(&str, &str); 1] = [("name", "acme")];
const SUSPENDED: [(&str, &str); 1] = [("reason", "Suspended")];

#[tokio::test]
async fn a_replica_that_stands_by_has_no_series_of_any_resource_until_it_leads() {
    let world = World::new("metrics-standby").await;
    let mut first = Operator::replica(&world.namespace, "first").await;
    first.leads().await;
    let second = Operator::replica(&world.namespace, "second").await;
    second.stands_by().await;
    world.create(world.idp("acme").with("/spec/suspend", json!(true))).await;
    first.tells("resource_not_ready", &SUSPENDED, Some(1.0)).await;
    first.tells("leader", &[], Some(1.0)).await;
    let told = second.metrics().await;
    assert_eq!(told.value("cognigy_sso_leader", &[]), Some(0.0));
    let open =
        told.families.iter().flat_map(|family| &family.samples).filter(|sample| sample.labels.contains_key("name"));
    assert_eq!(open.count(), 0);
    assert_eq!(first.stop().await, 0);
    second.tells("leader", &[], Some(1.0)).await;
    second.tells("resource_not_ready", &SUSPENDED, Some(1.0)).await;
}

#[tokio::test]
async fn who_has_lost_the_lease_tells_of_no_resource() {
    let world = World::new("metrics-lost").await;
    let operator = Operator::replica(&world.namespace, "only").await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let name = "resource_last_verified_timestamp_seconds";
    let verified = async || operator.metrics().await.value(&format!("cognigy_sso_{name}"), &ACME);
    assert!(eventually(verified).await.is_some(), "it is verified a moment after it is Ready");
    world.give_lease_to("stranger").await;
    operator.tells("leader", &[], Some(0.0)).await;
    operator.tells(name, &ACME, None).await;
}
