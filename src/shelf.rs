//! What others publish is fetched once for all resources that need it, and kept for a while.

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognigy_sso_decide::ProviderFault;
use moka::Expiry;
use moka::future::Cache;

use crate::metrics::Found;

/// What is remembered may be so large, in bytes: whoever declares resources chooses who publishes, and how much.
const CAPACITY: u64 = 16 * 1024 * 1024;
/// What an entry takes beside its texts, about.
const AROUND: usize = 512;
/// They are kept at least so long, whatever the server says.
const SHORTEST: Duration = Duration::from_mins(1);
/// A fault is kept just long enough for those who wait at the same time.
pub(crate) const FAULT: Duration = Duration::from_secs(1);

/// What is remembered, and what it is remembered by.
pub(crate) trait Weighed {
    /// How many bytes its texts have.
    fn bytes(&self) -> usize;
}

struct Entry<T> {
    found: Arc<Result<T, ProviderFault>>,
    lifetime: Duration,
}

fn weight<K: Weighed, T: Weighed>(key: &K, entry: &Entry<T>) -> u32 {
    let found = entry.found.as_ref().as_ref().map_or(0, T::bytes);
    u32::try_from(AROUND + key.bytes() + found).unwrap_or(u32::MAX)
}

// Derived, it would ask that of `T`.
impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Self { found: Arc::clone(&self.found), lifetime: self.lifetime }
    }
}

struct Lifetime;

impl<K, T> Expiry<K, Entry<T>> for Lifetime {
    fn expire_after_create(&self, _: &K, entry: &Entry<T>, _: Instant) -> Option<Duration> {
        Some(entry.lifetime)
    }
}

/// Documents, each fetched at most once at a time. A clone shares what is kept.
pub(crate) struct Shelf<K, T> {
    entries: Cache<K, Entry<T>>,
}

impl<K, T> Clone for Shelf<K, T> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone() }
    }
}

impl<K: Weighed + Eq + Hash + Send + Sync + 'static, T: Weighed + Send + Sync + 'static> Default for Shelf<K, T> {
    fn default() -> Self {
        let bounded = Cache::builder().max_capacity(CAPACITY).weigher(weight);
        Self { entries: bounded.expire_after(Lifetime).build() }
    }
}

impl<K: Weighed + Eq + Hash + Send + Sync + 'static, T: Weighed + Send + Sync + 'static> Shelf<K, T> {
    /// What is kept, or else what `fetch` finds and for how long that may be kept. `fresh` fetches anew.
    pub(crate) async fn get(
        &self,
        key: K,
        fresh: bool,
        fetch: impl Future<Output = (Result<T, ProviderFault>, Duration)>,
    ) -> (Arc<Result<T, ProviderFault>>, Found) {
        if fresh {
            self.entries.invalidate(&key).await;
        }
        let fetch = async {
            let (found, lifetime) = fetch.await;
            Entry { found: Arc::new(found), lifetime }
        };
        let entry = self.entries.entry(key).or_insert_with(fetch).await;
        let held = if entry.is_fresh() { Found::Miss } else { Found::Hit };
        (entry.into_value().found, held)
    }
}

/// For how long something is kept: as long as `Cache-Control` says, in seconds, between a minute and the interval.
pub(crate) fn lifetime(max_age: Option<u64>, interval: Duration) -> Duration {
    let asked = max_age.map_or(SHORTEST, Duration::from_secs);
    asked.clamp(SHORTEST, interval.max(SHORTEST))
}

#[cfg(test)]
mod tests {
    use cognigy_sso_decide::SamlFault;

    use super::*;

    struct Text(usize);

    impl Weighed for Text {
        fn bytes(&self) -> usize {
            self.0
        }
    }

    #[derive(PartialEq, Eq, Hash)]
    struct Key(usize);

    impl Weighed for Key {
        fn bytes(&self) -> usize {
            128 * 1024
        }
    }

    const LONG: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn what_is_remembered_has_a_bound_however_much_is_published() {
        let shelf = Shelf::default();
        for number in 0..200 {
            shelf.get(Key(number), false, async { (Ok(Text(128 * 1024)), LONG) }).await;
        }
        shelf.entries.run_pending_tasks().await;
        let bytes = shelf.entries.entry_count() * 256 * 1024;
        assert!((CAPACITY / 2..=CAPACITY).contains(&bytes), "{bytes}");
    }

    #[tokio::test]
    async fn it_is_fetched_again_when_that_is_asked_for_and_for_another_key() {
        let shelf = Shelf::default();
        for (key, fresh, size, expected, held) in [
            (1, false, 1, 1, Found::Miss),
            (1, false, 2, 1, Found::Hit),
            (2, false, 3, 3, Found::Miss),
            (1, true, 4, 4, Found::Miss),
        ] {
            let (found, found_held) = shelf.get(Key(key), fresh, async { (Ok(Text(size)), LONG) }).await;
            assert_eq!((found.as_ref().as_ref().map(|text| text.0), found_held), (Ok(expected), held), "{size}");
        }
    }

    #[tokio::test]
    async fn it_is_forgotten_when_its_time_is_over() {
        let shelf = Shelf::default();
        let invalid = || SamlFault::Invalid { field: "spec", what: String::new() };
        let fault = async { (Err::<Text, _>(ProviderFault::Saml(invalid())), Duration::ZERO) };
        assert!(shelf.get(Key(1), false, fault).await.0.is_err());
        let (found, held) = shelf.get(Key(1), false, async { (Ok(Text(1)), LONG) }).await;
        assert!(found.is_ok() && held == Found::Miss);
    }

    #[test]
    fn lifetimes_are_between_a_minute_and_the_interval() {
        let minutes = Duration::from_mins;
        for (max_age, interval, expected) in [
            (None, minutes(60), minutes(1)),
            (Some(0), minutes(60), minutes(1)),
            (Some(600), minutes(60), minutes(10)),
            (Some(u64::MAX), minutes(60), minutes(60)),
            (Some(600), Duration::from_secs(1), minutes(1)),
        ] {
            assert_eq!(lifetime(max_age, interval), expected, "{max_age:?} {interval:?}");
        }
    }
}
