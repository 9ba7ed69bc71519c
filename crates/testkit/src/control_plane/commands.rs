//! How each program of the control plane is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::access::Credentials;

/// What one attempt to start a control plane agreed on.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) folder: PathBuf,
    pub(super) etcd_client: u16,
    pub(super) etcd_peer: u16,
    pub(super) api: u16,
    pub(super) audit_log: PathBuf,
}

impl Layout {
    pub(super) fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.api)
    }

    /// Where the API server writes the certificate it makes for itself, with the CA that signed it.
    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.join("certificates/apiserver.crt")
    }

    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig.yaml")
    }

    fn etcd_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.etcd_client)
    }
}

/// Durability is of no use to a store that goes with its folder.
pub(super) fn etcd(program: &Path, layout: &Layout) -> Command {
    let peer = format!("http://127.0.0.1:{}", layout.etcd_peer);
    let mut command = Command::new(program);
    command
        .arg(flag("data-dir", layout.folder.join("etcd").display()))
        .arg("--unsafe-no-fsync")
        .arg(flag("listen-client-urls", layout.etcd_url()))
        .arg(flag("advertise-client-urls", layout.etcd_url()))
        .arg(flag("listen-peer-urls", &peer))
        .arg(flag("initial-advertise-peer-urls", &peer))
        .arg(flag("initial-cluster", format_args!("default={peer}")));
    command
}

/// The endpoint reconciler would publish the server's address, and loopback is none that may be published.
/// Nothing makes default service accounts without a controller manager, so admission must not ask for them.
pub(super) fn api_server(program: &Path, layout: &Layout, credentials: &Credentials, manager: bool) -> Command {
    let mut command = Command::new(program);
    command
        .arg(flag("etcd-servers", layout.etcd_url()))
        .arg(flag("cert-dir", layout.folder.join("certificates").display()))
        .arg(flag("secure-port", layout.api))
        .arg("--bind-address=127.0.0.1")
        .arg("--advertise-address=127.0.0.1")
        .arg("--endpoint-reconciler-type=none")
        .arg("--service-cluster-ip-range=10.0.0.0/24")
        .arg("--authorization-mode=RBAC")
        .arg("--service-account-issuer=https://kubernetes.default.svc")
        .arg(flag("service-account-key-file", credentials.account_public_key.display()))
        .arg(flag("service-account-signing-key-file", credentials.account_key.display()))
        .arg(flag("token-auth-file", credentials.tokens.display()));
    if !manager {
        command.arg("--disable-admission-plugins=ServiceAccount");
    }
    command
}

pub(super) fn audit(command: &mut Command, policy: &Path, layout: &Layout) {
    command.arg(flag("audit-policy-file", policy.display())).arg(flag("audit-log-path", layout.audit_log.display()));
}

/// The controllers that deletion needs, and no others.
pub(super) fn controller_manager(program: &Path, kubeconfig: &Path, credentials: &Credentials) -> Command {
    let mut command = Command::new(program);
    command
        .arg(flag("kubeconfig", kubeconfig.display()))
        .arg(flag("service-account-private-key-file", credentials.account_key.display()))
        .arg("--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller")
        .arg("--leader-elect=false")
        .arg("--secure-port=0");
    command
}

fn flag(name: &str, value: impl std::fmt::Display) -> String {
    format!("--{name}={value}")
}
