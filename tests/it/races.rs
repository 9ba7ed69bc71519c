//! What happens while a visit is under way: edits, deletions, restarts. No mixture of two states is ever applied.

use std::time::Duration;

use cognigy_sso_api::FINALIZER;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::{Value, json};

use crate::strategy::{self, DOCUMENT, PART, name_in, place, place_in};
use crate::support::{ORGANIZATION, PATIENCE, PROVIDER, World};

/// A patch that declares this provider and this name of Cognigy.AI there.
fn declares(address: &str, name: &str) -> Value {
    let (at, named) = (strategy::at(address), strategy::named(name));
    let members = [at, named].map(|part| part.as_object().unwrap().clone()).into_iter().flatten();
    json!({ "spec": { (PART): members.collect::<Value>() } })
}

#[tokio::test]
async fn a_spec_that_is_edited_inside_a_visit_is_never_applied_in_part() {
    let world = World::new("edited").await;
    let other = world.add_provider("other");
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;

    let slow = Fault::late(Duration::from_secs(2));
    world.provider.install(Plan::on(DOCUMENT, [slow]).of("other"));
    world.patch("acme", declares(&other, "b")).await;
    world.provider.wait_for_call(|call| call.subject.as_deref() == Some("other"), PATIENCE).await.unwrap();
    world.patch("acme", declares(&world.address, "c")).await;
    world.ready("acme").await;

    let held = world.cognigy.configuration(ORGANIZATION).unwrap();
    let [here, there] = [PROVIDER, "other"].map(|name| place(&world.provider, name));
    assert_eq!((place_in(&held), name_in(&held)), (&*here, "c"));
    let declared = [(&*here, "acme"), (&*there, "b"), (&*here, "c")];
    for call in world.cognigy.calls_of(Operation::Configure) {
        let sent = (place_in(&call.body), name_in(&call.body));
        assert!(declared.contains(&sent), "nobody declared {sent:?}");
    }
}

#[tokio::test]
async fn a_resource_that_comes_again_inside_a_visit_has_the_last_word() {
    let world = World::new("again").await;
    let _operator = world.operator().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late(Duration::from_secs(2))]));
    world.create(world.idp("acme")).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, PATIENCE).await.unwrap();
    world.delete("acme").await;
    world
        .create(world.idp("acme").declaring(strategy::named("second")).with("/spec/adoptionPolicy", json!("Always")))
        .await;
    world.ready("acme").await;
    assert_eq!(name_in(&world.cognigy.configuration(ORGANIZATION).unwrap()), "second");
}

#[tokio::test]
async fn a_finalizer_that_somebody_else_put_on_goes_too() {
    let world = World::new("restored").await;
    let _operator = world.operator().await;
    let others = json!([FINALIZER, "example.com/other"]);
    world.create(world.idp("acme").with("/metadata/finalizers", others)).await;
    world.ready("acme").await;
    let left = world.get("acme").await.metadata.finalizers;
    assert_eq!(left.as_deref(), Some(&["example.com/other".to_owned()][..]), "Retain needs none, and others stay");

    world
        .create(world.idp("gone").with("/spec/suspend", json!(true)).with("/metadata/finalizers", json!([FINALIZER])))
        .await;
    world.delete("gone").await;
    world.gone("gone").await;
}

#[tokio::test]
async fn a_change_that_is_delivered_twice_is_not_taken_for_somebody_elses() {
    let world = World::new("twice").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::none().twice()]));
    world.rotate("rotated").await;
    world.holds("rotated").await;
    world.until("acme", "settled", |resource| resource.status.as_ref().unwrap().pending.is_none()).await;
    world.ready("acme").await;
    assert_eq!(world.configured_secret().as_deref(), Some("rotated"));
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let world = World::new("slow-answer").await;
    let _operator = world.operator().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late_answer(Duration::from_secs(12))]));
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn a_resource_that_turned_to_another_way_of_signing_in_still_goes() {
    let world = World::new("turned").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.patch("acme", json!({ "spec": strategy::other_strategy() })).await;
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset]);
}
