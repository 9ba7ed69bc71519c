//! What is done when somebody changes the configuration behind the operator's back.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfig, Reason};
use cognigy_sso_testkit::cognigy::{Login, Operation};
use serde_json::json;

use crate::strategy::{REFUTED, SECRET_KEY, SECRET_NAME, strangers};
use crate::support::{ORGANIZATION, SECRET, World, current, is_ready};

/// Brings a visit about for which nobody has asked: the Secret has another version with the same value.
async fn look(world: &World, number: usize) {
    world.put_secret(SECRET_NAME, &[(SECRET_KEY, SECRET), ("touched", &number.to_string())]).await;
}

async fn ready(name: &str, policy: &str) -> (World, crate::support::Operator) {
    let world = World::new(name).await;
    let operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/driftPolicy", json!(policy))).await;
    world.ready("acme").await;
    (world, operator)
}

#[tokio::test]
async fn what_is_applied_is_recorded_with_its_audit_event() {
    let (world, _operator) = ready("event", "Correct").await;
    let resource = world.get("acme").await;
    let applied = resource.status.clone().unwrap().applied.unwrap();
    assert!(applied.audit_event_id.is_some(), "{applied:?}");
    let in_sync = current(&resource, ConditionType::InSync).unwrap();
    assert_eq!((in_sync.status, in_sync.reason), (ConditionStatus::True, Reason::InSync));
}

#[tokio::test]
async fn another_configuration_is_replaced_after_the_checks() {
    let (world, _operator) = ready("replaced", "Correct").await;
    world.cognigy.configure_as_stranger(ORGANIZATION, strangers());
    world.refute();
    world.check("acme").await;
    world.condition("acme", ConditionType::InSync, ConditionStatus::False, Reason::Drifted).await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::False, REFUTED).await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(strangers()), "no reset while a check refutes it");

    world.mend();
    world.check("acme").await;
    world.holds(SECRET).await;
    world.condition("acme", ConditionType::InSync, ConditionStatus::True, Reason::InSync).await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
    world.has_events("acme", &["DriftDetected", "DriftCorrected"]).await;
}

#[tokio::test]
async fn what_was_reset_is_configured_without_another_reset() {
    let (world, _operator) = ready("was-reset", "Correct").await;
    world.cognigy.reset_as_stranger(ORGANIZATION);
    world.check("acme").await;
    world.holds(SECRET).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Configure]);
}

#[tokio::test]
async fn report_only_says_so() {
    let (world, _operator) = ready("reported", "Report").await;
    world.cognigy.configure_as_stranger(ORGANIZATION, strangers());
    world.check("acme").await;
    let stalled = world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::Drifted).await;
    assert!(stalled.message.contains("spec.driftPolicy is Report"), "{}", stalled.message);
    world.rotate("rotated").await;
    world.condition("acme", ConditionType::Configured, ConditionStatus::False, Reason::Drifted).await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(strangers()), "not even for a change");
    world.has_events("acme", &["DriftDetected"]).await;

    world.patch("acme", json!({ "spec": { "driftPolicy": "Correct" } })).await;
    world.holds("rotated").await;
    world.ready("acme").await;
}

#[tokio::test]
async fn a_fight_is_given_up_and_taken_up_again_when_somebody_asks() {
    let (world, _operator) = ready("fight", "Correct").await;
    for number in 0..3 {
        world.cognigy.configure_as_stranger(ORGANIZATION, strangers());
        look(&world, number).await;
        let is_counted = |resource: &IdentityProviderConfig| {
            resource.status.as_ref().is_some_and(|status| status.corrections.len() == number + 1)
        };
        world.until("acme", "corrected", is_counted).await;
        assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
    }
    world.cognigy.configure_as_stranger(ORGANIZATION, strangers());
    look(&world, 3).await;
    let stalled = world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::DriftLoop).await;
    assert!(stalled.message.contains("three times inside an hour"), "{}", stalled.message);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(strangers()));
    world.check("acme").await;
    world.holds(SECRET).await;
    world.ready("acme").await;
}

#[tokio::test]
async fn where_nothing_shows_nothing_is_held_back() {
    let world = World::new("nothing-shows").await;
    world.cognigy.change(|settings| {
        settings.login = Login::NotFound;
        settings.audit_events_allowed = false;
    });
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let ready = world.ready("acme").await;
    assert_eq!(current(&ready, ConditionType::InSync).unwrap().status, ConditionStatus::Unknown);
    world.check("acme").await;
    assert!(is_ready(&world.get("acme").await));
    world.rotate("rotated").await;
    world.holds("rotated").await;
    world.ready("acme").await;
}

#[tokio::test]
async fn the_login_url_shows_drift_where_audit_events_may_not_be_read() {
    let world = World::new("login-drift").await;
    world.cognigy.change(|settings| settings.audit_events_allowed = false);
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/driftPolicy", json!("Report"))).await;
    world.ready("acme").await;
    world.cognigy.change(|settings| settings.login = Login::OtherClient);
    // Just after a change the login URL may still lead where the former configuration led.
    world.check("acme").await;
    assert!(is_ready(&world.get("acme").await));
    tokio::time::sleep(Duration::from_secs(31)).await;
    world.check("acme").await;
    world.condition("acme", ConditionType::InSync, ConditionStatus::False, Reason::Drifted).await;
}
