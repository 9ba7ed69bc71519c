//! What a person can ask of the operator: plan only, suspend, check now, check again later.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::json;

use crate::strategy::{self, ASKED, PART};
use crate::support::{PATIENCE, World, eventually};

#[tokio::test]
async fn plan_checks_everything_says_what_it_would_do_and_sends_nothing() {
    let world = World::new("plan").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/mode", json!("Plan"))).await;
    let planned = world.condition("acme", ConditionType::Configured, ConditionStatus::False, Reason::Planned).await;
    assert!(planned.message.contains("would apply the declared configuration"), "{}", planned.message);
    let status = world.get("acme").await.status.unwrap();
    assert!(status.is_true(ConditionType::IssuerVerified) && status.is_true(ConditionType::ConnectionReady));
    assert_eq!(world.changes(), []);

    world.patch("acme", json!({ "spec": { "mode": "Manage" } })).await;
    world.ready("acme").await;
    world.patch("acme", json!({ "spec": { "mode": "Plan", (PART): strategy::named("another") } })).await;
    let planned = world.condition("acme", ConditionType::Configured, ConditionStatus::False, Reason::Planned).await;
    assert!(planned.message.contains("reset"), "{}", planned.message);
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn suspended_nothing_outside_is_touched() {
    let world = World::new("suspend").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/suspend", json!(true))).await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::Unknown, Reason::Suspended).await;
    assert_eq!((world.cognigy.calls().len(), world.provider.calls().len()), (0, 0));

    world.patch("acme", json!({ "spec": { "suspend": false } })).await;
    world.ready("acme").await;
    world.cognigy.clear_calls();
    world.patch("acme", json!({ "spec": { "suspend": true, (PART): strategy::named("another") } })).await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::Unknown, Reason::Suspended).await;
    assert_eq!(world.cognigy.calls().len(), 0);
}

#[tokio::test]
async fn a_new_value_of_the_annotation_asks_for_a_check_now() {
    let world = World::new("check-now").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let annotate =
        |value: &str| json!({ "metadata": { "annotations": { "sso.cognigy.ai/reconcile-requested-at": value } } });
    world.cognigy.clear_calls();
    world.provider.clear_calls();
    for value in ["now", "\u{1F680} not a date \"}"] {
        world.patch("acme", annotate(value)).await;
        let handled = |resource: &cognigy_sso_api::IdentityProviderConfig| {
            resource.status.as_ref().and_then(|status| status.last_handled_reconcile_at.as_deref()) == Some(value)
        };
        world.until("acme", "checked", handled).await;
    }
    assert_eq!(world.calls(Operation::Me), 2);
    assert!(world.provider.calls().len() >= 2 * ASKED.len(), "the provider is asked anew each time");
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn what_an_organization_has_is_asked_for_before_it_is_known_whether_the_key_is_still_for_it() {
    let world = World::new("ahead").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.cognigy.clear_calls();
    world.cognigy.install(Plan::on(Operation::Me, [Fault::silence()]).forever());
    let ask = json!({ "metadata": { "annotations": { "sso.cognigy.ai/reconcile-requested-at": "1" } } });
    world.patch("acme", ask).await;
    for seen in [Operation::Login, Operation::AuditEvents] {
        world.cognigy.wait_for_call(|call| call.operation == seen, PATIENCE).await.expect("it waits for no answer");
    }
}

#[tokio::test]
async fn a_retry_is_announced_and_the_recovery_too() {
    let world = World::new("retry").await;
    let _operator = world.operator().await;
    world.provider.install_on_connections(cognigy_sso_testkit::server::ConnectionFault::Reset, None);
    world.create(world.idp("acme")).await;
    world.condition("acme", ConditionType::Reconciling, ConditionStatus::True, Reason::Retrying).await;
    world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
    assert_eq!(world.changes(), [], "nothing is applied while the provider cannot be read");
    world.provider.clear_faults();
    let ready = world.ready("acme").await.status.unwrap();
    assert!(ready.condition(ConditionType::Reconciling).is_none() && ready.condition(ConditionType::Stalled).is_none());
}

/// Lesson: pinniped that drops a login in a provider's outage.
#[tokio::test]
async fn an_outage_leaves_ready_true_and_says_since_when() {
    let world = World::new("outage").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.provider.install_on_connections(cognigy_sso_testkit::server::ConnectionFault::Reset, None);
    let ask = json!({ "metadata": { "annotations": { "sso.cognigy.ai/reconcile-requested-at": "1" } } });
    world.patch("acme", ask).await;
    world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
    let ready = world.condition("acme", ConditionType::Ready, ConditionStatus::True, Reason::Ready).await;
    assert!(ready.message.contains("since 2"), "{}", ready.message);
    world.provider.clear_faults();
    world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::True, Reason::Verified).await;
    eventually(async || (world.changes() == [Operation::Configure]).then_some(())).await.expect("nothing was sent");
}
