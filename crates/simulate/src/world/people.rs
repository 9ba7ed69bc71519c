//! What people do: they declare, rotate, delete, and change things behind the operator's back.

use std::rc::Rc;

use cognigy_sso_api::IdentityProviderConfigSpec;
use cognigy_sso_decide::Account;
use serde_json::json;

use super::World;
use crate::cognigy::{OnConflict, Organization};
use crate::history::What;
use crate::kubernetes::Name;
use crate::saml::{Certificates, encoded};
use crate::strategy::{PROVIDER, Strategy, written};
use crate::time::{HOUR, Millis};

/// Base URL of Cognigy.AI.
pub const API_URL: &str = "https://api.cognigy.ai/new";
/// How often resources are looked at that declare nothing else: seldom, so that seven days are soon over.
pub const INTERVAL: Millis = 2 * HOUR;
/// Every secret holds this text, which must come out nowhere.
pub const CANARY: &str = "canary";
/// Under which key a Secret holds the client secret or the decryption key.
pub const SECRET_KEY: &str = "value";
/// Under which key it holds a certificate.
pub const CERTIFICATE_KEY: &str = "certificate";
/// The user of the API keys.
pub const USER: &str = "operator@acme.example";
/// Somebody else.
pub const STRANGER: &str = "somebody@acme.example";

impl World {
    /// There is an organization, with a key to it.
    pub fn organization(&self, id: &str, shows: bool, audited: bool, on_conflict: OnConflict) {
        let mut cognigy = self.cognigy.borrow_mut();
        cognigy.organizations.insert(id.to_owned(), Organization::new(shows, audited, on_conflict));
        let organization = id.to_owned();
        let account = Account { user: USER.into(), organization, is_admin: true, disabled: false };
        cognigy.keys.insert(api_key(id), account);
    }

    /// A user creates a resource for an organization, and its Secrets.
    pub fn declare(
        self: &Rc<Self>,
        name: &str,
        organization: &str,
        change: impl FnOnce(&mut IdentityProviderConfigSpec),
    ) {
        self.put_secrets(name, organization);
        let mut spec = spec(name, self.strategy);
        change(&mut spec);
        self.kubernetes.borrow_mut().create(name, Ok(spec), self.now());
        self.declared.borrow_mut().entry(name.into()).or_default().organization = organization.into();
        self.note(What::Created(name.into()));
        self.changed(name, "a user creates it");
    }

    /// A user creates what nobody can read.
    pub fn declare_nonsense(self: &Rc<Self>, name: &str) {
        self.kubernetes.borrow_mut().create(
            name,
            Err("invalid type: integer, expected struct Cognigy".into()),
            self.now(),
        );
        self.changed(name, "a user creates it, and it cannot be read");
    }

    /// The Secrets of a resource are there, with its newest values.
    pub fn put_secrets(self: &Rc<Self>, name: &str, organization: &str) {
        let newest = self.declared.borrow().get(name).and_then(|declared| declared.secrets.last().cloned());
        let secret = newest.unwrap_or_else(|| format!("{CANARY}-{name}-1"));
        let mut kubernetes = self.kubernetes.borrow_mut();
        kubernetes.put(&api_key_secret(name), "apiKey", api_key(organization).as_bytes());
        kubernetes.put(&sign_in_secret(name), SECRET_KEY, secret.as_bytes());
        if self.strategy == Strategy::Saml {
            let certificate = encoded(self.certificates.get().newest);
            kubernetes.put(&sign_in_secret(name), CERTIFICATE_KEY, certificate.as_bytes());
        }
    }

    /// A user edits a resource.
    pub fn edit(self: &Rc<Self>, name: &str, change: impl FnOnce(&mut IdentityProviderConfigSpec)) {
        self.kubernetes.borrow_mut().edit(name, change);
        self.changed(name, "a user edits it");
    }

    /// A user edits a resource so that the configuration is another.
    pub fn edit_configuration(self: &Rc<Self>, name: &str) {
        let number = self.declared.borrow().get(name).map_or(0, |declared| declared.specs.len());
        self.edit(name, |spec| Strategy::edit(spec, number));
    }

    /// A user has people sign in the other way.
    pub fn switch_strategy(self: &Rc<Self>, name: &str) {
        self.edit(name, |spec| Strategy::of(spec).other().declare(spec, name, PROVIDER));
    }

