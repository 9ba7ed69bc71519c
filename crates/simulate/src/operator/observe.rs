//! Reads only: as `src/observe`.

use std::rc::Rc;
use std::sync::Arc;

use cognigy_sso_api::{ApiUrl, ConditionType, IdentityProviderConfigSpec, Organization};
use cognigy_sso_decide::{
    Account, CallFault, Change, InputFault, InputProblem, Inputs, Login, Observed, Resource, Trial, is_doubted,
    shows_applied,
};
use secrecy::{ExposeSecret, SecretString};

use super::inputs::Read;
use super::organizations::Turn;
use super::{Process, inputs};
use crate::crash::CrashPoint;
use crate::strategy::Strategy;
use crate::time::to_the_second;
use crate::world::World;

/// What was observed.
pub(super) struct Observation {
    pub(super) observed: Observed,
    /// Held to the visit's end.
    pub(super) turn: Option<Turn>,
}

/// What is seen of an organization.
pub(super) type Seen = (Option<Login>, Option<Result<Option<Change>, CallFault>>);

/// What an organization has, asked for before it is known whether the key is still that organization's.
struct Ahead {
    organization: Organization,
    turn: Turn,
    seen: Seen,
}

impl Process {
    /// Reads all that planning this resource needs.
    pub(super) async fn observe(
        &self,
        world: &Rc<World>,
        resource: &Resource,
        fresh: bool,
        keepsake: Option<&SecretString>,
    ) -> Observation {
        let spec = resource.spec.as_deref().ok().filter(|_| resource.needs_observation());
        let Some(spec) = spec else { return Observation { observed: Observed::nothing(), turn: None } };
        let keepsake = keepsake.filter(|_| resource.deleting);
        if let Some(api_key) = keepsake
            && let Some(observation) = self.leaving(world, resource, spec, api_key).await
        {
            return observation;
        }
        let (mut inputs, stored) = self.read(world, resource, spec).await;
        if let Some(api_key) = keepsake {
            recall(&mut inputs, api_key);
        }
        let mut observed = Observed { inputs, ..Observed::nothing() };
        let mut found = Observed { metadata: stored.map(Arc::new), ..Observed::nothing() };
        let published = async { !resource.deleting && self.publish(world, spec, fresh, &mut found).await };
        let organization = self.organization(world, resource, spec, &mut observed);
        let (turn, is_held) = futures::join!(organization, published);
        (observed.provider, observed.metadata) = (found.provider, found.metadata);
        if is_held && is_doubted(resource, &observed, to_the_second(world.executor.now())) {
            self.publish(world, spec, true, &mut observed).await;
        }
        Observation { observed, turn }
    }

    /// As `src/observe/leaving.rs`: what the organization of a resource that goes has, where that tells whose it is.
    async fn leaving(
        &self,
        world: &Rc<World>,
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        api_key: &SecretString,
    ) -> Option<Observation> {
        let organization = resource.leaves_behind()?;
        if !self.store.borrow().shows(&spec.cognigy.api_key_secret_ref.name) {
            return None;
        }
        let client_id = spec.oidc.as_ref().and_then(|oidc| oidc.client_id.clone()).unwrap_or_default();
        let inputs = Inputs { api_key: Ok(api_key.clone()), client_id: Ok(client_id), ..Inputs::unread() };
        let mut observed = Observed { inputs, ..Observed::nothing() };
        let turn = self.organizations.turn(organization).await;
        observed.rival = self.organizations.rival(resource, organization);
        if observed.rival.is_none() {
            (observed.login, observed.history) = self.look_at(world, &organization.id, resource, &observed).await;
        }
        let is_told = observed.rival.is_some() || shows_applied(resource, &observed);
        is_told.then_some(Observation { observed, turn: Some(turn) })
    }

    async fn organization(
        &self,
        world: &Rc<World>,
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        observed: &mut Observed,
    ) -> Option<Turn> {
        let account = self.account(world, &observed.inputs);
        let (account, ahead) = futures::join!(account, self.look_ahead(world, resource, observed));
        observed.account = account;
        let Some(organization) = self.declared(resource, spec, observed) else {
            let known = resource.claim();
            observed.rival = known.and_then(|organization| self.organizations.rival(resource, organization));
            return None;
        };
        self.organizations.note(resource, Some(&organization).filter(|_| resource.acts()));
        let (turn, seen) = match ahead.filter(|ahead| ahead.organization == organization) {
            Some(Ahead { turn, seen, .. }) => (turn, Some(seen)),
            None => (self.organizations.turn(&organization).await, None),
        };
        observed.rival = self.organizations.rival(resource, &organization);
        if observed.rival.is_none() {
            let is_accepted = observed.user().is_some_and(|account| resource.accepts(account));
            (observed.login, observed.history) = match seen.filter(|_| is_accepted) {
                Some(seen) => seen,
                None => self.look(world, resource, observed).await,
            };
        }
        Some(turn)
    }

