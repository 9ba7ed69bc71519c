//! How often an API key may call Cognigy.AI: at most 1,000 times in any 5 minutes, and not at all while Cognigy.AI asks to
//! wait. All resources with the same key share both. Nobody waits in here: who may not call is told for how long.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use parking_lot::Mutex;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// The published limit is 1,000 calls in 5 minutes. A bucket of 200 that gains 160 a minute lets 200 + 5 * 160 = 1,000 calls
/// through in any 5 minutes, whenever they begin.
const QUOTA: Quota = Quota::per_minute(calls(160)).allow_burst(calls(200));
/// How long a 429 without `Retry-After` is heeded; who is refused again waits longer by itself.
const PAUSE: u64 = 5;
/// The shortest and the longest pause that a server can ask for, in seconds.
const SHORTEST_PAUSE: u64 = 1;
const LONGEST_PAUSE: u64 = 15 * 60;
/// How often what is no longer needed is given back.
const SWEEP: Duration = Duration::from_mins(5);

const fn calls(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// Who calls: an API key on a host. It cannot be turned back into the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller([u8; 16]);

type Rate<C> = RateLimiter<Caller, HashMapStateStore<Caller>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// The limits of all API keys.
#[derive(Debug)]
pub struct Limits<C: Clock = DefaultClock> {
    salt: hmac::Key,
    rate: Rate<C>,
    pauses: Mutex<Pauses<C::Instant>>,
}

#[derive(Debug)]
struct Pauses<I> {
    /// When each pause is over.
    ends: HashMap<Caller, I>,
    /// When what is no longer needed was last given back.
    swept: I,
}

impl Limits {
    /// Nobody has called yet.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        Self::with_clock(DefaultClock::default())
    }
}

