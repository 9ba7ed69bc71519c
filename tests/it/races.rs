//! What happens while a visit is under way: edits, deletions, restarts. No mixture of two states is ever applied.

use std::time::Duration;

use cognigy_sso_api::FINALIZER;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::provider::Operation as Provided;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::json;

use crate::support::{ORGANIZATION, PATIENCE, World, eventually};

#[tokio::test]
async fn a_spec_that_is_edited_inside_a_visit_is_never_applied_in_part() {
    let world = World::new("edited").await;
    let other = world.add_provider("other");
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;

    let slow = Fault::late(Duration::from_secs(2));
    world.provider.install(Plan::on(Provided::Discovery, [slow]).of("other"));
    world.patch("acme", json!({ "spec": { "oidc": { "issuer": other, "clientId": "b" } } })).await;
    world.provider.wait_for_call(|call| call.subject.as_deref() == Some("other"), PATIENCE).await.unwrap();
    world.patch("acme", json!({ "spec": { "oidc": { "issuer": world.issuer, "clientId": "c" } } })).await;
    world.ready("acme").await;

    let held = world.cognigy.configuration(ORGANIZATION).unwrap();
    assert_eq!((&held["idpIssuer"], &held["idpClientId"]), (&json!(world.issuer), &json!("c")));
    let declared = [(world.issuer.clone(), "acme"), (other, "b"), (world.issuer.clone(), "c")];
    for call in world.cognigy.calls_of(Operation::Configure) {
        let sent = (call.body["idpIssuer"].as_str().unwrap().to_owned(), call.body["idpClientId"].as_str().unwrap());
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
        .create(
            world
                .idp("acme")
                .with("/spec/oidc/clientId", json!("second"))
                .with("/spec/adoptionPolicy", json!("Always")),
        )
        .await;
    world.ready("acme").await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION).unwrap()["idpClientId"], "second");
}

#[tokio::test]
async fn after_a_restart_a_ready_resource_is_still_checked_at_its_interval() {
    let world = World::new("still-checked").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/interval", json!("1m"))).await;
    world.ready("acme").await;
    operator.stop().await;
    world.cognigy.clear_calls();
    let operator = world.operator().await;
    operator.synced().await;
    let patience = Duration::from_secs(90);
    world.cognigy.wait_for_call(|call| call.operation == Operation::Me, patience).await.unwrap();
    assert_eq!(world.changes(), []);
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
    world.put_secret("acme-oidc", &[("clientSecret", "rotated")]).await;
    eventually(async || (world.configured_secret().as_deref() == Some("rotated")).then_some(()))
        .await
        .expect("applied");
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
async fn a_resource_that_turned_to_what_cannot_be_done_yet_still_goes() {
    let world = World::new("turned").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;
    let saml = json!({ "issuer": "x", "metadataUrl": "https://idp.example/metadata" });
    world.patch("acme", json!({ "spec": { "oidc": null, "saml": saml } })).await;
    world.delete("acme").await;
    world.gone("acme").await;
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset]);
}
