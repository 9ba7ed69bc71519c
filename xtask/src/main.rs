//! What people and CI do with the project, one command each: `cargo xtask --help`.

mod book;
mod cargo;
mod control_plane;
mod crd;
mod demo;
mod docs;
mod faults;
mod fuzz;
mod interruption;
mod test;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about, disable_help_subcommand = true)]
enum Task {
    /// The documentation as a book, rendered by mdBook.
    Book,
    /// A real Kubernetes control plane: etcd and kube-apiserver on loopback ports.
    #[command(subcommand)]
    ControlPlane(control_plane::Command),
    /// The `CustomResourceDefinition` in `crds/`, generated from the types.
    Crd(crd::Crd),
    /// From a bare machine to a resource that is Ready: shows each step and checks that it happened.
    Demo(demo::Demo),
    /// The reference pages in `docs/reference`, generated from the code.
    Docs(docs::Docs),
    /// Random faults and crashes in virtual time: what goes wrong is told with its seed.
    Faults(faults::Faults),
    /// Hostile input at length for all that is parsed: what breaks it is told in its shortest form.
    Fuzz(fuzz::Fuzz),
    /// All that CI checks: formatting, lints, generated files, dependencies, tests.
    Test,
    /// Helm, promtool and the like, built once for the tests: prints where they are.
    Tools,
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
            Self::Book => book::run().await.map(|()| ExitCode::SUCCESS),
            Self::ControlPlane(command) => command.run().await.map(|()| ExitCode::SUCCESS),
            Self::Crd(crd) => crd.run().map(|()| ExitCode::SUCCESS),
            Self::Demo(demo) => Box::pin(demo.run()).await,
            Self::Docs(docs) => docs.run().map(|()| ExitCode::SUCCESS),
            Self::Faults(faults) => Ok(faults.run()),
            Self::Fuzz(fuzz) => fuzz.run(),
            Self::Test => test::run().await,
            Self::Tools => test::obtain_tools().await.map(|()| ExitCode::SUCCESS),
        }
    }
}
