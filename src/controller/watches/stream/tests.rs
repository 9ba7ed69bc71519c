//! One watch on an API server that says what it is told to say.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::*;
use crate::causes;

/// An object of this name, as of this version.
fn object(name: &str, version: u32) -> Value {
    json!({ "metadata": { "name": name, "resourceVersion": version.to_string() } })
}

/// A page of a list of this version, and what to ask for the next one with.
fn page(objects: &[Value], version: u32, more: Option<&str>) -> Response {
    let meta = json!({ "resourceVersion": version.to_string(), "continue": more });
    json!({ "kind": "ConfigMapList", "items": objects, "metadata": meta }).to_string().into_response()
}

/// A line of a watch: what became of an object of this name.
fn line(kind: &str, name: &str, version: u32) -> Value {
    json!({ "type": kind, "object": object(name, version) })
}

/// These lines, and then the end.
fn lines(lines: &[Value]) -> Response {
    lines.iter().map(|line| line.to_string() + "\n").collect::<String>().into_response()
}

/// These lines, and then silence.
fn lines_for_ever(lines: &[Value]) -> Response {
    let text: String = lines.iter().map(|line| line.to_string() + "\n").collect();
    let text = futures::stream::iter([Ok::<_, io::Error>(text)]);
    Response::new(Body::from_stream(text.chain(futures::stream::pending())))
}

fn refusal(code: StatusCode, reason: &str) -> Response {
    let status = json!({ "kind": "Status", "status": "Failure", "reason": reason, "code": code.as_u16() });
    (code, status.to_string()).into_response()
}

/// What is told and what was asked for that, until `count` things were told. The answers are given one after the other.
async fn told(answers: Vec<Response>, count: usize) -> (Vec<String>, Vec<String>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (requests, answers) = (Arc::clone(&asked), Arc::new(Mutex::new(answers.into_iter())));
    let answer = async move |request: Request| {
        requests.lock().push(request.uri().query().unwrap_or_default().to_owned());
        answers.lock().next().unwrap_or_else(|| lines_for_ever(&[]))
    };
    let api = Api::<ConfigMap>::default_namespaced(Client::new(Router::new().fallback(answer), "default"));
    let selection = Selection { labels: Some("use=yes".to_owned()), fields: None };
    let told = events(api, selection).take(count).map(|event| match event {
        Ok(event) => event.to_string(),
        Err(error) => causes::told(&error),
    });
    let told = told.collect().await;
    let asked = asked.lock().clone();
    (told, asked)
}

const LIST: &str = "&labelSelector=use%3Dyes&limit=500";

fn goes_on_from(asked: &str, version: &str) -> bool {
    asked.contains("watch=true") && asked.ends_with(&format!("&resourceVersion={version}"))
}

#[tokio::test]
async fn what_there_is_comes_in_pages_and_then_what_changes() {
    let list = [page(&[object("a", 3), object("b", 4)], 7, Some("next")), page(&[object("c", 5)], 7, Some(""))];
    let changes = [line("MODIFIED", "a", 8), line("DELETED", "b", 9)];
    let answers = list.into_iter().chain([lines(&changes), lines_for_ever(&[line("ADDED", "d", 10)])]);
    let (told, asked) = told(answers.collect(), 8).await;
    assert_eq!(told[..5], ["Init", "InitApply(a)", "InitApply(b)", "InitApply(c)", "InitDone"]);
    assert_eq!(told[5..], ["Apply(a)", "Delete(b)", "Apply(d)"]);
    assert_eq!(asked[..2], [LIST.to_owned(), format!("{LIST}&continue=next")]);
    assert!(goes_on_from(&asked[2], "7") && goes_on_from(&asked[3], "9"), "{asked:?}");
}

/// What else is known by then is older than the list.
#[tokio::test]
async fn a_list_is_begun_before_it_is_asked_for() {
    let (told, asked) = told(vec![page(&[], 7, None)], 1).await;
    assert_eq!((told, asked), (vec!["Init".to_owned()], Vec::new()));
}

