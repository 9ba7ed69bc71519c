use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode};
use cognigy_sso_decide::EventKind;

use super::*;
use crate::traces::seen::Seen;

fn resource() -> Resource {
    let object = json!({ "metadata": { "namespace": "sso", "name": "acme", "uid": "1" } });
    serde_json::from_value::<Watched>(object).unwrap().into()
}

fn event() -> Event {
    Event { kind: EventKind::Conflict, note: "two resources".into() }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_the_api_server_does_not_answer_holds_up_the_next_for_a_while_only() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let server = Router::new().fallback(async move |event: Bytes| {
        if counter.fetch_add(1, Ordering::Relaxed) == 0 {
            std::future::pending::<()>().await;
        }
        event
    });
    let metrics = Metrics::default();
    let (writer, publishing) = Writer::new(Client::new(server, "default"), metrics.clone());
    let seen = Seen::default();
    let _looking = seen.look();
    writer.events(&resource(), vec![event(), event()]);
    drop(writer);
    publishing.await;
    assert_eq!((asked.load(Ordering::Relaxed), metrics.failed_writes()), (2, 1));
    assert_eq!(seen.said("publish event", "error.type"), ["failed"]);
    assert_eq!(seen.said("publish event", "otel.status_code"), ["ERROR"]);
    assert_eq!(seen.said("WARN", "error"), [NO_ANSWER]);
}

#[tokio::test]
async fn an_event_that_finds_no_room_is_dropped_and_counted() {
    let metrics = Metrics::default();
    let (writer, _publishing) = Writer::new(Client::new(Router::new(), "default"), metrics.clone());
    writer.events(&resource(), (0..BACKLOG).map(|_| event()).collect());
    assert_eq!(metrics.failed_writes(), 0);
    writer.events(&resource(), vec![event()]);
    assert_eq!(metrics.failed_writes(), 1);
}

/// What the API server is asked for to take the finalizer off a resource that has these.
async fn asked_to_remove(finalizers: &'static [&str], deleting: bool) -> Vec<String> {
    let asked = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let server = Router::new().fallback(async move |headers: HeaderMap, method: Method, body: Bytes| {
        let content = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        seen.lock().push(format!("{method} {content} {}", str::from_utf8(&body).unwrap()));
        let refused = content == "application/json-patch+json" && *finalizers != [FINALIZER];
        let metadata = json!({ "name": "acme", "uid": "1", "resourceVersion": "7", "finalizers": finalizers });
        let code = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        (code, json!({ "metadata": metadata, "code": code.as_u16() }).to_string())
    });
    let (writer, _publishing) = Writer::new(Client::new(server, "default"), Metrics::default());
    writer.finalizer(&Resource { deleting, ..resource() }, false).await.unwrap();
    asked.lock().clone()
}

#[tokio::test]
async fn the_only_finalizer_goes_with_one_request_and_others_stay() {
    let alone = r#"PATCH application/json-patch+json [{"op":"test","path":"/metadata/uid","value":"1"},{"op":"test","path":"/metadata/finalizers","value":["sso.cognigy.ai/reset"]},{"op":"remove","path":"/metadata/finalizers"}]"#;
    assert_eq!(asked_to_remove(&[FINALIZER], false).await, [alone]);
    let left =
        r#"PATCH application/merge-patch+json {"metadata":{"finalizers":["other"],"resourceVersion":"7","uid":"1"}}"#;
    assert_eq!(asked_to_remove(&["other", FINALIZER], false).await, [alone, "GET application/json ", left]);
    let forgets = r#",{"op":"add","path":"/metadata/managedFields","value":[{}]}]"#;
    let going = alone.strip_suffix(']').unwrap().to_owned() + forgets;
    assert_eq!(asked_to_remove(&[FINALIZER], true).await, [going.as_str()]);
    assert_eq!(asked_to_remove(&["other", FINALIZER], true).await, [&going, "GET application/json ", left]);
}
