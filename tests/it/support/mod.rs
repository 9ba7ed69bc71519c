//! What a test stands on: a namespace of its own on the shared API server, a Cognigy.AI stand-in, a programmable provider and
//! the operator's binary. What differs between the ways of signing in is in `crate::strategy`.

mod access;
mod account;
mod cluster;
mod lease;
mod line;
mod names;
mod objects;
mod operator;
mod waiting;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use cognigy_sso_api::IdentityProviderConfig;
use cognigy_sso_decide::ObjectKind;
use cognigy_sso_testkit::cognigy::{Operation, StandIn};
use cognigy_sso_testkit::pki::Authority;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

pub use access::{grant, grant_everywhere, limited_kubeconfig, withdraw};
pub use account::LEASE;
pub use cluster::{audited_cluster, client, cluster, install_definition, namespace, own_cluster};
pub use line::Line;
pub use objects::{API_KEY, Idp, Mistake, ORGANIZATION, SECRET, declared, field};
pub use operator::Operator;
pub use waiting::{PATIENCE, current, eventually, is_ready};

use crate::strategy::{self, SECRET_KEY, SECRET_NAME, Server};

/// A test's own world.
pub struct World {
    pub namespace: String,
    pub client: Client,
    pub authority: Authority,
    pub cognigy: StandIn,
    pub provider: Server,
    /// The address of the provider that [`World::idp`] declares.
    pub address: String,
}

/// The name of that provider on its server.
pub const PROVIDER: &str = "acme";

impl World {
    /// A namespace with the Secrets and the CA that [`Idp::new`] refers to, and nothing else in it.
    pub async fn new(name: &str) -> Self {
        Self::on(client().await, name).await
    }

    /// The same on another cluster.
    pub async fn on(client: Client, name: &str) -> Self {
        let namespace = cluster::namespace(&client, name).await;
        let authority = Authority::new(name).unwrap();
        let cognigy = StandIn::start(&authority).await.unwrap();
        let provider = Server::start(&authority).await.unwrap();
        let address = strategy::add(&provider, &cognigy, PROVIDER);
        cognigy.add_admin(objects::API_KEY, ORGANIZATION);
        let world = Self { namespace, client, authority, cognigy, provider, address };
        world.put_config_map("ca", &[("ca.crt", world.authority.pem())]).await;
        world.put_secret("cognigy-api", &[("apiKey", objects::API_KEY)]).await;
        world.rotate(SECRET).await;
        world
    }

    /// The operator, looking after this namespace alone.
    pub async fn operator(&self) -> Operator {
        Operator::start(&self.namespace, &[]).await
    }

    /// A resource that becomes ready in this world.
    pub fn idp(&self, name: &str) -> Idp {
        Idp::new(name, &self.cognigy.api_url(), &self.address)
    }

    /// A resource that becomes ready in this world, for an organization of its own and with a key of its own.
    pub async fn own_idp(&self, name: &str) -> Idp {
        static ORGANIZATIONS: AtomicU64 = AtomicU64::new(1);
        let organization = format!("{:024x}", ORGANIZATIONS.fetch_add(1, Ordering::Relaxed));
        self.cognigy.add_admin(name, &organization);
        self.put_secret(name, &[("apiKey", name)]).await;
        self.idp(name).with("/spec/cognigy/apiKeySecretRef/name", json!(name))
    }

    pub fn idps(&self) -> Api<IdentityProviderConfig> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub async fn create(&self, idp: Idp) -> IdentityProviderConfig {
        self.idps().create(&PostParams::default(), &idp.build()).await.unwrap()
    }

    pub async fn get(&self, name: &str) -> IdentityProviderConfig {
        self.idps().get(name).await.unwrap()
    }

