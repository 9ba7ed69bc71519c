//! What people and CI do with the project, one command each: `cargo xtask --help`.

mod cargo;
mod control_plane;
mod crd;
mod demo;
mod faults;
mod fuzz;
mod interruption;
mod manifests;
mod metrics;
mod rights;
mod test;
mod values;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about, disable_help_subcommand = true)]
enum Task {
    /// A real Kubernetes control plane: etcd and kube-apiserver on loopback ports.
    #[command(subcommand)]
    ControlPlane(control_plane::Command),
    /// The `CustomResourceDefinition` in `crds/` and in the chart, generated from the types.
    Crd(crd::Crd),
    /// From a bare machine to a resource that is Ready: shows each step and checks that it happened.
    Demo(demo::Demo),
    /// Random faults and crashes in virtual time: what goes wrong is told with its seed.
    Faults(faults::Faults),
    /// Hostile input at length for all that is parsed: what breaks it is told in its shortest form.
    Fuzz(fuzz::Fuzz),
    /// The page of all metrics in `docs/`, generated from their definitions.
    Metrics(metrics::Metrics),
    /// Runs the operator's tests with the rights that the chart grants, in each mode, and compares these with those used.
    Rights(rights::Rights),
    /// What is in `deploy/` for those who install without Helm, generated from the chart, and for Argo CD from its scripts.
    Manifests(manifests::Manifests),
    /// All that CI checks: formatting, lints, generated files, dependencies, tests.
    Test,
    /// Helm, promtool and the like, built once for the tests: prints where they are.
    Tools,
    /// The chart's `values.yaml` and the page about them, generated from the schema of the values.
    Values(values::Values),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    Task::parse().run().await.unwrap_or_else(|error| {
        eprintln!("\nxtask: {error:#}");
        ExitCode::FAILURE
    })
}

impl Task {
    async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::ControlPlane(command) => command.run().await.map(|()| ExitCode::SUCCESS),
            Self::Crd(crd) => crd.run().map(|()| ExitCode::SUCCESS),
            Self::Demo(demo) => Box::pin(demo.run()).await,
            Self::Faults(faults) => Ok(faults.run()),
            Self::Fuzz(fuzz) => fuzz.run(),
            Self::Metrics(metrics) => metrics.run().map(|()| ExitCode::SUCCESS),
            Self::Rights(rights) => Box::pin(rights.run()).await.map(|()| ExitCode::SUCCESS),
            Self::Test => Box::pin(test::run()).await,
            Self::Manifests(manifests) => Box::pin(manifests.run()).await.map(|()| ExitCode::SUCCESS),
            Self::Tools => test::obtain_tools().await.map(|()| ExitCode::SUCCESS),
            Self::Values(values) => values.run().map(|()| ExitCode::SUCCESS),
        }
    }
}
