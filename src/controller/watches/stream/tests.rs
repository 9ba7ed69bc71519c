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

const MARK: &str = "mark";

/// A line of a watch: of an object of this name, or the bookmark that ends a list.
fn line(kind: &str, name: &str, version: u32) -> Value {
    let annotations = json!({ (LIST_ENDS): "true" });
    let meta = json!({ "name": name, "resourceVersion": version.to_string(), "annotations": annotations });
    json!({ "type": kind, "object": { "apiVersion": "v1", "kind": "ConfigMap", "metadata": meta } })
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
    let config = watcher::Config::default().page_size(2);
    let told = events(api, config).take(count).map(|event| match event {
        Ok(event) => event.to_string(),
        Err(error) => format!("{error}"),
    });
    let told = told.collect().await;
    let asked = asked.lock().clone();
    (told, asked)
}

fn is_list(asked: &str) -> bool {
    asked.contains("&sendInitialEvents=true") && asked.ends_with("&resourceVersion=")
}

fn goes_on_from(asked: &str, version: &str) -> bool {
    !asked.contains("sendInitialEvents") && asked.ends_with(&format!("&resourceVersion={version}"))
}

#[tokio::test]
async fn a_watch_that_ends_goes_on_from_what_was_shown_last() {
    let list = [line("ADDED", "a", 3), line("ADDED", "b", 4), line("BOOKMARK", MARK, 7)];
    let changes = [line("MODIFIED", "a", 8), line("DELETED", "b", 9)];
    let (told, asked) = told(vec![lines(&list), lines(&changes), lines_for_ever(&[line("ADDED", "c", 10)])], 7).await;
    let expected = ["Init", "InitApply(a)", "InitApply(b)", "InitDone", "Apply(a)", "Delete(b)", "Apply(c)"];
    assert_eq!(told, expected);
    assert!(is_list(&asked[0]) && goes_on_from(&asked[1], "7") && goes_on_from(&asked[2], "9"), "{asked:?}");
}

#[tokio::test]
async fn all_is_listed_anew_when_what_has_changed_is_forgotten() {
    let gone = json!({ "type": "ERROR", "object": { "status": "Failure", "reason": "Expired", "code": 410 } });
    let list = [line("ADDED", "a", 3), line("BOOKMARK", MARK, 7), gone];
    let (told, asked) = told(vec![lines(&list), lines_for_ever(&[line("BOOKMARK", MARK, 9)])], 6).await;
    assert_eq!((&*told[0], &*told[2], &*told[4], &*told[5]), ("Init", "InitDone", "Init", "InitDone"));
    assert!(told[3].starts_with("error returned by apiserver during watch"), "{told:?}");
    assert!(asked.len() == 2 && asked.iter().all(|asked| is_list(asked)), "{asked:?}");
}

#[tokio::test]
async fn all_is_listed_anew_when_a_watch_cannot_go_on_from_what_is_known() {
    let list = [line("ADDED", "a", 3), line("BOOKMARK", MARK, 7)];
    let expired = refusal(StatusCode::GONE, "Expired");
    let (told, asked) = told(vec![lines(&list), expired, lines_for_ever(&list)], 7).await;
    assert!(told[3].starts_with("failed to start watching object"), "{told:?}");
    assert_eq!(told[4..], ["Init", "InitApply(a)", "InitDone"]);
    assert!(is_list(&asked[0]) && goes_on_from(&asked[1], "7") && is_list(&asked[2]), "{asked:?}");
}

#[tokio::test]
async fn a_list_that_ends_too_early_is_an_error_and_asked_for_anew() {
    let whole = [line("ADDED", "a", 3), line("BOOKMARK", MARK, 7)];
    let (told, asked) = told(vec![lines(&whole[..1]), lines_for_ever(&whole)], 6).await;
    assert_eq!(told[3..], ["Init", "InitApply(a)", "InitDone"]);
    assert!(told[2].contains("the list ended before it was complete"), "{told:?}");
    assert!(asked.iter().all(|asked| is_list(asked)), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn who_streams_no_lists_is_asked_for_pages_without_delay_and_once() {
    let page = |name: &str, more: Option<&str>| {
        let meta = json!({ "name": name, "resourceVersion": "3" });
        json!({ "metadata": { "resourceVersion": "7", "continue": more }, "items": [{ "metadata": meta }] })
    };
    let pages = [page("a", Some("next")), page("b", None)].map(|page| page.to_string().into_response());
    let gone = json!({ "type": "ERROR", "object": { "status": "Failure", "reason": "Expired", "code": 410 } });
    let mut answers = vec![refusal(StatusCode::UNPROCESSABLE_ENTITY, "Invalid")];
    answers.extend(pages);
    answers.extend([lines(&[gone]), page("c", None).to_string().into_response()]);
    let began = tokio::time::Instant::now();
    let (told, asked) = told(answers, 8).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(told[..4], ["Init", "InitApply(a)", "InitApply(b)", "InitDone"]);
    assert_eq!(told[5..], ["Init", "InitApply(c)", "InitDone"]);
    assert_eq!(asked.iter().filter(|asked| is_list(asked)).count(), 1, "{asked:?}");
    assert!(asked[1].ends_with("&limit=2") && asked[2].ends_with("&limit=2&continue=next"), "{asked:?}");
}

#[tokio::test]
async fn any_other_refusal_is_an_error_and_no_reason_to_ask_for_pages() {
    for (code, reason) in [(StatusCode::FORBIDDEN, "Forbidden"), (StatusCode::NOT_FOUND, "NotFound")] {
        let (told, asked) = told(vec![refusal(code, reason), lines_for_ever(&[line("BOOKMARK", MARK, 7)])], 3).await;
        assert!(told[0].starts_with("failed to start watching object"), "{told:?}");
        assert_eq!(told[1..], ["Init", "InitDone"]);
        assert!(asked.iter().all(|asked| is_list(asked)), "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_comes_is_given_up() {
    let (told, asked) =
        told(vec![lines_for_ever(&[line("BOOKMARK", MARK, 7)]), lines(&[line("ADDED", "a", 8)])], 3).await;
    assert_eq!(told, ["Init", "InitDone", "Apply(a)"]);
    assert!(goes_on_from(&asked[1], "7"), "{asked:?}");
}
