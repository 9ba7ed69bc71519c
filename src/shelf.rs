//! What others publish is fetched once for all resources that need it, and kept for a while.

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognigy_sso_decide::ProviderFault;
use moka::Expiry;
use moka::future::Cache;

use crate::metrics::Found;

/// Documents that are remembered.
const CAPACITY: u64 = 10_000;
/// They are kept at least so long, whatever the server says.
const SHORTEST: Duration = Duration::from_mins(1);
/// A fault is kept just long enough for those who wait at the same time.
pub(crate) const FAULT: Duration = Duration::from_secs(1);

struct Entry<T> {
    found: Arc<Result<T, ProviderFault>>,
    lifetime: Duration,
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

impl<K: Eq + Hash + Send + Sync + 'static, T: Send + Sync + 'static> Default for Shelf<K, T> {
    fn default() -> Self {
        Self { entries: Cache::builder().max_capacity(CAPACITY).expire_after(Lifetime).build() }
    }
}

impl<K: Eq + Hash + Send + Sync + 'static, T: Send + Sync + 'static> Shelf<K, T> {
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
