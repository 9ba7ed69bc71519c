//! What a provider can get wrong: each ends as a condition that names the fault and the mend, and nothing is applied.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::provider::{Operation, Profile, keys};
use cognigy_sso_testkit::server::{Fault, Plan, Reply};
use serde_json::{Value, json};

use crate::support::World;

/// What is made wrong, and what the condition must say.
struct Case {
    name: &'static str,
    status: ConditionStatus,
    reason: Reason,
    says: &'static str,
}

const fn refuted(name: &'static str, reason: Reason, says: &'static str) -> Case {
    Case { name, status: ConditionStatus::False, reason, says }
}

const fn unknown(name: &'static str, reason: Reason, says: &'static str) -> Case {
    Case { name, status: ConditionStatus::Unknown, reason, says }
}

async fn check(world: &World, case: &Case) {
    let idp = world.own_idp(case.name).await;
    world.create(idp.with("/spec/oidc/issuer", json!(world.provider.base(case.name)))).await;
    let condition = world.condition(case.name, ConditionType::IssuerVerified, case.status, case.reason).await;
    assert!(condition.message.contains(case.says), "{}: {}", case.name, condition.message);
    let marker =
        if case.status == ConditionStatus::False { ConditionType::Stalled } else { ConditionType::Reconciling };
    world.until(case.name, "marked", |resource| crate::support::current(resource, marker).is_some()).await;
}

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

#[tokio::test]
async fn answers_that_are_no_documents_are_told_apart() {
    let world = World::new("answers").await;
    let cases = [
        (refuted("o1-404", Reason::DiscoveryNotFound, "404"), Fault::status(404)),
        (unknown("o2-503", Reason::ServerError, "503"), Fault::status(503)),
        (unknown("o2-429", Reason::Throttled, "429"), Fault::status(429).header("retry-after", "7")),
        (refuted("o5-redirect", Reason::DiscoveryInvalid, "302"), Fault::redirect("https://login.example/")),
        (refuted("o6-page", Reason::DiscoveryInvalid, "is not a JSON object"), Fault::page(200)),
        (refuted("o6-garbage", Reason::DiscoveryInvalid, "is not a JSON object"), Fault::reply(Reply::Garbage)),
        (refuted("o7-endless", Reason::DiscoveryInvalid, "larger than allowed"), Fault::reply(Reply::Endless)),
        (refuted("o8-bomb", Reason::DiscoveryInvalid, "is not a JSON object"), Fault::reply(Reply::GzipBomb(16))),
        (unknown("cut", Reason::Unreachable, "ended the connection"), Fault::cut()),
        (unknown("half", Reason::Unreachable, "ended the connection"), Fault::reply(Reply::Half)),
    ];
    world.will_have(cases.iter().map(|(case, _)| case.name));
    let _operator = world.operator().await;
    for (case, fault) in cases {
        world.add_provider(case.name);
        world.provider.install(Plan::on(Operation::Discovery, [fault]).of(case.name).forever());
        check(&world, &case).await;
    }
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn a_provider_that_answers_one_byte_a_second_delays_nobody_else() {
    let world = World::new("slow").await;
    world.will_have((0..4).flat_map(|number| ["silent", "drip"].map(|name| format!("{name}-{number}"))));
    let _operator = world.operator().await;
    for (name, reply) in [("silent", Reply::Silence), ("drip", Reply::Drip)] {
        world.add_provider(name);
        world.provider.install(Plan::on(Operation::Discovery, [Fault::reply(reply)]).of(name).forever());
        for number in 0..4 {
            let (name, issuer) = (format!("{name}-{number}"), world.provider.base(name));
            world.create(world.own_idp(&name).await.with("/spec/oidc/issuer", json!(issuer))).await;
        }
    }
    let began = std::time::Instant::now();
    world.create(world.idp("good")).await;
    world.ready("good").await;
    assert!(began.elapsed() < Duration::from_secs(8), "the slow ones time out after 10 s: {:?}", began.elapsed());
    // Meanwhile, those that wait say that they are worked on, and then why.
    world.condition("silent-0", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
    world.condition("drip-0", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
}

#[tokio::test]
async fn answers_that_come_in_turn_settle() {
    let world = World::new("in-turn").await;
    let _operator = world.operator().await;
    let faults = [Fault::status(502), Fault::none(), Fault::cut()];
    world.provider.install(Plan::on(Operation::Discovery, faults).times(9));
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    assert_eq!(world.changes().len(), 1);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_told() {
    let world = World::new("untrusted").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/oidc/caBundle", Value::Null)).await;
    let condition =
        world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
    assert!(condition.message.contains("caBundle"), "{}", condition.message);
}

#[tokio::test]
async fn a_scope_that_is_not_listed_is_a_warning_only() {
    let world = World::new("scope").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").with("/spec/oidc/additionalScopes", json!(["unheard-of"]))).await;
    let ready = world.ready("acme").await;
    let condition = crate::support::current(&ready, ConditionType::Ready).unwrap();
    assert!(condition.message.contains("unheard-of"), "{}", condition.message);
}
