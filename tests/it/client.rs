//! The client is tried at its provider before anything is changed.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::provider::Operation as Provided;
use serde_json::json;

use crate::support::{PROVIDER, SECRET, World, current};

use ConditionStatus::{False, True, Unknown};

const UNREGISTERED: &str = "a-secret-that-the-provider-does-not-know";

fn tried(world: &World) -> (usize, usize) {
    (world.provider.calls_of(Provided::Token).len(), world.provider.calls_of(Provided::Authorize).len())
}

#[tokio::test]
async fn a_secret_that_the_provider_refuses_is_not_applied() {
    let world = World::new("refused-secret").await;
    world.put_unregistered(UNREGISTERED).await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let refused = world.condition("acme", ConditionType::ClientVerified, False, Reason::ClientSecretRefused).await;
    for words in ["401 invalid_client", "key clientSecret of Secret acme-oidc", &world.address] {
        assert!(refused.message.contains(words), "{words}: {}", refused.message);
    }
    world.condition("acme", ConditionType::Stalled, True, Reason::ClientSecretRefused).await;
    world.has_events("acme", &["VerificationFailed"]).await;
    assert_eq!(world.changes(), []);

    world.rotate(SECRET).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn a_rotation_that_the_provider_refuses_leaves_the_working_secret_in_place() {
    let world = World::new("refused-rotation").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let applied = world.get("acme").await.status.unwrap().applied;

    world.put_unregistered(UNREGISTERED).await;
    world.condition("acme", ConditionType::ClientVerified, False, Reason::ClientSecretRefused).await;
    let waits = world.condition("acme", ConditionType::Configured, False, Reason::ChangePending).await;
    assert!(waits.message.contains("ClientVerified"), "{}", waits.message);
    assert_eq!(world.changes(), [Operation::Configure], "what works stays");
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
    assert_eq!(world.get("acme").await.status.unwrap().applied, applied);

    world.rotate("registered-at-last-8412").await;
    world.holds("registered-at-last-8412").await;
    world.ready("acme").await;
}

#[tokio::test]
async fn a_callback_that_is_not_registered_is_named_and_taken_once_it_is() {
    let world = World::new("callback").await;
    let registered = world.provider.profile(PROVIDER).unwrap().clients;
    world.provider.edit(PROVIDER, |profile| profile.clients.iter_mut().for_each(|it| it.redirect_uris.clear()));
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let refused = world.condition("acme", ConditionType::ClientVerified, False, Reason::CallbackNotRegistered).await;
    let callback = world.get("acme").await.status.unwrap().urls.unwrap().callback.unwrap();
    let advice = format!("Register {callback} as redirect URI of client acme at {}", world.address);
    assert!(refused.message.contains(&advice), "{}", refused.message);
    assert_eq!(world.changes(), []);

    world.provider.edit(PROVIDER, |profile| profile.clients = registered);
    world.check("acme").await;
    world.ready("acme").await;
}

#[tokio::test]
async fn where_it_only_warns_a_refuted_client_is_applied_and_reported() {
    let world = World::new("client-warn").await;
    let _operator = world.operator().await;
    world.put_unregistered(UNREGISTERED).await;
    world.create(world.idp("acme").with("/spec/verification", json!({ "mode": "Warn" }))).await;
    let ready = world.ready("acme").await;
    let client = current(&ready, ConditionType::ClientVerified).unwrap();
    assert_eq!((client.status, client.reason), (False, Reason::ClientSecretRefused));
    assert_eq!(world.configured_secret().as_deref(), Some(UNREGISTERED));
}

#[tokio::test]
async fn a_client_that_must_not_be_tried_shows_in_no_log_of_the_provider() {
    let world = World::new("client-never").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/verification", json!({ "clientCheck": "Never" }))).await;
    let ready = world.ready("acme").await;
    let client = current(&ready, ConditionType::ClientVerified).unwrap();
    assert_eq!((client.status, client.reason), (Unknown, Reason::NotChecked));
    assert_eq!(tried(&world), (0, 0));
}

#[tokio::test]
async fn a_client_is_tried_once_for_each_configuration() {
    let world = World::new("tried-once").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let ready = world.ready("acme").await;
    let client = current(&ready, ConditionType::ClientVerified).unwrap();
    assert_eq!((client.status, client.reason), (True, Reason::Verified));
    assert_eq!(tried(&world), (2, 2), "each with its control");

    // Nothing that is sent has changed.
    world.put_secret("acme-oidc", &[("clientSecret", SECRET), ("unused", "x")]).await;
    world.patch("acme", json!({ "spec": { "interval": "1h" } })).await;
    world.until("acme", "seen", |it| it.status.as_ref().is_some_and(|status| status.observed_generation == 2)).await;
    assert_eq!(operator.stop().await, 0);
    operator = world.operator().await;
    operator.synced().await;
    world.rotate("rotated-9921").await;
    world.holds("rotated-9921").await;
    assert_eq!(tried(&world), (4, 4));
    world.check("acme").await;
    assert_eq!(tried(&world), (6, 6), "who asks for a check wants it made");
}

#[tokio::test]
async fn organizations_that_share_a_client_try_its_credentials_once() {
    let world = World::new("shared-client").await;
    world.will_have((0..8).map(|number| format!("acme-{number}")));
    let _operator = world.operator().await;
    for number in 0..8 {
        let name = format!("acme-{number}");
        world.create(world.own_idp(&name).await).await;
    }
    for number in 0..8 {
        world.ready(&format!("acme-{number}")).await;
    }
    assert_eq!(tried(&world), (2, 16), "each callback is another");
}
