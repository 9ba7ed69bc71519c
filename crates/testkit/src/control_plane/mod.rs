//! A real Kubernetes control plane on loopback ports: etcd, kube-apiserver and, where wanted,
//! kube-controller-manager. There are no nodes: objects live, pods do not run.

mod access;
pub mod cache;
mod commands;
pub mod golang;
pub mod guard;
mod programs;
pub mod progress;
mod ready;
pub mod scratch;
pub mod service;
mod start;

use std::path::PathBuf;
use std::time::Duration;

use kube::{Client, Config};

use commands::Layout;
pub use programs::Program;
use scratch::Scratch;
use service::Service;

/// The API server may linger for a minute after SIGTERM, and nothing of it is worth that.
const GRACE: Duration = Duration::from_secs(1);

/// What a control plane may have beyond the bare minimum.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// An audit policy (YAML, `audit.k8s.io/v1`); the log is at [`ControlPlane::audit_log`].
    pub audit_policy: Option<String>,
    /// Where the audit log is to outlive the control plane. By default it goes with it.
    pub audit_log: Option<PathBuf>,
    /// Runs kube-controller-manager: garbage collection, namespace deletion, `default` service accounts.
    /// Without it none of these happens.
    pub controller_manager: bool,
}

/// A running control plane. It ends when it is stopped or dropped, and with its process however that ends.
#[derive(Debug)]
pub struct ControlPlane {
    controller_manager: Option<Service>,
    api_server: Service,
    etcd: Service,
    layout: Layout,
    kubeconfig: String,
    _scratch: Scratch,
}

impl ControlPlane {
    /// Starts a control plane of its own on free ports and waits until it is ready; builds the programs first
    /// where they are found neither in `KUBEBUILDER_ASSETS` nor in the cache.
    ///
    /// # Errors
    /// When a program cannot be had or does not become ready; the error holds the end of its log.
    pub async fn start(options: &Options) -> anyhow::Result<Self> {
        start::start(options).await
    }

    /// The path of a kubeconfig file for an administrator. It goes with the control plane.
    #[must_use]
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.layout.kubeconfig()
    }

    /// The same kubeconfig as YAML text. The CA is named by its path.
    #[must_use]
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// The same for whoever has this token.
    #[must_use]
    pub fn kubeconfig_with(&self, token: &str) -> String {
        let (before, _) = self.kubeconfig.rsplit_once("token: ").unwrap_or((&self.kubeconfig, ""));
        format!("{before}token: {token}\n")
    }

    /// The base URL of the API server.
    #[must_use]
    pub fn server(&self) -> String {
        self.layout.server()
    }

    /// The CA of the API server, a PEM file.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.layout.certificate()
    }

    /// A client's configuration for an administrator. Nothing is repeated behind the caller's back.
    ///
    /// # Errors
    /// When the kubeconfig's files have gone.
    pub async fn config(&self) -> anyhow::Result<Config> {
        ready::client_config(&self.kubeconfig).await
    }

    /// A client with an administrator's rights.
    ///
    /// # Errors
    /// When the kubeconfig's files have gone.
    pub async fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::try_from(self.config().await?)?)
    }

    /// The audit log (JSON lines), where an audit policy was given.
    #[must_use]
    pub fn audit_log(&self) -> PathBuf {
        self.layout.audit_log.clone()
    }

    /// The process id of the API server, to measure it.
    #[must_use]
    pub fn api_server_pid(&self) -> i32 {
        self.api_server.pid()
    }

    /// The process id of etcd, to measure it.
    #[must_use]
    pub fn etcd_pid(&self) -> i32 {
        self.etcd.pid()
    }

    /// The API server's process, for tests that freeze or kill it.
    pub fn api_server(&mut self) -> &mut Service {
        &mut self.api_server
    }

    /// Ends all programs and removes their folder.
    ///
    /// # Errors
    /// When a process can be neither signalled nor waited for.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(manager) = &mut self.controller_manager {
            manager.stop(GRACE).await?;
        }
        self.api_server.stop(GRACE).await?;
        self.etcd.stop(GRACE).await
    }
}
