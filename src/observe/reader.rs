//! Where referenced values are read.
//!
//! The API server answers the question for the newest state from etcd. One for a state that is at least as new as a version it
//! answers from memory, for half of the price and none to etcd. What the watches have shown is such a version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cognigy_sso_decide::{InputProblem, ObjectKind};
use kube::Client;

use super::given::Given;
use super::held::Held;
use super::objects::{Object, config_map};
use super::secrets;
use crate::permitted::Permitted;

/// Where Secrets and ConfigMaps are.
#[derive(Clone)]
pub(crate) enum Reader {
    /// In a cluster, as far as they may be used.
    Cluster { client: Client, permitted: Arc<Permitted>, held: Held },
    /// Among what was given in files.
    Given(Arc<Given>),
}

/// Which version an object must not be older than when it is read. Of one that is not listed the newest state counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floors(pub(crate) BTreeMap<(ObjectKind, Box<str>), u64>);

impl Reader {
    /// Reads in a cluster, as far as objects may be used there.
    pub(crate) fn cluster(client: Client, permitted: Permitted) -> Self {
        Self::Cluster { client, permitted: Arc::new(permitted), held: Held::default() }
    }

    pub(super) async fn read(
        &self,
        kind: ObjectKind,
        namespace: &str,
        name: &str,
        keys: &BTreeSet<&str>,
        floors: &Floors,
    ) -> Result<Arc<Object>, InputProblem> {
        let (client, permitted, held) = match self {
            Self::Given(given) => return given.read(kind, namespace, name, keys).map(Arc::new),
            Self::Cluster { client, permitted, held } => (client, permitted, held),
        };
        permitted.check(kind, name)?;
        let floor = floors.0.get(&(kind, name.into())).copied();
        match kind {
            ObjectKind::Secret => {
                let read = |floor| secrets::read(client, permitted.labels(kind), namespace, name, keys, floor);
                at_least(floor, read).await.map(Arc::new)
            }
            ObjectKind::ConfigMap => {
                let read = at_least(floor, |floor| config_map(client, namespace, name, floor));
                held.get((namespace, name), floor, read).await
            }
        }
    }
}

