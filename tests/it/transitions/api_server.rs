//! What the API server makes of every transition.

use std::sync::Arc;
use std::time::Instant;

use axum::http::{Method, Request};
use cognigy_sso_testkit::transitions::{Refusal, Transition, Transitions};
use kube::Client;
use kube::core::Status;
use serde_json::{Value, json};

use super::coverage::Coverage;
use super::{COUNT, transitions};
use crate::support::{client, namespace};

/// How many resources are changed at the same time.
const LANES: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_transitions_are_accepted_or_refused_in_words_that_name_the_field() {
    let transitions = Arc::new(transitions());
    let client = client().await;
    let namespace = namespace(&client, "transitions").await;
    let begun = Instant::now();
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| tokio::spawn(run_lane(transitions.clone(), client.clone(), namespace.clone(), lane)))
        .collect();
    let (mut coverage, mut accepted, mut wrong) = (Coverage::default(), 0, Vec::new());
    for lane in lanes {
        wrong.extend(lane.await.unwrap());
    }
    for number in 0..COUNT {
        let transition = transitions.nth(number);
        accepted += usize::from(transition.is_good());
        coverage.add(&transition);
    }
    println!(
        "{COUNT} transitions: {accepted} accepted, {} refused; {}; {:.1} s",
        COUNT - accepted,
        coverage.summary(),
        begun.elapsed().as_secs_f32()
    );
    assert!(wrong.is_empty(), "{} end otherwise than they should:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(coverage.gaps(&transitions), Vec::<String>::new());
}

/// Makes every transition of a lane, one after the other; answers with what went wrong.
async fn run_lane(transitions: Arc<Transitions>, client: Client, namespace: String, lane: usize) -> Vec<String> {
    let mut stored = Stored::create(client, &namespace, lane, transitions.nth(0).former).await;
    let mut wrong = Vec::new();
    // Neighbours often begin with the same state.
    for number in COUNT * lane / LANES..COUNT * (lane + 1) / LANES {
        let transition = transitions.nth(number);
        wrong.extend(stored.go(&transition).await.err().map(|problem| format!("{transition}\n    {problem}")));
    }
    wrong
}

/// A resource that is on the API server.
struct Stored {
    client: Client,
    path: String,
    /// What was written last.
    written: Value,
    version: Value,
}

impl Stored {
    async fn create(client: Client, namespace: &str, lane: usize, mut resource: Value) -> Self {
        let all = format!("/apis/sso.cognigy.ai/v1alpha1/namespaces/{namespace}/identityproviderconfigs");
        let name = format!("lane-{lane}");
        resource["metadata"] = json!({ "name": name });
        let created = send(&client, Method::POST, &all, &resource).await.unwrap();
        let version = created["metadata"]["resourceVersion"].clone();
        Self { client, path: format!("{all}/{name}?fieldValidation=Strict"), written: Value::Null, version }
    }

    /// Makes the transition from its former state, and undoes it.
    async fn go(&mut self, transition: &Transition) -> Result<(), String> {
        let told = |status: Box<Status>| status.message;
        self.write(&transition.former)
            .await
            .map_err(|status| format!("the former state is refused: {}", told(status)))?;
        let answer = self.write(&transition.next).await;
        self.write(&transition.former).await.map_err(|status| format!("it cannot be undone: {}", told(status)))?;
        match answer {
            Ok(()) if transition.is_good() => Ok(()),
            Ok(()) => Err("it is accepted".to_owned()),
            Err(status) if transition.is_good() => Err(format!("it is refused: {}", status.message)),
            Err(status) => explained(transition, &status),
        }
    }

    /// Replaces what is stored, unless it is that already.
    async fn write(&mut self, resource: &Value) -> Result<(), Box<Status>> {
        if self.written == *resource {
            return Ok(());
        }
        let mut body = resource.clone();
        let (_, name) = self.path.split_once('?').unwrap().0.rsplit_once('/').unwrap();
        body["metadata"] = json!({ "name": name, "resourceVersion": self.version });
        let answer = send(&self.client, Method::PUT, &self.path, &body).await?;
        self.version = answer["metadata"]["resourceVersion"].clone();
        self.written = resource.clone();
        Ok(())
    }
}

/// Is at least one of the bad fields named, with what is wrong with it, and no field that is as it was?
fn explained(transition: &Transition, status: &Status) -> Result<(), String> {
    let mut refusals = transition.mutations.iter().filter_map(|mutation| mutation.refusal.as_ref());
    let findings = findings(status);
    let fits = |refusal: &Refusal| {
        findings.iter().any(|(field, said)| {
            (*field == refusal.field || said.contains(&refusal.field)) && said.contains(&refusal.says)
        })
    };
    if !refusals.any(fits) {
        return Err(format!("the refusal does not say so: {}", status.message));
    }
    let blameless = findings
        .iter()
        .find(|(field, _)| !transition.mutations.iter().any(|mutation| is_about(&mutation.field, field)));
    blameless.map_or(Ok(()), |(field, said)| Err(format!("{field} is blamed: {said}")))
}

/// Is one of the two paths the other's, or above it?
fn is_about(changed: &str, named: &str) -> bool {
    let changed = changed.trim_end_matches("[]");
    named.starts_with(changed) || changed.starts_with(named)
}

/// Fields and messages; what is refused before it is decoded has no field.
fn findings(status: &Status) -> Vec<(&str, &str)> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    // Where a bound is broken the rules are not tried, and a cause without a field says so.
    let causes = causes.filter(|cause| cause.field != "<nil>");
    let causes = causes.map(|cause| (cause.field.as_str(), cause.message.as_str()));
    causes.chain([("", status.message.as_str())]).collect()
}

async fn send(client: &Client, method: Method, path: &str, body: &Value) -> Result<Value, Box<Status>> {
    let request = Request::builder().method(method).uri(path).header("Content-Type", "application/json");
    match client.request(request.body(serde_json::to_vec(body).unwrap()).unwrap()).await {
        Ok(answer) => Ok(answer),
        Err(kube::Error::Api(status)) => Err(status),
        Err(error) => panic!("{path}: {error}"),
    }
}
