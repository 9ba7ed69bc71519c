//! What Cognigy.AI can answer: what a person must mend waits for it, what may pass is tried again, and nothing is lost.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::{Operation, User};
use cognigy_sso_testkit::server::{Fault, Plan, Reply};
use serde_json::json;

use crate::strategy;
use crate::support::{ORGANIZATION, SECRET, World, declared, eventually};

const PROBLEM: &str =
    r#"{"type":"x","title":"<b>no</b>","status":400,"detail":"canary-detail-55d1","code":1005,"traceId":"trace-77aa"}"#;

#[tokio::test]
async fn whose_key_it_is_is_judged() {
    let world = World::new("keys").await;
    world.will_have(["unknown", "no-admin", "disabled"]);
    let _operator = world.operator().await;
    let user =
        |roles: &[&str]| User { roles: roles.iter().map(ToString::to_string).collect(), ..User::admin(ORGANIZATION) };
    world.cognigy.add_user("no-admin", user(&["developer"]));
    world.cognigy.add_user("disabled", User { disabled: true, ..User::admin(ORGANIZATION) });
    let cases = [
        ("unknown", Reason::Unauthorized, "401"),
        ("no-admin", Reason::NotAdmin, "role admin"),
        ("disabled", Reason::Unauthorized, "401"),
    ];
    for (key, reason, says) in cases {
        world.put_secret(key, &[("apiKey", key)]).await;
        world.create(world.idp(key).with("/spec/cognigy/apiKeySecretRef/name", json!(key))).await;
        let found = world.condition(key, ConditionType::ConnectionReady, ConditionStatus::False, reason).await;
        assert!(found.message.contains(says), "{}", found.message);
        world.condition(key, ConditionType::Stalled, ConditionStatus::True, reason).await;
    }
    let other = json!("ffffffffffffffffffffffff");
    world.create(world.idp("other-organization").with("/spec/cognigy/organizationId", other)).await;
    let connection = ConditionType::ConnectionReady;
    world.condition("other-organization", connection, ConditionStatus::False, Reason::OrganizationMismatch).await;
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn a_key_that_moves_to_another_organization_stops_everything() {
    let world = World::new("moved").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.cognigy.add_admin("other", "ffffffffffffffffffffffff");
    world.put_secret("cognigy-api", &[("apiKey", "other")]).await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::OrganizationChanged).await;
    let status = world.get("acme").await.status.unwrap();
    assert_eq!(&*status.organization.unwrap().id, ORGANIZATION, "what was configured stays on record");
    assert_eq!(world.changes(), [Operation::Configure]);
}

/// Lesson: cert-manager's threat model.
#[tokio::test]
async fn a_host_that_no_key_may_go_to_is_refused() {
    let world = World::new("host").await;
    let mut operator = crate::support::Operator::start(&world.namespace, &["--cognigy-host", "*.cognigy.ai"]).await;
    world.create(world.idp("acme").with("/spec/cognigy/apiUrl", json!("https://127.0.0.1:1/new"))).await;
    let found =
        world.condition("acme", ConditionType::ConnectionReady, ConditionStatus::False, Reason::HostNotAllowed).await;
    assert!(found.message.contains("--cognigy-host"), "{}", found.message);
    operator.stop().await;
}

#[tokio::test]
async fn a_refused_configuration_says_code_and_trace_id_and_waits_for_input() {
    let world = World::new("refused").await;
    let _operator = world.operator().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::says(400, PROBLEM)]).forever());
    world.create(world.idp("acme")).await;
    let stalled = world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::Rejected).await;
    assert!(stalled.message.contains("code 1005") && stalled.message.contains("trace-77aa"), "{}", stalled.message);
    assert!(!stalled.message.contains("canary-detail") && !stalled.message.contains("<b>"), "{}", stalled.message);
    world.cognigy.clear_faults();
    world.patch("acme", declared(&strategy::named("mended"))).await;
    world.ready("acme").await;
}

#[tokio::test]
async fn what_may_pass_is_tried_again_until_it_is_applied_once() {
    let page = Fault::page(200);
    let lost = Fault::cut().after_effect();
    let throttled = Fault::status(429).header("retry-after", "1");
    let error_in_success = Fault::says(200, r#"{"status":500,"code":1008,"traceId":"t"}"#);
    let cases: Vec<(&str, Fault)> = vec![
        ("c5-429", throttled),
        ("c5-negative", Fault::status(429).header("retry-after", "-1")),
        ("c6-500", Fault::status(500)),
        ("c6-425", Fault::status(425)),
        ("c7-cut-before", Fault::cut()),
        ("c8-cut-after", lost),
        ("c10-error-body", error_in_success),
        ("c11-page", page),
        ("c12-twice", Fault::none().twice()),
        ("garbage", Fault::reply(Reply::Garbage)),
    ];
    let world = World::new("passing").await;
    world.will_have(cases.iter().map(|(name, _)| name));
    let _operator = world.operator().await;
    for (number, (name, fault)) in cases.into_iter().enumerate() {
        let organization = format!("{number:024x}");
        world.cognigy.add_admin(name, &organization);
        world.cognigy.install(Plan::on(Operation::Configure, [fault]).of(&organization));
        world.put_secret(name, &[("apiKey", name)]).await;
        world.create(world.idp(name).with("/spec/cognigy/apiKeySecretRef/name", json!(name))).await;
        world.ready(name).await;
        let held = strategy::held(&world.cognigy.configuration(&organization).unwrap());
        assert_eq!(held.as_deref(), Some(SECRET), "{name}");
        let stalled = world.get(name).await.status.unwrap();
        assert!(stalled.pending.is_none() && stalled.condition(ConditionType::Stalled).is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_change_that_is_cut_anywhere_ends_with_the_new_configuration() {
    let world = World::new("cut-change").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let cuts = [
        (Operation::Reset, Fault::cut()),
        (Operation::Reset, Fault::cut().after_effect()),
        (Operation::Reset, Fault::status(503)),
        (Operation::Configure, Fault::cut()),
        (Operation::Configure, Fault::cut().after_effect()),
        (Operation::Configure, Fault::status(429)),
        (Operation::Configure, Fault::status(500).after_effect()),
    ];
    for (number, (operation, fault)) in cuts.into_iter().enumerate() {
        world.cognigy.install(Plan::on(operation, [fault.clone()]));
        let secret = format!("secret-{number}");
        world.rotate(&secret).await;
        let applied = eventually(async || (world.configured_secret().as_ref() == Some(&secret)).then_some(())).await;
        assert!(applied.is_some(), "{operation:?} {fault:?}");
        world.ready("acme").await;
        world.until("acme", "settled", |resource| resource.status.as_ref().unwrap().pending.is_none()).await;
    }
}

#[tokio::test]
async fn an_outage_of_cognigy_is_unknown_and_takes_nothing_away() {
    let world = World::new("cognigy-down").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.cognigy.install(Plan::on_all([Fault::status(502)]).forever());
    let ask = json!({ "metadata": { "annotations": { "sso.cognigy.ai/reconcile-requested-at": "1" } } });
    world.patch("acme", ask).await;
    world.condition("acme", ConditionType::ConnectionReady, ConditionStatus::Unknown, Reason::ServerError).await;
    let ready = world.condition("acme", ConditionType::Ready, ConditionStatus::True, Reason::Ready).await;
    assert!(ready.message.contains("since 2"), "{}", ready.message);
}
