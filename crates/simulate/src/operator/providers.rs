//! What providers publish, fetched once for all resources that name the same issuer: as `src/openid/cache.rs`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use cognigy_sso_decide::{Provider, ProviderFault};
use futures::lock::Mutex;

use crate::time::{MINUTE, Millis, SECOND};
use crate::world::World;

type Found = Arc<Result<Provider, ProviderFault>>;
/// What was found, and until when it is kept.
type Slot = Arc<Mutex<Option<(Found, Millis)>>>;

/// All providers.
#[derive(Default)]
pub(super) struct Providers(RefCell<BTreeMap<String, Slot>>);

impl Providers {
    pub(super) async fn get(&self, world: &Rc<World>, issuer: &str, fresh: bool) -> Found {
        let asked = world.executor.now();
        let slot = Arc::clone(self.0.borrow_mut().entry(issuer.to_owned()).or_default());
        let mut slot = slot.lock().await;
        let kept =
            slot.as_ref().filter(|(_, until)| *until > world.executor.now() && !(fresh && *until <= asked + MINUTE));
        if let Some((found, _)) = kept {
            return Arc::clone(found);
        }
        let found = Arc::new(world.discover(issuer.to_owned()).await);
        let is_whole = matches!(&*found, Ok(Provider { keys: Ok(_), .. }));
        let lifetime = if is_whole { MINUTE } else { SECOND };
        *slot = Some((Arc::clone(&found), world.executor.now() + lifetime));
        found
    }
}
