//! What outside servers answer with is not passed on.

use cognigy_sso_testkit::canary::Canary;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use kube::api::ListParams;
use serde_json::json;

use crate::strategy::DOCUMENT;
use crate::support::World;

/// As it may stand in an answer of a server that is not meant to be read from here.
const BODY: &str = "AKIA4F1D7E credentials of the node";

/// Answers of every kind with that text in every place.
fn answers() -> Vec<Fault> {
    let members = ["title", "detail", "message", "error", "error_description", "error_uri", "traceId", "type", "keys"];
    let object = members.iter().map(|member| ((*member).to_owned(), json!(BODY))).collect::<serde_json::Value>();
    let page = format!("<html><title>{BODY}</title>{BODY}</html>");
    // The object comes first: what differs from the answer before in its trace id alone is not written again.
    let bodies = [object.to_string(), page, json!([BODY]).to_string(), BODY.to_owned()];
    let with_header = |fault: Fault| fault.header("www-authenticate", BODY).header("x-trace", BODY);
    let statuses = [200, 400, 401, 404, 500];
    statuses.iter().flat_map(|status| bodies.iter().map(|body| with_header(Fault::says(*status, body)))).collect()
}

/// Lesson: grafana-operator #2667.
#[tokio::test]
async fn nothing_of_a_body_is_reported() {
    let world = World::new("bodies").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let mut seen = String::new();
    for answer in answers() {
        world.cognigy.install(Plan::on(Operation::Me, [answer.clone()]).forever());
        world.provider.install(Plan::on(DOCUMENT, [answer]).forever());
        let status = world.check("acme").await.status.unwrap();
        seen.push_str(&serde_json::to_string(&status).unwrap());
        world.cognigy.clear_faults();
        world.provider.clear_faults();
    }
    let api = kube::Api::<k8s_openapi::api::events::v1::Event>::namespaced(world.client.clone(), &world.namespace);
    seen.push_str(&serde_json::to_string(&api.list(&ListParams::default()).await.unwrap()).unwrap());
    operator.stop().await;
    seen.push_str(&operator.log());
    assert!(seen.contains("ServerError") && seen.contains("VerificationFailed"), "it was told of");
    assert_eq!(Canary::new("what a server answered", BODY).find(&seen), None);
}
