//! Shows how far a long step is: a bar on a terminal, a line when it ends elsewhere.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use cognigy_sso_testkit::control_plane::progress::say;
use indicatif::{ProgressBar, ProgressStyle};

/// Does a step under a name ("existing resources become Ready", say), with a bar that it can move.
///
/// # Errors
/// Those of the step.
pub async fn step<T>(name: &str, work: impl AsyncFnOnce(&ProgressBar) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let bar = bar(name);
    let began = Instant::now();
    let result = work(&bar).await;
    bar.finish_and_clear();
    if result.is_ok() {
        say(&format!("  {name}: {:.1} s", began.elapsed().as_secs_f64()));
    }
    result
}

/// Lets time go by, under a name.
pub async fn pause(name: &str, time: Duration) {
    let bar = bar(name);
    tokio::time::sleep(time).await;
    bar.finish_and_clear();
}

fn bar(name: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length().with_message(name.to_owned());
    if let Ok(style) = ProgressStyle::with_template("  {msg} [{bar:30}] {pos}/{len} ({elapsed}, {eta} left)") {
        bar.set_style(style);
    }
    bar
}
