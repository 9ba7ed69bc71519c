//! Time and dice, as the core takes them.

use cognigy_sso_decide::{Moment, Salt};
use jiff::Timestamp;

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
