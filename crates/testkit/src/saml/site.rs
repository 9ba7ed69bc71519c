//! Identity providers on one origin.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use parking_lot::RwLock;

use super::document::document;
use super::operation::Operation;
use super::profile::Profile;
use super::request::AuthnRequest;
use super::style::SamlStyle;
use crate::server::{self, Answer, Outcome, Request, Seen, Site};

/// The identity providers of one server, by name.
pub struct Saml {
    origin: String,
    profiles: RwLock<HashMap<String, Profile>>,
}

impl Saml {
    pub(super) fn new(origin: String) -> Self {
        Self { origin, profiles: RwLock::default() }
    }

    /// Adds an identity provider, or puts it in the place of the one of that name, and gives the URL of its metadata. The
    /// empty name is the bare origin; a name may hold slashes.
    pub fn add(&self, name: &str, style: SamlStyle) -> String {
        self.profiles.write().insert(name.to_owned(), Profile::new(&self.origin, name, style));
        format!("{}/metadata", self.base(name))
    }

    /// Changes an identity provider; tells whether there is one.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Profile)) -> bool {
        self.profiles.write().get_mut(name).map(change).is_some()
    }

    /// Removes an identity provider.
    pub fn remove(&self, name: &str) {
        self.profiles.write().remove(name);
    }

    /// An identity provider as it is now.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<Profile> {
        self.profiles.read().get(name).cloned()
    }

    /// An identity provider's metadata as it is now.
    ///
    /// # Errors
    /// When there is no such identity provider, or it names a key or another identity provider that is not there.
    pub fn metadata(&self, name: &str) -> Result<String> {
        let profiles = self.profiles.read();
        let find =
            |name: &String| profiles.get(name).with_context(|| format!("there is no identity provider {name:?}"));
        let profile = find(&name.to_owned())?;
        let beside: Vec<_> = profile.beside.iter().map(|name| find(name).cloned()).collect::<Result<_>>()?;
        document(profile, &beside)
    }

    /// Back to no identity provider at all.
    pub fn start_afresh(&self) {
        self.profiles.write().clear();
    }

    /// The URL that an identity provider's addresses begin with, without a slash at its end.
    #[must_use]
    pub fn base(&self, name: &str) -> String {
        super::base(&self.origin, name)
    }

    fn operation<'a>(&self, request: &'a Request) -> (&'a str, Operation) {
        Operation::of(request.uri.path(), |name| self.profiles.read().contains_key(name))
    }

    fn answer(&self, request: &Request) -> Answer {
        let (name, operation) = self.operation(request);
        let Some(profile) = self.profile(name) else { return server::text(404, "There is no such identity provider.") };
        match operation {
            Operation::Metadata => match self.metadata(name) {
                Ok(document) => published(&profile, &document),
                Err(error) => server::text(500, &format!("{error:#}")),
            },
            Operation::Login => match read(request) {
                Ok(_) => server::page(200, "Log in"),
                Err(error) => server::page(400, &format!("This is no request: {error:#}.")),
            },
            Operation::Logout => server::page(200, "Logged out"),
            Operation::Other => server::text(404, "There is nothing here."),
        }
    }
}

impl Site for Saml {
    type Operation = Operation;

    fn recognise(&self, request: &Request) -> Seen<Operation> {
        let (name, operation) = self.operation(request);
        let user = read(request).ok().map(|request| request.issuer);
        Seen { operation, subject: Some(name.to_owned()), user }
    }

    async fn perform(&self, request: &Request) -> Outcome {
        self.answer(request).into()
    }
}

fn read(request: &Request) -> Result<AuthnRequest> {
    AuthnRequest::decode(&request.query_member("SAMLRequest").context("SAMLRequest is missing")?)
}

fn published(profile: &Profile, document: &str) -> Answer {
    let answer = server::with_header(server::text(200, document), "content-type", &profile.content_type);
    match &profile.cache_control {
        Some(value) => server::with_header(answer, "cache-control", value),
        None => answer,
    }
}
