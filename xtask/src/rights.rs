//! `cargo xtask rights`: are the rights that the chart grants those that the operator uses?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use cognigy_sso_testkit::rights::{self, Comparison, Mode, Release, Request, Right, granted};

use crate::cargo::{self, cargo};

/// What Cargo is asked to run the operator's tests alone.
const TESTS: [&str; 5] = ["test", "--package", "cognigy-sso-operator", "--test", "it"];
/// The same for what a resource refers to with SAML: metadata, certificates and private keys.
const REFERENCES: [&str; 13] = [
    "test",
    "--package",
    "cognigy-sso-operator",
    "--test",
    "saml",
    "--",
    "certificates::",
    "changes::",
    "declared::",
    "inputs::",
    "names::",
    "secret_selector::",
    "switch::",
];

#[derive(clap::Args)]
pub struct Rights {
    /// Only in this mode: cluster, namespaces or named
    #[arg(long)]
    mode: Option<Mode>,
    /// Arguments for the tests, a filter for example: rights that no other test uses are unused then
    #[arg(last = true)]
    tests: Vec<String>,
}

impl Rights {
    pub async fn run(self) -> anyhow::Result<()> {
        let mut chosen = TESTS.to_vec();
        chosen.push("--");
        chosen.extend(self.tests.iter().map(String::as_str));
        for mode in Mode::ALL.into_iter().filter(|mode| self.mode.is_none_or(|only| only == *mode)) {
            if self.tests.is_empty() {
                measure_operator(mode).await?;
            } else {
                measure(mode, &[&chosen]).await?;
            }
        }
        Ok(())
    }
}

/// Runs the operator's tests alone. Which objects a resource refers to makes a difference only where rights are granted by
/// name.
pub async fn measure_operator(mode: Mode) -> anyhow::Result<Option<String>> {
    match mode {
        Mode::Named => measure(mode, &[&TESTS, &REFERENCES]).await,
        Mode::Namespaces | Mode::Cluster => measure(mode, &[&TESTS]).await,
    }
}

/// Has Cargo run tests whose operators have the rights of this mode, and fails where one was missing or is not needed.
pub async fn measure(mode: Mode, runs: &[&[&str]]) -> anyhow::Result<Option<String>> {
    let folder = cargo::root().join("target/rights").join(mode.name());
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut failures = Vec::new();
    for arguments in runs {
        println!("{}={mode} cargo {}", rights::MODE, arguments.join(" "));
        let mut tests = tokio::process::Command::from(cargo());
        tests.env(rights::MODE, mode.name()).env(rights::AUDIT_FOLDER, &folder);
        let status = tests.args(*arguments).kill_on_drop(true).status().await?;
        failures.extend((!status.success()).then(|| format!("cargo {}: {status}", arguments.join(" "))));
    }
    let comparison = Comparison::of(granted_in(mode).await?, &requests(&folder)?);
    println!("\nRights in mode {mode}, and how often they were used:\n{comparison}");
    ensure!(failures.is_empty(), failures.join("; "));
    ensure!(
        comparison.is_equal(),
        "the chart grants what the operator does not use, or too little: see above, and correct templates/_rights.tpl"
    );
    Ok(None)
}

/// The rights that the chart grants in this mode.
pub async fn granted_in(mode: Mode) -> anyhow::Result<BTreeSet<Right>> {
    Ok(granted(&Release::sample(mode).render().await?.rights()))
}

/// All requests in the audit logs of a folder.
fn requests(folder: &Path) -> anyhow::Result<Vec<Request>> {
    let mut all = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let log = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        all.extend(rights::requests(&log));
    }
    ensure!(!all.is_empty(), "no operator asked for anything: there is no audit log in {}", folder.display());
    Ok(all)
}
