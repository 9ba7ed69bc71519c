//! Changes of a working configuration: none is made that is not proved, and none that is not needed.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use serde_json::json;

use crate::strategy::{self, ASKED, REFUTED};
use crate::support::{ORGANIZATION, World, current, declared};

/// Lesson: pinniped #600, vault #28650.
#[tokio::test]
async fn a_mistake_is_refused_and_the_working_configuration_stays() {
    let world = World::new("mistake").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let working = world.cognigy.configuration(ORGANIZATION);

    let mistake = strategy::mistake(&world);
    world.patch("acme", declared(&mistake.wrong)).await;
    let refused = world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::False, mistake.reason).await;
    assert!(refused.message.contains(&mistake.advice), "{}", refused.message);
    world.condition("acme", ConditionType::Ready, ConditionStatus::False, mistake.reason).await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, mistake.reason).await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION), working);

    world.patch("acme", declared(&mistake.right)).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure], "back to what was applied: nothing to send");
    crate::support::eventually(async || {
        (world.events("acme").await == ["Configured", "VerificationFailed"]).then_some(())
    })
    .await
    .expect("one event for each happening");
}

#[tokio::test]
async fn warn_applies_what_a_check_refutes_and_still_says_so() {
    let world = World::new("warn").await;
    world.refute();
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/verification", json!({ "mode": "Warn" }))).await;
    let ready = world.ready("acme").await;
    let issuer = current(&ready, ConditionType::IssuerVerified).unwrap();
    assert_eq!((issuer.status, issuer.reason), (ConditionStatus::False, REFUTED));
    assert_eq!(world.changes(), [Operation::Configure]);
}

/// Lesson: provider-keycloak #175, external-secrets #5443.
#[tokio::test]
async fn a_restart_sends_nothing_and_writes_nothing() {
    let world = World::new("restart").await;
    let names: Vec<_> = (0..5).map(|number| format!("acme-{number}")).collect();
    world.will_have(&names);
    let mut operator = world.operator().await;
    for (number, name) in names.iter().enumerate() {
        let (organization, key) = (format!("{number:024x}"), format!("key-{number}"));
        world.cognigy.add_admin(&key, &organization);
        world.put_secret(name, &[("apiKey", &key)]).await;
        world.create(world.idp(name).with("/spec/cognigy/apiKeySecretRef/name", json!(name))).await;
    }
    let mut before = Vec::new();
    for name in &names {
        before.push(world.ready(name).await.metadata.resource_version);
    }
    assert_eq!(operator.stop().await, 0);
    world.cognigy.clear_calls();
    world.provider.clear_calls();

    let mut operator = world.operator().await;
    operator.synced().await;
    // A resource that has work to do comes after the others in the queue: when it is done, they have been looked at.
    let last = world.idp("last").with("/spec/suspend", json!(true));
    world.create(last).await;
    world.condition("last", ConditionType::Ready, ConditionStatus::Unknown, Reason::Suspended).await;
    operator.stop().await;
    assert_eq!((world.cognigy.calls().len(), world.provider.calls().len()), (0, 0));
    let mut after = Vec::new();
    for name in &names {
        after.push(world.get(name).await.metadata.resource_version);
    }
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_changed_while_the_operator_was_away_is_done_at_once() {
    let world = World::new("away").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    operator.stop().await;
    world.rotate("rotated").await;
    let _operator = world.operator().await;
    world.holds("rotated").await;
}

#[tokio::test]
async fn resources_of_one_provider_share_what_it_publishes() {
    let world = World::new("shared").await;
    world.will_have((0..10).map(|number| format!("acme-{number}")));
    let _operator = world.operator().await;
    for number in 0..10 {
        let (name, key) = (format!("acme-{number}"), format!("key-{number}"));
        world.cognigy.add_admin(&key, &format!("{number:024x}"));
        world.put_secret(&name, &[("apiKey", &key)]).await;
        world.create(world.idp(&name).with("/spec/cognigy/apiKeySecretRef/name", json!(name))).await;
        // One after the other: those that ask at the same time share an answer anyway.
        world.ready(&name).await;
    }
    for operation in ASKED {
        let calls = world.provider.calls_of(*operation).into_iter();
        let by_operator = calls.filter(|call| call.headers["user-agent"].starts_with("cognigy-sso-operator/"));
        assert_eq!(by_operator.count(), 1, "{operation:?}");
    }
}
