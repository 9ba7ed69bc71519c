//! `cargo xtask rights`: are the rights that the chart grants those that the operator uses?

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use cognigy_sso_testkit::rights::{self, Breadth, Comparison, Mode, Release, Request, Right, granted};

use crate::cargo::{self, cargo};

/// The page about rights, below the root of the workspace.
const PAGE: &str = "docs/reference/rights.md";
/// What Cargo is asked to run the operator's tests alone.
pub const TESTS: [&str; 5] = ["test", "--package", "cognigy-sso-operator", "--test", "it"];

#[derive(clap::Args)]
pub struct Rights {
    /// Only in this mode: cluster, namespaces or named
    #[arg(long)]
    mode: Option<Mode>,
    /// Write the page about rights, and run nothing
    #[arg(long)]
    write: bool,
    /// Arguments for the tests, a filter for example: rights that no other test uses are unused then
    #[arg(last = true)]
    tests: Vec<String>,
}

impl Rights {
    pub async fn run(self) -> anyhow::Result<()> {
        if self.write {
            return write().await;
        }
        let mut arguments = TESTS.to_vec();
        arguments.push("--");
        arguments.extend(self.tests.iter().map(String::as_str));
        for mode in Mode::ALL.into_iter().filter(|mode| self.mode.is_none_or(|only| only == *mode)) {
            measure(mode, &arguments).await?;
        }
        Ok(())
    }
}

/// Has Cargo run tests whose operators have the rights of this mode, and fails where one was missing or is not needed.
pub async fn measure(mode: Mode, arguments: &[&str]) -> anyhow::Result<Option<String>> {
    println!("{}={mode} cargo {}", rights::MODE, arguments.join(" "));
    let folder = cargo::root().join("target/rights").join(mode.name());
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut tests = tokio::process::Command::from(cargo());
    tests.env(rights::MODE, mode.name()).env(rights::AUDIT_FOLDER, &folder);
    let status = tests.args(arguments).kill_on_drop(true).status().await?;
    let comparison = Comparison::of(rights_of(mode).await?, &requests(&folder)?);
    println!("\nRights in mode {mode}, and how often they were used:\n{comparison}");
    ensure!(status.success(), "cargo {}: {status}", arguments.join(" "));
    ensure!(
        comparison.is_equal(),
        "the chart grants what the operator does not use, or too little: see above, and correct templates/_rights.tpl"
    );
    Ok(None)
}

async fn rights_of(mode: Mode) -> anyhow::Result<std::collections::BTreeSet<Right>> {
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

/// Fails where the page is not what the chart says.
pub async fn check() -> anyhow::Result<()> {
    if fs::read_to_string(file()).unwrap_or_default() != page().await? {
        bail!("{PAGE} is not what the chart says: run `cargo xtask rights --write` and commit the file");
    }
    Ok(())
}

async fn write() -> anyhow::Result<()> {
    fs::write(file(), page().await?).with_context(|| format!("writing {PAGE}"))?;
    println!("{PAGE}");
    Ok(())
}

fn file() -> PathBuf {
    cargo::root().join(PAGE)
}

async fn page() -> anyhow::Result<String> {
    let mut page = format!("{}\n", INTRODUCTION.trim());
    for mode in Mode::ALL {
        let rights: Vec<_> = rights_of(mode).await?.into_iter().collect();
        section(&mut page, mode, &rights)?;
    }
    Ok(page)
}

const INTRODUCTION: &str = "
# The operator's rights

What the chart grants to the operator's ServiceAccount. In each of these modes all tests of the operator run as that ServiceAccount, and
the API server's audit log is compared with what is granted: a right that is missing fails, and so does one that nothing uses.

Generated from the chart by `cargo xtask rights --write`; `cargo xtask rights` makes the comparison.
";

fn section(page: &mut String, mode: Mode, rights: &[Right]) -> std::fmt::Result {
    let (title, what) = match mode {
        Mode::Cluster => ("All namespaces", "The default."),
        Mode::Namespaces => ("Listed namespaces", "`watchNamespaces` lists them."),
        Mode::Named => {
            ("Listed names", "`watchNamespaces`, `secretNames` and `configMapNames` list what may be looked at.")
        }
    };
    let cluster_wide = rights.iter().filter(|right| right.breadth.cluster_wide).count();
    writeln!(
        page,
        "\n## {title}\n\n{what} {} rights: {cluster_wide} to all namespaces, {} to single ones.\n",
        rights.len(),
        rights.len() - cluster_wide
    )?;
    writeln!(page, "| API group | resource | verbs | where |\n|---|---|---|---|")?;
    let mut rows: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for right in rights {
        let row = (!right.breadth.cluster_wide, &right.group, &right.resource, right.breadth);
        rows.entry(row).or_default().push(&right.verb);
    }
    for ((_, group, resource, breadth), verbs) in rows {
        let group = if group.is_empty() { "core" } else { group.as_str() };
        writeln!(page, "| {group} | `{resource}` | {} | {} |", verbs.join(", "), place(resource, breadth))?;
    }
    Ok(())
}

fn place(resource: &str, breadth: Breadth) -> &'static str {
    match (resource, breadth.cluster_wide, breadth.by_name) {
        ("leases", _, false) => "the operator's own namespace",
        ("leases", _, true) => "the operator's own namespace, its own lease",
        (_, true, false) => "all namespaces",
        (_, true, true) => "all namespaces, listed names",
        (_, false, false) => "each listed namespace",
        (_, false, true) => "each listed namespace, listed names",
    }
}
