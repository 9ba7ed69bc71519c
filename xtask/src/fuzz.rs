//! `cargo xtask fuzz`: the fuzz targets at length, one after the other, until their time is over or one finds something.

use std::collections::BTreeSet;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::cargo::cargo;

/// The targets: their names, the packages whose library tests they are, without `cognigy-sso-`, and the tests.
const TARGETS: [(&str, &str, &str); 19] = [
    ("discovery", "operator", "openid::fuzz::discovery"),
    ("keys", "operator", "openid::fuzz::keys"),
    ("users", "operator", "cognigy::fuzz::users"),
    ("audit-events", "operator", "cognigy::fuzz::audit_events"),
    ("problems", "operator", "cognigy::fuzz::problems"),
    ("locations", "operator", "cognigy::fuzz::login_redirects"),
    ("headers", "operator", "egress::fuzz::headers"),
    ("urls", "operator", "egress::fuzz::urls"),
    ("certificates", "operator", "egress::fuzz::certificates"),
    ("resources", "operator", "watched::fuzz::resources"),
    ("secret-values", "operator", "observe::fuzz::secret_values"),
    ("token-answers", "operator", "openid::client::fuzz::token_answers"),
    ("redirects", "operator", "openid::client::fuzz::redirects"),
    ("files", "operator", "observe::fuzz::files"),
    ("saml-metadata", "saml", "fuzz::metadata"),
    ("saml-signed", "saml", "fuzz::signed"),
    ("saml-certificates", "saml", "fuzz::certificates"),
    ("saml-keys", "saml", "fuzz::keys"),
    ("saml-requests", "saml", "fuzz::requests"),
];
/// Inputs between two reports: some seconds of work.
const ROUND: u64 = 20_000;

#[derive(Args)]
pub struct Fuzz {
    /// The target; left out, all of them in turn. Their seeds are in `tests/corpus`, of SAML in `crates/saml/tests/corpus`.
    #[arg(long, value_parser = TARGETS.map(|(name, _, _)| name))]
    target: Option<String>,
    /// Minutes for each target.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
}

impl Fuzz {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let time = Duration::try_from_secs_f64(self.minutes * 60.0).context("--minutes")?;
        // Built before the clock starts.
        let is_meant = |name: &str| self.target.as_deref().is_none_or(|target| target == name);
        let meant: Vec<_> = TARGETS.into_iter().filter(|(name, _, _)| is_meant(name)).collect();
        for package in meant.iter().map(|(_, package, _)| *package).collect::<BTreeSet<_>>() {
            if !try_inputs(package, None)? {
                bail!("the tests do not build");
            }
        }
        for (name, package, test) in meant {
            if !run(name, package, test, time)? {
                println!("\n{name}: the input above breaks it. Put it among the seeds, so that it is tried each time.");
                return Ok(ExitCode::FAILURE);
            }
        }
        println!("\nNothing was found.");
        Ok(ExitCode::SUCCESS)
    }
}

/// Answers whether nothing was found.
fn run(name: &str, package: &str, test: &str, time: Duration) -> anyhow::Result<bool> {
    let (begun, mut inputs) = (Instant::now(), 0);
    while inputs == 0 || begun.elapsed() < time {
        if !try_inputs(package, Some(test))? {
            return Ok(false);
        }
        inputs += ROUND;
        println!("{name:17} {inputs:>10} inputs, {:>5} s of {}", begun.elapsed().as_secs(), time.as_secs());
    }
    Ok(true)
}

/// One round of a test, or with `None` its building alone. Its output is shown where it fails.
fn try_inputs(package: &str, test: Option<&str>) -> anyhow::Result<bool> {
    let mut cargo = cargo();
    cargo.args(["test", "--quiet", "--package", &format!("cognigy-sso-{package}"), "--lib"]);
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
