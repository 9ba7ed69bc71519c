//! One organization, as Cognigy.AI keeps it.

use cognigy_sso_decide::{Answer, Call, CallFault, Change, ChangeKind, CognigyCall, Effect, Login, Receipt};
use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::{STRANGER, USER, login_differs, login_matches, now, refused};

/// The configuration that an organization holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// One that somebody else applied.
    Stranger,
    /// One that was sent, as its body.
    Sent(String),
}

#[derive(Clone, Debug, Default)]
pub struct Organization {
    pub holds: Option<Held>,
    /// Does its login URL lead to the provider?
    pub shows: bool,
    /// May the API key read its audit events?
    pub tells: bool,
    /// Its audit events, the oldest first.
    pub log: Vec<Change>,
}

impl Organization {
    /// One that somebody else configured so long ago that no audit event is left of it.
    pub fn of_a_stranger() -> Self {
        Self { holds: Some(Held::Stranger), ..Self::default() }
    }

    /// Carries out an effect, as the operator does.
    pub fn answer(&mut self, effect: &Effect) -> Receipt {
        match effect {
            Effect::Apply(application) if !application.resets && self.holds.is_some() => Receipt::AlreadyConfigured,
            Effect::Apply(application) => {
                if application.resets {
                    self.call(&Call::Reset, now());
                }
                self.call(&Call::Configure(&application.desired), now());
                let event = self.tells.then(|| self.log.last().unwrap().id.clone());
                Receipt::Applied { event }
            }
            _ => {
                self.call(&Call::Reset, now());
                Receipt::WasReset
            }
        }
    }

    /// Answers a call.
    pub fn call(&mut self, call: &Call<'_>, now: Timestamp) -> Answer {
        match call {
            Call::Reset => {
                self.holds = None;
                self.note(ChangeKind::Reset, now, USER);
            }
            Call::Configure(_) if self.holds.is_some() => {
                return Answer::Failed(refused(CognigyCall::Configure, 409));
            }
            Call::Configure(desired) => {
                self.holds = Some(Held::Sent(desired.body().expose_secret().to_owned()));
                self.note(ChangeKind::Configure, now, USER);
            }
            Call::FindEvent => return Answer::Found(self.log.last().filter(|_| self.tells).cloned()),
        }
        Answer::Done
    }

    /// Somebody else resets it and configures it.
    pub fn meddle(&mut self, now: Timestamp) {
        self.holds = Some(Held::Stranger);
        self.note(ChangeKind::Reset, now, STRANGER);
        self.note(ChangeKind::Configure, now, STRANGER);
    }

    fn note(&mut self, kind: ChangeKind, time: Timestamp, user: &str) {
        let id = format!("event-{}", self.log.len() + 1).into();
        self.log.push(Change { id, kind, time, user: user.into() });
    }

    pub fn login(&self) -> Login {
        match &self.holds {
            Some(Held::Sent(_)) if self.shows => login_matches(),
            Some(Held::Stranger) if self.shows => login_differs(),
            _ => Login::Silent,
        }
    }

    /// The newest audit event, where the API key may read it.
    pub fn history(&self) -> Result<Option<Change>, CallFault> {
        if self.tells { Ok(self.log.last().cloned()) } else { Err(refused(CognigyCall::AuditEvents, 403)) }
    }
}
