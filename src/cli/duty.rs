//! What the operator looks after, and how it is settled which replica does: the same for the controller and for who asks whether
//! it may.

use clap::{ArgAction, Args};
use kube::Client;

use crate::controller::Scope;
use crate::lease::Place;
use crate::permitted::{ObjectName, Permitted};
use crate::selector::LabelSelector;

/// The longest name of a namespace, in bytes.
const LONGEST_NAMESPACE: usize = 63;

#[derive(Args, Debug)]
pub(super) struct Duty {
    /// Namespace to look after; repeat it for several. Default: all.
    #[arg(long = "namespace", value_name = "NAME", env = "COGNIGY_SSO_NAMESPACE", value_delimiter = ',', value_parser = namespace)]
    pub(super) namespaces: Vec<String>,

    /// Look after the resources with these labels only, for example `shard=a`.
    #[arg(long, value_name = "LABELS", env = "COGNIGY_SSO_SELECTOR")]
    selector: Option<LabelSelector>,

    /// Use the Secrets with these labels only, for example `sso.cognigy.ai/use=true`: in a cluster that is shared, whoever owns
    /// a Secret then decides whether resources may refer to it. Default: all.
    #[arg(long, value_name = "LABELS", env = "COGNIGY_SSO_SECRET_SELECTOR")]
    secret_selector: Option<LabelSelector>,

    /// Use the Secrets of these names only, and look at no other; repeat it for several. Rights to these names are enough then
    /// (`resourceNames`). Default: all.
    #[arg(long = "secret-name", value_name = "NAME", env = "COGNIGY_SSO_SECRET_NAME", value_delimiter = ',')]
    secret_names: Vec<ObjectName>,

    /// The same for ConfigMaps.
    #[arg(long = "config-map-name", value_name = "NAME", env = "COGNIGY_SSO_CONFIG_MAP_NAME", value_delimiter = ',')]
    config_map_names: Vec<ObjectName>,

    /// Act only while holding a lease, so that several replicas can run. `--leader-elect=false` for one that runs alone.
    #[arg(
        long,
        value_name = "BOOL",
        env = "COGNIGY_SSO_LEADER_ELECT",
        default_value_t = true,
        default_missing_value = "true",
        num_args = 0..=1,
        require_equals = true,
        action = ArgAction::Set
    )]
    leader_elect: bool,

    /// Name of that lease.
    #[arg(long, value_name = "NAME", env = "COGNIGY_SSO_LEASE_NAME", default_value = "cognigy-sso-operator")]
    lease_name: String,

    /// Namespace of that lease. Default: the pod's, or that of the kubeconfig's context.
    #[arg(long, value_name = "NAME", env = "COGNIGY_SSO_LEASE_NAMESPACE")]
    lease_namespace: Option<String>,
}

/// A namespace's name, as Kubernetes allows it: that of an object, shorter and without a dot.
fn namespace(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a name is empty: leave the flag out to look after all namespaces".to_owned());
    }
    let is_name = text.len() <= LONGEST_NAMESPACE && !text.contains('.') && text.parse::<ObjectName>().is_ok();
    let refused = || format!("`{text}` is no namespace's name: small letters, digits and `-` make one, 63 at most");
    is_name.then(|| text.to_owned()).ok_or_else(refused)
}

impl Duty {
    pub(super) fn permitted(&self) -> Permitted {
        Permitted {
            secret_selector: self.secret_selector.clone(),
            secret_names: self.secret_names.clone(),
            config_map_names: self.config_map_names.clone(),
        }
    }

    /// What is looked after, in words.
    pub(super) fn whose(&self) -> String {
        if self.namespaces.is_empty() { "all".to_owned() } else { self.namespaces.join(", ") }
    }

    pub(super) fn scope(&self) -> Scope {
        Scope { namespaces: self.namespaces.clone(), selector: self.selector.clone(), permitted: self.permitted() }
    }

    /// The lease that is to be held while acting; none for one that runs alone.
    pub(super) fn place(&self, client: &Client) -> Option<Place> {
        let namespace = || self.lease_namespace.clone().unwrap_or_else(|| client.default_namespace().to_owned());
        self.leader_elect.then(|| Place { namespace: namespace(), name: self.lease_name.clone() })
    }
}
