//! Tells people that something slow is going on: a spinner on a terminal, now and then a line elsewhere.

use std::future::Future;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Often enough for nobody to think it hangs.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Shows `doing` ("building etcd", say) while `work` goes on, with `remark` (why, and how long it takes as a rule),
/// and the time it took when it succeeded.
///
/// # Errors
/// Those of `work`.
pub async fn shown<T, E>(doing: &str, remark: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = Instant::now();
    say(&format!("{doing}: {remark}"));
    let result = if io::stderr().is_terminal() {
        let spinner = spinner(doing);
        let result = work.await;
        spinner.finish_and_clear();
        result
    } else {
        with_heartbeat(doing, begun, work).await
    };
    if result.is_ok() {
        say(&format!("{doing}: done in {}", spoken(begun.elapsed())));
    }
    result
}

/// Writes past the test harness's capture: who waits for a slow step must see why.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn spinner(doing: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let spinner = ProgressBar::new_spinner().with_message(doing.to_owned());
    if let Ok(style) = style {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

async fn with_heartbeat<T>(doing: &str, begun: Instant, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    loop {
        match tokio::time::timeout(HEARTBEAT, &mut work).await {
            Ok(result) => return result,
            Err(_) => say(&format!("{doing}: {} so far", spoken(begun.elapsed()))),
        }
    }
}

fn spoken(time: Duration) -> String {
    match (time.as_secs() / 60, time.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spoken_in_minutes_and_seconds() {
        assert_eq!(spoken(Duration::from_millis(900)), "0 s");
        assert_eq!(spoken(Duration::from_secs(59)), "59 s");
        assert_eq!(spoken(Duration::from_secs(238)), "3 min 58 s");
    }
}
