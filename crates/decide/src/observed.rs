//! What was read, and what a change answered.

use std::sync::Arc;

use cognigy_sso_api::{Pending, SecretVersion};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::claims::Rival;
use crate::client::Trial;
use crate::desired::Desired;
use crate::expiry::Expiry;
use crate::fault::{CallFault, InputFault, ProviderFault};
use crate::fingerprint::Compared;
use crate::history::Change;
use crate::provider::Provider;
use crate::resource::Resource;
use crate::saml::{Certificate, Metadata};

/// All that was read for one pass. `None` means not asked, for want of something that is named by another fault.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct Observed {
    /// The referenced values.
    pub inputs: Inputs,
    /// Whose API key it is.
    pub account: Option<Result<Account, CallFault>>,
    /// What the OpenID provider publishes.
    pub provider: Option<Arc<Result<Provider, ProviderFault>>>,
    /// What the metadata of the SAML identity provider says, where it is described by metadata.
    pub metadata: Option<Arc<Result<Metadata, ProviderFault>>>,
    /// What the organization's login URL shows.
    pub login: Option<Login>,
    /// The newest change of the configuration that the audit events tell of, if they tell of one.
    pub history: Option<Result<Option<Change>, CallFault>>,
    /// Who acts for the organization in place of this resource.
    pub rival: Option<Rival>,
    /// The audit event of the newest change, where another resource has that on record as what it applied.
    pub theirs: Option<Box<str>>,
    /// The configuration that was applied last, as far as this process still holds it.
    pub previous: Option<Arc<Desired>>,
    /// What was begun in this visit without being put on record.
    pub begun: Option<Pending>,
    /// Was what is on record as begun put there in this visit, so that it was not sent before?
    pub recorded: bool,
    /// Were exactly these inputs found equal to what was applied before?
    pub known_unchanged: bool,
    /// Has Cognigy.AI said, during this visit, that the organization has a configuration already?
    pub already_configured: bool,
    /// Was the configuration reset during this visit?
    pub reset: bool,
    /// What trying the client at its provider has shown in this visit.
    pub trial: Option<Arc<Trial>>,
    /// When this process tried it last.
    pub last_tried: Option<Timestamp>,
    /// Which fingerprints were compared in this visit.
    pub compared: Compared,
}

impl Observed {
    /// Nothing was read, since nothing needs it.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            inputs: Inputs::unread(),
            account: None,
            provider: None,
            metadata: None,
            login: None,
            history: None,
            rival: None,
            theirs: None,
            previous: None,
            begun: None,
            recorded: false,
            known_unchanged: false,
            already_configured: false,
            reset: false,
            trial: None,
            last_tried: None,
            compared: Compared::default(),
        }
    }

    /// The user that the API key belongs to, where Cognigy.AI told.
    #[must_use]
    pub fn user(&self) -> Option<&Account> {
        self.account.iter().flatten().next()
    }

    /// The organization that the resource is for, as far as anybody says: the API key, the spec, or what was done before.
    #[must_use]
    pub fn organization<'a>(&'a self, resource: &'a Resource) -> Option<&'a str> {
        let declared = resource.spec.as_ref().ok().and_then(|spec| spec.cognigy.organization_id.as_deref());
        let former = || resource.status.organization.as_ref().map(|organization| &*organization.id);
        self.user().map(|account| account.organization.as_str()).or(declared).or_else(former)
    }

    /// The newest change that the audit events tell of.
    #[must_use]
    pub fn newest_change(&self) -> Option<&Change> {
        self.history.as_ref()?.as_ref().ok()?.as_ref()
    }

    /// Did the user of the API key make this change, and no other resource with the same key?
    pub(crate) fn is_by_us(&self, change: &Change) -> bool {
        self.theirs.as_ref() != Some(&change.id) && self.user().is_some_and(|account| account.user == change.user)
    }
}

