//! Issuers on one origin.

use std::collections::HashMap;

use parking_lot::RwLock;
use serde_json::Value;

use super::authorize::{authorize, second_hop};
use super::credentials::Presented;
use super::operation::Operation;
use super::profile::{Client, Profile};
use super::style::Style;
use super::token::{pushed_request, token};
use crate::server::{self, Answer, Outcome, Request, Seen, Site};

/// The issuers of one server, by name.
pub struct OpenId {
    origin: String,
    profiles: RwLock<HashMap<String, Profile>>,
    /// What an issuer is like that was never added.
    any: RwLock<Option<(Style, Vec<Client>)>>,
}

impl OpenId {
    pub(super) fn new(origin: String) -> Self {
        Self { origin, profiles: RwLock::default(), any: RwLock::default() }
    }

    /// Adds an issuer, or puts it in the place of the one of that name, and gives its URL as its discovery document
    /// spells it. The empty name is the bare origin; a name may hold slashes.
    pub fn add(&self, name: &str, style: Style, clients: Vec<Client>) -> String {
        let profile = Profile { clients, ..Profile::new(&self.base(name), style) };
        let issuer = profile.issuer().to_owned();
        self.profiles.write().insert(name.to_owned(), profile);
        issuer
    }

    /// Changes an issuer that was added; tells whether there is one.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Profile)) -> bool {
        self.profiles.write().get_mut(name).map(change).is_some()
    }

    /// Changes every issuer that was added.
    pub fn edit_all(&self, change: impl FnMut(&mut Profile)) {
        self.profiles.write().values_mut().for_each(change);
    }

    /// Removes an issuer.
    pub fn remove(&self, name: &str) {
        self.profiles.write().remove(name);
    }

    /// Makes every name an issuer, of this style and with these clients; those that were added stay as they are.
    pub fn accept_any_issuer(&self, style: Style, clients: Vec<Client>) {
        *self.any.write() = Some((style, clients));
    }

    /// An issuer as it is now.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<Profile> {
        let added = self.profiles.read().get(name).cloned();
        added.or_else(|| {
            let (style, clients) = self.any.read().clone()?;
            Some(Profile { clients, ..Profile::new(&self.base(name), style) })
        })
    }

    /// Back to no issuer at all.
    pub fn start_afresh(&self) {
        self.profiles.write().clear();
        *self.any.write() = None;
    }

    /// The URL of an issuer's documents, without a slash at its end.
    #[must_use]
    pub fn base(&self, name: &str) -> String {
        if name.is_empty() { self.origin.clone() } else { format!("{}/{name}", self.origin) }
    }

    fn answer(&self, request: &Request) -> Answer {
        let (name, operation) = Operation::of(request.uri.path());
        let Some(profile) = self.profile(name) else { return server::text(404, "There is no such issuer.") };
        match operation {
            Operation::Discovery => document(&profile.discovery, profile.discovery_cache_control.as_deref()),
            Operation::Keys => {
                let answer = document(&profile.keys, profile.keys_cache_control.as_deref());
                server::with_header(answer, "content-type", &profile.keys_content_type)
            }
            Operation::Token => token(&profile, request),
            Operation::Authorize => authorize(&profile, request),
            Operation::PushedRequest => pushed_request(&profile, request),
            Operation::SecondHop => second_hop(&profile, request),
            Operation::LoginPage => server::page(200, "Log in"),
            Operation::Other => server::text(404, "There is nothing here."),
        }
    }
}

impl Site for OpenId {
    type Operation = Operation;

    fn recognise(&self, request: &Request) -> Seen<Operation> {
        let (name, operation) = Operation::of(request.uri.path());
        let presented = Presented::by(request, false).client_id(false);
        let user = presented.or_else(|| request.query_member("client_id"));
        Seen { operation, subject: Some(name.to_owned()), user }
    }

    async fn perform(&self, request: &Request) -> Outcome {
        self.answer(request).into()
    }
}

fn document(content: &Value, cache_control: Option<&str>) -> Answer {
    let answer = server::json(200, content);
    match cache_control {
        Some(value) => server::with_header(answer, "cache-control", value),
        None => answer,
    }
}
