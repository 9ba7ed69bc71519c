//! What was read, and what a change answered.

use std::sync::Arc;

use cognigy_sso_api::SecretVersion;
use secrecy::SecretString;

use crate::fault::{CallFault, InputFault, ProviderFault};
use crate::fingerprint::Salt;
use crate::provider::Provider;

/// All that was read for one pass. `None` means not asked, for want of something that is named by another fault.
#[derive(Debug)]
pub struct Observed {
    /// The referenced values.
    pub inputs: Inputs,
    /// Whose API key it is.
    pub account: Option<Result<Account, CallFault>>,
    /// What the provider publishes.
    pub provider: Option<Arc<Result<Provider, ProviderFault>>>,
    /// What the organization's login URL shows.
    pub login: Option<Login>,
    /// Were exactly these inputs found equal to what was applied before?
    pub known_unchanged: bool,
    /// Has Cognigy.AI said, during this visit, that the organization has a configuration already?
    pub already_configured: bool,
    /// Was the configuration reset during this visit?
    pub reset: bool,
}

/// The referenced values, each as it was found.
#[derive(Debug)]
pub struct Inputs {
    /// The API key.
    pub api_key: Result<SecretString, InputFault>,
    /// The client id.
    pub client_id: Result<String, InputFault>,
    /// The client secret.
    pub client_secret: Result<SecretString, InputFault>,
    /// What is wrong with the private authorities that are named.
    pub authorities: Vec<InputFault>,
    /// The Secrets that the configuration is made from, in the order of their names.
    pub versions: Vec<SecretVersion>,
}

impl Inputs {
    /// Nothing was read, since nothing needs it.
    #[must_use]
    pub fn unread() -> Self {
        let empty = || Ok(SecretString::default());
        let (api_key, client_secret) = (empty(), empty());
        Self { api_key, client_id: Ok(String::new()), client_secret, authorities: Vec::new(), versions: Vec::new() }
    }

    /// Every value that cannot be used.
    pub fn faults(&self) -> impl Iterator<Item = &InputFault> {
        let values = [self.api_key.as_ref().err(), self.client_id.as_ref().err(), self.client_secret.as_ref().err()];
        values.into_iter().flatten().chain(&self.authorities)
    }
}

/// The user that an API key belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's id, an e-mail address as a rule: audit events name it. At most 320 characters, none of them a control
    /// character.
    pub user: Box<str>,
    /// The user's organization, 24 hexadecimal digits.
    pub organization: String,
    /// Has the user the organization-wide role `admin`?
    pub is_admin: bool,
    /// Is the user disabled?
    pub disabled: bool,
}

/// What the organization's login URL shows: the only way to read a configuration back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// It redirects to a provider.
    Redirect {
        /// Where to, without query and fragment.
        endpoint: String,
        /// The `client_id` in the query.
        client_id: String,
    },
    /// It tells nothing: not found, a page, or no answer.
    Silent,
}

/// What an effect answered.
#[derive(Debug)]
pub enum Receipt {
    /// The intent is on record, or the finalizer is as planned.
    Written,
    /// The configuration was accepted.
    Applied {
        /// Salt for the fingerprint.
        salt: Salt,
    },
    /// The organization has a configuration already.
    AlreadyConfigured,
    /// The configuration was reset.
    WasReset,
    /// Refused, and nothing has changed.
    Refused(CallFault),
    /// Refused after the former configuration was reset: the organization has none now.
    RefusedAfterReset(CallFault),
    /// It cannot be told whether it took effect.
    Open(CallFault),
}
