//! Measures operators on a real API server, with stand-ins without latency: how fast, how much memory, how many calls.
//!
//! `cargo xtask bench` builds what is needed and runs it.

mod calls;
mod document;
mod fleet;
mod machine;
mod measure;
mod peer;
mod process;
mod progress;
mod readiness;
mod report;
mod subject;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use cognigy_sso_testkit::control_plane::progress::say;

use measure::Extent;
use report::Report;
use subject::Subject;

/// Measures operators side by side: start, memory, calls, time to Ready, restart, rotation, handover, deletion, shards.
#[derive(Parser)]
struct Arguments {
    /// How many resources; several numbers are measured one after the other.
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    resources: Vec<u32>,
    /// How many issuers they share.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    issuers: u32,
    /// An operator: NAME=COMMAND LINE, in which `{health}` stands for the address of `/readyz`, `{leader-elect}` for true or
    /// false and `{selector}` for a label selector. Repeat it for several.
    #[arg(long, value_name = "NAME=COMMAND")]
    subject: Vec<Subject>,
    /// This project's operator, as it is built.
    #[arg(long, value_name = "PROGRAM")]
    operator: Option<PathBuf>,
    /// Measure it, too, with resources whose client is not tried at its provider (`clientCheck: Never`): what that check costs
    /// shows beside it. The first number of resources is enough for that.
    #[arg(long, requires = "operator")]
    without_client_check: bool,
    /// Measure the peer too, a controller for the same job on Go's controller-runtime; it is built first.
    #[arg(long)]
    peer: bool,
    /// How many are created, and how many Secrets are changed, one after the other.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    live: u32,
    /// How often all of it is measured with each number of resources, the subjects in turn. Medians are shown.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How many starts without resources.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    starts: u32,
    /// Seconds until memory at rest is read.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    settling: u64,
    /// Seconds in which an operator at rest is watched.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    rest: u64,
    /// Where the figures are written as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Document whose tables are replaced by what was measured, between its marks.
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nbench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    let subjects = arguments.subjects().await?;
    let extent = arguments.extent()?;
    let mut report = Report { machine: machine::this()?, runs: Vec::new() };
    for subject in &subjects {
        report.runs.push(measure::empty(subject, extent).await.with_context(|| subject.name.clone())?);
    }
    for (place, resources) in arguments.resources.iter().enumerate() {
        let measured = subjects.iter().filter(|subject| place == 0 || subject.tries_clients());
        for subject in (0..arguments.rounds).flat_map(|_| measured.clone()) {
            let run = measure::full(subject, usize::try_from(*resources)?, extent).await;
            report.runs.push(run.with_context(|| format!("{} with {resources} resources", subject.name))?);
            arguments.keep(&report)?;
        }
    }
    say(&format!("all measured in {:.0} s", began.elapsed().as_secs_f64()));
    print!("{}", report.medians().table());
    Ok(())
}

impl Arguments {
    /// Keeps what has been measured so far: an hour's work does not go with what fails at its end.
    fn keep(&self, report: &Report) -> anyhow::Result<()> {
        let report = report.medians();
        if let Some(path) = &self.json {
            std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")
                .with_context(|| format!("writing {}", path.display()))?;
        }
        if let Some(path) = &self.document {
            document::write(&report, path)?;
        }
        Ok(())
    }

    async fn subjects(&self) -> anyhow::Result<Vec<Subject>> {
        let operator = self.operator.as_deref().map(Subject::operator);
        let unchecked = operator.clone().filter(|_| self.without_client_check).map(Subject::without_client_check);
        let mut subjects: Vec<Subject> = operator.into_iter().chain(unchecked).collect();
        subjects.extend(self.subject.iter().cloned());
        if self.peer {
            subjects.push(peer::subject().await?);
        }
        anyhow::ensure!(
            !subjects.is_empty(),
            "nothing to measure: give --operator PROGRAM, --subject NAME=COMMAND, or --peer"
        );
        Ok(subjects)
    }

    fn extent(&self) -> anyhow::Result<Extent> {
        Ok(Extent {
            issuers: usize::try_from(self.issuers)?,
            starts: usize::try_from(self.starts)?,
            live: usize::try_from(self.live)?,
            settling: Duration::from_secs(self.settling),
            rest: Duration::from_secs(self.rest),
        })
    }
}
