//! What holds for the programmable provider holds for real ones.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::pki::Leaf;
use cognigy_sso_testkit::real_provider::{Mode, NodeProvider, RealProvider, Registration, StartError, Tls, Zitadel};
use serde_json::json;

use crate::support::{ORGANIZATION, SECRET, World};

fn tls(world: &World) -> Tls {
    let (chain, key) = world.authority.issue_pem(&["localhost", "127.0.0.1"], Leaf::Good).unwrap();
    Tls { chain, key }
}

fn client(world: &World) -> Registration {
    Registration {
        id: "acme".to_owned(),
        secret: SECRET.to_owned(),
        auth_method: "client_secret_basic".to_owned(),
        redirect_uris: vec![format!("{}/auth/oidc/login/callback/{ORGANIZATION}", world.cognigy.origin())],
        require_pkce: false,
    }
}

/// A resource becomes ready, an issuer with a slash too many is refused, and an outage takes nothing away.
async fn serves(world: &World, provider: &RealProvider) {
    let _operator = world.operator().await;
    let issuer = provider.issuer().to_owned();
    world.create(world.idp("acme").with("/spec/oidc/issuer", json!(issuer))).await;
    let ready = world.ready("acme").await.status.unwrap();
    assert!(ready.issuer.unwrap().authorization_endpoint.starts_with(issuer.trim_end_matches('/')));

    let wrong = if issuer.ends_with('/') { issuer.trim_end_matches('/').to_owned() } else { format!("{issuer}/") };
    world.create(world.idp("slash").with("/spec/oidc/issuer", json!(wrong)).with("/spec/mode", json!("Plan"))).await;
    let refused =
        world.condition("slash", ConditionType::IssuerVerified, ConditionStatus::False, Reason::IssuerMismatch).await;
    assert!(refused.message.contains(&format!("set spec.oidc.issuer to {issuer}")), "{}", refused.message);

    provider.set_outage(true).await.unwrap();
    let ask = json!({ "metadata": { "annotations": { "sso.cognigy.ai/reconcile-requested-at": "1" } } });
    world.patch("acme", ask).await;
    world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::True, Reason::Ready).await;
    provider.set_outage(false).await.unwrap();
    world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::True, Reason::Verified).await;
}

#[tokio::test]
async fn zitadel() {
    let world = World::new("zitadel").await;
    let provider = Zitadel::start(Mode::Server, &tls(&world), &[client(&world)]).await.unwrap();
    serves(&world, &provider).await;
}

#[tokio::test]
async fn oidc_provider_of_npm() {
    let world = World::new("npm").await;
    match NodeProvider::start(&tls(&world), &[client(&world)]).await {
        // The test run's closing lines say so too.
        Err(StartError::NotAvailable(reason)) => eprintln!("left out: {reason}"),
        Err(StartError::Failed(error)) => panic!("{error:#}"),
        Ok(provider) => serves(&world, &provider).await,
    }
}