/// The referenced values, each as it was found.
#[derive(Debug)]
pub struct Inputs {
    /// The API key.
    pub api_key: Result<SecretString, InputFault>,
    /// The client id (OpenID Connect).
    pub client_id: Result<String, InputFault>,
    /// The client secret (OpenID Connect).
    pub client_secret: Result<SecretString, InputFault>,
    /// What SAML refers to.
    pub saml: SamlInputs,
    /// What is wrong with the private authorities that are named.
    pub authorities: Vec<InputFault>,
    /// The Secrets that the configuration is made from, in the order of their names.
    pub versions: Vec<SecretVersion>,
    /// When the referenced Secrets expire that say so; `None` where nothing was read.
    pub expiries: Option<Vec<Expiry>>,
}

impl Inputs {
    /// Nothing was read, since nothing needs it.
    #[must_use]
    pub fn unread() -> Self {
        let empty = || Ok(SecretString::default());
        let (api_key, client_secret) = (empty(), empty());
        let (authorities, versions) = (Vec::new(), Vec::new());
        let (client_id, saml) = (Ok(String::new()), SamlInputs::default());
        Self { api_key, client_id, client_secret, saml, authorities, versions, expiries: None }
    }

    /// Every value that cannot be used.
    pub fn faults(&self) -> impl Iterator<Item = &InputFault> {
        let values = [self.api_key.as_ref().err(), self.client_id.as_ref().err(), self.client_secret.as_ref().err()];
        values.into_iter().flatten().chain(self.saml.faults()).chain(&self.authorities)
    }
}

/// What SAML refers to, each as it was found; `None` where nothing is referred to.
#[derive(Debug, Default)]
pub struct SamlInputs {
    /// The signing certificate that is declared, or chosen among those that metadata holds.
    pub certificate: Option<Result<Certificate, InputFault>>,
    /// The private key for encrypted assertions: PKCS#8 (RFC 5958) in base64, in one line.
    pub decryption_key: Option<Result<SecretString, InputFault>>,
    /// What is wrong with the metadata's place and the certificates that it must be signed by.
    pub documents: Vec<InputFault>,
}

impl SamlInputs {
    fn faults(&self) -> impl Iterator<Item = &InputFault> {
        let certificate = self.certificate.as_ref().and_then(|value| value.as_ref().err());
        let key = self.decryption_key.as_ref().and_then(|value| value.as_ref().err());
        certificate.into_iter().chain(key).chain(&self.documents)
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
        /// Where to, without query and fragment, as [`cognigy_sso_api::place`] spells it.
        endpoint: String,
        /// Whom it introduces there.
        party: Party,
    },
    /// It tells nothing: not found, a page, or no answer.
    Silent,
}

/// As whom Cognigy.AI introduces itself to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The `client_id` of an authentication request (OpenID Connect Core section 3.1.2.1).
    Client(String),
    /// The `Issuer` of an authentication request (SAML 2.0 Core section 3.4.1).
    Issuer(String),
}

/// What an effect answered.
#[derive(Debug)]
pub enum Receipt {
    /// The configuration was accepted.
    Applied {
        /// The audit event that tells of it, where it could be found.
        event: Option<Box<str>>,
    },
    /// The organization has a configuration already.
    AlreadyConfigured,
    /// The configuration was reset.
    WasReset,
    /// Refused, and nothing has changed.
    Refused(CallFault),
    /// Refused after the former configuration was reset: the organization has none now.
    RefusedAfterReset(CallFault),
    /// Refused for good after the former configuration was reset, and the former one was put back.
    RolledBack {
        /// Why it was refused.
        fault: CallFault,
        /// The audit event that tells of the putting back, where it could be found.
        event: Option<Box<str>>,
    },
    /// Refused for good after the former configuration was reset, and the former one is not back.
    NotPutBack {
        /// Why it was refused.
        fault: CallFault,
        /// What putting the former one back answered.
        put_back: CallFault,
    },
    /// It cannot be told whether it took effect.
    Open(CallFault),
}
