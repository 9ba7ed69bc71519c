//! Cognigy.AI: one organization, and what it tells of itself.

use cognigy_sso_decide::{Change, ChangeKind, Login};

use crate::samples::{AUTHORIZE, STRANGER, USER, at};

/// A configuration, as the words that tell it from others: client id and secret.
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
    pub client_id: Box<str>,
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
    pub fn of_a_stranger(client_id: &str, user: &'static str, seconds: i64) -> Self {
        let mut organization = Self::default();
        organization.configure(By::Stranger, "a stranger's".into(), client_id, user, seconds);
        organization
    }

    /// Puts a configuration in the place of whatever there is.
    pub fn configure(&mut self, by: By, body: Body, client_id: &str, user: &'static str, seconds: i64) {
        self.holds = Some(Held { by, body, client_id: client_id.into() });
        self.configured = Some(self.event(user, seconds));
    }

    /// What the operator does for a resource.
    pub fn configure_for(&mut self, resource: usize, body: Body, client_id: &str, seconds: i64) {
        self.was_ours = true;
        self.configure(By::Resource(resource), body, client_id, USER, seconds);
    }

    pub fn configure_by_stranger(&mut self, client_id: &str, seconds: i64) {
        self.configure(By::Stranger, "a stranger's".into(), client_id, STRANGER, seconds);
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
        Login::Redirect { endpoint: AUTHORIZE.to_owned(), client_id: held.client_id.to_string() }
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
            Some(Held { by: By::Stranger, client_id, .. }) => format!("a stranger's configuration ({client_id})"),
            Some(Held { by: By::Resource(number), body, .. }) => format!("{body} of resource {number}"),
        }
    }
}

impl Event {
    fn change(&self, kind: ChangeKind) -> Change {
        // As many digits for each: see `World::essence`.
        Change { id: format!("event-{:03}", self.id).into(), kind, time: at(self.seconds), user: self.user.into() }
    }
}
