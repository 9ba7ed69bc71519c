//! Cognigy.AI: one organization, and what it tells of itself.

use cognigy_sso_api::IdentityProviderConfigSpec;
use cognigy_sso_decide::{Change, ChangeKind, Desired, Login};
use secrecy::ExposeSecret;

use crate::samples::{STRANGER, USER, at};
use crate::strategy::Strategy;
use crate::world::in_words;

/// A configuration, as the words that tell it from others.
pub type Body = Box<str>;

/// Who applied a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    Stranger,
    /// The resource of this number.
    Resource(usize),
}

/// The configuration that an organization holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    pub by: By,
    pub body: Body,
    pub strategy: Strategy,
    /// By what name the provider knows Cognigy.AI.
    pub name: Box<str>,
}

/// An audit event. Ids rise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Event {
    id: u32,
    seconds: i64,
    user: &'static str,
}

/// The organization. Of its audit events those are kept that can be asked for: the newest of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Organization {
    pub holds: Option<Held>,
    configured: Option<Event>,
    reset: Option<Event>,
    events: u32,
    /// Has the operator ever configured it?
    pub was_ours: bool,
}

impl Organization {
    /// One that a stranger configured long ago; `user` is who the audit events name.
    pub fn of_a_stranger(strategy: Strategy, name: &str, user: &'static str, seconds: i64) -> Self {
        let mut organization = Self::default();
        organization.configure(Held::by_a_stranger(strategy, name), user, seconds);
        organization
    }

    /// Puts a configuration in the place of whatever there is.
    pub fn configure(&mut self, held: Held, user: &'static str, seconds: i64) {
        self.holds = Some(held);
        self.configured = Some(self.event(user, seconds));
    }

    /// What the operator does.
    pub fn configure_for_us(&mut self, held: Held, seconds: i64) {
        self.was_ours = true;
        self.configure(held, USER, seconds);
    }

    pub fn configure_by_stranger(&mut self, strategy: Strategy, name: &str, seconds: i64) {
        self.configure(Held::by_a_stranger(strategy, name), STRANGER, seconds);
    }

    pub fn reset(&mut self, user: &'static str, seconds: i64) {
        self.holds = None;
        self.reset = Some(self.event(user, seconds));
    }

    fn event(&mut self, user: &'static str, seconds: i64) -> Event {
        self.events += 1;
        Event { id: self.events, seconds, user }
    }

    pub fn login(&self) -> Login {
        let Some(held) = &self.holds else { return Login::Silent };
        held.login()
    }

    /// The newest configuration that the audit events tell of.
    pub fn newest_configuration(&self) -> Option<Change> {
        self.configured.as_ref().map(|event| event.change(ChangeKind::Configure))
    }

    /// The newest change, as the operator asks for it: where nothing was applied yet, one that was never configured is not
    /// asked for resets.
    pub fn newest_change(&self, is_first: bool) -> Option<Change> {
        let reset = self.reset.as_ref().filter(|_| !is_first || self.configured.is_some());
        let reset = reset.filter(|reset| self.configured.as_ref().is_none_or(|configured| configured.id < reset.id));
        reset.map_or_else(|| self.newest_configuration(), |reset| Some(reset.change(ChangeKind::Reset)))
    }

    pub fn in_words(&self) -> String {
        match &self.holds {
            None => "nothing".to_owned(),
            Some(Held { by: By::Stranger, name, .. }) => format!("a stranger's configuration ({name})"),
            Some(Held { by: By::Resource(number), body, .. }) => format!("{body} of resource {number}"),
        }
    }
}

impl Held {
    /// What is sent for the resource of this number.
    pub fn sent(number: usize, desired: &Desired) -> Self {
        let body: serde_json::Value = serde_json::from_str(desired.body().expose_secret()).unwrap();
        let text = |member: &str| body[member].as_str().unwrap();
        let (strategy, name, secret, certificate) = if text("idpType") == "saml" {
            (Strategy::Saml, text("idpIssuer"), text("decryptionPrivateKey"), Some(text("idpCertificate")))
        } else {
            (Strategy::Oidc, text("idpClientId"), text("idpClientSecret"), None)
        };
        Self { by: By::Resource(number), body: in_words(name, secret, certificate), strategy, name: name.into() }
    }

    fn by_a_stranger(strategy: Strategy, name: &str) -> Self {
        Self { by: By::Stranger, body: "a stranger's".into(), strategy, name: name.into() }
    }

    /// Where the login URL leads.
    pub fn login(&self) -> Login {
        Login::Redirect { endpoint: self.strategy.endpoint().to_owned(), party: self.strategy.party(&self.name) }
    }

    /// Does the login URL lead where it would lead if this were in force?
    pub fn leads_to(&self, spec: &IdentityProviderConfigSpec) -> bool {
        self.strategy == Strategy::of(spec) && *self.name == *Strategy::name(spec)
    }
}

impl Event {
    fn change(&self, kind: ChangeKind) -> Change {
        // As many digits for each: see `World::essence`.
        Change { id: format!("event-{:03}", self.id).into(), kind, time: at(self.seconds), user: self.user.into() }
    }
}
