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

#[cfg(test)]
mod tests {
    use cognigy_sso_testkit::pki::Authority;
    use cognigy_sso_testkit::provider::{Provider as Server, Style};

    use super::*;
    use crate::egress::{AddressPolicy, Authorities};

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn what_is_held_is_told_from_what_is_fetched() {
        let authority = Authority::new("cache").unwrap();
        let server = Server::start(&authority).await.unwrap();
        let issuer = Issuer::parse(&server.add("acme", Style::OidcProvider, Vec::new())).unwrap();
        let trusted = CaBundle::parse(authority.pem().as_bytes()).unwrap();
        let allowed = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().unwrap()).to_vec();
        let policy = AddressPolicy { allowed, deny_private: false };
        let egress = Egress::new(policy, Authorities::system_and(&[trusted]));
        let counted = Documents::default();
        let providers = Providers::default().counting(counted.clone());
        for (fresh, numbers) in [(false, [0, 1, 0, 1]), (false, [1, 1, 1, 1]), (true, [1, 2, 1, 2])] {
            assert!(providers.get(&egress, &issuer, None, HOUR, fresh).await.is_ok());
            assert_eq!(counted.numbers(), numbers);
        }
        let unknown = Issuer::parse(&format!("{}/other", issuer.as_str())).unwrap();
        assert!(providers.get(&egress, &unknown, None, HOUR, false).await.is_err());
        assert_eq!(counted.numbers(), [1, 3, 1, 2], "nobody knows where its keys are");
    }
}
