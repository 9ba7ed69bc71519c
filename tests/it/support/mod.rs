//! What a test stands on: a namespace of its own on the shared API server, a Cognigy.AI stand-in, a programmable provider and
//! the operator's binary.

mod access;
mod account;
mod cluster;
mod line;
mod names;
mod objects;
mod operator;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cognigy_sso_api::{
    Condition, ConditionStatus, ConditionType, IdentityProviderConfig, RECONCILE_REQUESTED_AT, Reason,
};
use cognigy_sso_decide::ObjectKind;
use cognigy_sso_testkit::cognigy::{Operation, StandIn};
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::provider::{Client as Registered, Provider, Style};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

pub use access::{grant, grant_everywhere, limited_kubeconfig, withdraw};
pub use account::LEASE;
pub use cluster::{client, cluster, install_definition, namespace, own_cluster};
pub use line::Line;
pub use objects::{API_KEY, Idp, ORGANIZATION, SECRET};
pub use operator::Operator;

/// How long anything may take before a test gives up. Far above what it takes, so that a slow machine fails no test.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A test's own world.
pub struct World {
    pub namespace: String,
    pub client: Client,
    pub authority: Authority,
    pub cognigy: StandIn,
    pub provider: Provider,
    /// The issuer that [`World::idp`] names.
    pub issuer: String,
}

/// The name of that issuer at the provider.
pub const ISSUER: &str = "acme";

/// The ids under which clients are registered.
const CLIENTS: [&str; 7] = ["acme", "another", "b", "c", "from-a-secret", "mended", "second"];

