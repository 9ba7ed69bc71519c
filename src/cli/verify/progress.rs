//! Tells on standard error that something is being waited for: a spinner on a terminal, lines elsewhere.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::Duration;

use cognigy_sso_decide::Resource;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::table::printable;

/// Often enough for nobody to think that it hangs.
const HEARTBEAT: Duration = Duration::from_secs(5);

pub(super) struct Progress {
    spinner: Option<ProgressBar>,
    done: Cell<usize>,
    all: usize,
}

impl Progress {
    pub(super) fn new(all: usize) -> Self {
        let spinner = std::io::stderr().is_terminal().then(|| spinner(all));
        Self { spinner, done: Cell::default(), all }
    }

    pub(super) fn begins(&self, resource: &Resource) {
        let name = printable(&resource.name);
        match &self.spinner {
            Some(spinner) => spinner.set_message(format!("checking {name}")),
            None => eprintln!("checking {name}"),
        }
    }

    pub(super) fn ends(&self) {
        self.done.set(self.done.get() + 1);
        if let Some(spinner) = &self.spinner {
            spinner.inc(1);
        }
    }

    /// Does the work, and says now and then that it goes on.
    pub(super) async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            match tokio::time::timeout(HEARTBEAT, &mut work).await {
                Ok(done) => {
                    self.spinner.iter().for_each(ProgressBar::finish_and_clear);
                    return done;
                }
                Err(_) if self.spinner.is_none() => {
                    eprintln!("waiting for servers to answer: {} of {} done", self.done.get(), self.all);
                }
                Err(_) => {}
            }
        }
    }
}

fn spinner(all: usize) -> ProgressBar {
    let length = u64::try_from(all).unwrap_or(u64::MAX);
    let spinner = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} of {len} done, {msg} ({elapsed})") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}
