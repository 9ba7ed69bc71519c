//! One organization, as Cognigy.AI keeps it.

use cognigy_sso_decide::{Effect, Login, Receipt};
use secrecy::ExposeSecret;

use super::{SALT, login_differs, login_matches};

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
}

impl Organization {
    /// Carries out a call, as the operator does.
    pub fn answer(&mut self, effect: &Effect) -> Receipt {
        match effect {
            Effect::Configure(_) if self.holds.is_some() => return Receipt::AlreadyConfigured,
            Effect::Configure(desired) | Effect::Replace { desired, .. } => {
                self.holds = Some(Held::Sent(desired.body().expose_secret().to_owned()));
            }
            _ => {
                self.holds = None;
                return Receipt::WasReset;
            }
        }
        Receipt::Applied { salt: SALT }
    }

    pub fn login(&self) -> Login {
        match &self.holds {
            Some(Held::Sent(_)) if self.shows => login_matches(),
            Some(Held::Stranger) if self.shows => login_differs(),
            _ => Login::Silent,
        }
    }
}
