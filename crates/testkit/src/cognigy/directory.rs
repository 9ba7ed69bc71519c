//! Users, organizations and the one configuration that each organization holds.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit::Event;
use super::problem::Problem;

/// Who an API key belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// The user's id.
    pub email: String,
    /// 24 hex digits.
    pub organization: String,
    /// `admin` may configure; `admin` and `fullSupportUser` may read audit events.
    pub roles: Vec<String>,
    /// Whether the account is switched off.
    #[serde(default)]
    pub disabled: bool,
}

impl User {
    /// An admin of `organization`.
    #[must_use]
    pub fn admin(organization: &str) -> Self {
        Self {
            email: format!("admin@{organization}.example"),
            organization: organization.to_owned(),
            roles: vec!["admin".to_owned()],
            disabled: false,
        }
    }

    /// What `users/me` shows.
    pub(super) fn shown(&self) -> Value {
        json!({
            "id": self.email,
            "name": self.email.split('@').next(),
            "organisation": self.organization,
            "roles": self.roles,
            "disabled": self.disabled,
        })
    }

    pub(super) fn needs_one_of(&self, roles: &[&str]) -> Result<(), Problem> {
        if self.roles.iter().any(|role| roles.contains(&role.as_str())) {
            return Ok(());
        }
        Err(Problem::forbidden("You do not have the role that this needs."))
    }
}

#[derive(Default)]
struct Organization {
    configuration: Option<Value>,
    events: Vec<Event>,
}

/// Organizations take memory from their first change on.
#[derive(Default)]
pub(super) struct Directory {
    users: HashMap<String, User>,
    organizations: HashMap<String, Organization>,
    last_event: u64,
}

impl Directory {
    pub(super) fn put_user(&mut self, key: &str, user: User) {
        self.users.insert(key.to_owned(), user);
    }

    pub(super) fn remove_user(&mut self, key: &str) {
        self.users.remove(key);
    }

    pub(super) fn user(&self, key: &str) -> Option<&User> {
        self.users.get(key)
    }

    pub(super) fn configuration(&self, organization: &str) -> Option<&Value> {
        self.organizations.get(organization)?.configuration.as_ref()
    }

    pub(super) fn events(&self, organization: &str) -> &[Event] {
        self.organizations.get(organization).map(|organization| organization.events.as_slice()).unwrap_or_default()
    }

    pub(super) fn configure(&mut self, organization: &str, configuration: Value, user: &str) {
        self.organization(organization).configuration = Some(configuration);
        self.write_event(organization, "action".into(), "configureIdentityProvider".into(), user);
    }

    pub(super) fn reset(&mut self, organization: &str, user: &str) {
        self.organization(organization).configuration = None;
        self.write_event(organization, "action".into(), "resetIdentityProvider".into(), user);
    }

    pub(super) fn write_event(
        &mut self,
        organization: &str,
        kind: Cow<'static, str>,
        action: Cow<'static, str>,
        user: &str,
    ) {
        self.last_event += 1;
        let event = Event { number: self.last_event, time: Timestamp::now(), kind, action, user: user.to_owned() };
        self.organization(organization).events.push(event);
    }

    pub(super) fn forget_events(&mut self, organization: &str) {
        self.organization(organization).events.clear();
    }

    pub(super) fn age_events(&mut self, organization: &str, by: SignedDuration) {
        for event in &mut self.organization(organization).events {
            event.time -= by;
        }
    }

    fn organization(&mut self, id: &str) -> &mut Organization {
        self.organizations.entry(id.to_owned()).or_default()
    }
}
