//! The demo's own Kubernetes API: what is put there, and waiting for what becomes of it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use cognigy_sso_api::IdentityProviderConfig;
use cognigy_sso_testkit::control_plane::ControlPlane;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Patch, PatchParams, PostParams};
use kube::runtime::wait::await_condition;
use kube::{Api, Client};
use serde_json::json;

use super::kubectl::Kubectl;
use super::screen;

/// Far above what anything here takes, so that a slow machine fails no step.
pub const PATIENCE: Duration = Duration::from_mins(1);
const OWNER: &str = "demo";

/// The control plane, and the two ways to speak to it.
pub struct Cluster {
    pub plane: ControlPlane,
    pub client: Client,
    pub kubectl: Kubectl,
}

impl Cluster {
    pub fn kubeconfig(&self) -> PathBuf {
        self.plane.kubeconfig_path()
    }

    pub fn resources(&self) -> Api<IdentityProviderConfig> {
        Api::default_namespaced(self.client.clone())
    }

    pub async fn create(&self, resource: &IdentityProviderConfig) -> anyhow::Result<()> {
        self.resources().create(&PostParams::default(), resource).await?;
        Ok(())
    }

    /// Creates a Secret with one key, or changes it.
    pub async fn put_secret(&self, name: &str, key: &str, value: &str) -> anyhow::Result<()> {
        let metadata = json!({ "name": name });
        let secret =
            json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": { key: value } });
        let api = Api::<Secret>::default_namespaced(self.client.clone());
        api.patch(name, &PatchParams::apply(OWNER), &Patch::Apply(secret)).await?;
        Ok(())
    }

    /// Creates a ConfigMap with one key, or changes it.
    pub async fn put_config_map(&self, name: &str, key: &str, value: &str) -> anyhow::Result<()> {
        let metadata = json!({ "name": name });
        let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": { key: value } });
        let api = Api::<ConfigMap>::default_namespaced(self.client.clone());
        api.patch(name, &PatchParams::apply(OWNER), &Patch::Apply(map)).await?;
        Ok(())
    }

    /// Waits until the resource is as `expected` says, which is what `holds` tells.
    pub async fn until(
        &self,
        name: &str,
        expected: &str,
        holds: impl Fn(&IdentityProviderConfig) -> bool,
    ) -> anyhow::Result<IdentityProviderConfig> {
        let condition = |resource: Option<&IdentityProviderConfig>| resource.is_some_and(&holds);
        // Boxed, since a watch is large and every step holds one.
        let found = Box::pin(tokio::time::timeout(PATIENCE, await_condition(self.resources(), name, condition)));
        match screen::waiting(&format!("waiting: {expected}"), found).await {
            Ok(found) => found?.with_context(|| format!("{name} is gone")),
            Err(_) => Err(anyhow!("expected  {expected}\nseen      {}", self.seen(name).await)),
        }
    }

    async fn seen(&self, name: &str) -> String {
        match self.resources().get_opt(name).await {
            Err(error) => format!("{name} cannot be read: {error}"),
            Ok(None) => format!("{name} is gone"),
            Ok(Some(resource)) => serde_json::to_string_pretty(&resource.status).unwrap_or_default(),
        }
    }
}
