//! What providers publish is fetched once for all resources that name the same issuer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::{Provider, ProviderFault};
use moka::Expiry;
use moka::future::Cache;

use super::discovery;
use crate::egress::{CaBundle, Egress};
use crate::metrics::{self, Documents, Found};

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
    documents: Documents,
}

impl Default for Providers {
    fn default() -> Self {
        let entries = Cache::builder().max_capacity(CAPACITY).expire_after(Lifetime).build();
        Self { entries, documents: Documents::default() }
    }
}

impl Providers {
    /// The same, with what is needed counted here.
    #[must_use]
    pub(crate) fn counting(self, documents: Documents) -> Self {
        Self { documents, ..self }
    }

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
        let entry = self.entries.entry(key).or_insert_with(read).await;
        let held = if entry.is_fresh() { Found::Miss } else { Found::Hit };
        let found = entry.into_value().found;
        self.documents.needed(metrics::Document::Discovery, held);
        if found.is_ok() {
            // They are held together, and without the one nobody knows where the other is.
            self.documents.needed(metrics::Document::Keys, held);
        }
        found
    }
}

pub(super) fn lifetime(max_age: Option<u64>, interval: Duration) -> Duration {
    let asked = max_age.map_or(SHORTEST, Duration::from_secs);
    asked.clamp(SHORTEST, interval.max(SHORTEST))
}