impl<C: Clock> Limits<C> {
    fn with_clock(clock: C) -> Result<Self, getrandom::Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        let pauses = Pauses { ends: HashMap::new(), swept: clock.now() };
        Ok(Self {
            salt: hmac::Key::new(hmac::HMAC_SHA256, &salt),
            rate: RateLimiter::new(QUOTA, HashMapStateStore::default(), clock),
            pauses: Mutex::new(pauses),
        })
    }

    /// Who calls this host with this key: HMAC-SHA-256 (RFC 2104) under a random key that lives as long as the process, cut
    /// to 128 bits.
    pub(crate) fn caller(&self, host: &str, api_key: &SecretString) -> Caller {
        let mut context = hmac::Context::with_key(&self.salt);
        // No host holds a zero byte, so that two pairs never look alike.
        for part in [host.as_bytes(), &[0], api_key.expose_secret().as_bytes()] {
            context.update(part);
        }
        let mut caller = Caller([0; 16]);
        for (byte, from) in caller.0.iter_mut().zip(context.sign().as_ref()) {
            *byte = *from;
        }
        caller
    }

    /// Takes note of so many calls that are about to be sent, all or none.
    ///
    /// # Errors
    /// How long until it makes sense to ask again, when there is no room for all of them, or the caller is paused.
    pub(super) fn admit(&self, caller: Caller, calls: u32) -> Result<(), Duration> {
        self.give_back();
        if let Some(left) = self.pause_left(caller) {
            return Err(left);
        }
        let Some(calls) = NonZeroU32::new(calls) else { return Ok(()) };
        match self.rate.check_key_n(&caller, calls) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(refusal)) => Err(refusal.wait_time_from(self.now())),
            // More than ever fit at once; no change needs so many.
            Err(_) => Err(QUOTA.burst_size_replenished_in()),
        }
    }

    /// Cognigy.AI asks this caller to wait, for so many seconds if it says so: from 1 s to 15 min are heeded.
    pub(super) fn pause(&self, caller: Caller, retry_after: Option<u64>) {
        let seconds = retry_after.unwrap_or(PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
        let end = self.now() + Duration::from_secs(seconds).into();
        let mut pauses = self.pauses.lock();
        let latest = pauses.ends.entry(caller).or_insert(end);
        // Of two calls that were under way together, the one that is told to wait longer counts.
        *latest = end.max(*latest);
    }

    fn pause_left(&self, caller: Caller) -> Option<Duration> {
        let now = self.now();
        let end = *self.pauses.lock().ends.get(&caller)?;
        (end > now).then(|| end.duration_since(now).into())
    }

    /// A bucket that is full again is like one that was never used, and a pause that is over like none.
    fn give_back(&self) {
        let now = self.now();
        let mut pauses = self.pauses.lock();
        if Duration::from(now.duration_since(pauses.swept)) < SWEEP {
            return;
        }
        pauses.swept = now;
        pauses.ends.retain(|_, end| *end > now);
        pauses.ends.shrink_to_fit();
        self.rate.retain_recent();
        self.rate.shrink_to_fit();
    }

    fn now(&self) -> C::Instant {
        self.rate.clock().now()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use governor::clock::FakeRelativeClock;
    use proptest::prelude::*;

    use super::*;

    const HOST: &str = "api-trial.cognigy.ai";
    const API_KEY: &str = "api-key-canary-7f31";
    const WINDOW: Duration = Duration::from_mins(5);

    fn limits() -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Limits::with_clock(clock.clone()).unwrap(), clock)
    }

    fn key(limits: &Limits<FakeRelativeClock>, key: &str) -> Caller {
        limits.caller(HOST, &key.into())
    }

    /// How many single calls are admitted at this moment.
    fn room(limits: &Limits<FakeRelativeClock>, caller: Caller) -> usize {
        std::iter::repeat_with(|| limits.admit(caller, 1)).take_while(Result::is_ok).count()
    }

    #[test]
    fn the_whole_limit_can_be_used_and_no_more() {
        let (limits, clock) = limits();
        let caller = key(&limits, API_KEY);
        let mut admitted = room(&limits, caller);
        assert_eq!(admitted, 200);
        for _ in 0..3_000 {
            clock.advance(WINDOW / 3_000);
            admitted += room(&limits, caller);
        }
        assert_eq!(admitted, 1_000);
    }

    #[test]
    fn a_change_is_admitted_whole_or_not_at_all() {
        let (limits, clock) = limits();
        let caller = key(&limits, API_KEY);
        limits.admit(caller, 198).unwrap();
        let wait = limits.admit(caller, 3).unwrap_err();
        assert_eq!(wait, Duration::from_millis(375), "one more call must become free");
        assert_eq!(limits.admit(caller, 0), Ok(()));
        clock.advance(wait);
        assert_eq!(limits.admit(caller, 3), Ok(()));
        assert!(limits.admit(caller, 1).is_err());
        assert!(limits.admit(caller, 201).is_err() && limits.admit(caller, u32::MAX).is_err());
    }

    #[test]
    fn a_caller_is_a_key_on_a_host() {
        let (limits, _) = limits();
        let caller = key(&limits, API_KEY);
        assert_eq!(room(&limits, caller), 200);
        assert!(limits.admit(key(&limits, API_KEY), 1).is_err(), "another resource with the same key");
        assert_eq!(limits.admit(key(&limits, "another"), 200), Ok(()));
        assert_eq!(limits.admit(limits.caller("api.corp.example", &API_KEY.into()), 200), Ok(()));
        let other_run = super::tests::limits().0;
        assert_ne!(caller, key(&other_run, API_KEY), "it is no plain hash of the key");
    }

    #[test]
    fn a_pause_holds_up_one_key_alone_and_passes() {
        let (limits, clock) = limits();
        let (paused, other) = (key(&limits, API_KEY), key(&limits, "another"));
        limits.pause(paused, Some(60));
        limits.pause(paused, Some(2));
        assert_eq!(limits.admit(paused, 1), Err(Duration::from_mins(1)), "the longer one counts");
        assert_eq!(limits.admit(other, 1), Ok(()));
        clock.advance(Duration::from_secs(59));
        assert_eq!(limits.admit(paused, 1), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert_eq!(room(&limits, paused), 200, "what was refused did not count");
    }

    #[test]
    fn a_pause_is_as_long_as_asked_within_reason() {
        let ten_years = 10 * 365 * 24 * 60 * 60;
        let cases = [(None, 5), (Some(0), 1), (Some(7), 7), (Some(ten_years), 900), (Some(u64::MAX), 900)];
        for (asked, seconds) in cases {
            let (limits, _) = limits();
            let caller = key(&limits, API_KEY);
            limits.pause(caller, asked);
            assert_eq!(limits.admit(caller, 1), Err(Duration::from_secs(seconds)), "{asked:?}");
        }
    }

    #[test]
    fn what_is_no_longer_needed_is_given_back() {
        let (limits, clock) = limits();
        for number in 0..10_000 {
            let caller = key(&limits, &number.to_string());
            limits.admit(caller, 1).unwrap();
            limits.pause(caller, Some(10));
        }
        let (in_use, throttled) = (key(&limits, "in use"), key(&limits, "throttled"));
        clock.advance(SWEEP.saturating_sub(Duration::from_secs(1)));
        assert_eq!(room(&limits, in_use), 200);
        limits.pause(throttled, Some(60));
        clock.advance(Duration::from_secs(1));
        assert!(limits.admit(in_use, 200).is_err(), "what is in use is kept");
        assert!(limits.admit(throttled, 1).is_err());
        assert_eq!((limits.rate.len(), limits.pauses.lock().ends.len()), (1, 1));
    }

    #[test]
    fn the_key_is_in_no_debug_output() {
        let (limits, _) = limits();
        let caller = key(&limits, API_KEY);
        limits.admit(caller, 1).unwrap();
        limits.pause(caller, None);
        let text = format!("{limits:?} {limits:#?} {caller:?}");
        assert!(!text.contains(API_KEY) && !text.contains(HOST), "{text}");
        let bytes = format!("{:?}", API_KEY.as_bytes());
        assert!(!text.contains(bytes.trim_matches(['[', ']'])), "{text}");
    }

    /// Milliseconds of silence and calls after them: anything, and then the most that can be had, over more than a window.
    fn arrivals() -> impl Strategy<Value = Vec<(u64, u32)>> {
        let silence = prop_oneof![4 => 0..1_000_u64, 2 => Just(375), 1 => 0..90_000_u64, 1 => Just(300_000)];
        let anything = proptest::collection::vec((silence, prop_oneof![4 => 1..5_u32, 1 => 1..250_u32]), 0..200);
        let rest = prop::sample::select(vec![0, 74_999, 75_000, 299_999, 300_000]);
        let step = prop_oneof![prop::sample::select(vec![125, 375, 1_000, 2_500, 30_000]), 100..10_000_u64];
        (anything, rest, step).prop_map(|(mut arrivals, rest, step)| {
            arrivals.push((rest, 250));
            arrivals.extend((0..400_000 / step).map(|_| (step, 250)));
            arrivals
        })
    }

    proptest! {
        #[test]
        fn no_window_of_five_minutes_holds_more_than_a_thousand(arrivals in arrivals()) {
            let (limits, clock) = limits();
            let caller = key(&limits, API_KEY);
            let (mut now, mut window, mut held) = (Duration::ZERO, VecDeque::new(), 0);
            for (millis, calls) in arrivals {
                let pause = Duration::from_millis(millis);
                clock.advance(pause);
                now += pause;
                while let Some((_, gone)) = window.pop_front_if(|(at, _)| *at + WINDOW < now) {
                    held -= gone;
                }
                // As many as fit, whole or one by one.
                let admitted = if limits.admit(caller, calls).is_ok() {
                    calls
                } else {
                    (0..calls).map_while(|_| limits.admit(caller, 1).ok()).map(|()| 1).sum()
                };
                window.push_back((now, admitted));
                held += admitted;
                prop_assert!(held <= 1_000, "{held} calls from {:?} to {now:?}", window.front());
            }
        }

        #[test]
        fn who_waits_as_long_as_told_is_admitted(used in 1..400_u32, calls in 1..=200_u32) {
            let (limits, clock) = limits();
            let caller = key(&limits, API_KEY);
            for _ in 0..used {
                let _full = limits.admit(caller, 1);
            }
            if let Err(wait) = limits.admit(caller, calls) {
                clock.advance(wait.saturating_sub(Duration::from_millis(1)));
                prop_assert!(limits.admit(caller, calls).is_err(), "not before");
                clock.advance(Duration::from_millis(1));
                prop_assert_eq!(limits.admit(caller, calls), Ok(()));
            }
        }
    }
}
