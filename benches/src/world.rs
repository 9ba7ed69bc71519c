//! What operators are measured in: a control plane, a Cognigy.AI stand-in and a provider full of issuers, none of which is
//! slower than it has to be.

use std::path::PathBuf;

use anyhow::Context as _;
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::control_plane::{ControlPlane, Options};
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::provider::{Client, Provider, Style};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use kube::runtime::wait::{await_condition, conditions::is_crd_established};
use serde_json::json;
use tempfile::TempDir;

use crate::subject::{Mode, Operator, Subject};

/// Where everything is.
pub const NAMESPACE: &str = "bench";
/// The client that every issuer knows.
pub const CLIENT_ID: &str = "acme";
/// Its secrets: one to begin with, and one to change to.
pub const CLIENT_SECRETS: [&str; 2] = ["one-secret", "another-secret"];

/// Tells of watches of the resource when they arrive, and of nothing else: the log costs the measured nothing.
const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [ResponseStarted, ResponseComplete]
rules:
- level: Metadata
  verbs: [watch]
  resources: [{group: sso.cognigy.ai}]
- level: None
";

/// Everything but the operator.
pub struct World {
    /// etcd and the API server.
    pub cluster: ControlPlane,
    /// An administrator's client.
    pub client: kube::Client,
    /// Where configurations are written to.
    pub cognigy: StandIn,
    /// Where issuers are.
    pub provider: Provider,
    folder: TempDir,
}

impl World {
    /// Starts it all. There are no resources yet.
    ///
    /// # Errors
    /// When something cannot be started.
    pub async fn start() -> anyhow::Result<Self> {
        let options = Options { audit_policy: Some(AUDIT_POLICY.to_owned()), ..Options::default() };
        let cluster = ControlPlane::start(&options).await?;
        let client = cluster.client().await?;
        let authority = Authority::new("bench")?;
        let cognigy = StandIn::start(&authority).await?;
        cognigy.change(|settings| {
            settings.any_organization = true;
            settings.discovery_seconds = 24 * 60 * 60;
            settings.rate_limit = u32::MAX;
        });
        cognigy.keep_counts_only(true);
        let provider = Provider::start(&authority).await?;
        let [secret, other] = CLIENT_SECRETS;
        let known = Client {
            more_secrets: vec![other.to_owned()],
            redirect_uris: vec!["*".to_owned()],
            pkce_demanded: Some(false),
            ..Client::new(CLIENT_ID, secret)
        };
        provider.accept_any_issuer(Style::OidcProvider, vec![known]);
        provider.keep_counts_only(true);
        let world = Self { cluster, client, cognigy, provider, folder: TempDir::new()? };
        world.install(&authority).await?;
        Ok(world)
    }

    async fn install(&self, authority: &Authority) -> anyhow::Result<()> {
        let crds: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        let crd = crds.create(&PostParams::default(), &cognigy_sso_api::crd()).await?;
        await_condition(crds, crd.metadata.name.as_deref().unwrap_or_default(), is_crd_established()).await?;
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let name = ObjectMeta { name: Some(NAMESPACE.to_owned()), ..ObjectMeta::default() };
        namespaces.create(&PostParams::default(), &Namespace { metadata: name, ..Namespace::default() }).await?;
        let config_maps: Api<ConfigMap> = Api::namespaced(self.client.clone(), NAMESPACE);
        let authorities = json!({ "metadata": { "name": "ca" }, "data": { "ca.crt": authority.pem() } });
        config_maps.create(&PostParams::default(), &serde_json::from_value(authorities)?).await?;
        Ok(())
    }

    /// Starts an operator in it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn operator(&self, subject: &Subject, mode: Mode<'_>) -> anyhow::Result<Operator> {
        subject.start(&self.cluster.kubeconfig_path(), &self.log(), mode).await
    }

    /// What operators write to their standard error.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Watches of the resource so far, by when they arrived.
    ///
    /// # Errors
    /// When the audit log cannot be read.
    pub fn watches(&self) -> anyhow::Result<Vec<jiff::Timestamp>> {
        let path = self.cluster.audit_log();
        let log = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let complete = log.rsplit_once('\n').map_or("", |(complete, _)| complete);
        complete.lines().map(arrival).collect()
    }

    /// The API server's processor time so far, in seconds.
    ///
    /// # Errors
    /// When it has ended.
    pub fn api_server_cpu(&self) -> anyhow::Result<f64> {
        crate::process::cpu(self.cluster.api_server_pid())
    }
}

fn arrival(line: &str) -> anyhow::Result<jiff::Timestamp> {
    let event: serde_json::Value = serde_json::from_str(line)?;
    let time = event.get("requestReceivedTimestamp").and_then(serde_json::Value::as_str);
    Ok(time.context("an audit event says when the request was received")?.parse()?)
}
