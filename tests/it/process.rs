//! The operator as a process: killed, stopped, and what it lets out.

use cognigy_sso_api::ConditionType;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::json;
use std::time::Duration;

use crate::strategy;
use crate::support::{API_KEY, ORGANIZATION, SECRET, World, cluster, declared, is_ready};

#[tokio::test]
async fn killed_inside_a_first_configuration_the_next_run_converges() {
    let world = World::new("killed-first").await;
    let mut operator = world.operator().await;
    // The configuration takes effect, and the operator dies before it hears of it.
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late_answer(Duration::from_secs(30))]));
    world.create(world.idp("acme")).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, crate::support::PATIENCE).await.unwrap();
    operator.kill().await;
    let _operator = world.operator().await;
    world.ready("acme").await;
    assert_eq!(world.configured_secret().as_deref(), Some(SECRET));
}

#[tokio::test]
async fn killed_inside_a_first_configuration_that_may_adopt_nothing_the_next_run_knows_its_own_work() {
    let world = World::new("killed-never").await;
    let mut operator = world.operator().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late_answer(Duration::from_secs(30))]));
    world.create(world.idp("acme").with("/spec/adoptionPolicy", json!("Never"))).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, crate::support::PATIENCE).await.unwrap();
    operator.kill().await;
    let _operator = world.operator().await;
    world.ready("acme").await;
    assert_eq!(world.events("acme").await.iter().filter(|reason| *reason == "Adopted").count(), 0);
}

#[tokio::test]
async fn killed_between_reset_and_configure_the_next_run_configures() {
    let world = World::new("killed-change").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.cognigy.install(Plan::on(Operation::Reset, [Fault::late_answer(Duration::from_secs(30))]));
    world.rotate("rotated").await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Reset, crate::support::PATIENCE).await.unwrap();
    operator.kill().await;
    assert_eq!(world.configured_secret(), None, "this is the moment that must not last");
    let _operator = world.operator().await;
    crate::support::eventually(async || (world.configured_secret().as_deref() == Some("rotated")).then_some(()))
        .await
        .expect("the new configuration");
    world.ready("acme").await;
}

#[tokio::test]
async fn told_to_stop_it_finishes_what_it_began_and_exits_with_0() {
    let world = World::new("stopped").await;
    let mut operator = world.operator().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::late_answer(Duration::from_secs(1))]));
    world.create(world.idp("acme")).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, crate::support::PATIENCE).await.unwrap();
    assert_eq!(operator.stop().await, 0);
    assert!(is_ready(&world.get("acme").await), "what was applied is on record");
    let [line] = &operator.reconciles("acme")[..] else { panic!("{}", operator.log()) };
    assert_eq!((&line["action"], &line["result"]), (&json!("configure"), &json!("settled")), "and in the log");
}

#[tokio::test]
async fn no_secret_is_let_out() {
    let world = World::new("canary").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let rotated = "rotated";
    let repeated = strategy::stored(rotated).replace('\n', " ");
    world.cognigy.install(Plan::on(
        Operation::Configure,
        [Fault::says(400, &format!(r#"{{"detail":"{repeated}","traceId":"{repeated}"}}"#))],
    ));
    world.rotate(rotated).await;
    world
        .until("acme", "refused", |resource| {
            resource.status.as_ref().unwrap().condition(ConditionType::Stalled).is_some()
        })
        .await;
    operator.stop().await;
    let object = serde_json::to_string(&world.get("acme").await).unwrap();
    let events = format!("{:?}", world.events("acme").await);
    let secrets = [vec![API_KEY.to_owned()], strategy::canaries(SECRET)].concat();
    for secret in &secrets {
        for (sink, text) in [("log", operator.log()), ("object", object.clone()), ("events", events.clone())] {
            assert!(!text.contains(secret), "{secret} is in the {sink}:\n{text}");
        }
    }
    assert!(operator.log().contains("TRACE"), "the log was kept at its most talkative");
}

/// Lesson: keycloak #17515, external-secrets #1603, argo-cd #23578.
#[tokio::test]
async fn kubectl_wait_is_never_true_for_an_old_generation() {
    let world = World::new("kubectl").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    assert!(kubectl(&world, "60s").await, "it becomes Ready");
    operator.stop().await;
    world.patch("acme", declared(&strategy::named("another"))).await;
    assert!(!kubectl(&world, "1s").await, "Ready is of the former generation");
    let _operator = world.operator().await;
    assert!(kubectl(&world, "60s").await, "it becomes Ready again");
    assert_eq!(strategy::name_in(&world.cognigy.configuration(ORGANIZATION).unwrap()), "another");
}

/// Does `kubectl wait --for=condition=Ready` succeed?
async fn kubectl(world: &World, timeout: &str) -> bool {
    let program = cognigy_sso_testkit::control_plane::Program::Kubectl.obtain().await.unwrap();
    let mut command = tokio::process::Command::new(program);
    command.env("KUBECONFIG", cluster().await.kubeconfig_path()).args(["--namespace", &world.namespace]);
    command.args(["wait", "--for=condition=Ready", "idp/acme", "--timeout", timeout]);
    command.output().await.unwrap().status.success()
}

/// Lesson: Argo Workflows CVE-2026-40886.
#[tokio::test]
async fn an_unusual_object_stops_nobody() {
    let world = World::new("unusual").await;
    let annotations = json!({ "sso.cognigy.ai/reconcile-requested-at": "\\\"{{%00", "x": "\u{202e}" });
    world.create(world.idp("odd").with("/metadata/annotations", annotations)).await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/suspend", json!(true))).await;
    world.ready("odd").await;
    world
        .until("acme", "suspended", |resource| {
            resource.status.as_ref().is_some_and(|status| status.observed_generation == 1)
        })
        .await;
}
