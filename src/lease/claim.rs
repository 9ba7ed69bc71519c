//! What a leader may rely on.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock;

/// Leadership until a certain instant, which each renewal puts off. Once lost it does not come back: another term has another
/// claim.
///
/// The instant is one of the clock that goes on while the process is frozen or the machine sleeps.
#[derive(Clone, Debug)]
pub struct Claim(watch::Receiver<Duration>);

/// The claim has ended: somebody else may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

/// The other end of a claim, by which it is renewed and given up.
#[derive(Debug)]
pub(super) struct Title(watch::Sender<Duration>);

impl Claim {
    /// The claim of one that has no rivals.
    #[must_use]
    pub fn always() -> Self {
        Self(watch::Sender::new(Duration::MAX).subscribe())
    }

    /// Will this process lead for longer than `duration` from now, even if it cannot renew its lease?
    #[must_use]
    pub fn outlives(&self, duration: Duration) -> bool {
        self.remaining() > duration
    }

    /// How long this process leads from now, even if it cannot renew its lease; zero when the claim has ended.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        left(*self.0.borrow(), clock::since_boot())
    }

    /// Waits until the claim outlives `duration`: at once as a rule, with the next renewal where renewing fails just now, and
    /// for ever when it has ended for good. Whoever waits here is therefore to be [guarded](Self::guard).
    pub async fn until_it_outlives(&self, duration: Duration) {
        let mut ends = self.0.clone();
        let outlives = ends.wait_for(|ends| left(*ends, clock::since_boot()) > duration).await.is_ok();
        if !outlives {
            pending::<()>().await;
        }
    }

    /// Runs `future` while the claim lasts. It is asked before each step: a process that was frozen takes no step more.
    ///
    /// # Errors
    /// [`Lost`] when the claim has ended; `future` is dropped then. What it had handed to the system is under way all the same.
    pub async fn guard<F: Future>(&self, future: F) -> Result<F::Output, Lost> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if self.remaining().is_zero() {
                return Poll::Ready(Err(Lost));
            }
            future.as_mut().poll(context).map(Ok)
        })
        .await
    }
}

impl Title {
    /// A claim that ends at this instant since the machine was started.
    pub(super) fn new(ends: Duration) -> Self {
        Self(watch::Sender::new(ends))
    }

    pub(super) fn claim(&self) -> Claim {
        Claim(self.0.subscribe())
    }

    /// The claim ends at this instant, unless it ends later anyway.
    pub(super) fn put_off(&self, ends: Duration) {
        self.0.send_if_modified(|now| {
            let later = ends > *now;
            *now = ends.max(*now);
            later
        });
    }

    /// The claim ends now.
    pub(super) fn end(&self) {
        self.0.send_replace(Duration::ZERO);
    }
}

fn left(ends: Duration, now: Duration) -> Duration {
    ends.saturating_sub(now)
}

#[cfg(test)]
impl Claim {
    /// A claim that is not renewed.
    pub(crate) fn of(duration: Duration) -> Self {
        Title::new(clock::since_boot() + duration).claim()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::poll;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn ends_in(duration: Duration) -> Title {
        Title::new(clock::since_boot() + duration)
    }

    #[test]
    fn what_is_left_is_never_less_than_nothing() {
        let second = Duration::from_secs(1);
        assert_eq!(left(MINUTE + second, MINUTE), second);
        assert_eq!(left(MINUTE, MINUTE), Duration::ZERO);
        assert_eq!(left(MINUTE, MINUTE + second), Duration::ZERO);
    }

    #[test]
    fn a_claim_outlives_what_is_shorter() {
        let claim = ends_in(MINUTE).claim();
        assert!(claim.outlives(MINUTE / 2));
        assert!(!claim.outlives(MINUTE));
        assert!(Claim::always().outlives(MINUTE * 1_000_000));
    }

    #[test]
    fn a_claim_that_has_ended_outlives_not_even_an_instant() {
        let title = ends_in(MINUTE);
        let claim = title.claim();
        title.end();
        assert!(!claim.outlives(Duration::ZERO));
        assert_eq!(claim.remaining(), Duration::ZERO);
    }

    #[test]
    fn a_claim_ends_although_nobody_is_there_to_end_it() {
        let claim = ends_in(Duration::from_millis(5)).claim();
        std::thread::sleep(Duration::from_millis(10));
        assert!(!claim.outlives(Duration::ZERO));
    }

    #[test]
    fn a_renewal_that_is_answered_late_shortens_nothing() {
        let title = ends_in(MINUTE);
        title.put_off(clock::since_boot());
        assert!(title.claim().outlives(MINUTE / 2));
    }

    #[tokio::test]
    async fn a_guarded_future_goes_on_while_the_claim_lasts() {
        assert_eq!(Claim::always().guard(async { 7 }).await, Ok(7));
        assert_eq!(ends_in(MINUTE).claim().guard(async { 7 }).await, Ok(7));
    }

    #[tokio::test]
    async fn a_guarded_future_takes_no_step_after_the_end() {
        let title = ends_in(MINUTE);
        let claim = title.claim();
        let steps = Cell::new(0);
        let work = async {
            loop {
                steps.set(steps.get() + 1);
                tokio::task::yield_now().await;
            }
        };
        let mut guarded = pin!(claim.guard::<_>(async {
            work.await;
        }));
        assert!(poll!(guarded.as_mut()).is_pending());
        title.end();
        assert_eq!(poll!(guarded.as_mut()), Poll::Ready(Err(Lost)));
        assert_eq!(steps.get(), 1);
    }

    #[tokio::test]
    async fn a_long_step_waits_for_the_renewal() {
        let title = ends_in(MINUTE / 2);
        let claim = title.claim();
        let mut waiting = pin!(claim.until_it_outlives(MINUTE));
        assert!(poll!(waiting.as_mut()).is_pending());
        title.put_off(clock::since_boot() + 2 * MINUTE);
        assert!(poll!(waiting.as_mut()).is_ready());
    }

    #[tokio::test]
    async fn a_long_step_waits_for_ever_when_there_is_no_renewal_any_more() {
        let title = ends_in(MINUTE / 2);
        let claim = title.claim();
        drop(title);
        assert!(poll!(pin!(claim.until_it_outlives(MINUTE))).is_pending());
        Claim::always().until_it_outlives(MINUTE).await;
    }
}
