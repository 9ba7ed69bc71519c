//! What people and CI do with the project, one command each: `cargo xtask --help`.

mod bench;
mod book;
mod cargo;
mod control_plane;
mod demo;
mod faults;
mod fuzz;
mod generate;
mod image;
mod interruption;
mod release;
mod rights;
mod test;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about, disable_help_subcommand = true)]
enum Task {
    /// Speed, memory and calls with up to 10,000 resources, measured beside the same job on Go's controller-runtime.
    Bench(bench::Bench),
    /// The documentation as a book, rendered by mdBook.
    Book,
    /// A real Kubernetes control plane: etcd and kube-apiserver on loopback ports.
    #[command(subcommand)]
    ControlPlane(control_plane::Command),
    /// From a bare machine to a resource that is Ready: shows each step and checks that it happened.
    Demo(demo::Demo),
    /// Random faults and crashes in virtual time: what goes wrong is told with its seed.
    Faults(faults::Faults),
    /// Hostile input at length for all that is parsed: what breaks it is told in its shortest form.
    Fuzz(fuzz::Fuzz),
    /// Every file that is made from something else here: the definition, the chart's values, manifests, reference pages.
    Generate(generate::Generate),
    /// The container image, from scratch: builds the static binary and the image, and looks at what came out.
    Image(image::Image),
    /// What a release is made of: its notes, and the files that are given away.
    #[command(subcommand)]
    Release(release::Release),
    /// Runs the operator's tests with the rights that the chart grants, in each mode, and compares these with those used.
    Rights(rights::Rights),
    /// All that CI checks: formatting, lints, generated files, dependencies, tests.
    Test,
    /// Helm, promtool and the like, built once for the tests: prints where they are.
    Tools,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    Box::pin(Task::parse().run()).await.unwrap_or_else(|error| {
        eprintln!("\nxtask: {error:#}");
        ExitCode::FAILURE
    })
}

impl Task {
    async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Bench(bench) => bench.run().await,
            Self::Book => book::run().await.map(|()| ExitCode::SUCCESS),
            Self::ControlPlane(command) => command.run().await.map(|()| ExitCode::SUCCESS),
            Self::Demo(demo) => demo.run().await,
            Self::Faults(faults) => Ok(faults.run()),
            Self::Fuzz(fuzz) => fuzz.run(),
            Self::Generate(generate) => generate.run().await.map(|()| ExitCode::SUCCESS),
            Self::Image(image) => image.run().await.map(|()| ExitCode::SUCCESS),
            Self::Release(release) => release.run().await.map(|()| ExitCode::SUCCESS),
            Self::Rights(rights) => rights.run().await.map(|()| ExitCode::SUCCESS),
            Self::Test => test::run().await,
            Self::Tools => test::obtain_tools().await.map(|()| ExitCode::SUCCESS),
        }
    }
}