    /// The identity providers turn to new certificates: at once, or by publishing both for a while, which the next turn ends.
    /// People put the new one wherever it is named.
    pub fn turn_certificates(self: &Rc<Self>, overlap: bool) {
        let Certificates { newest, overlap: is_under_way } = self.certificates.get();
        let now = if is_under_way {
            Certificates { newest, overlap: false }
        } else {
            Certificates { newest: newest + 1, overlap }
        };
        self.certificates.set(now);
        self.note(What::Note(format!("the identity providers turn to other certificates: {now:?}")));
        let names: Vec<_> = self.declared.borrow().keys().cloned().collect();
        for name in names {
            let mut kubernetes = self.kubernetes.borrow_mut();
            let spec = kubernetes.resource(&name).and_then(|resource| resource.spec.as_deref().ok());
            let is_named = spec
                .and_then(|spec| spec.saml.as_ref())
                .is_some_and(|saml| saml.certificate.is_some() || saml.metadata_ref.is_some());
            let secret = sign_in_secret(&name);
            if is_named && kubernetes.secret(&secret).is_some() {
                kubernetes.put(&secret, CERTIFICATE_KEY, encoded(now.newest).as_bytes());
            }
            drop(kubernetes);
            self.note_editions(&name);
        }
        self.publish();
    }

    /// A user rotates the client secret of a resource, or its decryption key.
    pub fn rotate(self: &Rc<Self>, name: &str) {
        let number = self.declared.borrow().get(name).map_or(0, |declared| declared.secrets.len()) + 1;
        let value = format!("{CANARY}-{name}-{number}");
        self.kubernetes.borrow_mut().put(&sign_in_secret(name), SECRET_KEY, value.as_bytes());
        self.changed(name, "a user rotates its secret");
    }

    pub(crate) fn rotate_after_read(self: &Rc<Self>, name: &str) {
        let left = self.weather.borrow().rotations;
        if left > 0 {
            self.weather.borrow_mut().rotations = left - 1;
            self.rotate(name);
        }
    }

    /// A user deletes a resource.
    pub fn delete(self: &Rc<Self>, name: &str) {
        self.kubernetes.borrow_mut().delete(name);
        if self.kubernetes.borrow().resource(name).is_none() {
            self.note(What::Gone(name.into()));
        }
        self.changed(name, "a user deletes it");
    }

    /// A user asks for a check.
    pub fn request_check(self: &Rc<Self>, name: &str) {
        self.kubernetes.borrow_mut().request_check(name, self.now());
        self.note(What::PersonActs);
        self.changed(name, "a user asks for a check");
    }

    /// Somebody configures an organization by hand.
    pub fn disturb(&self, organization: &str) {
        let body = match self.strategy {
            Strategy::Oidc => {
                json!({ "idpType": "oidc", "idpIssuer": "https://other.example", "idpClientId": "other" })
            }
            Strategy::Saml => {
                json!({ "idpType": "saml", "idpIssuer": "other", "idpLoginEndpoint": "https://other.example/saml/sso" })
            }
        };
        self.cognigy.borrow_mut().configure_by_hand(organization, &body.to_string(), STRANGER, self.now());
        self.note(What::Note(format!("somebody configures {organization} by hand")));
        self.note(What::Holds(organization.into(), self.holding(organization)));
    }

    /// Somebody resets an organization by hand.
    pub fn reset_by_hand(&self, organization: &str) {
        self.cognigy.borrow_mut().take_away(organization, STRANGER, self.now());
        self.note(What::Note(format!("somebody resets {organization} by hand")));
        self.note(What::Holds(organization.into(), self.holding(organization)));
    }

    /// Kubernetes holds something new: it is told, and what is declared now is noted.
    pub fn changed(self: &Rc<Self>, name: &str, how: &str) {
        self.note(What::Note(format!("{name}: {how}")));
        self.note_editions(name);
        self.publish();
    }
}

fn spec(name: &str, strategy: Strategy) -> IdentityProviderConfigSpec {
    let spec = json!({
        "cognigy": { "apiUrl": API_URL, "apiKeySecretRef": { "name": api_key_secret(name), "key": "apiKey" } },
        "interval": "2h",
    });
    let mut spec = written(spec);
    strategy.declare(&mut spec, name, PROVIDER);
    spec
}

/// The key to an organization.
#[must_use]
pub fn api_key(organization: &str) -> String {
    format!("{CANARY}-key-of-{organization}")
}

/// Name of the Secret with the API key of a resource.
#[must_use]
pub fn api_key_secret(resource: &str) -> Name {
    format!("{resource}-api").into()
}

/// Name of the Secret with the client secret or the decryption key of a resource, and the certificate that it names.
#[must_use]
pub fn sign_in_secret(resource: &str) -> Name {
    format!("{resource}-sign-in").into()
}
