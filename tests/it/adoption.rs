//! An organization that somebody else configured is taken over only as `adoptionPolicy` allows.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::{Login, Operation, WhenConfigured};
use serde_json::{Value, json};

use crate::strategy;
use crate::support::{ORGANIZATION, SECRET, World, eventually};

/// What somebody else configured: for the same provider and a client of this name.
fn others(world: &World, client: &str) -> Value {
    strategy::body(world, client, "old")
}

async fn configured_by_others(name: &str, client: &str) -> World {
    let world = World::new(name).await;
    world.cognigy.configure_as_stranger(ORGANIZATION, others(&world, client));
    world
}

async fn stays(world: &World, client: &str) {
    let stalled =
        world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::AlreadyConfigured).await;
    assert!(stalled.message.contains("spec.adoptionPolicy"), "{}", stalled.message);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(others(world, client)));
    assert_eq!(world.changes(), []);
}

async fn is_taken_over(world: &World) {
    world.ready("acme").await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
    assert_eq!(world.changes(), [Operation::Reset, Operation::Configure]);
    eventually(async || world.events("acme").await.contains(&"Adopted".to_owned()).then_some(()))
        .await
        .expect("an event");
}

#[tokio::test]
async fn if_matching_takes_over_the_same_provider_and_client() {
    let world = configured_by_others("matching", "acme").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    is_taken_over(&world).await;
}

#[tokio::test]
async fn if_matching_leaves_another_client_alone() {
    let world = configured_by_others("other-client", "somebody").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    stays(&world, "somebody").await;
}

#[tokio::test]
async fn if_matching_leaves_alone_what_does_not_show() {
    for (name, answer) in [("conflict", WhenConfigured::Conflict)] {
        let world = configured_by_others(name, "acme").await;
        world.cognigy.change(|settings| {
            settings.login = Login::LoginPage;
            settings.when_configured = answer;
        });
        let _operator = world.operator().await;
        world.create(world.idp("acme")).await;
        stays(&world, "acme").await;
    }
}

#[tokio::test]
async fn an_api_that_would_overwrite_is_not_led_into_it() {
    let world = configured_by_others("overwrite", "somebody").await;
    world.cognigy.change(|settings| settings.when_configured = WhenConfigured::Overwrite);
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    stays(&world, "somebody").await;
}

#[tokio::test]
async fn never_leaves_even_the_same_alone() {
    let world = configured_by_others("never", "acme").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/adoptionPolicy", json!("Never"))).await;
    stays(&world, "acme").await;
}

#[tokio::test]
async fn always_takes_over_whatever_there_is() {
    let world = configured_by_others("always", "somebody").await;
    world.cognigy.change(|settings| settings.login = Login::NotFound);
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/adoptionPolicy", json!("Always"))).await;
    is_taken_over(&world).await;
}
