//! What providers publish is fetched once for all resources that name the same issuer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::{Provider, ProviderFault};
use moka::Expiry;
use moka::future::Cache;

use super::discovery;
use crate::egress::{CaBundle, Egress};

/// Issuers that are remembered.
const CAPACITY: u64 = 10_000;
/// Documents are kept at least so long, whatever the provider says.
const SHORTEST: Duration = Duration::from_mins(1);
/// A fault is kept just long enough for those who wait at the same time.
const FAULT: Duration = Duration::from_secs(1);

type Key = (Issuer, Option<CaBundle>);

#[derive(Clone)]
struct Entry {
    found: Arc<Result<Provider, ProviderFault>>,
    lifetime: Duration,
}

struct Lifetime;

impl Expiry<Key, Entry> for Lifetime {
    fn expire_after_create(&self, _: &Key, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.lifetime)
    }
}

/// All providers, each read at most once at a time and kept as long as `Cache-Control` says, between a minute and the
/// interval. A clone shares what is kept.
#[derive(Clone)]
pub struct Providers {
    entries: Cache<Key, Entry>,
}

impl Default for Providers {
    fn default() -> Self {
        Self { entries: Cache::builder().max_capacity(CAPACITY).expire_after(Lifetime).build() }
    }
}

impl Providers {
    /// What this issuer publishes; `fresh` asks it anew.
    pub async fn get(
        &self,
        egress: &Egress,
        issuer: &Issuer,
        ca: Option<&CaBundle>,
        interval: Duration,
        fresh: bool,
    ) -> Arc<Result<Provider, ProviderFault>> {
        let key = (issuer.clone(), ca.cloned());
        if fresh {
            self.entries.invalidate(&key).await;
        }
        let read = async {
            let (found, max_age) = discovery::read(egress, issuer, ca).await;
            let lifetime = match &found {
                Ok(Provider { keys: Ok(_), .. }) => lifetime(max_age, interval),
                _ => FAULT,
            };
            Entry { found: Arc::new(found), lifetime }
        };
        self.entries.get_with(key, read).await.found
    }
}

pub(super) fn lifetime(max_age: Option<u64>, interval: Duration) -> Duration {
    let asked = max_age.map_or(SHORTEST, Duration::from_secs);
    asked.clamp(SHORTEST, interval.max(SHORTEST))
}
