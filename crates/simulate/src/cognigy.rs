//! Cognigy.AI: organizations with one configuration each, keys to them, and audit events.

use std::collections::BTreeMap;

use cognigy_sso_decide::{Account, CallFault, Change, ChangeKind, CognigyCall, Login, Party};
use serde_json::Value;

use crate::strategy::Strategy;
use crate::time::{Millis, exact};

/// What `configure` answers where there is a configuration already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// 409 with code 1004.
    Conflict,
    /// It overwrites.
    Overwrite,
    /// 400 that says so in words only.
    Words,
}

/// An organization.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its configuration, as the body that was sent, if it has one.
    pub holds: Option<Box<str>>,
    /// What was done to it, newest last.
    pub log: Vec<Change>,
    /// Does its login URL redirect to the provider?
    pub shows: bool,
    /// May audit events be read?
    pub audited: bool,
    /// What a second configuration answers.
    pub on_conflict: OnConflict,
    /// How long an audit event takes to show.
    pub lag: Millis,
}

/// Cognigy.AI.
#[derive(Clone, Debug, Default)]
pub struct Cognigy {
    /// By their ids.
    pub organizations: BTreeMap<String, Organization>,
    /// Whose each API key is.
    pub keys: BTreeMap<String, Account>,
    events: u64,
}

/// What a change of an organization came to.
pub type Answered = Result<(), CallFault>;

impl Cognigy {
    /// The user of a key.
    ///
    /// # Errors
    /// When there is none.
    pub fn user(&self, key: &str, call: CognigyCall) -> Result<Account, CallFault> {
        self.keys.get(key).cloned().ok_or_else(|| refused(call, 401, None, None))
    }

    /// Configures the key's organization.
    ///
    /// # Errors
    /// When it is refused.
    pub fn configure(&mut self, key: &str, body: &str, now: Millis) -> Answered {
        let user = self.user(key, CognigyCall::Configure)?;
        let id = self.next_event();
        let Some(organization) = self.organizations.get_mut(&user.organization) else { return Ok(()) };
        if organization.holds.is_some() {
            match organization.on_conflict {
                OnConflict::Conflict => return Err(refused(CognigyCall::Configure, 409, Some(1004), None)),
                OnConflict::Words => return Err(refused(CognigyCall::Configure, 400, None, None)),
                OnConflict::Overwrite => {}
            }
        }
        organization.holds = Some(body.into());
        organization.note(id, ChangeKind::Configure, &user.user, now);
        Ok(())
    }

    /// Resets the key's organization.
    ///
    /// # Errors
    /// When it is refused.
    pub fn reset(&mut self, key: &str, now: Millis) -> Answered {
        let user = self.user(key, CognigyCall::Reset)?;
        self.take_away(&user.organization, &user.user, now);
        Ok(())
    }

    /// A user configures an organization by hand.
    pub fn configure_by_hand(&mut self, organization: &str, body: &str, user: &str, now: Millis) {
        let id = self.next_event();
        if let Some(organization) = self.organizations.get_mut(organization) {
            organization.holds = Some(body.into());
            organization.note(id, ChangeKind::Configure, user, now);
        }
    }

    /// A user resets an organization.
    pub fn take_away(&mut self, organization: &str, user: &str, now: Millis) {
        let id = self.next_event();
        if let Some(organization) = self.organizations.get_mut(organization) {
            organization.holds = None;
            organization.note(id, ChangeKind::Reset, user, now);
        }
    }

    /// The newest change of a kind, or of both.
    ///
    /// # Errors
    /// Where events may not be read.
    pub fn newest(&self, key: &str, kind: Option<ChangeKind>, now: Millis) -> Result<Option<Change>, CallFault> {
        let user = self.user(key, CognigyCall::AuditEvents)?;
        let Some(organization) = self.organizations.get(&user.organization) else { return Ok(None) };
        if !organization.audited {
            return Err(refused(CognigyCall::AuditEvents, 403, None, None));
        }
        Ok({
            let shows = exact(now.saturating_sub(organization.lag));
            let is_meant = |change: &&Change| change.time <= shows && kind.is_none_or(|kind| kind == change.kind);
            organization.log.iter().rev().find(is_meant).cloned()
        })
    }

    /// Where the login URL of an organization leads: each way of signing in has its own.
    #[must_use]
    pub fn login(&self, organization: &str, strategy: Strategy) -> Login {
        let Some(organization) = self.organizations.get(organization).filter(|organization| organization.shows) else {
            return Login::Silent;
        };
        let held: Option<Value> = organization.holds.as_deref().and_then(|body| serde_json::from_str(body).ok());
        let text = |held: &Value, member: &str| held.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(held) = held.filter(|held| text(held, "idpType") == strategy.name()) else { return Login::Silent };
        let (endpoint, party) = match strategy {
            Strategy::Oidc => {
                (format!("{}/authorize", text(&held, "idpIssuer")), Party::Client(text(&held, "idpClientId")))
            }
            Strategy::Saml => (text(&held, "idpLoginEndpoint"), Party::Issuer(text(&held, "idpIssuer"))),
        };
        Login::Redirect { endpoint, party }
    }

    fn next_event(&mut self) -> Box<str> {
        self.events += 1;
        format!("{:024x}", self.events).into()
    }
}

impl Organization {
    /// One without a configuration.
    #[must_use]
    pub fn new(shows: bool, audited: bool, on_conflict: OnConflict) -> Self {
        Self { holds: None, log: Vec::new(), shows, audited, on_conflict, lag: 0 }
    }

    fn note(&mut self, id: Box<str>, kind: ChangeKind, user: &str, now: Millis) {
        self.log.push(Change { id, kind, time: exact(now), user: user.into() });
    }
}

/// A refusal.
#[must_use]
pub fn refused(call: CognigyCall, status: u16, code: Option<u32>, retry_after: Option<u64>) -> CallFault {
    CallFault::Refused { call, status, code, trace_id: Some(format!("trace-{status}")), retry_after }
}
