//! ConfigMaps that were read for one resource and serve the next: one bundle of authorities may be referred to by all.
//! Secrets are never held.

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::InputProblem;
use quick_cache::Weighter;

use super::objects::Object;
use crate::kept::{Entry, Kept};

/// What is held may be so large, in bytes: whoever declares resources chooses what they refer to.
const CAPACITY: u64 = 4 * 1024 * 1024;
/// What one takes beside its values, about.
const AROUND: usize = 512;
/// Long enough for the visits that follow a start.
const LIFETIME: Duration = Duration::from_mins(1);

/// Namespace, name, and the version that it was not older than when it was read.
type Key = (Box<str>, Box<str>, u64);

type Found = Result<Arc<Object>, InputProblem>;

/// ConfigMaps, each read at most once at a time. A clone shares what is held.
#[derive(Clone)]
pub(crate) struct Held(Kept<Key, Found, Weights>);

#[derive(Clone, Copy)]
struct Weights;

impl Weighter<Key, Entry<Found>> for Weights {
    fn weight(&self, (namespace, name, _): &Key, entry: &Entry<Found>) -> u64 {
        let values = entry.value.iter().flat_map(|object| &object.data).map(|(key, value)| key.len() + value.len());
        u64::try_from(AROUND + namespace.len() + name.len() + values.sum::<usize>()).unwrap_or(u64::MAX)
    }
}

impl Default for Held {
    fn default() -> Self {
        Self(Kept::new(CAPACITY, Weights))
    }
}

impl Held {
    /// What is held and was not older than `floor`, or else what `read` finds. Where no version is given, that alone counts.
    pub(super) async fn get(
        &self,
        (namespace, name): (&str, &str),
        floor: Option<u64>,
        read: impl Future<Output = Result<Object, InputProblem>>,
    ) -> Found {
        let Some(floor) = floor else { return read.await.map(Arc::new) };
        let key = (namespace.into(), name.into(), floor);
        let read = async {
            let found = read.await.map(Arc::new);
            // Only those who wait at the same time share why there is none.
            let lifetime = if found.is_ok() { LIFETIME } else { Duration::ZERO };
            (found, lifetime)
        };
        self.0.get(&key, false, read).await.0
    }
}
