//! The chart as it is installed for one operator.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::Mode;
use crate::tool::Tool;

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
        let mut helm = Command::new(Tool::Helm3.obtain().await?);
        helm.arg("template").arg(&self.name).arg(chart()).args(["--namespace", &self.namespace]);
        for (value, set) in self.values() {
            helm.arg("--set-json").arg(format!("{value}={set}"));
        }
        let output = tokio::process::Command::from(helm).output().await.context("starting Helm")?;
        ensure!(output.status.success(), "helm template: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout)?;
        let objects = serde_saphyr::from_multiple(&text).context("reading what Helm rendered")?;
        Ok(Rendered { objects })
    }

    fn values(&self) -> Vec<(&'static str, Value)> {
        let mut values = vec![
            ("image.repository", json!("cognigy-sso-operator")),
            ("leaderElection.leaseName", json!(self.lease)),
            // It is for people.
            ("rbac.aggregateView", json!(false)),
        ];
        if self.mode != Mode::Cluster {
            values.push(("watchNamespaces", json!(self.watched)));
        }
        if self.mode == Mode::Named {
            values.extend([("secretNames", json!(self.secrets)), ("configMapNames", json!(self.config_maps))]);
        }
        values
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

fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/cognigy-sso-operator")
}