    async fn look_ahead(&self, world: &Rc<World>, resource: &Resource, observed: &Observed) -> Option<Ahead> {
        let is_connected = resource.status.is_true(ConditionType::ConnectionReady);
        let organization = resource.claim().filter(|_| is_connected && !resource.deleting)?.clone();
        let turn = self.organizations.turn(&organization).await;
        if self.organizations.rival(resource, &organization).is_some() {
            return None;
        }
        let seen = self.look_at(world, &organization.id, resource, observed).await;
        Some(Ahead { organization, turn, seen })
    }

    fn declared(
        &self,
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        observed: &Observed,
    ) -> Option<Organization> {
        let account = observed.user()?;
        if !resource.is_for(account) {
            self.organizations.note(resource, None);
            return None;
        }
        let api_host = ApiUrl::parse(&spec.cognigy.api_url).ok()?.authority();
        Some(Organization { id: account.organization.as_str().into(), api_host: api_host.into() })
    }

    /// What the organization has, as far as it shows.
    pub(super) async fn look(&self, world: &Rc<World>, resource: &Resource, observed: &Observed) -> Seen {
        match observed.user().filter(|account| resource.accepts(account)) {
            Some(account) => self.look_at(world, &account.organization, resource, observed).await,
            None => (None, None),
        }
    }

    async fn look_at(&self, world: &Rc<World>, organization: &str, resource: &Resource, observed: &Observed) -> Seen {
        let Ok(api_key) = &observed.inputs.api_key else { return (None, None) };
        let is_first = resource.status.applied.is_none() && resource.status.pending.is_none();
        let strategy = resource.spec.as_deref().map_or_else(|_| world.strategy, Strategy::of);
        let (key, organization) = (api_key.expose_secret().to_owned(), organization.to_owned());
        let (login, history) = world.look(key, organization, strategy, is_first).await;
        (Some(login), Some(history))
    }

    /// Tries the client at its provider; `None` where there is none.
    pub(super) async fn try_client(&self, world: &Rc<World>, resource: &Resource) -> Option<Trial> {
        let oidc = resource.spec.as_ref().ok()?.oidc.as_ref()?;
        Some(world.try_client(oidc.issuer.clone()).await)
    }

    async fn account(&self, world: &Rc<World>, inputs: &Inputs) -> Option<Result<Account, CallFault>> {
        let api_key = inputs.api_key.as_ref().ok()?;
        Some(world.me(api_key.expose_secret().to_owned()).await)
    }

    async fn read(&self, world: &Rc<World>, resource: &Resource, spec: &IdentityProviderConfigSpec) -> Read {
        let (name, wanted) = (resource.name.clone(), spec.clone());
        let served = {
            let world = Rc::clone(world);
            move || inputs::read(&world.kubernetes.borrow(), &world.weather.borrow(), &wanted)
        };
        let read = world.ask(served).await;
        world.rotate_after_read(&name);
        world.pass(self.owner, CrashPoint::FirstRead).await;
        debug_assert!(read.0.versions.len() <= inputs::secrets(spec).len());
        read
    }

    /// Takes what the provider publishes, by the strategy that is declared; tells whether it was held already.
    async fn publish(
        &self,
        world: &Rc<World>,
        spec: &IdentityProviderConfigSpec,
        fresh: bool,
        observed: &mut Observed,
    ) -> bool {
        let Some(saml) = &spec.saml else {
            let Some(oidc) = &spec.oidc else { return false };
            let (provider, is_held) = self.providers.discover(world, &oidc.issuer, fresh).await;
            observed.provider = Some(provider);
            return is_held;
        };
        let Some(url) = &saml.metadata_url else {
            return false;
        };
        let (metadata, is_held) = self.providers.metadata(world, url, fresh).await;
        observed.metadata = Some(metadata);
        is_held
    }
}

/// What is gone by now and was there before.
fn recall(inputs: &mut Inputs, api_key: &SecretString) {
    let is_gone = |fault: &InputFault| matches!(fault.problem, InputProblem::ObjectAbsent | InputProblem::KeyAbsent);
    if inputs.api_key.as_ref().is_err_and(is_gone) {
        inputs.api_key = Ok(api_key.clone());
    }
}
