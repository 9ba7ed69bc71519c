//! What people and CI do with the project, one command each: `cargo xtask --help`.

mod control_plane;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about, disable_help_subcommand = true)]
enum Task {
    /// A real Kubernetes control plane: etcd and kube-apiserver on loopback ports.
    #[command(subcommand)]
    ControlPlane(control_plane::Command),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::ControlPlane(command) => command.run().await,
    }
}
