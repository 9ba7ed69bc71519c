//! The state of everything: Kubernetes, the operator's process, the provider, Cognigy.AI, and what the rules remember.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use cognigy_sso_api::{ConditionType, IdentityProviderConfigSpec, IdentityProviderConfigStatus};
use cognigy_sso_decide::{Claimant, Claims, Login, Memory, Resource, Rival};

use crate::cognigy::{Body, Organization};
use crate::rules::Broken;
use crate::samples::{NAMES, ORGANIZATION, certificate_in_words, resource};
use crate::setting::Setting;
use crate::strategy::Strategy;

/// What the checks at the provider come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mood {
    Verified,
    Refuted,
    Unknown,
    /// All that is published is right, and the client is refused.
    ClientRefused,
}

/// The Secret that is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Secret {
    pub value: u8,
    pub version: u8,
}

/// One resource: as the API server has it, as the operator remembers it, and what the rules need to know of it.
#[derive(Clone, Debug)]
pub struct Declared {
    /// As the API server has it.
    pub server: Resource,
    /// What was concluded and could not be written.
    pub unsaved: Option<IdentityProviderConfigStatus>,
    pub memory: Memory,
    /// Does the operator count it among those that act for the organization?
    pub claims: bool,
    pub known: Known,
}

/// What an onlooker who sees everything knows of a resource.
#[derive(Clone, Debug, Default, Hash)]
pub struct Known {
    /// What the organization was given last in the name of this resource.
    pub given: Option<Body>,
    /// What Cognigy.AI refused for good after a reset, as long as it is declared unchanged and nobody asks for it again.
    pub refused: Option<Body>,
    /// What this process saw in force last.
    pub previous: Option<Body>,
    /// What the provider has accepted.
    pub proved: BTreeSet<Body>,
}

#[derive(Clone, Debug)]
pub struct World {
    /// Seconds since the first resource was created.
    pub now: i64,
    pub secret: Secret,
    /// Number of the certificate that the SAML identity provider publishes.
    pub certificate: u8,
    pub provider: Mood,
    pub organization: Organization,
    /// The older first; `None` once it is gone.
    pub resources: Vec<Option<Arc<Declared>>>,
    /// How many disturbances may still come.
    pub left: u8,
    /// The first rule that was broken.
    pub broken: Option<Broken>,
}

impl World {
    /// Fresh resources.
    pub fn new(setting: Setting, organization: Organization, left: u8) -> Self {
        let numbers = 0..if setting.two { 2 } else { 1 };
        let resources = numbers.map(|number| Some(Arc::new(Declared::new(resource(setting, number))))).collect();
        let secret = Secret { value: 1, version: 1 };
        let (certificate, provider) = (1, Mood::Verified);
        Self { now: 10, secret, certificate, provider, organization, resources, left, broken: None }
    }

    pub fn get(&self, number: usize) -> Option<&Declared> {
        self.resources.get(number)?.as_deref()
    }

    pub fn get_mut(&mut self, number: usize) -> Option<&mut Declared> {
        self.resources.get_mut(number)?.as_mut().map(Arc::make_mut)
    }

    /// The numbers of those that are not gone.
    pub fn alive(&self) -> Vec<usize> {
        (0..self.resources.len()).filter(|number| self.get(*number).is_some()).collect()
    }

    /// The operator starts anew: what it held in memory is lost.
    pub fn restart(&mut self) {
        for number in self.alive() {
            let Some(declared) = self.get_mut(number) else { continue };
            declared.memory = Memory::default();
            declared.unsaved = None;
            declared.known.previous = None;
            declared.declare();
        }
    }

    /// The older resource that acts in place of this one, as the operator knows it.
    pub fn rival(&self, number: usize) -> Option<Rival> {
        let mut claims = Claims::default();
        let organization = organization();
        for declared in self.resources.iter().flatten() {
            claims.note(&Claimant::of(&declared.server), Some(&organization).filter(|_| declared.claims));
        }
        claims.rival(&Claimant::of(&self.get(number)?.server), &organization).cloned().map(Rival::Older)
    }

