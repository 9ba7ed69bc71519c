//! Who acts for which organization, and that no two visits do at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use cognigy_sso_api::{ApiUrl, IdentityProviderConfigSpec, Organization};
use cognigy_sso_decide::{Account, Claimant, Claims, Resource, Rival};
use tokio::sync::{Mutex as Turns, OwnedMutexGuard};

use crate::watched::Key;

/// Above so many, turns that nobody holds are forgotten.
const MANY_TURNS: usize = 64;

/// The organizations that resources declare. Visits and the loop share it; each look at it is short.
#[derive(Default)]
pub(crate) struct Organizations(Mutex<State>);

#[derive(Default)]
struct State {
    claims: Claims,
    turns: HashMap<Organization, Weak<Turns<()>>>,
    /// Resources for which something has changed, and that are to be visited.
    concerned: Vec<Key>,
}

/// The right to look at one organization and to change it, as long as it is held.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl Organizations {
    /// Notes which organization a resource declares, if any.
    pub(crate) fn note(&self, resource: &Resource, organization: Option<&Organization>) {
        let mut state = self.state();
        let concerned = state.claims.note(&Claimant::of(resource), organization);
        state.concerned.extend(concerned.into_iter().map(Key::from));
    }

    /// The older resource that acts for the organization, if there is one.
    pub(crate) fn rival(&self, resource: &Resource, organization: &Organization) -> Option<Rival> {
        self.state().claims.rival(&Claimant::of(resource), organization).cloned().map(Rival::Older)
    }

    /// Waits for the organization's turn.
    pub(crate) async fn turn(&self, organization: &Organization) -> Turn {
        let turn = self.state().turn_of(organization);
        turn.lock_owned().await
    }

    /// The resources that are to be visited, since another one has come or gone.
    pub(crate) fn take_concerned(&self) -> Vec<Key> {
        std::mem::take(&mut self.state().concerned)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn turn_of(&mut self, organization: &Organization) -> Arc<Turns<()>> {
        if let Some(turn) = self.turns.get(organization).and_then(Weak::upgrade) {
            return turn;
        }
        if self.turns.len() >= MANY_TURNS {
            self.turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::new(Turns::new(()));
        self.turns.insert(organization.clone(), Arc::downgrade(&turn));
        turn
    }
}

impl From<Claimant> for Key {
    fn from(claimant: Claimant) -> Self {
        Self::new(&claimant.namespace, &claimant.name)
    }
}

/// The organization that a user belongs to, where this spec looks for it.
pub(crate) fn organization_of(account: &Account, spec: &IdentityProviderConfigSpec) -> Option<Organization> {
    let api_host = ApiUrl::parse(&spec.cognigy.api_url).ok()?.authority();
    Some(Organization { id: account.organization.as_str().into(), api_host: api_host.into() })
}

#[cfg(test)]
mod tests {
    use futures::poll;

    use super::*;

    fn organization(id: &str) -> Organization {
        Organization { id: id.into(), api_host: "api-trial.cognigy.ai".into() }
    }

    #[tokio::test]
    async fn of_two_that_want_one_organization_one_waits() {
        let organizations = Organizations::default();
        let turn = organizations.turn(&organization("one")).await;
        let other = organizations.turn(&organization("other")).await;
        let same = organization("one");
        let mut waiting = std::pin::pin!(organizations.turn(&same));
        assert!(poll!(waiting.as_mut()).is_pending());
        drop(other);
        assert!(poll!(waiting.as_mut()).is_pending());
        drop(turn);
        assert!(poll!(waiting.as_mut()).is_ready());
    }
}
