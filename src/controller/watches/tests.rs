//! The watches on an API server that is made up.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::super::store::Store;
use super::*;
use crate::visit::{Context, Memory};

const RESOURCES: usize = 10_000;
const UNREADABLE: usize = 4711;
const NAMELESS: usize = 4999;

/// What was asked: method, path and query, and what was sent.
type Requests = Arc<Mutex<Vec<(String, Value)>>>;

fn resource(number: usize) -> Value {
    let key = json!({ "name": "keys", "key": "key" });
    let cognigy = json!({ "apiUrl": "https://api-trial.cognigy.ai", "apiKeySecretRef": key });
    let spec = json!({ "cognigy": cognigy, "oidc": { "issuer": "https://acme.example/", "clientSecretRef": key } });
    let version = (number + 1).to_string();
    json!({
        "metadata": if number == NAMELESS { json!({}) } else {
            json!({ "namespace": "sso", "name": format!("r-{number}"), "uid": version, "resourceVersion": version })
        },
        "spec": if number == UNREADABLE { json!({ "cognigy": "text" }) } else { spec },
    })
}

/// A page of a list, as the API server gives it.
fn page(query: &HashMap<String, String>) -> Value {
    let from: usize = query.get("continue").map_or(0, |from| from.parse().unwrap());
    let to = RESOURCES.min(from + query["limit"].parse::<usize>().unwrap());
    let left = (to < RESOURCES).then(|| to.to_string());
    let items: Vec<_> = (from..to).map(resource).collect();
    json!({ "metadata": { "resourceVersion": "20000", "continue": left }, "items": items })
}

async fn serve(requests: Requests, request: Request) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let sent: Bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap();
    requests.lock().push((format!("{method} {uri}"), serde_json::from_slice(&sent).unwrap_or_default()));
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let is_resources = uri.path().ends_with("/identityproviderconfigs");
    let answer = match uri.path() {
        _ if uri.query().is_some_and(|query| query.contains("watch=true")) => {
            return Response::new(Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>()));
        }
        _ if method == "GET" && is_resources => page(&query),
        _ if method == "PUT" => resource(UNREADABLE),
        _ => json!({ "metadata": { "resourceVersion": "20000" }, "items": [] }),
    };
    Response::new(Body::from(answer.to_string()))
}

fn api_server() -> (Client, Requests) {
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    let server = Router::new().fallback(move |request: Request| serve(Arc::clone(&seen), request));
    (Client::new(server, "default"), requests)
}

fn scope(permitted: Permitted) -> Scope {
    Scope { namespaces: Vec::new(), selector: None, permitted }
}

/// All that is known when every list is complete, and how many resources had no name.
async fn synced(client: &Client, scope: &Scope) -> (Store, usize) {
    let (mut watches, mut store) = (Watches::new(client.clone(), scope), Store::new(Arc::default()));
    let mut nameless = 0;
    while !watches.synced() {
        match watches.next().await.unwrap().1 {
            News::Applied(resource) => drop(store.apply((*resource).into())),
            News::Nameless(_) => nameless += 1,
            News::Failed(error) => panic!("{error}"),
            _ => {}
        }
    }
    (store, nameless)
}

/// Lesson: Flux CVE-2022-39272.
#[tokio::test]
async fn one_resource_that_cannot_be_decoded_among_ten_thousand_stops_nothing_and_is_reported() {
    let (client, requests) = api_server();
    let (store, nameless) = synced(&client, &scope(Permitted::default())).await;
    assert_eq!((store.len(), nameless), (RESOURCES - 1, 1));
    let key = |number| Key::new("sso", &format!("r-{number}"));
    for number in (0..RESOURCES).filter(|number| *number != NAMELESS) {
        let (resource, _) = store.get(&key(number)).unwrap();
        assert_eq!(resource.spec.is_err(), number == UNREADABLE, "{number}");
    }

    requests.lock().clear();
    let (resource, _) = store.get(&key(UNREADABLE)).unwrap();
    Context::of(client).visit(resource, Memory::default(), crate::observe::Floors::default()).await;
    let requests = requests.lock();
    let (request, written) = requests.first().unwrap();
    assert!(
        request.starts_with(&format!(
            "PUT /apis/sso.cognigy.ai/v1alpha1/namespaces/sso/identityproviderconfigs/r-{UNREADABLE}/status"
        )),
        "{request}"
    );
    let conditions = written["status"]["conditions"].as_array().unwrap();
    let stalled = conditions.iter().find(|condition| condition["type"] == "Stalled").unwrap();
    assert_eq!((&stalled["status"], &stalled["reason"]), (&json!("True"), &json!("InvalidSpec")));
    assert!(stalled["message"].as_str().unwrap().contains("invalid type"), "{stalled}");
}

#[tokio::test]
async fn no_secret_without_the_labels_is_watched() {
    for (selector, expected) in [(None, false), (Some("use=yes"), true)] {
        let (client, requests) = api_server();
        let secret_selector = selector.map(|text| text.parse().unwrap());
        drop(synced(&client, &scope(Permitted { secret_selector, ..Permitted::default() })).await);
        let requests = requests.lock();
        let asked = |kind: &str| {
            let path = format!("GET /api/v1/{kind}?");
            let of_kind = requests.iter().filter(move |(request, _)| request.starts_with(&path));
            let selected = of_kind.map(|(request, _)| request.contains("labelSelector=use%3Dyes"));
            selected.collect::<BTreeSet<_>>()
        };
        let only = |selected| BTreeSet::from([selected]);
        assert_eq!((asked("secrets"), asked("configmaps")), (only(expected), only(false)), "{requests:?}");
    }
}

#[tokio::test]
async fn where_names_are_given_each_is_watched_and_nothing_else_in_each_namespace() {
    let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect();
    let permitted = Permitted {
        secret_selector: Some("use=yes".parse().unwrap()),
        secret_names: names(&["one", "two"]),
        config_map_names: names(&["ca"]),
    };
    let namespaces = ["a", "b"].map(str::to_owned).to_vec();
    for (namespaces, places) in [(Vec::new(), vec![""]), (namespaces, vec!["namespaces/a/", "namespaces/b/"])] {
        let (client, requests) = api_server();
        drop(synced(&client, &Scope { namespaces, ..scope(permitted.clone()) }).await);
        let mut asked: Vec<_> = requests.lock().iter().map(|(request, _)| request.clone()).collect();
        // A watch may have begun before the last list was complete.
        asked.retain(|request| request.contains("/api/v1/") && !request.contains("watch=true"));
        asked.sort();
        let mut expected = Vec::new();
        for (kind, labels, names) in
            [("secrets", "&labelSelector=use%3Dyes", vec!["one", "two"]), ("configmaps", "", vec!["ca"])]
        {
            let all = places.iter().flat_map(|place| names.iter().map(move |name| (place, name)));
            expected.extend(all.map(|(place, name)| {
                format!("GET /api/v1/{place}{kind}?&fieldSelector=metadata.name%3D{name}{labels}&limit=500")
            }));
        }
        expected.sort();
        assert_eq!(asked, expected);
    }
}
