//! Virtual time.

use std::time::Duration;

use jiff::Timestamp;

/// Milliseconds since the simulation began.
pub type Millis = u64;

/// A second.
pub const SECOND: Millis = 1000;
/// A minute.
pub const MINUTE: Millis = 60 * SECOND;
/// An hour.
pub const HOUR: Millis = 60 * MINUTE;
/// A day.
pub const DAY: Millis = 24 * HOUR;

/// The second at which every simulation begins: 2026-01-01T12:00:00Z.
const BEGINNING: i64 = 1_767_268_800;

/// The time as clocks show it.
#[must_use]
pub fn exact(time: Millis) -> Timestamp {
    let millis = BEGINNING * 1000 + i64::try_from(time).unwrap_or(i64::MAX / 2);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// The time as the operator takes it and Kubernetes writes it: to the second.
#[must_use]
pub fn to_the_second(time: Millis) -> Timestamp {
    exact(time - time % SECOND)
}

/// A duration in virtual time.
#[must_use]
pub fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX / 4)
}

/// The time for people: days, hours, minutes and seconds since the beginning.
#[must_use]
pub fn told(time: Millis) -> String {
    let (days, rest) = (time / DAY, time % DAY);
    let (hours, minutes, seconds) = (rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE / SECOND);
    format!("{days}d {hours:02}:{minutes:02}:{seconds:02}.{:03}", time % SECOND)
}
