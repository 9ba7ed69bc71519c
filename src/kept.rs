//! What was found out once serves whoever asks next, for a while. Who asks while it is being found out waits for that.

use std::hash::{Hash, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use quick_cache::sync::{Cache, DefaultLifecycle, EntryAction, EntryResult};
use quick_cache::{OptionsBuilder, UnitWeighter, Weighter};

use crate::metrics::Found;

/// For how many entries there is room from the start.
const FEW: usize = 16;
/// How often what is out of date is given back.
const SWEEP: Duration = Duration::from_mins(5);

/// One thing that was found out.
#[derive(Clone)]
pub(crate) struct Entry<V> {
    pub(crate) value: V,
    since: Instant,
    until: Instant,
}

/// What is kept, by what it was asked by. A clone shares it.
pub(crate) struct Kept<K, V, W = UnitWeighter>(Arc<Shared<K, V, W>>);

struct Shared<K, V, W> {
    entries: Cache<K, Entry<V>, W, RandomState>,
    swept: Mutex<Instant>,
}

// Derived, it would ask that of all three.
impl<K, V, W> Clone for Kept<K, V, W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Clone + Eq + Hash, V: Clone, W: Weighter<K, Entry<V>> + Clone> Kept<K, V, W> {
    /// Nothing so far, and never more than weighs so much.
    pub(crate) fn new(capacity: u64, weighter: W) -> Self {
        let mut options = OptionsBuilder::new();
        let options = options.shards(1).estimated_items_capacity(FEW).weight_capacity(capacity);
        // Both capacities are given, which is all that is asked for.
        #[allow(clippy::expect_used)]
        let options = options.build().expect("the options are complete");
        let entries = Cache::with_options(options, weighter, RandomState::new(), DefaultLifecycle::default());
        Self(Arc::new(Shared { entries, swept: Mutex::new(Instant::now()) }))
    }

    /// What is kept, or else what `find` finds and for how long that may be kept. `fresh` takes nothing that was found before
    /// it was asked for.
    pub(crate) async fn get(&self, key: &K, fresh: bool, find: impl Future<Output = (V, Duration)>) -> (V, Found) {
        let began = Instant::now();
        let look = |_: &K, entry: &mut Entry<V>| {
            if entry.since < began && (fresh || entry.until <= began) {
                EntryAction::ReplaceWithGuard
            } else {
                EntryAction::Retain(entry.value.clone())
            }
        };
        match self.0.entries.entry_async(key, look).await {
            EntryResult::Retained(value) => (value, Found::Hit),
            EntryResult::Replaced(place, _) | EntryResult::Vacant(place) => {
                let (value, lifetime) = find.await;
                let since = Instant::now();
                // Should it have been pushed out meanwhile, whoever asks next finds it out again.
                let _pushed_out = place.insert(Entry { value: value.clone(), since, until: since + lifetime });
                self.sweep(since);
                (value, Found::Miss)
            }
            EntryResult::Removed(..) | EntryResult::Timeout => {
                // Nothing above asks for the one or the other.
                (find.await.0, Found::Miss)
            }
        }
    }

    fn sweep(&self, now: Instant) {
        let mut swept = self.0.swept.lock();
        if now.duration_since(*swept) >= SWEEP {
            *swept = now;
            self.0.entries.retain(|_, entry| entry.until > now);
        }
    }

    #[cfg(test)]
    pub(crate) fn weight(&self) -> u64 {
        self.0.entries.weight()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures::poll;

    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    fn kept() -> Kept<&'static str, u32> {
        Kept::new(10, UnitWeighter)
    }

    #[tokio::test]
    async fn those_who_ask_at_the_same_time_share_what_one_finds() {
        let kept = kept();
        let (answer, found) = tokio::sync::oneshot::channel();
        let mut first = Box::pin(kept.get(&"a", false, async { (found.await.unwrap(), LONG) }));
        assert!(poll!(first.as_mut()).is_pending());
        // Who asks for what is fresh takes what is found after that.
        let mut others = [false, true].map(|fresh| Box::pin(kept.get(&"a", fresh, pending())));
        for other in &mut others {
            assert!(poll!(other.as_mut()).is_pending());
        }
        answer.send(7).unwrap();
        assert_eq!(first.await, (7, Found::Miss));
        for other in others {
            assert_eq!(other.await, (7, Found::Hit));
        }
    }

    #[tokio::test]
    async fn who_gives_up_leaves_it_to_the_next() {
        let kept = kept();
        let mut first = Box::pin(kept.get(&"a", false, pending()));
        assert!(poll!(first.as_mut()).is_pending());
        let mut second = Box::pin(kept.get(&"a", false, async { (7, LONG) }));
        assert!(poll!(second.as_mut()).is_pending());
        drop(first);
        assert_eq!(second.await, (7, Found::Miss));
    }

    #[tokio::test]
    async fn what_is_out_of_date_is_given_back() {
        let kept = kept();
        kept.get(&"short", false, async { (1, Duration::ZERO) }).await;
        kept.get(&"long", false, async { (2, LONG) }).await;
        assert_eq!(kept.weight(), 2);
        kept.sweep(Instant::now() + SWEEP);
        assert_eq!(kept.weight(), 1);
        assert_eq!(kept.get(&"long", false, pending()).await, (2, Found::Hit));
    }
}
