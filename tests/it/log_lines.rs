//! One line for each visit.

use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::{Value, json};

use crate::strategy;
use crate::support::{ORGANIZATION, Operator, PATIENCE, World, eventually, grant, limited_kubeconfig};

/// Waits for a line about `acme` in which these members have these values.
async fn says(operator: &Operator, wanted: Value) -> Value {
    let wanted = wanted.as_object().unwrap();
    let is_it = |line: &Value| wanted.iter().all(|(name, value)| line[name] == *value);
    let found = eventually(async || operator.reconciles("acme").into_iter().find(|line| is_it(line))).await;
    found.unwrap_or_else(|| panic!("no line says {wanted:?}: {:#?}", operator.reconciles("acme")))
}

#[tokio::test]
async fn each_visit_is_a_line_that_says_what_was_done_and_why() {
    let world = World::new("lines").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let first = says(&operator, json!({ "action": "configure" })).await;
    let expected = json!({
        "level": "INFO", "message": "reconciled", "namespace": world.namespace, "name": "acme", "generation": 1,
        "result": "settled", "cause": "change", "ready": "True", "reason": "Ready",
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(first[member], *value, "{first}");
    }
    assert!((0.0..60.0).contains(&first["duration_seconds"].as_f64().unwrap()), "{first}");
    assert!((540.0..=600.0).contains(&first["next_seconds"].as_f64().unwrap()), "{first}");

    world.check("acme").await;
    says(&operator, json!({ "cause": "requested", "action": "none", "result": "settled" })).await;
    world.rotate("rotated").await;
    world.holds("rotated").await;
    says(&operator, json!({ "cause": "change", "action": "change", "result": "settled" })).await;
    world.cognigy.configure_as_stranger(ORGANIZATION, strategy::strangers());
    world.check("acme").await;
    says(&operator, json!({ "cause": "requested", "action": "correct" })).await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::says(422, "{}")]));
    world.rotate("refused").await;
    says(&operator, json!({ "action": "put_back", "result": "stalled", "ready": "False", "reason": "RolledBack" }))
        .await;

    operator.stop().await;
    world.patch("acme", json!({ "spec": { "interval": "1h" } })).await;
    let operator = world.operator().await;
    says(&operator, json!({ "cause": "restart", "generation": 2, "action": "none" })).await;
}

#[tokio::test]
async fn a_visit_that_rests_says_nothing_and_one_that_deletes_says_what_was_reset() {
    let world = World::new("lines-deletion").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    operator.stop().await;
    let operator = world.operator().await;
    operator.synced().await;
    world.delete("acme").await;
    world.gone("acme").await;
    let line = says(&operator, json!({ "action": "reset" })).await;
    assert_eq!((line["cause"].as_str(), line["result"].as_str()), (Some("change"), Some("settled")), "{line}");
    assert_eq!(operator.reconciles("acme").iter().filter(|line| line["action"] == "reset").count(), 1);
    let before = operator.reconciles("acme");
    let silent = before.iter().take_while(|line| line["action"] != "reset").count();
    assert_eq!(silent, 0, "nothing had changed: {before:#?}");
}

#[tokio::test]
async fn what_could_not_be_written_is_told_once_in_the_line_of_its_visit() {
    let world = World::new("lines-rights").await;
    let rules = json!([
        { "apiGroups": ["sso.cognigy.ai"], "resources": ["identityproviderconfigs"], "verbs": ["get", "list", "watch"] },
        { "apiGroups": [""], "resources": ["secrets", "configmaps"], "verbs": ["get", "list", "watch"] },
    ]);
    grant(&world, "reading", rules).await;
    let kubeconfig = limited_kubeconfig(&world).await;
    let mut operator = Operator::start_as(kubeconfig.path(), &[&world.namespace], &[]).await;
    world.create(world.idp("acme").with("/spec/suspend", json!(true))).await;
    let line = says(&operator, json!({ "result": "interrupted", "level": "WARN" })).await;
    assert!(line["error"].as_str().unwrap().contains("identityproviderconfigs"), "{line}");
    // It is tried again and again: the log is complete when it ends.
    operator.stop().await;
    let told = operator.log().matches("the resource could not be written").count();
    assert_eq!(told, operator.reconciles("acme").len());
}

#[tokio::test]
async fn a_visit_that_is_given_up_says_so_and_is_counted() {
    let world = World::new("lines-lost").await;
    let mut operator = Operator::replica(&world.namespace, "only").await;
    operator.leads().await;
    world.cognigy.install(Plan::on(Operation::Configure, [Fault::silence()]));
    world.create(world.idp("acme")).await;
    world.cognigy.wait_for_call(|call| call.operation == Operation::Configure, PATIENCE).await.unwrap();
    world.give_lease_to("stranger").await;
    let line = says(&operator, json!({ "result": "interrupted", "cause": "change" })).await;
    assert!(line.get("action").is_none() && line.get("next_seconds").is_none(), "what came of it is not known: {line}");
    operator.tells("reconciles_total", &[("result", "interrupted")], Some(1.0)).await;
    operator.tells("leader", &[], Some(0.0)).await;
    assert_eq!(operator.stop().await, 0);
    assert_eq!(operator.reconciles("acme").len(), 1, "{}", operator.log());
}
