//! What providers publish, fetched once for all resources that need it: as `src/shelf.rs`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use cognigy_sso_decide::{Metadata, Provider, ProviderFault};
use futures::lock::Mutex;

use crate::time::{MINUTE, Millis, SECOND};
use crate::world::World;

type Answer<T> = Result<T, ProviderFault>;
/// What was found, and whether it was held already.
pub(super) type Found<T> = (Arc<Answer<T>>, bool);
/// What was found, and until when it is kept.
type Slot<T> = Arc<Mutex<Option<(Arc<Answer<T>>, Millis)>>>;

/// All providers.
#[derive(Default)]
pub(super) struct Providers {
    openid: Shelf<Provider>,
    saml: Shelf<Metadata>,
}

/// Documents by their addresses: one fetch at a time, and kept for a minute, a fault for a second.
struct Shelf<T>(RefCell<BTreeMap<String, Slot<T>>>);

// Derived, it would ask that of `T`.
impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl Providers {
    pub(super) async fn discover(&self, world: &Rc<World>, issuer: &str, fresh: bool) -> Found<Provider> {
        let is_whole = |found: &Answer<Provider>| matches!(found, Ok(Provider { keys: Ok(_), .. }));
        self.openid.get(world, issuer, fresh, is_whole, world.discover(issuer.to_owned())).await
    }

    pub(super) async fn metadata(&self, world: &Rc<World>, url: &str, fresh: bool) -> Found<Metadata> {
        self.saml.get(world, url, fresh, Answer::is_ok, world.fetch_metadata(url.to_owned())).await
    }
}

impl<T> Shelf<T> {
    async fn get(
        &self,
        world: &World,
        address: &str,
        fresh: bool,
        is_whole: impl Fn(&Answer<T>) -> bool,
        fetch: impl Future<Output = Answer<T>>,
    ) -> Found<T> {
        let asked = world.executor.now();
        let slot = Arc::clone(self.0.borrow_mut().entry(address.to_owned()).or_default());
        let mut slot = slot.lock().await;
        let kept =
            slot.as_ref().filter(|(_, until)| *until > world.executor.now() && !(fresh && *until <= asked + MINUTE));
        if let Some((found, _)) = kept {
            return (Arc::clone(found), true);
        }
        let found = Arc::new(fetch.await);
        let lifetime = if is_whole(&found) { MINUTE } else { SECOND };
        *slot = Some((Arc::clone(&found), world.executor.now() + lifetime));
        (found, false)
    }
}
