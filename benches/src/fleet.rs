//! The resources of a measurement, with a Secret for the API key and one for the client secret each.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Context as _, bail};
use futures::{StreamExt as _, TryStreamExt as _};
use indicatif::ProgressBar;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::serde::{Serialize, de::DeserializeOwned};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Resource};
use parking_lot::Mutex;
use serde_json::{Value, json};

use cognigy_sso_api::{ClientCheck, IdentityProviderConfig};

use crate::world::{CLIENT_ID, CLIENT_SECRETS, NAMESPACE, World};

/// Requests at a time.
const AT_A_TIME: usize = 16;
/// So many requests suffice to delete the most resources that are measured.
const MOST_REQUESTS: u32 = 20;
/// Labels that divide the resources into halves.
pub const SHARDS: [&str; 2] = ["a", "b"];

/// Resources by number, in a world.
pub struct Fleet<'a> {
    world: &'a World,
    issuers: usize,
    client_check: ClientCheck,
    /// How often the client secret of each was changed.
    rotated: Mutex<HashMap<usize, usize>>,
}

impl<'a> Fleet<'a> {
    /// Resources that share this many issuers, with this `clientCheck`.
    #[must_use]
    pub fn new(world: &'a World, issuers: usize, client_check: ClientCheck) -> Self {
        Self { world, issuers, client_check, rotated: Mutex::default() }
    }

    /// Creates those of these numbers with their Secrets.
    ///
    /// # Errors
    /// When the API server refuses one.
    pub async fn create(&self, numbers: Range<usize>, progress: &ProgressBar) -> anyhow::Result<()> {
        let one = async |number| {
            self.create_secrets(number).await?;
            self.create_resource(number).await
        };
        each(numbers, progress, one).await
    }

    /// Creates those of these numbers whose Secrets are there already.
    ///
    /// # Errors
    /// When the API server refuses one.
    pub async fn create_again(&self, numbers: Range<usize>, progress: &ProgressBar) -> anyhow::Result<()> {
        each(numbers, progress, async |number| self.create_resource(number).await).await
    }

    /// Creates the Secrets of one.
    ///
    /// # Errors
    /// When the API server refuses one.
    pub async fn create_secrets(&self, number: usize) -> anyhow::Result<()> {
        let secret = |name: String, key: &str, value: String| json!({ "metadata": { "name": name }, "stringData": { key: value } });
        self.post::<Secret>(secret(format!("api-{number}"), "apiKey", format!("key-{}", organization(number)))).await?;
        self.post::<Secret>(secret(secret_name(number), "clientSecret", CLIENT_SECRETS[0].to_owned())).await
    }

    /// Creates one.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn create_resource(&self, number: usize) -> anyhow::Result<()> {
        self.post::<IdentityProviderConfig>(self.resource(number)).await
    }

    /// Gives one the other client secret.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn rotate(&self, number: usize) -> anyhow::Result<()> {
        let times = {
            let mut rotated = self.rotated.lock();
            let times = rotated.entry(number).or_default();
            *times += 1;
            *times
        };
        let value = json!({ "stringData": { "clientSecret": CLIENT_SECRETS.get(times % 2) } });
        let secrets: Api<Secret> = self.api();
        secrets.patch(&secret_name(number), &PatchParams::default(), &Patch::Merge(value)).await?;
        Ok(())
    }

    /// Makes all of them reset their organizations when they are deleted.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn reset_on_deletion(&self, numbers: Range<usize>, progress: &ProgressBar) -> anyhow::Result<()> {
        let resources: Api<IdentityProviderConfig> = self.api();
        let change = Patch::Merge(json!({ "spec": { "deletionPolicy": "Reset" } }));
        let one = async |number| {
            resources.patch(&resource_name(number), &PatchParams::default(), &change).await?;
            Ok(())
        };
        each(numbers, progress, one).await
    }

    /// Deletes all of them in one request, or more where the API server breaks it off: it takes no longer than a minute for one.
    /// It returns when each is marked as deleted.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn delete(&self) -> anyhow::Result<()> {
        let resources: Api<IdentityProviderConfig> = self.api();
        for _ in 0..MOST_REQUESTS {
            match resources.delete_collection(&DeleteParams::background(), &ListParams::default()).await {
                Err(error) if is_broken_off(&error) => {}
                answer => return answer.map(drop).context("deleting all resources"),
            }
        }
        bail!("the API server broke off {MOST_REQUESTS} requests to delete all resources")
    }

    /// Makes their organizations what they were before anything was configured: nothing is there, and nobody remembers anything.
    pub fn forget(&self, numbers: Range<usize>) {
        for organization in numbers.map(organization) {
            self.world.cognigy.reset_as_stranger(&organization);
            self.world.cognigy.forget_audit_events(&organization);
        }
    }

    fn api<K: Resource<DynamicType = (), Scope = NamespaceResourceScope>>(&self) -> Api<K> {
        Api::namespaced(self.world.client.clone(), NAMESPACE)
    }

    async fn post<K>(&self, object: Value) -> anyhow::Result<()>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
        K: Clone + DeserializeOwned + Serialize + std::fmt::Debug,
    {
        let name = object.pointer("/metadata/name").map(Value::to_string).unwrap_or_default();
        let posted = self.api::<K>().create(&PostParams::default(), &serde_json::from_value(object)?).await;
        posted.map(drop).with_context(|| format!("creating {name}"))
    }

    /// The longest interval that there is: what is measured are answers to changes.
    fn resource(&self, number: usize) -> Value {
        let ca = json!({ "configMapRef": { "name": "ca", "key": "ca.crt" } });
        json!({
            "apiVersion": "sso.cognigy.ai/v1alpha1",
            "kind": "IdentityProviderConfig",
            "metadata": { "name": resource_name(number), "labels": { "shard": SHARDS.get(number % 2) } },
            "spec": {
                "interval": "24h",
                "verification": { "clientCheck": self.client_check },
                "cognigy": {
                    "apiUrl": self.world.cognigy.api_url(),
                    "apiKeySecretRef": { "name": format!("api-{number}"), "key": "apiKey" },
                    "caBundle": ca,
                },
                "oidc": {
                    "issuer": self.world.provider.base(&format!("issuer-{}", number % self.issuers)),
                    "clientId": CLIENT_ID,
                    "clientSecretRef": { "name": secret_name(number), "key": "clientSecret" },
                    "idTokenSignedResponseAlg": "RS256",
                    "caBundle": ca,
                },
            },
        })
    }
}

/// Does something to each, some at a time.
async fn each(
    numbers: Range<usize>,
    progress: &ProgressBar,
    one: impl AsyncFn(usize) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    progress.set_length(numbers.len() as u64);
    let counted = async |number| {
        one(number).await?;
        progress.inc(1);
        anyhow::Ok(())
    };
    futures::stream::iter(numbers).map(counted).buffer_unordered(AT_A_TIME).try_collect().await
}

/// Did the API server end the request before it was done?
fn is_broken_off(error: &kube::Error) -> bool {
    match error {
        kube::Error::Service(_) => true,
        kube::Error::Api(status) => status.code == 504,
        _ => false,
    }
}

/// The organization of a resource. It begins unlike the ids of audit events, which are counted: an id that is a part of an API
/// key would be refused, and the key is made of this.
#[must_use]
pub fn organization(number: usize) -> String {
    format!("b{number:023x}")
}

/// The name of a resource.
#[must_use]
pub fn resource_name(number: usize) -> String {
    format!("acme-{number}")
}

fn secret_name(number: usize) -> String {
    format!("client-{number}")
}
