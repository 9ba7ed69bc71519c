//! What was found: a table for people, JSON for programs.

use std::io::{self, Write};

use anstyle::AnsiColor;
use cognigy_sso_api::ConditionStatus;
use cognigy_sso_decide::{Check, CheckName, Resource};
use serde::Serialize;

use crate::cli::table::{self, printable};

/// What the checks come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Verified,
    Unknown,
    Refuted,
}

impl Verdict {
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::Verified => 0,
            Self::Refuted => 1,
            Self::Unknown => super::COULD_NOT_TELL,
        }
    }

    fn of(status: ConditionStatus) -> Self {
        match status {
            ConditionStatus::True => Self::Verified,
            ConditionStatus::False => Self::Refuted,
            ConditionStatus::Unknown => Self::Unknown,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Refuted => "REFUTED",
            Self::Unknown => "unknown",
        }
    }

    fn color(self) -> AnsiColor {
        match self {
            Self::Verified => AnsiColor::Green,
            Self::Refuted => AnsiColor::Red,
            Self::Unknown => AnsiColor::Yellow,
        }
    }
}

/// All resources that were checked.
#[derive(Serialize)]
pub(super) struct Report {
    #[serde(rename = "resources")]
    pub(super) checked: Vec<Checked>,
}

/// One resource.
#[derive(Serialize)]
pub(super) struct Checked {
    namespace: Box<str>,
    name: Box<str>,
    source: String,
    result: Verdict,
    checks: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    check: &'static str,
    result: Verdict,
    reason: &'static str,
    message: String,
}

impl Checked {
    pub(super) fn new(resource: &Resource, source: String, checks: Vec<Check>) -> Self {
        // Where the login URL tells nothing, nothing depends on it.
        let counts =
            |check: &&Check| check.name != CheckName::Login || Verdict::of(check.finding.status) == Verdict::Refuted;
        let counted = checks.iter().filter(counts).map(|check| Verdict::of(check.finding.status));
        let result = counted.max().unwrap_or(Verdict::Unknown);
        let line = |check: Check| Line {
            check: check.name.as_str(),
            result: Verdict::of(check.finding.status),
            reason: check.finding.reason.as_str(),
            message: without_promises(&check.finding.message),
        };
        let checks = checks.into_iter().map(line).collect();
        Self { namespace: resource.namespace.clone(), name: resource.name.clone(), source, result, checks }
    }
}

/// The operator tries again by itself; here that is left to whoever asks.
fn without_promises(message: &str) -> String {
    let promises = [" It is tried again at the next check.", " It is tried again.", "; it is tried again"];
    promises.iter().fold(message.to_owned(), |message, promise| message.replace(promise, ""))
}

impl Report {
    /// The worst of all.
    pub(super) fn verdict(&self) -> Verdict {
        self.checked.iter().map(|checked| checked.result).max().unwrap_or(Verdict::Unknown)
    }

    pub(super) fn print_json(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, self)?;
        writeln!(out)
    }

    pub(super) fn print_table(&self) -> io::Result<()> {
        let mut out = anstream::stdout();
        let width = table::width();
        for checked in &self.checked {
            checked.write(&mut out, width)?;
        }
        let count = |verdict| self.checked.iter().filter(|checked| checked.result == verdict).count();
        let counts = [Verdict::Verified, Verdict::Refuted, Verdict::Unknown]
            .map(|verdict| format!("{} {}", count(verdict), verdict.word().to_lowercase()));
        writeln!(out, "{} checked: {}.", resources(self.checked.len()), counts.join(", "))
    }
}

fn resources(count: usize) -> String {
    if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") }
}

impl Checked {
    fn write(&self, out: &mut impl Write, width: usize) -> io::Result<()> {
        writeln!(out, "{} ({})", printable(&self.name), printable(&self.source))?;
        for line in &self.checks {
            let verdict = table::Verdict { word: line.result.word(), color: line.result.color() };
            table::line(out, width, line.check, verdict, &line.message)?;
        }
        writeln!(out)
    }
}
