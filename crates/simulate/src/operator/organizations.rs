//! Who acts for which organization, and that no two visits do at the same time: as `src/organizations.rs`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use cognigy_sso_api::Organization;
use cognigy_sso_decide::{Claimant, Claims, Resource, Rival};
use futures::lock::{Mutex, OwnedMutexGuard};

use crate::kubernetes::Name;

/// The right to look at one organization and to change it, as long as it is held.
pub(super) type Turn = OwnedMutexGuard<()>;

/// The organizations that resources declare.
#[derive(Default)]
pub(super) struct Organizations {
    claims: RefCell<Claims>,
    turns: RefCell<BTreeMap<Organization, Arc<Mutex<()>>>>,
    concerned: RefCell<Vec<Name>>,
}

impl Organizations {
    pub(super) fn note(&self, resource: &Resource, organization: Option<&Organization>) {
        let concerned = self.claims.borrow_mut().note(&Claimant::of(resource), organization);
        self.concerned.borrow_mut().extend(concerned.into_iter().map(|claimant| claimant.name));
    }

    pub(super) fn rival(&self, resource: &Resource, organization: &Organization) -> Option<Rival> {
        self.claims.borrow().rival(&Claimant::of(resource), organization).cloned().map(Rival::Older)
    }

    pub(super) async fn turn(&self, organization: &Organization) -> Turn {
        let turn = Arc::clone(self.turns.borrow_mut().entry(organization.clone()).or_default());
        turn.lock_owned().await
    }

    pub(super) fn take_concerned(&self) -> Vec<Name> {
        std::mem::take(&mut self.concerned.borrow_mut())
    }
}
