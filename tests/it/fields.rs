//! What only OpenID Connect declares.

use cognigy_sso_api::ConditionType;
use cognigy_sso_testkit::cognigy::Operation;
use serde_json::json;

use crate::support::{ORGANIZATION, PROVIDER, SECRET, World, current, eventually};

#[tokio::test]
async fn each_field_that_cognigy_takes_is_sent_and_its_change_too() {
    let world = World::new("fields").await;
    world.provider.edit(PROVIDER, |profile| {
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
        "idpType": "oidc", "idpIssuer": world.address, "idpClientId": "acme", "idpClientSecret": SECRET,
        "idpIdTokenSignedResponseAlg": "HS512", "idpTokenEndpointAuthMethod": "client_secret_post",
        "idpAdditionalScope": "groups roles", "idpFrontChannelLogoutUrl": "https://app.example.com/logout",
    });
    assert_eq!(world.cognigy.configuration(ORGANIZATION), Some(expected));
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset, Operation::Configure]);
}

#[tokio::test]
async fn a_client_id_from_a_secret_is_followed() {
    let world = World::new("client-id").await;
    world.put_secret("acme-id", &[("clientId", "from-a-secret")]).await;
    let _operator = world.operator().await;
    let reference = json!({ "name": "acme-id", "key": "clientId" });
    let idp =
        world.idp("acme").with("/spec/oidc/clientId", json!(null)).with("/spec/oidc/clientIdSecretRef", reference);
    world.create(idp).await;
    world.ready("acme").await;
    assert_eq!(world.cognigy.configuration(ORGANIZATION).unwrap()["idpClientId"], "from-a-secret");
    world.put_secret("acme-id", &[("clientId", "another")]).await;
    let followed = async || {
        let held = world.cognigy.configuration(ORGANIZATION)?;
        (held["idpClientId"] == "another").then_some(())
    };
    eventually(followed).await.expect("the new client id is applied");
}

#[tokio::test]
async fn a_scope_that_is_not_listed_is_a_warning_only() {
    let world = World::new("scope").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/oidc/additionalScopes", json!(["unheard-of"]))).await;
    let ready = world.ready("acme").await;
    let condition = current(&ready, ConditionType::Ready).unwrap();
    assert!(condition.message.contains("unheard-of"), "{}", condition.message);
}