/// What is shown without an error ends the pauses that grow.
#[tokio::test]
async fn a_list_that_is_refused_again_and_again_is_begun_once() {
    let refused = || refusal(StatusCode::FORBIDDEN, "Forbidden");
    let (told, asked) = told(vec![refused(), refused(), page(&[], 7, None)], 4).await;
    let is_error = |told: &String| told.starts_with("failed to perform initial object list");
    assert!(told[1..3].iter().all(is_error), "{told:?}");
    assert_eq!((&*told[0], &*told[3], asked), ("Init", "InitDone", vec![LIST.to_owned(); 3]));
}

#[tokio::test]
async fn a_page_is_asked_for_while_the_one_before_is_shown() {
    let list = [page(&[object("a", 3), object("b", 4)], 7, Some("next")), page(&[], 7, None)];
    let (told, asked) = told(list.into(), 3).await;
    assert_eq!(told, ["Init", "InitApply(a)", "InitApply(b)"]);
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[tokio::test]
async fn all_is_listed_anew_when_what_has_changed_is_forgotten() {
    let gone = json!({ "type": "ERROR", "object": { "status": "Failure", "reason": "Expired", "code": 410 } });
    let (told, asked) = told(vec![page(&[object("a", 3)], 7, None), lines(&[gone]), page(&[], 9, None)], 6).await;
    assert_eq!((&*told[0], &*told[2], &*told[4], &*told[5]), ("Init", "InitDone", "Init", "InitDone"));
    assert!(told[3].starts_with("error returned by apiserver during watch"), "{told:?}");
    assert!(asked.len() == 3 && asked[2] == LIST, "{asked:?}");
}

#[tokio::test]
async fn all_is_listed_anew_when_a_watch_cannot_go_on_from_what_is_known() {
    let list = || page(&[object("a", 3)], 7, None);
    let (told, asked) = told(vec![list(), refusal(StatusCode::GONE, "Expired"), list()], 7).await;
    assert!(told[3].starts_with("failed to start watching object"), "{told:?}");
    assert_eq!(told[4..], ["Init", "InitApply(a)", "InitDone"]);
    assert!(goes_on_from(&asked[1], "7") && asked[2] == LIST, "{asked:?}");
}

#[tokio::test]
async fn a_list_that_cannot_be_read_to_its_end_is_an_error_and_asked_for_anew() {
    let cut = r#"{ "items": [{ "metadata": { "name": "a" } }"#.into_response();
    for fault in [cut, refusal(StatusCode::GONE, "Expired"), refusal(StatusCode::FORBIDDEN, "Forbidden")] {
        let first = page(&[object("a", 3)], 7, Some("next"));
        let (told, asked) = told(vec![first, fault, page(&[object("b", 3)], 8, None)], 6).await;
        assert!(told[2].starts_with("failed to perform initial object list"), "{told:?}");
        assert_eq!(told[3..], ["Init", "InitApply(b)", "InitDone"]);
        assert_eq!(asked[2], LIST);
    }
}

#[tokio::test]
async fn an_object_that_cannot_be_decoded_is_an_error_and_the_others_are_shown() {
    let odd = json!({ "metadata": "odd" });
    let (told, _) = told(vec![page(&[odd, object("a", 3)], 7, None)], 4).await;
    assert!(told[1].starts_with("failed to perform initial object list"), "{told:?}");
    assert_eq!(told[2..], ["InitApply(a)", "InitDone"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_does_not_come_is_given_up() {
    let (told, asked) = told(vec![lines_for_ever(&[]), page(&[], 7, None)], 3).await;
    assert_eq!((&*told[0], &*told[2]), ("Init", "InitDone"));
    assert!(told[1].contains("the API server does not answer"), "{told:?}");
    assert_eq!(asked, [LIST, LIST]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_comes_is_given_up() {
    let (told, asked) = told(vec![page(&[], 7, None), lines_for_ever(&[]), lines(&[line("ADDED", "a", 8)])], 3).await;
    assert_eq!(told, ["Init", "InitDone", "Apply(a)"]);
    assert!(goes_on_from(&asked[2], "7"), "{asked:?}");
}