/// A client as it is registered for every organization of this stand-in, and as Cognigy.AI uses it.
fn registered(cognigy: &StandIn, id: &str) -> Registered {
    let client = Registered::new(id, SECRET).redirect(&format!("{}/auth/oidc/login/callback/*", cognigy.origin()));
    Registered { pkce_demanded: Some(false), ..client }
}

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
        let provider = Provider::start(&authority).await.unwrap();
        let issuer = provider.add(ISSUER, Style::OidcProvider, CLIENTS.map(|id| registered(&cognigy, id)).to_vec());
        cognigy.add_admin(objects::API_KEY, ORGANIZATION);
        let world = Self { namespace, client, authority, cognigy, provider, issuer };
        world.put_config_map("ca", &[("ca.crt", world.authority.pem())]).await;
        world.put_secret("cognigy-api", &[("apiKey", objects::API_KEY)]).await;
        world.put_secret("acme-oidc", &[("clientSecret", SECRET)]).await;
        world
    }

    /// The operator, looking after this namespace alone.
    pub async fn operator(&self) -> Operator {
        Operator::start(&self.namespace, &[]).await
    }

    /// A resource that becomes ready in this world.
    pub fn idp(&self, name: &str) -> Idp {
        Idp::new(name, &self.cognigy.api_url(), &self.issuer)
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

    /// A provider of this name with the clients that the first one has.
    pub fn add_provider(&self, name: &str) -> String {
        self.provider.add(name, Style::OidcProvider, CLIENTS.map(|id| registered(&self.cognigy, id)).to_vec())
    }

    /// A client secret is registered at every provider before it is put into a Secret.
    pub async fn put_secret(&self, name: &str, values: &[(&str, &str)]) {
        for (_, secret) in values.iter().filter(|(key, _)| *key == "clientSecret") {
            self.provider.edit_all(|profile| {
                profile.clients.iter_mut().for_each(|client| client.more_secrets.push((*secret).to_owned()));
            });
        }
        self.put_unregistered_secret(name, values).await;
    }

    /// One that no provider knows.
    pub async fn put_unregistered_secret(&self, name: &str, values: &[(&str, &str)]) {
        let values = values.iter().map(|(key, value)| (*key, value.as_bytes())).collect::<Vec<_>>();
        self.put_secret_bytes(name, "Opaque", &values).await;
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

    /// Waits until the resource fulfils `wanted`.
    pub async fn until(
        &self,
        name: &str,
        what: &str,
        wanted: impl Fn(&IdentityProviderConfig) -> bool,
    ) -> IdentityProviderConfig {
        let mut last = None;
        let found = eventually(async || {
            last = self.idps().get_opt(name).await.unwrap();
            last.clone().filter(&wanted)
        });
        if let Some(found) = found.await {
            return found;
        }
        let seen = last.map(|last| (last.metadata.generation, last.spec, last.status));
        panic!("{name} never was {what}:\n{}", serde_json::to_string_pretty(&seen).unwrap())
    }

    /// Waits until the resource is ready in its present generation.
    pub async fn ready(&self, name: &str) -> IdentityProviderConfig {
        self.until(name, "Ready", is_ready).await
    }

    /// Waits until this condition has this status and reason in the resource's present generation.
    pub async fn condition(
        &self,
        name: &str,
        r#type: ConditionType,
        status: ConditionStatus,
        reason: Reason,
    ) -> Condition {
        let what = format!("{type:?}={status:?}, reason {reason}");
        let holds = |condition: &Condition| condition.status == status && condition.reason == reason;
        let resource = self.until(name, &what, |resource| current(resource, r#type).is_some_and(|c| holds(&c))).await;
        current(&resource, r#type).unwrap()
    }

    /// Asks for a check now, and waits until it was made.
    pub async fn check(&self, name: &str) -> IdentityProviderConfig {
        let asked = jiff::Timestamp::now().to_string();
        self.patch(name, json!({ "metadata": { "annotations": { RECONCILE_REQUESTED_AT: asked } } })).await;
        let is_made = |resource: &IdentityProviderConfig| {
            let handled = resource.status.as_ref().and_then(|status| status.last_handled_reconcile_at.as_deref());
            handled == Some(&asked)
        };
        self.until(name, "checked", is_made).await
    }

    /// Waits until the resource has had these events, whatever else it has had.
    pub async fn has_events(&self, name: &str, wanted: &[&str]) {
        let has_all = eventually(async || {
            let events = self.events(name).await;
            wanted.iter().all(|reason| events.iter().any(|event| event == reason)).then_some(())
        });
        assert!(has_all.await.is_some(), "{wanted:?} are not all among {:?}", self.events(name).await);
    }

    /// Waits until Cognigy.AI holds this client secret.
    pub async fn holds(&self, secret: &str) {
        let held = eventually(async || (self.configured_secret().as_deref() == Some(secret)).then_some(())).await;
        assert!(held.is_some(), "Cognigy.AI holds {:?}, not {secret}", self.configured_secret());
    }

    /// Rotates the client secret.
    pub async fn rotate(&self, secret: &str) {
        self.put_secret("acme-oidc", &[("clientSecret", secret)]).await;
    }

    /// Waits until the resource is gone.
    pub async fn gone(&self, name: &str) {
        let gone = eventually(async || self.idps().get_opt(name).await.unwrap().is_none().then_some(())).await;
        assert!(gone.is_some(), "{name} is still there");
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

    /// The client secret that Cognigy.AI holds.
    pub fn configured_secret(&self) -> Option<String> {
        self.cognigy.configuration(ORGANIZATION)?["idpClientSecret"].as_str().map(str::to_owned)
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

/// The condition, if it is about the present generation.
pub fn current(resource: &IdentityProviderConfig, r#type: ConditionType) -> Option<Condition> {
    let condition = resource.status.as_ref()?.condition(r#type)?;
    (Some(condition.observed_generation) == resource.metadata.generation).then(|| condition.clone())
}

pub fn is_ready(resource: &IdentityProviderConfig) -> bool {
    current(resource, ConditionType::Ready).is_some_and(|ready| ready.status == ConditionStatus::True)
}

/// Asks again and again until there is an answer; `None` when patience ends.
pub async fn eventually<T>(ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    within(PATIENCE, ask).await
}

/// Asks again and again until there is an answer; `None` when it takes longer.
pub async fn within<T>(patience: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(patience, asking).await.ok()
}
