//! `cargo xtask fuzz`: the fuzz targets at length, one after the other, until their time is over or one finds something.

use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::cargo::cargo;

/// The targets, each a test of the operator's library.
const TARGETS: [(&str, &str); 14] = [
    ("discovery", "openid::fuzz::discovery"),
    ("keys", "openid::fuzz::keys"),
    ("users", "cognigy::fuzz::users"),
    ("audit-events", "cognigy::fuzz::audit_events"),
    ("problems", "cognigy::fuzz::problems"),
    ("locations", "cognigy::fuzz::login_redirects"),
    ("headers", "egress::fuzz::headers"),
    ("urls", "egress::fuzz::urls"),
    ("certificates", "egress::fuzz::certificates"),
    ("resources", "watched::fuzz::resources"),
    ("secret-values", "observe::fuzz::secret_values"),
    ("token-answers", "openid::client::fuzz::token_answers"),
    ("redirects", "openid::client::fuzz::redirects"),
    ("files", "observe::fuzz::files"),
];
/// Inputs between two reports: some seconds of work.
const ROUND: u64 = 20_000;

#[derive(Args)]
pub struct Fuzz {
    /// The target; left out, all of them in turn. Their seeds are in `tests/corpus`.
    #[arg(long, value_parser = TARGETS.map(|(name, _)| name))]
    target: Option<String>,
    /// Minutes for each target.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
}

impl Fuzz {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let time = Duration::try_from_secs_f64(self.minutes * 60.0).context("--minutes")?;
        // Built before the clock starts.
        if !try_inputs(None)? {
            bail!("the tests do not build");
        }
        for (name, test) in TARGETS {
            if self.target.as_deref().is_none_or(|target| target == name) && !run(name, test, time)? {
                println!(
                    "\n{name}: the input above breaks it. Put it into tests/corpus/{name}, so that it is tried each time."
                );
                return Ok(ExitCode::FAILURE);
            }
        }
        println!("\nNothing was found.");
        Ok(ExitCode::SUCCESS)
    }
}

/// Answers whether nothing was found.
fn run(name: &str, test: &str, time: Duration) -> anyhow::Result<bool> {
    let (begun, mut inputs) = (Instant::now(), 0);
    while inputs == 0 || begun.elapsed() < time {
        if !try_inputs(Some(test))? {
            return Ok(false);
        }
        inputs += ROUND;
        println!("{name:14} {inputs:>10} inputs, {:>5} s of {}", begun.elapsed().as_secs(), time.as_secs());
    }
    Ok(true)
}

/// One round of a test, or with `None` its building alone. Its output is shown where it fails.
fn try_inputs(test: Option<&str>) -> anyhow::Result<bool> {
    let mut cargo = cargo();
    cargo.args(["test", "--quiet", "--package", "cognigy-sso-operator", "--lib"]);
    let Some(test) = test else { return Ok(cargo.arg("--no-run").status()?.success()) };
    cargo.args(["--", "--exact", test]).env("PROPTEST_CASES", ROUND.to_string()).env("RUST_BACKTRACE", "0");
    let done = cargo.stdin(Stdio::null()).output()?;
    let told = String::from_utf8_lossy(&done.stdout);
    if done.status.success() && !told.contains("1 passed") {
        bail!("there is no test {test}");
    }
    if !done.status.success() {
        println!("{told}{}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(done.status.success())
}
