//! What is written, to Kubernetes and to Cognigy.AI.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::strategy::{self, SECRET_NAME};
use crate::support::{ORGANIZATION, SECRET, World, declared};

/// Lesson: provider-keycloak that writes into spec.
#[tokio::test]
async fn the_spec_stays_with_who_wrote_it() {
    let world = World::new("spec").await;
    let _operator = world.operator().await;
    let declared =
        serde_json::to_value(world.idp("acme").with("/spec/deletionPolicy", json!("Reset")).build()).unwrap();
    let apply = async || {
        let who = PatchParams::apply("gitops");
        world.idps().patch("acme", &who, &Patch::Apply(&declared)).await.unwrap()
    };
    let before = apply().await;
    world.ready("acme").await;
    world.rotate("rotated-secret-canary-11c8").await;
    world.holds("rotated-secret-canary-11c8").await;
    let after = world.check("acme").await;
    assert_eq!((after.metadata.generation, &after.spec), (Some(1), &before.spec));
    let fields = after.metadata.managed_fields.unwrap_or_default();
    let ours: Vec<_> = fields.iter().filter(|entry| entry.manager.as_deref() == Some("cognigy-sso-operator")).collect();
    assert!(!ours.is_empty(), "{fields:?}");
    for entry in ours {
        let owned = serde_json::to_string(&entry.fields_v1).unwrap();
        assert!(!owned.contains("f:spec"), "{owned}");
    }
    assert_eq!(apply().await.metadata.generation, Some(1), "applied again there is no conflict and no change");
}

/// Lesson: terraform-provider-keycloak #1576, auth0-deploy-cli #420.
#[tokio::test]
async fn another_change_sends_the_secret_too_and_without_the_secret_nothing_is_sent() {
    let world = World::new("payload").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let first = world.cognigy.configuration(ORGANIZATION).unwrap();
    world.delete_secret(SECRET_NAME).await;
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotFound).await;
    world.patch("acme", declared(&strategy::named("another"))).await;
    world.condition("acme", ConditionType::Configured, ConditionStatus::Unknown, Reason::NotChecked).await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION).unwrap(), first);
    assert_eq!(world.changes(), [Operation::Configure]);

    world.rotate(SECRET).await;
    world.ready("acme").await;
    let second = world.cognigy.configuration(ORGANIZATION).unwrap();
    assert_eq!(first, strategy::body(&world, "acme", SECRET));
    assert_eq!(second, strategy::body(&world, "another", SECRET), "all else is sent as it was, the secret too");
}