/// Reads what is not older than this. Whatever comes instead of an object is no last word: this API server may lag behind the
/// one that the watch is of, or have gone back to a backup. Then the newest there is counts, and nothing else.
async fn at_least<F: Future<Output = Result<Object, InputProblem>>>(
    floor: Option<u64>,
    read: impl Fn(Option<u64>) -> F,
) -> Result<Object, InputProblem> {
    if floor.is_some()
        && let Ok(object) = read(floor).await
    {
        return Ok(object);
    }
    read(None).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_config_map_is_read_with_what_is_no_text() {
        let server = axum::Router::new().fallback(
            async || r#"{ "metadata": {}, "data": { "a": "text" }, "binaryData": { "b": "/w==", "c": "no base64!" } }"#,
        );
        let (client, permitted) = (Client::new(server, "default"), Permitted::default());
        let reader = Reader::cluster(client, permitted);
        let keys = BTreeSet::from(["a", "b", "c"]);
        let object = reader.read(ObjectKind::ConfigMap, "sso", "x", &keys, &Floors::default()).await.ok().unwrap();
        let held: Vec<_> = object.data.iter().map(|(key, value)| (key.as_str(), value.as_slice())).collect();
        assert_eq!(held, [("a", &b"text"[..]), ("b", &[0xff])]);
    }

    #[tokio::test]
    async fn what_is_not_listed_is_not_asked_for() {
        let asked = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let server = axum::Router::new().fallback(async move |request: http::Request<axum::body::Body>| {
            seen.lock().push(request.uri().path().to_owned());
            r#"{ "metadata": {}, "data": {} }"#
        });
        let [secret_names, config_map_names] = ["listed", "listed-too"].map(|name| vec![name.parse().unwrap()]);
        let permitted = Permitted { secret_selector: None, secret_names, config_map_names };
        let reader = Reader::cluster(Client::new(server, "default"), permitted);
        for kind in [ObjectKind::Secret, ObjectKind::ConfigMap] {
            for name in ["listed", "listed-too", "other"] {
                let is_listed = (kind == ObjectKind::Secret) == (name == "listed") && name != "other";
                let found = reader.read(kind, "sso", name, &BTreeSet::from(["value"]), &Floors::default()).await;
                assert_eq!(found.err(), (!is_listed).then_some(InputProblem::NotListed), "{kind} {name}");
            }
        }
        let paths = ["secrets/listed", "configmaps/listed-too"].map(|path| format!("/api/v1/namespaces/sso/{path}"));
        assert_eq!(*asked.lock(), paths);
    }

    /// Two reads, one after the other, from an API server that answers so when a version is named, and what comes of them.
    async fn read_twice(
        kind: ObjectKind,
        floors: [Option<u64>; 2],
        named: &'static str,
        newest: &'static str,
    ) -> Reads {
        let asked = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let server = axum::Router::new().fallback(async move |request: http::Request<axum::body::Body>| {
            let version = request.uri().query().and_then(|query| query.split_once("resourceVersion="));
            seen.lock().push(version.map(|(_, version)| version.to_owned()));
            let (code, answer) = if version.is_some() { named } else { newest }.split_once(' ').unwrap();
            (http::StatusCode::from_bytes(code.as_bytes()).unwrap(), answer)
        });
        let reader = Reader::cluster(Client::new(server, "default"), Permitted::default());
        let mut found = Vec::new();
        for floor in floors {
            let floors = Floors(floor.map(|floor| ((kind, "x".into()), floor)).into_iter().collect());
            let object = reader.read(kind, "sso", "x", &BTreeSet::from(["value"]), &floors).await;
            found.push(object.map(|object| object.uid.clone()));
        }
        let asked = asked.lock().clone();
        (asked, found)
    }

    type Reads = (Vec<Option<String>>, Vec<Result<String, InputProblem>>);

    const OBJECT: &str = r#"200 { "metadata": { "uid": "1" }, "data": {} }"#;

    fn asked(versions: &[Option<u64>]) -> Vec<Option<String>> {
        versions.iter().map(|version| version.map(|version| version.to_string())).collect()
    }

    #[tokio::test]
    async fn no_other_answer_than_an_object_is_the_last_word_of_an_api_server_that_may_lag_behind() {
        for kind in [ObjectKind::Secret, ObjectKind::ConfigMap] {
            for named in [
                r#"504 { "kind": "Status", "reason": "Timeout", "message": "Too large resource version: 7", "code": 504 }"#,
                r#"410 { "kind": "Status", "reason": "Expired", "code": 410 }"#,
                r#"404 { "kind": "Status", "reason": "NotFound", "code": 404 }"#,
                r#"403 { "kind": "Status", "reason": "Forbidden", "code": 403 }"#,
                "500 oops",
                "200 oops",
            ] {
                let reads = read_twice(kind, [Some(7), None], named, OBJECT).await;
                let found = vec![Ok("1".to_owned()); 2];
                assert_eq!(reads, (asked(&[Some(7), None, None]), found), "{kind} {named}");
            }
            let gone = "404 { \"code\": 404 }";
            let reads = read_twice(kind, [Some(7), Some(7)], gone, gone).await;
            let found = vec![Err(InputProblem::ObjectAbsent); 2];
            assert_eq!(reads, (asked(&[Some(7), None, Some(7), None]), found), "{kind}");
        }
    }

    #[tokio::test]
    async fn what_is_not_older_than_a_version_is_asked_for_once_and_of_config_maps_once_for_all() {
        let (secret, config_map) = (ObjectKind::Secret, ObjectKind::ConfigMap);
        for (kind, floors, versions) in [
            (secret, [Some(7), Some(7)], &[Some(7), Some(7)][..]),
            (config_map, [Some(7), Some(7)], &[Some(7)]),
            (config_map, [Some(7), Some(8)], &[Some(7), Some(8)]),
            (config_map, [Some(7), None], &[Some(7), None]),
            (config_map, [None, None], &[None, None]),
        ] {
            let (requests, found) = read_twice(kind, floors, OBJECT, OBJECT).await;
            assert_eq!((requests, found), (asked(versions), vec![Ok("1".to_owned()); 2]), "{kind} {floors:?}");
        }
    }
}
