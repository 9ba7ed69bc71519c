//! How a control plane comes up.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::access::Credentials;
use super::commands::{self, Layout};
use super::scratch::Scratch;
use super::service::Service;
use super::{ControlPlane, Options, Program, ready};

/// Generous, for machines that build at the same time; it is ready in about 3 s as a rule.
const PATIENCE: Duration = Duration::from_secs(90);
/// A free port may be taken by somebody else before the program binds it.
const ATTEMPTS: usize = 5;

pub(super) async fn start(options: &Options) -> anyhow::Result<ControlPlane> {
    let programs = Programs::obtain(options).await?;
    for _ in 1..ATTEMPTS {
        match programs.start(options).await {
            Err(error) if is_port_clash(&error) => {}
            outcome => return outcome,
        }
    }
    programs.start(options).await
}

/// The paths of the programs that one control plane needs.
struct Programs {
    etcd: PathBuf,
    api_server: PathBuf,
    controller_manager: Option<PathBuf>,
}

impl Programs {
    async fn obtain(options: &Options) -> anyhow::Result<Self> {
        let controller_manager =
            if options.controller_manager { Some(Program::KubeControllerManager.obtain().await?) } else { None };
        Ok(Self {
            etcd: Program::Etcd.obtain().await?,
            api_server: Program::KubeApiserver.obtain().await?,
            controller_manager,
        })
    }

    async fn start(&self, options: &Options) -> anyhow::Result<ControlPlane> {
        let scratch = Scratch::new("control-plane-")?;
        let [etcd_client, etcd_peer, api] = free_ports()?;
        let folder = scratch.path().to_owned();
        let audit_log = options.audit_log.clone().unwrap_or_else(|| folder.join("audit.log"));
        let layout = Layout { folder, etcd_client, etcd_peer, api, audit_log };
        let credentials = Credentials::create(&layout.folder)?;
        let kubeconfig = credentials.kubeconfig(&layout.server(), &layout.certificate());
        fs::write(layout.kubeconfig(), &kubeconfig)?;

        let mut etcd = Service::start("etcd", &commands::etcd(&self.etcd, &layout), &layout.folder).await?;
        let mut api_server = self.start_api_server(options, &layout, &credentials).await?;
        tokio::select! {
            ready = api_server.until(PATIENCE, ready::until_answering(&layout, &kubeconfig)) => ready?,
            failed = etcd.until(PATIENCE, std::future::pending()) => failed?,
        }
        let controller_manager = match &self.controller_manager {
            Some(program) => Some(start_controller_manager(program, &layout, &credentials, &kubeconfig).await?),
            None => None,
        };
        Ok(ControlPlane { controller_manager, api_server, etcd, layout, kubeconfig, _scratch: scratch })
    }

    async fn start_api_server(
        &self,
        options: &Options,
        layout: &Layout,
        credentials: &Credentials,
    ) -> anyhow::Result<Service> {
        let mut command = commands::api_server(&self.api_server, layout, credentials, options.controller_manager);
        if let Some(policy) = &options.audit_policy {
            let path = layout.folder.join("audit-policy.yaml");
            fs::write(&path, policy)?;
            commands::audit(&mut command, &path, layout);
        }
        Service::start("kube-apiserver", &command, &layout.folder).await
    }
}

async fn start_controller_manager(
    program: &Path,
    layout: &Layout,
    credentials: &Credentials,
    kubeconfig: &str,
) -> anyhow::Result<Service> {
    let command = commands::controller_manager(program, &layout.kubeconfig(), credentials);
    let mut manager = Service::start("kube-controller-manager", &command, &layout.folder).await?;
    let account = "/api/v1/namespaces/default/serviceaccounts/default";
    manager.until(PATIENCE, ready::until_found(kubeconfig, &[account])).await?;
    Ok(manager)
}

/// All are held until the last is known, so that they differ.
fn free_ports() -> anyhow::Result<[u16; 3]> {
    let listeners = [(); 3].map(|()| TcpListener::bind(("127.0.0.1", 0)));
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(listeners) {
        *port = listener.context("looking for free ports on 127.0.0.1")?.local_addr()?.port();
    }
    Ok(ports)
}

fn is_port_clash(error: &anyhow::Error) -> bool {
    error.to_string().contains("address already in use")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_told_from_other_faults() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let scratch = Scratch::new("taken-port-").unwrap();
        let [free, peer, _] = free_ports().unwrap();
        let port = taken.local_addr().unwrap().port();
        let folder = scratch.path().to_owned();
        let credentials = Credentials::create(&folder).unwrap();
        let layout_on = |etcd_client, api| {
            let (folder, audit_log) = (folder.clone(), folder.join("audit.log"));
            Layout { folder, etcd_client, etcd_peer: peer, api, audit_log }
        };

        let layout = layout_on(port, free);
        let etcd = commands::etcd(&Program::Etcd.obtain().await.unwrap(), &layout);
        assert!(is_port_clash(&fault("etcd", &etcd, &folder).await));

        let layout = layout_on(free, port);
        let program = Program::KubeApiserver.obtain().await.unwrap();
        let mut api_server = commands::api_server(&program, &layout, &credentials, false);
        assert!(is_port_clash(&fault("kube-apiserver", &api_server, &folder).await));

        let error = fault("kube-apiserver", api_server.arg("--no-such-flag"), &folder).await;
        assert!(!is_port_clash(&error), "{error}");
    }

    async fn fault(name: &'static str, command: &std::process::Command, folder: &Path) -> anyhow::Error {
        let mut service = Service::start(name, command, folder).await.unwrap();
        let never = std::future::pending::<()>();
        let fault = service.until(PATIENCE, never).await.unwrap_err();
        fs::remove_file(folder.join(format!("{name}.log"))).unwrap();
        fault
    }
}
