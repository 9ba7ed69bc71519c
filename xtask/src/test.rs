//! `cargo xtask test`: all that CI checks, with the time of each part, and what had to be left out.

use std::future::Future;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use cognigy_sso_testkit::control_plane::Program;
use cognigy_sso_testkit::real_provider::{Crewjam, NodeProvider, StartError, Zitadel};
use cognigy_sso_testkit::rights::Mode;
use cognigy_sso_testkit::tool::Tool;

use crate::cargo::cargo;
use crate::{book, generate, image, release, rights};

/// What was done so far.
#[derive(Default)]
struct Run {
    parts: Vec<(&'static str, Duration)>,
    left_out: Vec<String>,
}

/// Runs every part; the first that fails ends it.
pub async fn run() -> anyhow::Result<ExitCode> {
    let mut run = Run::default();
    run.part("formatting", run_cargo(&["fmt", "--all", "--check"])).await?;
    run.part("lints", run_cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])).await?;
    run.part("book", book::check()).await?;
    run.part("licences, bans and sources", check_dependencies()).await?;
    run.part("control plane, OpenID providers and tools", obtain()).await?;
    run.part("generated files", async { generate::check().await.map(|()| None) }).await?;
    run.part("tests, with rights to the cluster", rights::measure(Mode::Cluster, &[&["test", "--workspace"]])).await?;
    run.part("operator, with rights to namespaces", rights::measure_operator(Mode::Namespaces)).await?;
    run.part("operator, with rights by name", rights::measure_operator(Mode::Named)).await?;
    run.part("image and release", check_image()).await?;
    run.sum_up();
    Ok(ExitCode::SUCCESS)
}

impl Run {
    /// `work` answers with what it had to leave out, and why.
    async fn part(
        &mut self,
        name: &'static str,
        work: impl Future<Output = anyhow::Result<Option<String>>>,
    ) -> anyhow::Result<()> {
        println!("\n── {name}");
        let begun = Instant::now();
        let left_out = work.await.with_context(|| format!("{name} failed"))?;
        self.left_out.extend(left_out);
        self.parts.push((name, begun.elapsed()));
        Ok(())
    }

    fn sum_up(&self) {
        println!("\n── passed");
        for (name, took) in &self.parts {
            println!("{name:42} {:>5} s", took.as_secs());
        }
        let all: Duration = self.parts.iter().map(|(_, took)| *took).sum();
        println!("{:42} {:>5} s", "all", all.as_secs());
        match self.left_out.as_slice() {
            [] => println!("Nothing was left out."),
            left_out => println!("Left out: {}", left_out.join(" ")),
        }
    }
}

async fn run_cargo(arguments: &[&str]) -> anyhow::Result<Option<String>> {
    println!("cargo {}", arguments.join(" "));
    let mut cargo = tokio::process::Command::from(cargo());
    let status = cargo.args(arguments).kill_on_drop(true).status().await?;
    ensure!(status.success(), "cargo {}: {status}", arguments.join(" "));
    Ok(None)
}

/// The list of advisories is left to a job of its own: it cannot be fetched everywhere.
async fn check_dependencies() -> anyhow::Result<Option<String>> {
    let mut version = tokio::process::Command::from(cargo());
    version.args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    if version.status().await?.success() {
        return run_cargo(&["deny", "--workspace", "--log-level", "error", "check", "bans", "licenses", "sources"])
            .await;
    }
    let left_out = "The dependencies' licences, bans and sources (cargo install cargo-deny --locked).";
    println!("{left_out}");
    Ok(Some(left_out.to_owned()))
}

/// Builds the image as it would be given away, runs what is in it, and makes a release of it.
async fn check_image() -> anyhow::Result<Option<String>> {
    if image::test().await? {
        release::rehearse().await?;
        return Ok(None);
    }
    let left_out = format!("The image and what is made with it ({}).", image::NEEDED);
    println!("{left_out}");
    Ok(Some(left_out))
}

/// Builds the tools, once, and says where they are.
pub async fn obtain_tools() -> anyhow::Result<()> {
    for tool in Tool::ALL {
        println!("{}", tool.obtain().await?.display());
    }
    Ok(())
}

/// Builds what the tests start, once: it is kept outside the clone.
async fn obtain() -> anyhow::Result<Option<String>> {
    for program in Program::ALL {
        println!("{}", program.obtain().await?.display());
    }
    obtain_tools().await?;
    println!("{}", Zitadel::obtain().await?.display());
    println!("{}", Crewjam::obtain().await?.display());
    match NodeProvider::obtain().await {
        Ok(folder) => println!("{}", folder.display()),
        Err(StartError::NotAvailable(reason)) => {
            let left_out = format!("What runs against the second OpenID provider ({reason}).");
            println!("{left_out}");
            return Ok(Some(left_out));
        }
        Err(StartError::Failed(error)) => return Err(error),
    }
    Ok(None)
}
