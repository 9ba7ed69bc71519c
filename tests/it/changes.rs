//! Changes of a working configuration: none is made that is not proved, and none that is not needed.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::provider::Operation as Provided;
use serde_json::json;

use crate::support::{ISSUER, ORGANIZATION, SECRET, World, current};

/// Lesson: pinniped #600, vault #28650.
#[tokio::test]
async fn a_wrong_issuer_is_refused_and_the_working_configuration_stays() {
    let world = World::new("wrong-issuer").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let working = world.cognigy.configuration(ORGANIZATION);

    let wrong = format!("{}/", world.issuer);
    world.patch("acme", json!({ "spec": { "oidc": { "issuer": wrong } } })).await;
    let refused =
        world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::False, Reason::IssuerMismatch).await;
    assert!(refused.message.contains(&format!("set spec.oidc.issuer to {}", world.issuer)), "{}", refused.message);
    world.condition("acme", ConditionType::Ready, ConditionStatus::False, Reason::IssuerMismatch).await;
    world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::IssuerMismatch).await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION), working);

    world.patch("acme", json!({ "spec": { "oidc": { "issuer": world.issuer } } })).await;
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
    world.provider.edit(ISSUER, |profile| profile.discovery["response_types_supported"] = json!(["id_token"]));
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/verification", json!({ "mode": "Warn" }))).await;
    let ready = world.ready("acme").await;
    let issuer = current(&ready, ConditionType::IssuerVerified).unwrap();
    assert_eq!((issuer.status, issuer.reason), (ConditionStatus::False, Reason::FlowNotSupported));
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn each_field_that_cognigy_takes_is_sent_and_its_change_too() {
    let world = World::new("fields").await;
    world.provider.edit(ISSUER, |profile| {
        profile.discovery["token_endpoint_auth_methods_supported"] =
            json!(["client_secret_basic", "client_secret_post"]);
        profile.discovery["id_token_signing_alg_values_supported"] = json!(["RS256", "HS512"]);
    });
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let changes = json!({ "spec": { "oidc": {
        "idTokenSignedResponseAlg": "HS512",
        "tokenEndpointAuthMethod": "client_secret_post",
        "additionalScopes": ["groups", "roles"],
        "frontChannelLogoutUrl": "https://app.example.com/logout",
    } } });
    world.patch("acme", changes).await;
    world.ready("acme").await;
    let expected = json!({
        "idpType": "oidc", "idpIssuer": world.issuer, "idpClientId": "acme", "idpClientSecret": SECRET,
        "idpIdTokenSignedResponseAlg": "HS512", "idpTokenEndpointAuthMethod": "client_secret_post",
        "idpAdditionalScope": "groups roles", "idpFrontChannelLogoutUrl": "https://app.example.com/logout",
    });
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(expected));
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
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
    world.put_secret("acme-oidc", &[("clientSecret", "changed-meanwhile")]).await;
    let _operator = world.operator().await;
    crate::support::eventually(async || {
        (world.configured_secret().as_deref() == Some("changed-meanwhile")).then_some(())
    })
    .await
    .expect("the new secret is applied");
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
    }
    for number in 0..10 {
        world.ready(&format!("acme-{number}")).await;
    }
    let by_operator = |operation| {
        let calls = world.provider.calls_of(operation);
        calls.iter().filter(|call| call.headers["user-agent"].starts_with("cognigy-sso-operator/")).count()
    };
    assert_eq!((by_operator(Provided::Discovery), by_operator(Provided::Keys)), (1, 1));
}