    /// Merges a patch into the resource.
    pub async fn patch(&self, name: &str, patch: Value) -> IdentityProviderConfig {
        self.idps().patch(name, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap()
    }

    pub async fn delete(&self, name: &str) {
        self.idps().delete(name, &DeleteParams::default()).await.unwrap();
    }

    /// A provider of this name that is like the first one.
    pub fn add_provider(&self, name: &str) -> String {
        strategy::add(&self.provider, &self.cognigy, name)
    }

    /// What is for the provider goes by a name, and is made known there before it is put into a Secret.
    pub async fn put_secret(&self, name: &str, values: &[(&str, &str)]) {
        let written = values.iter().map(|(key, value)| {
            if *key != SECRET_KEY {
                return (*key, (*value).to_owned());
            }
            strategy::register(&self.provider, value);
            (*key, strategy::stored(value))
        });
        let written: Vec<_> = written.collect();
        let values: Vec<_> = written.iter().map(|(key, value)| (*key, value.as_bytes())).collect();
        self.put_secret_bytes(name, "Opaque", &values).await;
    }

    /// Stores another value for the provider.
    pub async fn rotate(&self, secret: &str) {
        self.put_secret(SECRET_NAME, &[(SECRET_KEY, secret)]).await;
    }

    /// Announces Secrets that there will be when the operator runs already.
    pub fn will_have(&self, secrets: impl IntoIterator<Item = impl AsRef<str>>) {
        secrets.into_iter().for_each(|name| names::note(&self.namespace, ObjectKind::Secret, name.as_ref()));
    }

    /// Announces a ConfigMap that there will be when the operator runs already.
    pub fn will_have_config_map(&self, name: &str) {
        names::note(&self.namespace, ObjectKind::ConfigMap, name);
    }

    pub async fn put_secret_bytes(&self, name: &str, r#type: &str, values: &[(&str, &[u8])]) {
        self.will_have([name]);
        let data: BTreeMap<_, _> =
            values.iter().map(|(key, value)| ((*key).to_owned(), k8s_openapi::ByteString(value.to_vec()))).collect();
        // One of these types must say whose token it is.
        let account = (r#type == "kubernetes.io/service-account-token").then_some("default");
        let metadata = json!({ "name": name, "annotations": { "kubernetes.io/service-account.name": account } });
        let secret =
            json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": r#type, "data": data });
        self.secrets().patch(name, &apply(), &Patch::Apply(secret)).await.unwrap();
    }

    pub async fn delete_secret(&self, name: &str) {
        self.secrets().delete(name, &DeleteParams::default()).await.unwrap();
    }

    pub fn secrets(&self) -> Api<Secret> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Labels a Secret, or takes the label away.
    pub async fn label_secret(&self, name: &str, label: &str, value: Value) {
        let labels = json!({ "metadata": { "labels": { label: value } } });
        self.secrets().patch(name, &PatchParams::default(), &Patch::Merge(labels)).await.unwrap();
    }

    pub async fn put_config_map(&self, name: &str, values: &[(&str, &str)]) {
        self.will_have_config_map(name);
        let data: BTreeMap<_, _> = values.iter().copied().collect();
        let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": data });
        let api: Api<ConfigMap> = Api::namespaced(self.client.clone(), &self.namespace);
        api.patch(name, &apply(), &Patch::Apply(map)).await.unwrap();
    }

    /// How often Cognigy.AI was asked to do this.
    pub fn calls(&self, operation: Operation) -> usize {
        self.cognigy.calls_of(operation).len()
    }

    /// `configure` and `reset` in the order in which they took effect.
    pub fn changes(&self) -> Vec<Operation> {
        let changing = self.cognigy.calls().into_iter().filter(|call| call.effect);
        changing
            .map(|call| call.operation)
            .filter(|operation| matches!(operation, Operation::Configure | Operation::Reset))
            .collect()
    }

    /// The name of the value for the provider that Cognigy.AI holds.
    pub fn configured_secret(&self) -> Option<String> {
        strategy::held(&self.cognigy.configuration(ORGANIZATION)?)
    }

    /// The reasons of the events of a resource, in the order in which they happened.
    pub async fn events(&self, name: &str) -> Vec<String> {
        let api: Api<k8s_openapi::api::events::v1::Event> = Api::namespaced(self.client.clone(), &self.namespace);
        let mut events = api.list(&kube::api::ListParams::default()).await.unwrap().items;
        events.retain(|event| event.regarding.as_ref().is_some_and(|object| object.name.as_deref() == Some(name)));
        events.sort_by_key(|event| event.event_time.as_ref().map(|time| time.0));
        events.into_iter().filter_map(|event| event.reason).collect()
    }
}

fn apply() -> PatchParams {
    PatchParams::apply("test").force()
}
