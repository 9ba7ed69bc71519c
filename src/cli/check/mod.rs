//! `check`: asks the cluster whether the controller could work in it.

mod definition;
mod rights;

use std::process::ExitCode;

use anstyle::AnsiColor;
use clap::Args;
use kube::Client;

use super::cluster;
use super::duty::Duty;
use super::table;

/// A fault that keeps everything from being told.
const COULD_NOT_TELL: u8 = 2;

/// Ask the cluster whether the definition and every right are there that the controller needs.
///
/// Run it as the controller's `ServiceAccount`, with the flags that the controller has: then it tells what the controller may do.
/// Nothing is changed and no resource is read.
///
/// Exit code: 0 when all is there, 1 when something is missing, 2 when something could not be told.
#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    duty: Duty,
}

/// What was found of one thing, and what to do.
struct Finding {
    what: &'static str,
    outcome: Outcome,
    message: String,
}

/// The worst decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    There,
    Unknown,
    Missing,
}

impl Check {
    pub(super) fn execute(&self) -> ExitCode {
        self.check().unwrap_or_else(|error| {
            super::tell(&error);
            ExitCode::from(COULD_NOT_TELL)
        })
    }

    fn check(&self) -> anyhow::Result<ExitCode> {
        cluster::install_tls()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let findings = runtime.block_on(self.find())?;
        let (mut out, width) = (anstream::stdout(), table::width());
        for Finding { what, outcome, message } in &findings {
            table::line(&mut out, width, what, outcome.verdict(), message)?;
        }
        let worst = findings.iter().map(|finding| finding.outcome).max();
        Ok(ExitCode::from(worst.map_or(COULD_NOT_TELL, Outcome::exit_code)))
    }

    async fn find(&self) -> anyhow::Result<Vec<Finding>> {
        let client: Client = cluster::client().await?;
        let mut findings = vec![definition::find(&client).await];
        findings.extend(rights::find(&client, &self.duty).await);
        Ok(findings)
    }
}

impl Outcome {
    fn exit_code(self) -> u8 {
        match self {
            Self::There => 0,
            Self::Missing => 1,
            Self::Unknown => COULD_NOT_TELL,
        }
    }

    fn verdict(self) -> table::Verdict {
        let (word, color) = match self {
            Self::There => ("there", AnsiColor::Green),
            Self::Missing => ("MISSING", AnsiColor::Red),
            Self::Unknown => ("unknown", AnsiColor::Yellow),
        };
        table::Verdict { word, color }
    }
}
