//! What an OpenID provider can get wrong in its documents.

use cognigy_sso_api::Reason;
use cognigy_sso_testkit::provider::{Profile, keys};
use serde_json::{Value, json};

use crate::provider_faults::{Case, check, refuted};
use crate::support::World;

/// A member of the discovery document set to this value; null takes it out.
fn discovery(member: &'static str, value: Value) -> impl FnOnce(&mut Profile) {
    move |profile| profile.discovery[member] = value
}

/// The key set replaced by this.
fn key_set(keys: Value) -> impl FnOnce(&mut Profile) {
    move |profile| profile.keys = keys
}

async fn refutes(world: &World, case: Case, edit: impl FnOnce(&mut Profile)) {
    world.add_provider(case.name);
    world.provider.edit(case.name, edit);
    check(world, &case).await;
}

#[tokio::test]
async fn discovery_documents_that_do_not_fit_are_refuted() {
    let world = World::new("documents").await;
    world.will_have(["o3-issuer", "o3-template", "o4-http", "o10-missing", "o10-types", "o10-issuer"]);
    let _operator = world.operator().await;
    let world = &world;
    let case = refuted("o3-issuer", Reason::IssuerMismatch, "set spec.oidc.issuer to https://other.example");
    refutes(world, case, discovery("issuer", json!("https://other.example"))).await;
    let case = refuted("o3-template", Reason::IssuerMismatch, "your own tenant");
    refutes(world, case, discovery("issuer", json!("https://login.example/{tenantid}/v2.0"))).await;
    let case = refuted("o4-http", Reason::EndpointInvalid, "token_endpoint");
    refutes(world, case, discovery("token_endpoint", json!("http://idp.example/token"))).await;
    let case = refuted("o10-missing", Reason::EndpointInvalid, "lacks authorization_endpoint");
    refutes(world, case, discovery("authorization_endpoint", Value::Null)).await;
    let case = refuted("o10-types", Reason::DiscoveryInvalid, "response_types_supported");
    refutes(world, case, discovery("response_types_supported", json!("code"))).await;
    let case = refuted("o10-issuer", Reason::DiscoveryInvalid, "names no issuer");
    refutes(world, case, discovery("issuer", json!(7))).await;
    assert_eq!(world.changes(), []);
}

/// Lesson: pinniped that calls keys valid of which none is usable.
#[tokio::test]
async fn keys_that_do_not_fit_are_refuted() {
    let world = World::new("no-keys").await;
    world.will_have(["o11-none", "o11-enc", "o11-ec", "o11-nonsense", "o11-no-set"]);
    let _operator = world.operator().await;
    let no_key = |name| refuted(name, Reason::NoUsableKey, "RS256");
    refutes(&world, no_key("o11-none"), key_set(keys::set([]))).await;
    refutes(&world, no_key("o11-enc"), key_set(keys::set([keys::rsa_for_encryption()]))).await;
    refutes(&world, no_key("o11-ec"), key_set(keys::set([keys::elliptic_p256()]))).await;
    refutes(&world, no_key("o11-nonsense"), key_set(keys::set([keys::nonsense()]))).await;
    let no_set = refuted("o11-no-set", Reason::DiscoveryInvalid, "key set");
    refutes(&world, no_set, key_set(json!([]))).await;
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn what_the_provider_does_not_offer_is_refuted() {
    let world = World::new("not-offered").await;
    world.will_have(["algorithm", "method", "flow"]);
    let _operator = world.operator().await;
    let case = refuted("algorithm", Reason::AlgorithmNotSupported, "ES256");
    refutes(&world, case, discovery("id_token_signing_alg_values_supported", json!(["ES256"]))).await;
    let case = refuted("method", Reason::AuthMethodNotSupported, "private_key_jwt");
    refutes(&world, case, discovery("token_endpoint_auth_methods_supported", json!(["private_key_jwt"]))).await;
    let case = refuted("flow", Reason::FlowNotSupported, "authorization code flow");
    refutes(&world, case, discovery("response_types_supported", json!(["id_token"]))).await;
    assert_eq!(world.changes(), []);
}
