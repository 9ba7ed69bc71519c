//! What people do: they declare, rotate, delete, and change things behind the operator's back.

use std::rc::Rc;

use cognigy_sso_api::IdentityProviderConfigSpec;
use cognigy_sso_decide::{Account, Desired};
use secrecy::ExposeSecret;
use serde_json::json;

use super::World;
use crate::cognigy::{OnConflict, Organization};
use crate::history::{Edition, What};
use crate::kubernetes::Name;
use crate::operator::usable_text;
use crate::time::{HOUR, Millis};

/// Base URL of Cognigy.AI.
pub const API_URL: &str = "https://api.cognigy.ai/new";
/// How often resources are looked at that declare nothing else: seldom, so that seven days are soon over.
pub const INTERVAL: Millis = 2 * HOUR;
/// Every secret holds this text, which must come out nowhere.
pub const CANARY: &str = "canary";
/// The user of the API keys.
pub const USER: &str = "operator@acme.example";
/// Somebody else.
pub const STRANGER: &str = "somebody@acme.example";

/// What a resource has declared so far.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    specs: Vec<IdentityProviderConfigSpec>,
    secrets: Vec<String>,
    organization: Box<str>,
}

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
        let mut spec = spec(name);
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
        kubernetes.put(&client_secret(name), "clientSecret", secret.as_bytes());
    }

    /// A user edits a resource.
    pub fn edit(self: &Rc<Self>, name: &str, change: impl FnOnce(&mut IdentityProviderConfigSpec)) {
        self.kubernetes.borrow_mut().edit(name, change);
        self.changed(name, "a user edits it");
    }

    /// A user adds a scope, so that the configuration is another.
    pub fn edit_scopes(self: &Rc<Self>, name: &str) {
        let number = self.declared.borrow().get(name).map_or(0, |declared| declared.specs.len());
        self.edit(name, |spec| {
            if let Some(oidc) = &mut spec.oidc {
                oidc.additional_scopes = vec![format!("scope-{number}")];
            }
        });
    }

    /// A user rotates the client secret of a resource.
    pub fn rotate(self: &Rc<Self>, name: &str) {
        let number = self.declared.borrow().get(name).map_or(0, |declared| declared.secrets.len()) + 1;
        let value = format!("{CANARY}-{name}-{number}");
        self.kubernetes.borrow_mut().put(&client_secret(name), "clientSecret", value.as_bytes());
        self.changed(name, "a user rotates its client secret");
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
        let body =
            json!({ "idpType": "oidc", "idpIssuer": "https://other.example", "idpClientId": "other" }).to_string();
        self.cognigy.borrow_mut().configure_by_hand(organization, &body, STRANGER, self.now());
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

    fn note_editions(&self, name: &str) {
        let mut declared = self.declared.borrow_mut();
        let declared = declared.entry(name.into()).or_default();
        let kubernetes = self.kubernetes.borrow();
        let Some(Ok(spec)) = kubernetes.resource(name).map(|resource| &resource.spec) else { return };
        if declared.specs.last() != Some(spec) {
            declared.specs.push((**spec).clone());
        }
        let value = kubernetes.secret(&client_secret(name)).and_then(|secret| secret.data.get("clientSecret").cloned());
        if let Some(Ok(value)) = value.map(|bytes| usable_text(&bytes))
            && declared.secrets.last() != Some(&value)
        {
            declared.secrets.push(value);
        }
        self.register(name, declared);
    }

    /// Every pair of a spec and a secret that were ever declared is an edition: they change apart from each other.
    fn register(&self, name: &str, declared: &Declared) {
        let mut editions = self.editions.borrow_mut();
        for (spec_number, spec) in (1..).zip(&declared.specs) {
            for (secret_number, secret) in (1..).zip(&declared.secrets) {
                let Some(body) = body(spec, secret, &declared.organization) else { continue };
                let edition = Edition { resource: name.into(), spec: spec_number, secret: secret_number };
                editions.insert((declared.organization.clone(), body), edition);
            }
        }
    }

    /// The configuration that a resource declares now.
    #[must_use]
    pub fn newest_edition(&self, name: &str) -> Option<Edition> {
        let declared = self.declared.borrow();
        let declared = declared.get(name)?;
        let body = body(declared.specs.last()?, declared.secrets.last()?, &declared.organization)?;
        self.editions.borrow().get(&(declared.organization.clone(), body)).cloned()
    }

    /// The organization of a resource.
    #[must_use]
    pub fn organization_declared(&self, name: &str) -> Box<str> {
        self.declared.borrow().get(name).map(|declared| declared.organization.clone()).unwrap_or_default()
    }
}

fn body(spec: &IdentityProviderConfigSpec, secret: &str, organization: &str) -> Option<Box<str>> {
    let oidc = spec.oidc.as_ref()?;
    let client_id = oidc.client_id.clone().unwrap_or_default();
    let desired = Desired::oidc(oidc, client_id, secret.into(), organization.to_owned(), "api.cognigy.ai".to_owned());
    Some(desired.body().expose_secret().into())
}

fn spec(name: &str) -> IdentityProviderConfigSpec {
    let spec = json!({
        "cognigy": { "apiUrl": API_URL, "apiKeySecretRef": { "name": api_key_secret(name), "key": "apiKey" } },
        "oidc": {
            "issuer": "https://idp.example",
            "clientId": format!("client-of-{name}"),
            "clientSecretRef": { "name": client_secret(name), "key": "clientSecret" },
        },
        "interval": "2h",
    });
    serde_json::from_value(spec).unwrap_or_else(|error| unreachable!("the spec is written right: {error}"))
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

/// Name of the Secret with the client secret of a resource.
#[must_use]
pub fn client_secret(resource: &str) -> Name {
    format!("{resource}-oidc").into()
}
