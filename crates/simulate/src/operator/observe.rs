//! Reads only: as `src/observe`, with the adapters' judgement of what is read.

use std::rc::Rc;
use std::sync::Arc;

use cognigy_sso_api::{ApiUrl, IdentityProviderConfigSpec, KeyRef, Organization};
use cognigy_sso_decide::{
    Account, CallFault, Change, InputFault, InputProblem, Inputs, Login, ObjectKind, Observed, Provider, ProviderFault,
    Resource, Trial,
};
use secrecy::{ExposeSecret, SecretString};

use super::Process;
use super::organizations::Turn;
use super::store::targets;
use crate::crash::CrashPoint;
use crate::kubernetes::Kubernetes;
use crate::weather::Weather;
use crate::world::World;

/// The longest value that Cognigy.AI takes, in characters.
const LONGEST_VALUE: usize = 5000;

/// What was observed.
pub(super) struct Observation {
    pub(super) observed: Observed,
    /// Held to the visit's end.
    pub(super) turn: Option<Turn>,
}

/// What is seen of an organization.
pub(super) type Seen = (Option<Login>, Option<Result<Option<Change>, CallFault>>);

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
        let mut inputs = self.read(world, resource, spec).await;
        if let Some(api_key) = keepsake.filter(|_| resource.deleting) {
            recall(&mut inputs, api_key);
        }
        let mut observed = Observed { inputs, ..Observed::nothing() };
        let provider = async { if resource.deleting { None } else { self.provider(world, spec, fresh).await } };
        let organization = self.organization(world, resource, spec, &mut observed);
        let (turn, provider) = futures::join!(organization, provider);
        observed.provider = provider;
        Observation { observed, turn }
    }

    async fn organization(
        &self,
        world: &Rc<World>,
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        observed: &mut Observed,
    ) -> Option<Turn> {
        observed.account = self.account(world, &observed.inputs).await;
        let Some(organization) = self.declared(resource, spec, observed) else {
            let known = resource.claim();
            observed.rival = known.and_then(|organization| self.organizations.rival(resource, organization));
            return None;
        };
        self.organizations.note(resource, Some(&organization).filter(|_| resource.acts()));
        let turn = self.organizations.turn(&organization).await;
        observed.rival = self.organizations.rival(resource, &organization);
        if observed.rival.is_none() {
            (observed.login, observed.history) = self.look(world, resource, observed).await;
        }
        Some(turn)
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
        let Some(account) = observed.user().filter(|account| resource.accepts(account)) else { return (None, None) };
        let Ok(api_key) = &observed.inputs.api_key else { return (None, None) };
        let is_first = resource.status.applied.is_none() && resource.status.pending.is_none();
        let (login, history) =
            world.look(api_key.expose_secret().to_owned(), account.organization.clone(), is_first).await;
        (Some(login), Some(history))
    }

    /// Tries the client at its provider.
    pub(super) async fn try_client(&self, world: &Rc<World>, resource: &Resource) -> Arc<Trial> {
        let oidc = resource.spec.as_ref().ok().and_then(|spec| spec.oidc.as_ref());
        let issuer = oidc.map(|oidc| oidc.issuer.clone()).unwrap_or_default();
        Arc::new(world.try_client(issuer).await)
    }

    async fn account(&self, world: &Rc<World>, inputs: &Inputs) -> Option<Result<Account, CallFault>> {
        let api_key = inputs.api_key.as_ref().ok()?;
        Some(world.me(api_key.expose_secret().to_owned()).await)
    }

    async fn read(&self, world: &Rc<World>, resource: &Resource, spec: &IdentityProviderConfigSpec) -> Inputs {
        let (name, wanted) = (resource.name.clone(), spec.clone());
        let served = {
            let world = Rc::clone(world);
            move || inputs(&world.kubernetes.borrow(), &world.weather.borrow(), &wanted)
        };
        let inputs = world.ask(served).await;
        world.rotate_after_read(&name);
        world.pass(self.owner, CrashPoint::FirstRead).await;
        debug_assert!(inputs.versions.len() <= targets(resource).len());
        inputs
    }

    /// What the provider publishes, shared between resources: one fetch at a time, and kept for a minute, a fault for a second.
    async fn provider(
        &self,
        world: &Rc<World>,
        spec: &IdentityProviderConfigSpec,
        fresh: bool,
    ) -> Option<Arc<Result<Provider, ProviderFault>>> {
        let issuer = &spec.oidc.as_ref()?.issuer;
        Some(self.providers.get(world, issuer, fresh).await)
    }
}

/// The values that a spec refers to.
fn inputs(kubernetes: &Kubernetes, weather: &Weather, spec: &IdentityProviderConfigSpec) -> Inputs {
    let secret = |field, key: &KeyRef| {
        value(kubernetes, weather, key).map_err(|problem| {
            let (name, key) = (key.name.clone(), key.key.clone());
            InputFault { field, kind: ObjectKind::Secret, name, key, problem }
        })
    };
    let api_key = secret("spec.cognigy.apiKeySecretRef", &spec.cognigy.api_key_secret_ref).map(SecretString::from);
    let Some(oidc) = &spec.oidc else { return Inputs { api_key, ..Inputs::unread() } };
    let names = [&*spec.cognigy.api_key_secret_ref.name, &*oidc.client_secret_ref.name];
    let names = std::collections::BTreeSet::from(names);
    let version =
        |name| kubernetes.secret(name).filter(|_| weather.reads.is_none()).map(|secret| secret.as_version(name));
    Inputs {
        api_key,
        client_id: Ok(oidc.client_id.clone().unwrap_or_default()),
        client_secret: secret("spec.oidc.clientSecretRef", &oidc.client_secret_ref).map(SecretString::from),
        authorities: Vec::new(),
        versions: names.into_iter().filter_map(version).collect(),
        expiries: Some(Vec::new()),
    }
}

fn value(kubernetes: &Kubernetes, weather: &Weather, key: &KeyRef) -> Result<String, InputProblem> {
    if let Some(problem) = &weather.reads {
        return Err(problem.clone());
    }
    let secret = kubernetes.secret(&key.name).ok_or(InputProblem::ObjectAbsent)?;
    let bytes = secret.data.get(key.key.as_str()).ok_or(InputProblem::KeyAbsent)?;
    usable_text(bytes)
}

/// As `src/observe/inputs.rs` judges it.
pub(crate) fn usable_text(bytes: &[u8]) -> Result<String, InputProblem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(InputProblem::Empty);
    }
    if bytes.len() > LONGEST_VALUE {
        return Err(InputProblem::TooLong(LONGEST_VALUE));
    }
    let text = str::from_utf8(bytes).map_err(|_| InputProblem::NotUtf8)?;
    if text.trim() != text {
        return Err(InputProblem::Surrounded);
    }
    Ok(text.to_owned())
}

/// What is gone by now and was there before.
fn recall(inputs: &mut Inputs, api_key: &SecretString) {
    let is_gone = |fault: &InputFault| matches!(fault.problem, InputProblem::ObjectAbsent | InputProblem::KeyAbsent);
    if inputs.api_key.as_ref().is_err_and(is_gone) {
        inputs.api_key = Ok(api_key.clone());
    }
}
