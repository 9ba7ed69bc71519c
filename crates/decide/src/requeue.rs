//! When to look again: the one table.

use std::time::Duration;

use jiff::Timestamp;

use crate::fault::Class;

/// The shortest pause before a retry.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How long a server may ask to wait.
const LONGEST_THROTTLE: Duration = Duration::from_mins(15);

/// The clock and the dice of one pass.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now, to the second.
    pub now: Timestamp,
    /// A random number from 0 up to 1.
    pub chance: f64,
}

/// How long until the next visit.
///
/// | what asks for it | pause |
/// |---|---|
/// | nothing, or a person must act | the interval, less up to a tenth |
/// | it may pass by itself | up to twice the time that it has lasted, from 1 s to 5 min, at random (full jitter) |
/// | the server names a pause | that pause, from 1 s to 15 min, and up to a tenth more |
///
/// The pause doubles because it is measured by the time since the fault began, `failing_since`. That time is a condition's
/// `lastTransitionTime`, so the count of tries survives a restart without being written anywhere.
#[must_use]
pub fn next_visit(
    classes: impl IntoIterator<Item = Class>,
    interval: Duration,
    failing_since: Option<Timestamp>,
    moment: Moment,
) -> Duration {
    let mut pause = None;
    for class in classes {
        let asked = match class {
            Class::Transient => backoff(failing_since, moment),
            Class::Throttled(seconds) => throttle(seconds, moment),
            Class::Absent | Class::Input => continue,
        };
        pause = pause.max(Some(asked));
    }
    pause.unwrap_or_else(|| interval.mul_f64(1.0 - moment.chance / 10.0))
}

fn backoff(failing_since: Option<Timestamp>, moment: Moment) -> Duration {
    let lasted = failing_since.map_or(0, |since| moment.now.as_second() - since.as_second());
    let lasted = Duration::from_secs(u64::try_from(lasted).unwrap_or(0));
    let ceiling = (2 * lasted).clamp(FIRST_PAUSE, LONGEST_PAUSE);
    ceiling.mul_f64(moment.chance).max(FIRST_PAUSE / 4)
}

fn throttle(seconds: u64, moment: Moment) -> Duration {
    let asked = Duration::from_secs(seconds).clamp(FIRST_PAUSE, LONGEST_THROTTLE);
    asked.mul_f64(1.0 + moment.chance / 10.0)
}
