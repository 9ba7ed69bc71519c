//! Which commit is built, and when it was made: what is built of it bears its time, so that it is the same whenever it is built.

use std::env;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::cargo;

/// Reproducible builds take their time from here: <https://reproducible-builds.org/specs/source-date-epoch/>.
const TIME: &str = "SOURCE_DATE_EPOCH";

/// The commit in this clone.
pub struct Commit {
    /// Its hash; with `-dirty` where files differ from it.
    pub revision: String,
    /// Seconds since 1970.
    pub time: String,
}

impl Commit {
    /// # Errors
    /// When this is no clone, as with an unpacked archive.
    pub fn of_the_clone() -> anyhow::Result<Self> {
        let revision = git(&["describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"])?;
        Ok(Self { revision, time: time()? })
    }
}

/// `SOURCE_DATE_EPOCH`, or else when the commit was made, in seconds since 1970.
pub fn time() -> anyhow::Result<String> {
    let time = env::var(TIME).or_else(|_| git(&["log", "-1", "--format=%ct"]))?;
    time.parse::<u64>().with_context(|| format!("{TIME} is {time:?}: it takes seconds since 1970"))?;
    Ok(time)
}

fn git(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(arguments).current_dir(cargo::root()).output().context("running git")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "git {}: {}", arguments.join(" "), told.trim());
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
