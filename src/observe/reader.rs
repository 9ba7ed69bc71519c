//! Where referenced values are read.

use std::collections::BTreeSet;
use std::sync::Arc;

use cognigy_sso_decide::{InputProblem, ObjectKind};
use kube::Client;

use super::given::Given;
use super::objects::{Object, config_map};
use super::secrets;
use crate::permitted::Permitted;

/// Where Secrets and ConfigMaps are.
#[derive(Clone)]
pub(crate) enum Reader {
    /// In a cluster, as far as they may be used.
    Cluster { client: Client, permitted: Permitted },
    /// Among what was given in files.
    Given(Arc<Given>),
}

impl Reader {
    pub(super) async fn read(
        &self,
        kind: ObjectKind,
        namespace: &str,
        name: &str,
        keys: &BTreeSet<&str>,
    ) -> Result<Object, InputProblem> {
        let (client, permitted) = match self {
            Self::Given(given) => return given.read(kind, namespace, name, keys),
            Self::Cluster { client, permitted } => (client, permitted),
        };
        permitted.check(kind, name)?;
        match kind {
            ObjectKind::Secret => secrets::read(client, permitted.labels(kind), namespace, name, keys).await,
            ObjectKind::ConfigMap => config_map(client, namespace, name).await,
        }
    }
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
        let reader = Reader::Cluster { client, permitted };
        let keys = BTreeSet::from(["a", "b", "c"]);
        let object = reader.read(ObjectKind::ConfigMap, "sso", "x", &keys).await.ok().unwrap();
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
        let reader = Reader::Cluster { client: Client::new(server, "default"), permitted };
        for kind in [ObjectKind::Secret, ObjectKind::ConfigMap] {
            for name in ["listed", "listed-too", "other"] {
                let is_listed = (kind == ObjectKind::Secret) == (name == "listed") && name != "other";
                let found = reader.read(kind, "sso", name, &BTreeSet::from(["value"])).await;
                assert_eq!(found.err(), (!is_listed).then_some(InputProblem::NotListed), "{kind} {name}");
            }
        }
        let paths = ["secrets/listed", "configmaps/listed-too"].map(|path| format!("/api/v1/namespaces/sso/{path}"));
        assert_eq!(*asked.lock(), paths);
    }
}