    /// A rule is broken; the first one counts.
    pub fn breaks(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// What tells this world from others, but for the disturbances left. Of audit events only their order counts.
    pub fn essence(&self) -> u64 {
        let mut text = String::new();
        let _ = write!(text, "{} {:?} {:?} {:?}", self.now, self.secret, self.provider, self.organization.holds);
        let _ = write!(text, "{} {}", self.certificate, self.organization.was_ours);
        for change in [self.organization.newest_configuration(), self.organization.newest_change(false)] {
            let _ = write!(text, "{change:?}");
        }
        self.resources.iter().for_each(|declared| describe(declared.as_deref(), &mut text));
        let mut hasher = DefaultHasher::new();
        without_event_numbers(&text).hash(&mut hasher);
        hasher.finish()
    }
}

fn organization() -> cognigy_sso_api::Organization {
    cognigy_sso_api::Organization { id: ORGANIZATION.into(), api_host: "api-trial.cognigy.ai".into() }
}

fn describe(declared: Option<&Declared>, text: &mut String) {
    let Some(Declared { server, unsaved, memory, claims, known }) = declared else { return text.push_str("gone") };
    let Resource { generation, deleting, finalizer, requested_at, status, .. } = server;
    let of = declared.map(|declared| (Strategy::of(declared.spec()), Strategy::name(declared.spec())));
    let policy = server.spec.as_ref().map(|spec| spec.deletion_policy);
    let _ = write!(text, "{generation} {deleting} {finalizer} {requested_at:?} {of:?} {policy:?} {claims}");
    let _ = write!(text, "{memory:?} {known:?}");
    text.push_str(&serde_json::to_string(status).unwrap());
    text.push_str(&serde_json::to_string(unsaved).unwrap());
}

/// Numbers audit events in the order of their ids, from none on.
fn without_event_numbers(text: &str) -> String {
    let mut parts = text.split("event-");
    let first = parts.next().unwrap_or_default();
    let parts: Vec<_> = parts.map(|part| part.split_at(3)).collect();
    let ids: BTreeSet<_> = parts.iter().map(|(id, _)| *id).collect();
    let mut text = first.to_owned();
    for (id, rest) in parts {
        let _ = write!(text, "event-{}{rest}", ids.range(..id).count());
    }
    text
}

/// A configuration in the words that tell it from others.
pub fn in_words(name: &str, secret: &str, certificate: Option<&str>) -> Body {
    let certificate = certificate.map_or_else(String::new, |certificate| format!(" and {certificate}"));
    format!("{name} with {secret}{certificate}").into()
}

impl Secret {
    pub fn in_words(self) -> String {
        format!("secret-{}", self.value)
    }
}

impl Declared {
    fn new(server: Resource) -> Self {
        let mut declared =
            Self { server, unsaved: None, memory: Memory::default(), claims: false, known: Known::default() };
        declared.declare();
        declared
    }

    /// The resource as the operator has it.
    pub fn seen(&self) -> Resource {
        let status = self.unsaved.as_ref().unwrap_or(&self.server.status).clone();
        Resource { status, ..self.server.clone() }
    }

    /// Counts it among those that act for the organization, if its status says so.
    pub fn declare(&mut self) {
        self.claims = self.seen().claim().is_some();
    }

    pub fn spec(&self) -> &IdentityProviderConfigSpec {
        self.server.spec.as_ref().unwrap()
    }

    /// Where the login URL leads when what is declared is in force.
    pub fn login(&self) -> Login {
        let strategy = Strategy::of(self.spec());
        let party = strategy.party(Strategy::name(self.spec()));
        Login::Redirect { endpoint: strategy.endpoint().to_owned(), party }
    }

    /// What is declared.
    pub fn body(&self, world: &World) -> Body {
        let certificate = certificate_in_words(world.certificate);
        let certificate = (Strategy::of(self.spec()) == Strategy::Saml).then_some(certificate.as_str());
        in_words(Strategy::name(self.spec()), &world.secret.in_words(), certificate)
    }

    /// Somebody edits the spec.
    pub fn edit(&mut self, change: impl FnOnce(&mut IdentityProviderConfigSpec)) {
        change(self.server.spec.as_mut().unwrap());
        self.server.generation += 1;
    }

    /// Somebody asks for a check.
    pub fn ask(&mut self) {
        self.known.refused = None;
        let before = self.server.requested_at.as_ref().map_or(0, |value| value.len());
        self.server.requested_at = Some("now".repeat(before / 3 + 1).into());
    }

    /// Somebody declares the other name.
    pub fn edit_name(&mut self) {
        let other = NAMES.into_iter().find(|name| *name != Strategy::name(self.spec())).unwrap();
        self.edit(|spec| Strategy::of(spec).declare(spec, other));
        self.known.refused = None;
    }

    /// Somebody declares the other strategy.
    pub fn switch(&mut self) {
        self.edit(|spec| {
            let name = Strategy::name(spec).to_owned();
            Strategy::of(spec).other().declare(spec, &name);
        });
        self.known.refused = None;
    }

    pub fn ready_in_words(&self) -> String {
        let ready = self.server.status.condition(ConditionType::Ready);
        ready.map_or_else(|| "not reported".to_owned(), |ready| format!("{:?} {:?}", ready.status, ready.reason))
    }
}
