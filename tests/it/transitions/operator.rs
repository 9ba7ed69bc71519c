//! What the operator makes of a sample of good transitions.

use axum::http::{Method, Request};
use cognigy_sso_api::{ConditionType, IdentityProviderConfig, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::transitions::Transition;
use futures::future::join_all;
use serde_json::{Value, json};

use super::{contract, definition};
use crate::strategy::{self, SECRET_KEY, SECRET_NAME};
use crate::support::{SECRET, World, eventually, is_ready};

/// How many transitions are made of each resource, and how many resources there are, each with an organization of its own.
const EACH: usize = 25;
const LANES: usize = 6;
/// How far apart the numbers of the sample are.
const STRIDE: usize = 41;
/// The most events of one transition there and back, if every happening of it is told once.
const MOST_EVENTS: usize = 4;

#[tokio::test]
async fn a_sample_of_transitions_ends_as_the_conditions_promise_and_comes_back() {
    let world = world().await;
    let mut operator = world.operator().await;
    let ends = join_all((0..LANES).map(|lane| Lane::run(&world, lane))).await;
    let (mut wrong, mut reasons) = (Vec::new(), Vec::new());
    for end in ends.into_iter().flatten() {
        match end {
            Ok(reason) => reasons.push(reason),
            Err(problem) => wrong.push(problem),
        }
    }
    reasons.sort_unstable_by_key(|reason| reason.as_str());
    println!("{} transitions of {LANES} resources end in {}", reasons.len(), counted(&reasons));
    assert!(wrong.is_empty(), "{} end otherwise than they should:\n{}", wrong.len(), wrong.join("\n"));
    for lane in 0..LANES {
        let events = world.events(&name(lane)).await;
        assert!(events.len() <= MOST_EVENTS * EACH, "a flood of events: {events:?}");
        assert_eq!(sent_in_vain(&world, lane), Vec::<Value>::new());
    }
    assert_eq!(operator.stop().await, 0);
    let panics: Vec<_> = operator.log().lines().filter(|line| line.contains("panick")).map(str::to_owned).collect();
    assert_eq!(panics, Vec::<String>::new());
}

/// A world in which some of the references that are drawn lead to what they should lead to, and some to what they should not.
async fn world() -> World {
    let world = World::new("transitions-sample").await;
    world.will_have((0..LANES).map(key_secret));
    let secret = strategy::stored(SECRET);
    let values =
        [(SECRET_KEY, &*secret), ("clientId", "acme"), ("a", &secret)].map(|(key, value)| (key, value.as_bytes()));
    world.put_secret_bytes(SECRET_NAME, "Opaque", &values).await;
    world.put_secret("a", &[(SECRET_KEY, "another"), ("apiKey", "nobody's"), ("a", "acme")]).await;
    for map in ["ca", "a"] {
        world.put_config_map(map, &[("ca.crt", world.authority.pem()), ("a", world.authority.pem())]).await;
    }
    world
}

fn name(lane: usize) -> String {
    format!("acme-{lane}")
}

/// The Secret with the key to the lane's organization.
fn key_secret(lane: usize) -> String {
    format!("cognigy-api-{lane}")
}

fn organization(lane: usize) -> String {
    format!("5f0c0123456789abcdef{lane:04x}")
}

/// Each reason, and how often it is there in a row.
fn counted(reasons: &[Reason]) -> String {
    let runs = reasons.chunk_by(|one, other| one == other);
    runs.map(|run| format!("{} {}", run.len(), run[0])).collect::<Vec<_>>().join(", ")
}

/// The configurations that were sent although the one before was the same.
fn sent_in_vain(world: &World, lane: usize) -> Vec<Value> {
    let calls = world.cognigy.calls_of(Operation::Configure).into_iter();
    let sent: Vec<_> = calls.filter(|call| call.subject == Some(organization(lane))).map(|call| call.body).collect();
    sent.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect()
}

/// One resource, and the transitions that it makes.
struct Lane<'a> {
    world: &'a World,
    name: String,
}

impl<'a> Lane<'a> {
    /// Answers with the reasons that `Ready` gave, or what went wrong.
    async fn run(world: &'a World, lane: usize) -> Vec<Result<Reason, String>> {
        let base = Self::base(world, lane).await;
        let transitions = definition::transitions(vec![base.clone()]);
        let numbers = (0..).map(|step| lane * STRIDE / LANES + step * STRIDE);
        let sample = numbers.map(|number| transitions.nth(number));
        let sample = sample.filter(|transition| transition.is_good() && transition.former == base);
        let (lane, mut ends) = (Self { world, name: name(lane) }, Vec::new());
        for transition in sample.take(EACH) {
            let end = lane.go(&transition).await;
            ends.push(end.map_err(|problem| format!("{transition}\n    {problem}")));
        }
        ends
    }

    /// Creates a resource with an organization of its own, and answers with it.
    async fn base(world: &World, lane: usize) -> Value {
        let (key, secret) = (format!("api-key-{lane}"), key_secret(lane));
        world.cognigy.add_admin(&key, &organization(lane));
        world.put_secret(&secret, &[("apiKey", &key)]).await;
        let idp = world.idp(&name(lane)).with("/spec/cognigy/apiKeySecretRef/name", json!(secret));
        world.create(idp.clone()).await;
        world.ready(&name(lane)).await;
        serde_json::to_value(idp.build()).unwrap()
    }

    /// Makes the transition, and undoes it; answers with the reason in between.
    async fn go(&self, transition: &Transition) -> Result<Reason, String> {
        self.replace(&transition.next).await;
        let reached = self.until(settled).await?;
        self.replace(&transition.former).await;
        self.until(is_ready).await.map_err(|problem| format!("undone, {problem}"))?;
        let ready = reached.status.as_ref().and_then(|status| status.condition(ConditionType::Ready));
        ready.map(|ready| ready.reason).ok_or_else(|| "there is no Ready".to_owned())
    }

    async fn replace(&self, resource: &Value) {
        let all = format!("/apis/sso.cognigy.ai/v1alpha1/namespaces/{}/identityproviderconfigs", self.world.namespace);
        let patch = json!([{ "op": "replace", "path": "/spec", "value": resource["spec"] }]);
        let request = Request::builder().method(Method::PATCH).uri(format!("{all}/{}", self.name));
        let request = request.header("Content-Type", "application/json-patch+json");
        let request = request.body(serde_json::to_vec(&patch).unwrap()).unwrap();
        self.world.client.request::<Value>(request).await.unwrap();
    }

    /// Waits until the resource is so, and sees to it that every state on the way keeps the contract.
    async fn until(&self, wanted: fn(&IdentityProviderConfig) -> bool) -> Result<IdentityProviderConfig, String> {
        let mut last = None;
        let found = eventually(async || {
            let resource = self.world.get(&self.name).await;
            let broken = kept(&resource).err();
            let is_over = broken.is_some() || wanted(&resource);
            last = Some(resource.clone());
            is_over.then(|| broken.map_or(Ok(resource), Err))
        });
        found.await.unwrap_or_else(|| Err(format!("it never got there: {:?}", last.and_then(|last| last.status))))
    }
}

fn kept(resource: &IdentityProviderConfig) -> Result<(), String> {
    let status = resource.status.as_ref().ok_or("there is no status")?;
    contract::holds(status, resource.metadata.generation.unwrap_or_default())
}

/// Is this generation dealt with, and does the resource say where it stands?
fn settled(resource: &IdentityProviderConfig) -> bool {
    resource.status.as_ref().is_some_and(|status| {
        Some(status.observed_generation) == resource.metadata.generation
            && contract::says_where_it_stands(status).is_ok()
    })
}
