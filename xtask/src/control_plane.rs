//! `cargo xtask control-plane`: builds, starts and finds the control plane's programs.

use std::path::PathBuf;

use anyhow::Context as _;
use cognigy_sso_testkit::control_plane::{ControlPlane, Options, Program, progress};

use crate::interruption::told_to_end;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Build every program that is neither in `KUBEBUILDER_ASSETS` nor in the cache (minutes, once).
    Build,
    /// Start a control plane, print its kubeconfig and keep it until Ctrl-C.
    Run(Run),
    /// Print where each program is.
    Path,
}

#[derive(clap::Args)]
pub struct Run {
    /// Run kube-controller-manager too: garbage collection, namespace deletion, default service accounts
    #[arg(long)]
    controller_manager: bool,
    /// Write an audit log as this policy file says
    #[arg(long, value_name = "FILE")]
    audit_policy: Option<PathBuf>,
}

impl Command {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Build => build().await,
            Self::Run(run) => run.run().await,
            Self::Path => path(),
        }
    }
}

async fn build() -> anyhow::Result<()> {
    for program in Program::ALL {
        println!("{}", program.obtain().await?.display());
    }
    Ok(())
}

fn path() -> anyhow::Result<()> {
    for program in Program::ALL {
        match program.find()? {
            Some(path) => println!("{}", path.display()),
            None => println!("{} is not built yet: cargo xtask control-plane build", program.name()),
        }
    }
    Ok(())
}

impl Run {
    async fn run(self) -> anyhow::Result<()> {
        let audit_policy = self.audit_policy.map(std::fs::read_to_string).transpose();
        let audit_policy = audit_policy.context("reading the audit policy")?;
        let audited = audit_policy.is_some();
        let options = Options { audit_policy, controller_manager: self.controller_manager, ..Options::default() };
        let plane = progress::shown("starting a control plane", "a few seconds", ControlPlane::start(&options)).await?;
        println!("export KUBECONFIG={}", plane.kubeconfig_path().display());
        if audited {
            println!("# audit log: {}", plane.audit_log().display());
        }
        progress::say("Ctrl-C ends it.");
        told_to_end().await?;
        plane.stop().await
    }
}
