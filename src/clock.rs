//! Time and dice, as the core takes them.

use std::time::Duration;

use cognigy_sso_decide::{Moment, Salt};
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

#[cfg(target_os = "linux")]
const UPTIME: ClockId = ClockId::Boottime;
// macOS's monotonic clock goes on while the machine sleeps.
#[cfg(not(target_os = "linux"))]
const UPTIME: ClockId = ClockId::Monotonic;

/// Now, to the second: that is how Kubernetes writes time.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

pub(crate) fn moment() -> Moment {
    Moment { now: now(), chance: fastrand::f64() }
}

/// A fresh salt.
///
/// # Errors
/// When the system has no randomness to give.
pub(crate) fn salt() -> Result<Salt, getrandom::Error> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt)?;
    Ok(salt)
}

/// How long the machine has been up, the time it slept included: a clock that nobody sets, and that goes on while the process
/// is frozen.
pub(crate) fn since_boot() -> Duration {
    // Were it not a time, no claim would outlive it.
    clock_gettime(UPTIME).try_into().unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_salt_is_like_another() {
        let salts: std::collections::BTreeSet<_> = (0..100).map(|_| salt().unwrap()).collect();
        assert_eq!(salts.len(), 100);
    }

    /// No machine sleeps for a test: only the choice can be looked at.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_time_that_the_machine_sleeps_counts() {
        assert!(matches!(UPTIME, ClockId::Boottime));
    }
}
