//! What others publish is fetched once for all resources that need it, and kept for a while.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::ProviderFault;
use quick_cache::Weighter;

use crate::kept::{Entry, Kept};
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

/// What a document is found to be.
type Answer<T> = Arc<Result<T, ProviderFault>>;

#[derive(Clone, Copy)]
struct Weights;

impl<K: Weighed, T: Weighed> Weighter<K, Entry<Answer<T>>> for Weights {
    fn weight(&self, key: &K, entry: &Entry<Answer<T>>) -> u64 {
        let found = entry.value.as_ref().as_ref().map_or(0, T::bytes);
        u64::try_from(AROUND + key.bytes() + found).unwrap_or(u64::MAX)
    }
}

/// Documents, each fetched at most once at a time. A clone shares what is kept.
pub(crate) struct Shelf<K, T>(Kept<K, Answer<T>, Weights>);

// Derived, it would ask that of both.
impl<K, T> Clone for Shelf<K, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Weighed + Clone + Eq + Hash, T: Weighed> Default for Shelf<K, T> {
    fn default() -> Self {
        Self(Kept::new(CAPACITY, Weights))
    }
}

impl<K: Weighed + Clone + Eq + Hash, T: Weighed> Shelf<K, T> {
    /// What is kept, or else what `fetch` finds and for how long that may be kept. `fresh` fetches anew.
    pub(crate) async fn get(
        &self,
        key: K,
        fresh: bool,
        fetch: impl Future<Output = (Result<T, ProviderFault>, Duration)>,
    ) -> (Answer<T>, Found) {
        let fetch = async {
            let (found, lifetime) = fetch.await;
            (Arc::new(found), lifetime)
        };
        self.0.get(&key, fresh, fetch).await
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

    #[derive(Clone, PartialEq, Eq, Hash)]
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
        let bytes = shelf.0.weight();
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
