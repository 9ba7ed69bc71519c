//! From one way of signing in to the other, on a resource that is in use.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation::{self, Configure, Reset};
use cognigy_sso_testkit::provider::{Client, Provider, Style};
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::{Value, json};

use crate::support::{ORGANIZATION, Operator, World};

const CLIENT_SECRET: &str = "client-secret-of-the-other-way-5512";
const REFUSED: &str = r#"{"status":400,"code":1005,"traceId":"trace-9f"}"#;
const FORTH_AND_BACK: [Operation; 5] = [Configure, Reset, Configure, Reset, Configure];

/// A resource that is ready with SAML, and all that it needs for OpenID Connect.
struct Switch {
    world: World,
    provider: Provider,
    to_oidc: Value,
    to_saml: Value,
    _operator: Operator,
}

impl Switch {
    async fn ready(name: &str) -> Self {
        let world = World::new(name).await;
        let provider = Provider::start(&world.authority).await.unwrap();
        let callback = format!("{}/auth/oidc/login/callback/*", world.cognigy.origin());
        let client = Client::new("acme", CLIENT_SECRET).redirect(&callback);
        let client = Client { pkce_demanded: Some(false), ..client };
        let issuer = provider.add("acme", Style::OidcProvider, vec![client]);
        world.put_secret("acme-oidc", &[("clientSecret", CLIENT_SECRET)]).await;
        let operator = world.operator().await;
        let created = serde_json::to_value(world.create(world.idp("acme")).await).unwrap();
        world.ready("acme").await;
        let oidc = json!({
            "issuer": issuer,
            "clientId": "acme",
            "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
            "caBundle": created["spec"]["saml"]["caBundle"],
        });
        let to_oidc = json!({ "spec": { "saml": null, "oidc": oidc } });
        let to_saml = json!({ "spec": { "oidc": null, "saml": created["spec"]["saml"] } });
        Self { world, provider, to_oidc, to_saml, _operator: operator }
    }

    fn held(&self) -> Value {
        self.world.cognigy.configuration(ORGANIZATION).unwrap()
    }
}

#[tokio::test]
async fn there_and_back_each_is_one_reset_and_one_configuration() {
    let switch = Switch::ready("switch").await;
    let (world, before) = (&switch.world, switch.held());
    world.patch("acme", switch.to_oidc.clone()).await;
    let status = world.ready("acme").await.status.unwrap();
    let held = switch.held();
    assert_eq!((&held["idpType"], &held["idpClientSecret"]), (&json!("oidc"), &json!(CLIENT_SECRET)));
    assert!(status.urls.unwrap().login.contains("/auth/oidc/login/"));
    assert!(status.issuer.is_some() && status.saml.is_none());
    let applied = status.applied.unwrap();
    assert!(applied.saml.is_none() && applied.secrets.iter().any(|secret| &*secret.name == "acme-oidc"));

    world.patch("acme", switch.to_saml.clone()).await;
    let status = world.ready("acme").await.status.unwrap();
    assert_eq!(switch.held(), before);
    assert!(status.urls.unwrap().login.contains("/auth/saml/login/"));
    assert!(status.saml.is_some() && status.issuer.is_none());
    assert_eq!(world.changes(), FORTH_AND_BACK);
    world.check("acme").await;
    world.condition("acme", ConditionType::InSync, ConditionStatus::True, Reason::InSync).await;
    assert_eq!(world.changes(), FORTH_AND_BACK, "what was switched is nobody else's work");
}

#[tokio::test]
async fn nobody_is_signed_out_for_a_way_that_would_not_work() {
    let switch = Switch::ready("switch-checked").await;
    let (world, before) = (&switch.world, switch.held());
    switch.provider.edit("acme", |profile| profile.discovery["response_types_supported"] = json!(["id_token"]));
    world.patch("acme", switch.to_oidc.clone()).await;
    let verified = ConditionType::IssuerVerified;
    world.condition("acme", verified, ConditionStatus::False, Reason::FlowNotSupported).await;
    world.condition("acme", ConditionType::Configured, ConditionStatus::False, Reason::ChangePending).await;
    assert_eq!((switch.held(), world.changes()), (before.clone(), vec![Configure]));

    // Taken back, nothing has to be done.
    world.patch("acme", switch.to_saml.clone()).await;
    world.ready("acme").await;
    assert_eq!((switch.held(), world.changes()), (before, vec![Configure]));
}

#[tokio::test]
async fn the_former_way_is_put_back_when_the_other_is_refused() {
    let switch = Switch::ready("switch-refused").await;
    let world = &switch.world;
    for patch in [&switch.to_oidc, &switch.to_saml] {
        let before = switch.held();
        world.cognigy.install(Plan::on(Configure, [Fault::says(400, REFUSED)]));
        world.patch("acme", patch.clone()).await;
        let stalled = world.condition("acme", ConditionType::Stalled, ConditionStatus::True, Reason::RolledBack).await;
        assert!(stalled.message.contains("was put back"), "{}", stalled.message);
        assert_eq!(switch.held(), before);
        // Whoever asks has it tried again.
        world.check("acme").await;
        world.ready("acme").await;
        assert_ne!(switch.held()["idpType"], before["idpType"]);
    }
}
