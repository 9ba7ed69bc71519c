//! The chart as it is installed for one operator.

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::Mode;
use crate::manifests;

/// The kinds that say what somebody may do.
const KINDS: [&str; 5] = ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
/// The chart's values whose entries the operator is given as flags.
const NAMES: [&str; 2] = ["--secret-name=", "--config-map-name="];

/// What is set of the chart's values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Release {
    /// Its name; what is cluster-wide is told apart by it.
    pub name: String,
    /// Where the operator itself is, with its lease.
    pub namespace: String,
    /// How widely it grants rights.
    pub mode: Mode,
    /// The namespaces to look after, which [`Mode::Cluster`] does not list.
    pub watched: Vec<String>,
    /// The Secrets to use, which [`Mode::Named`] alone lists.
    pub secrets: Vec<String>,
    /// The ConfigMaps to use, which [`Mode::Named`] alone lists.
    pub config_maps: Vec<String>,
    /// The name of the lease.
    pub lease: String,
}

/// What the chart makes of it.
#[derive(Clone, Debug)]
pub struct Rendered {
    objects: Vec<Value>,
}

impl Release {
    /// One that stands for all of this mode.
    #[must_use]
    pub fn sample(mode: Mode) -> Self {
        Self {
            name: "sample".to_owned(),
            namespace: "sso".to_owned(),
            mode,
            watched: vec!["sso".to_owned()],
            secrets: vec!["acme-oidc".to_owned()],
            config_maps: vec!["ca".to_owned()],
            lease: "cognigy-sso-operator".to_owned(),
        }
    }

    /// Renders the chart with Helm.
    ///
    /// # Errors
    /// When Helm cannot be had, or refuses the chart.
    pub async fn render(&self) -> anyhow::Result<Rendered> {
        let objects = manifests::template(&self.name, &self.namespace, &self.values(), &[]).await?;
        Ok(Rendered { objects })
    }

    fn values(&self) -> Value {
        let listed = |is: bool, names: &[String]| if is { json!(names) } else { json!([]) };
        json!({
            "image": { "repository": manifests::NAME },
            "leaderElection": { "leaseName": self.lease },
            // It is for people.
            "rbac": { "aggregateView": false },
            "watchNamespaces": listed(self.mode != Mode::Cluster, &self.watched),
            "secretNames": listed(self.mode == Mode::Named, &self.secrets),
            "configMapNames": listed(self.mode == Mode::Named, &self.config_maps),
        })
    }
}

impl Rendered {
    /// The objects that say who may do what.
    #[must_use]
    pub fn rights(&self) -> Vec<Value> {
        let is_right = |object: &&Value| object["kind"].as_str().is_some_and(|kind| KINDS.contains(&kind));
        self.objects.iter().filter(is_right).cloned().collect()
    }

    /// The name of the operator's ServiceAccount.
    ///
    /// # Errors
    /// When there is none.
    pub fn account(&self) -> anyhow::Result<&str> {
        let account = self.of_kind("ServiceAccount")?.pointer("/metadata/name");
        account.and_then(Value::as_str).context("the ServiceAccount has no name")
    }

    /// The flags that name the Secrets and ConfigMaps to use.
    ///
    /// # Errors
    /// When there is no Deployment to take them from.
    pub fn flags(&self) -> anyhow::Result<Vec<String>> {
        let arguments = self.of_kind("Deployment")?.pointer("/spec/template/spec/containers/0/args");
        let arguments = arguments.and_then(Value::as_array).context("the operator's container has no arguments")?;
        let arguments = arguments.iter().filter_map(Value::as_str);
        let names = |argument: &&str| NAMES.iter().any(|flag| argument.starts_with(flag));
        Ok(arguments.filter(names).map(str::to_owned).collect())
    }

    fn of_kind(&self, kind: &str) -> anyhow::Result<&Value> {
        match self.objects.iter().filter(|object| object["kind"] == kind).collect::<Vec<_>>().as_slice() {
            [object] => Ok(object),
            objects => bail!("the chart renders {} objects of kind {kind}, not one", objects.len()),
        }
    }
}
