//! Who is called, whose values are read, and what goes out with a call.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfig, Reason};
use cognigy_sso_testkit::canary::Canary;
use cognigy_sso_testkit::cognigy::StandIn;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::strategy::{self, SECRET_KEY, SECRET_NAME, SECRET_REF, Server};
use crate::support::{API_KEY, ORGANIZATION, SECRET, World, client, declared, field, namespace};

/// Lesson: bank-vaults GHSA-r2v3-8gwf-7ghm.
#[tokio::test]
async fn no_annotation_chooses_a_server() {
    let world = World::new("annotated").await;
    let other = StandIn::start(&world.authority).await.unwrap();
    other.add_admin(API_KEY, ORGANIZATION);
    let other_provider = Server::start(&world.authority).await.unwrap();
    let names = [
        "api-url",
        "apiUrl",
        "cognigy-host",
        "endpoint",
        "proxy",
        "login-url",
        "frontend-url",
        "audit-url",
        "issuer",
        "metadata-url",
        "expires-at",
        "reconcile-requested-at",
    ];
    let address = |name: &str| match name {
        "issuer" | "metadata-url" => strategy::address(&other_provider, "acme"),
        _ => other.api_url(),
    };
    let chosen = names.into_iter().map(|name| (format!("sso.cognigy.ai/{name}"), json!(address(name))));
    let mut annotations: Value = chosen.collect();
    annotations["vault.security.banzaicloud.io/vault-addr"] = json!(other.origin());
    for secret in [SECRET_NAME, "cognigy-api"] {
        let patch = json!({ "metadata": { "annotations": annotations } });
        world.secrets().patch(secret, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    }
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/metadata/annotations", annotations)).await;
    world.ready("acme").await;
    assert!(other.calls().is_empty() && other_provider.calls().is_empty());
    assert!(!world.cognigy.calls().is_empty() && !world.provider.calls().is_empty());
}

/// Lesson: external-secrets GHSA-77v3-r3jw-j2v2, GHSA-fcxq-v2r3-cc8h.
#[tokio::test]
async fn a_reference_reaches_no_other_namespace() {
    let world = World::new("references").await;
    let elsewhere = namespace(&client().await, "elsewhere").await;
    world.delete_secret(SECRET_NAME).await;
    let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": SECRET_NAME }, "stringData": { (SECRET_KEY): strategy::stored(SECRET) } });
    let secrets = kube::Api::<k8s_openapi::api::core::v1::Secret>::namespaced(world.client.clone(), &elsewhere);
    secrets.patch(SECRET_NAME, &PatchParams::apply("test"), &Patch::Apply(secret)).await.unwrap();
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let patched = world.patch("acme", declared(&json!({ (SECRET_REF): { "namespace": elsewhere } }))).await;
    assert_eq!(patched.metadata.generation, Some(1), "the API server knows no such member");
    for path in [format!("{elsewhere}/"), format!("../{elsewhere}/"), format!("{elsewhere}%2F")] {
        let patch = declared(&json!({ (SECRET_REF): { "name": path + SECRET_NAME } }));
        let refused = world.idps().patch("acme", &PatchParams::default(), &Patch::Merge(patch)).await.unwrap_err();
        assert!(refused.to_string().contains(&field(&format!("{SECRET_REF}.name"))), "{refused}");
    }
    world.condition("acme", ConditionType::SecretsResolved, ConditionStatus::False, Reason::SecretNotFound).await;
    assert_eq!(world.changes(), []);
}

/// All that was sent for a resource that was configured, changed and checked: what was asked for, and everything.
async fn sent(world: &World) -> (Vec<String>, String) {
    world.create(world.idp("acme").with("/spec/verification", json!({ "clientCheck": "Periodic" }))).await;
    world.ready("acme").await;
    world.rotate("rotated-secret-canary-11c8").await;
    world.holds("rotated-secret-canary-11c8").await;
    world.check("acme").await;
    let (cognigy, provider) = (world.cognigy.calls(), world.provider.calls());
    let targets = cognigy.iter().map(|call| &call.target).chain(provider.iter().map(|call| &call.target)).cloned();
    (targets.collect(), format!("{cognigy:?} {provider:?}"))
}

/// Lesson: external-secrets CVE-2026-34984.
#[tokio::test]
async fn no_secret_is_part_of_a_url_and_nothing_makes_one_so() {
    let world = World::new("urls").await;
    let _operator = world.operator().await;
    let (targets, everything) = sent(&world).await;
    let secrets = strategy::canaries(SECRET).into_iter().chain([API_KEY.to_owned()]);
    for secret in secrets {
        let canary = Canary::new("a secret", &secret);
        assert!(canary.find(&everything).is_some(), "{secret} is sent where it belongs");
        assert_eq!(canary.find(&targets.join(" ")), None);
    }
    for host in ["{{ .apiKey }}.example.com", "${apiKey}.example.com"] {
        let url = format!("https://{host}");
        for patch in [json!({ "spec": { "cognigy": { "frontendUrl": url } } }), declared(&strategy::at(&url))] {
            let patch = Patch::Merge(patch);
            let refused = world.idps().patch("acme", &PatchParams::default(), &patch).await;
            assert!(refused.is_err(), "{url} is taken: {:?}", refused.unwrap().spec);
        }
    }
    // What the API server lets through is taken as it stands.
    let _operator = world.operator().await;
    world.patch("acme", json!({ "spec": { "cognigy": { "frontendUrl": "https://$(apiKey).example.com" } } })).await;
    let logout = |resource: &IdentityProviderConfig| resource.status.as_ref()?.urls.as_ref()?.logout.clone();
    let told = world.until("acme", "told of its logout URL", |resource| logout(resource).is_some()).await;
    assert!(logout(&told).unwrap().to_lowercase().starts_with("https://$(apikey).example.com/"));
}

/// Lesson: Kyverno CVE-2026-41323.
#[tokio::test]
async fn the_token_for_kubernetes_goes_to_nobody_outside() {
    let world = World::new("token").await;
    let operator = world.operator().await;
    let (_, everything) = sent(&world).await;
    assert_eq!(Canary::new("the operator's own token", operator.token()).find(&everything), None);
    let with_authorization =
        world.cognigy.calls().into_iter().filter(|call| call.headers.contains_key("authorization"));
    assert_eq!(with_authorization.count(), 0);
}
