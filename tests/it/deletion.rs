//! What a deletion does, and what it never does.

use cognigy_sso_api::{ConditionStatus, ConditionType, FINALIZER, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use serde_json::json;

use crate::strategy;
use crate::support::{ORGANIZATION, World, eventually};

const OTHER: &str = "ffffffffffffffffffffffff";

#[tokio::test]
async fn retain_has_no_finalizer_and_leaves_the_configuration() {
    let world = World::new("retain").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let ready = world.ready("acme").await;
    assert_eq!(ready.metadata.finalizers, None);
    world.delete("acme").await;
    assert!(world.idps().get_opt("acme").await.unwrap().is_none(), "it is gone at once");
    assert!(world.cognigy.configuration(ORGANIZATION).is_some());
}

#[tokio::test]
async fn reset_resets_what_was_applied() {
    let world = World::new("reset").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    let ready = world.ready("acme").await;
    assert_eq!(ready.metadata.finalizers.as_deref(), Some(&[FINALIZER.to_owned()][..]));
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset]);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), None);
    eventually(async || (world.events("acme").await == ["Configured", "Reset"]).then_some(())).await.expect("events");
}

/// With the key that is remembered, and the audit event of what was applied.
#[tokio::test]
async fn a_reset_is_preceded_by_a_look_and_by_nothing_else() {
    let world = World::new("short").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.cognigy.clear_calls();
    world.delete("acme").await;
    world.gone("acme").await;
    let calls = [Operation::Me, Operation::Login, Operation::AuditEvents, Operation::Reset].map(|of| world.calls(of));
    assert_eq!(calls, [0, 1, 2, 1]);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), None);
}

/// What is declared is known by this to be what was applied.
#[tokio::test]
async fn a_deletion_raises_the_generation_by_one_and_each_edit_by_another() {
    let world = World::new("generations").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    operator.stop().await;
    let generation = async || world.get("acme").await.metadata.generation.unwrap();
    let applied = generation().await;
    world.delete("acme").await;
    world.delete("acme").await;
    assert_eq!(generation().await, applied + 1);
    world.patch("acme", json!({ "spec": { "interval": "1h" } })).await;
    assert_eq!(generation().await, applied + 2);
}

#[tokio::test]
async fn a_key_that_has_moved_to_another_organization_resets_nothing_there() {
    let world = World::new("moved").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.cognigy.configure_as_stranger(OTHER, strategy::strangers());
    world.cognigy.add_admin("api-key-canary-7f31", OTHER);
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
    assert_eq!(world.cognigy.configuration(OTHER), Some(strategy::strangers()));
}

#[tokio::test]
async fn reset_touches_nothing_that_was_never_applied() {
    let world = World::new("never-applied").await;
    let _operator = world.operator().await;
    world.cognigy.configure_as_stranger(ORGANIZATION, strategy::strangers());
    world.cognigy.change(|settings| settings.login = cognigy_sso_testkit::cognigy::Login::NotFound);
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::AlreadyConfigured).await;
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.changes(), []);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(strategy::strangers()));
}

#[tokio::test]
async fn a_suspended_resource_goes_and_keeps_the_configuration() {
    let world = World::new("suspended-goes").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.patch("acme", json!({ "spec": { "suspend": true } })).await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::Unknown, Reason::Suspended).await;
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

/// Lesson: edp-keycloak-operator #175.
#[tokio::test]
async fn a_blocked_deletion_says_why_and_goes_on_when_the_key_is_back() {
    let world = World::new("blocked").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    // What it remembers of the key goes with the process.
    operator.stop().await;
    world.delete_secret("cognigy-api").await;
    let _operator = world.operator().await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::False, Reason::SecretNotFound).await;
    world.delete("acme").await;
    let blocked = world.condition("acme", ConditionType::Ready, ConditionStatus::False, Reason::DeletionBlocked).await;
    assert!(blocked.message.contains("cognigy-api") && blocked.message.contains("set spec.deletionPolicy to Retain"));
    eventually(async || world.events("acme").await.contains(&"DeletionBlocked".to_owned()).then_some(()))
        .await
        .expect("an event says so too");
    world.put_secret("cognigy-api", &[("apiKey", "api-key-canary-7f31")]).await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset]);
}

/// Lesson: edp-keycloak-operator #175.
#[tokio::test]
async fn a_key_that_goes_first_is_remembered_for_the_reset() {
    let world = World::new("remembered").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.delete_secret("cognigy-api").await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::False, Reason::SecretNotFound).await;
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset]);
}

#[tokio::test]
async fn what_somebody_else_configured_since_is_not_reset() {
    let world = World::new("not-ours").await;
    let _operator = world.operator().await;
    let reset = world.idp("acme").with("/spec/deletionPolicy", json!("Reset"));
    world.create(reset.with("/spec/driftPolicy", json!("Report"))).await;
    world.ready("acme").await;
    let theirs = strategy::strangers();
    world.cognigy.configure_as_stranger(ORGANIZATION, theirs.clone());
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(theirs));
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn a_blocked_deletion_lets_go_when_the_policy_turns_to_retain() {
    let world = World::new("lets-go").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.cognigy.remove_user("api-key-canary-7f31");
    world.delete("acme").await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::DeletionBlocked).await;
    world.patch("acme", json!({ "spec": { "deletionPolicy": "Retain" } })).await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn a_policy_that_changes_moves_the_finalizer() {
    let world = World::new("policy").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.patch("acme", json!({ "spec": { "deletionPolicy": "Reset" } })).await;
    world.until("acme", "finalized", |resource| resource.metadata.finalizers.is_some()).await;
    world.patch("acme", json!({ "spec": { "deletionPolicy": "Retain" } })).await;
    world.until("acme", "free", |resource| resource.metadata.finalizers.is_none()).await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn cognigy_down_delays_a_reset_and_does_not_lose_it() {
    let world = World::new("down").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    world.cognigy.install_on_connections(cognigy_sso_testkit::server::ConnectionFault::Reset, None);
    world.delete("acme").await;
    world.condition("acme", ConditionType::Reconciling, ConditionStatus::True, Reason::Retrying).await;
    world.cognigy.clear_faults();
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset]);
}
