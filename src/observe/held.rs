//! ConfigMaps that were read for one resource and serve the next: one bundle of authorities may be referred to by all.
//! Secrets are never held.

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::InputProblem;
use moka::future::Cache;

use super::objects::Object;

/// What is held may be so large, in bytes: whoever declares resources chooses what they refer to.
const CAPACITY: u64 = 4 * 1024 * 1024;
/// What one takes beside its values, about.
const AROUND: usize = 512;
/// Long enough for the visits that follow a start.
const LIFETIME: Duration = Duration::from_mins(1);

/// Namespace, name, and the version that it was not older than when it was read.
type Key = (Box<str>, Box<str>, u64);

/// ConfigMaps, each read at most once at a time. A clone shares what is held.
#[derive(Clone)]
pub(crate) struct Held(Cache<Key, Arc<Object>>);

impl Default for Held {
    fn default() -> Self {
        let weight = |(namespace, name, _): &Key, object: &Arc<Object>| {
            let values = object.data.iter().map(|(key, value)| key.len() + value.len());
            u32::try_from(AROUND + namespace.len() + name.len() + values.sum::<usize>()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(CAPACITY).weigher(weight).time_to_live(LIFETIME).build())
    }
}

impl Held {
    /// What is held and was not older than `floor`, or else what `read` finds. Where no version is given, that alone counts.
    pub(super) async fn get(
        &self,
        (namespace, name): (&str, &str),
        floor: Option<u64>,
        read: impl Future<Output = Result<Object, InputProblem>>,
    ) -> Result<Arc<Object>, InputProblem> {
        let read = async { read.await.map(Arc::new) };
        let Some(floor) = floor else { return read.await };
        let found = self.0.try_get_with((namespace.into(), name.into(), floor), read).await;
        found.map_err(|problem| (*problem).clone())
    }
}
