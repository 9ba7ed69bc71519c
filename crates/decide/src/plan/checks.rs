//! The outcome of every check.

use cognigy_sso_api::{ConditionStatus, IdentityProviderConfigSpec, Oidc, Reason, Saml, VerificationMode};
use jiff::Timestamp;

use crate::account;
use crate::fault::{Class, Fault};
use crate::finding::Finding;
use crate::observed::Observed;
use crate::provider::{self, Provider};
use crate::resource::Resource;
use crate::saml::{self, Chosen};
use crate::strategy::Strategy;

/// The outcome of every check.
#[derive(Debug)]
pub(crate) struct Findings {
    pub secrets: Finding,
    pub connection: Finding,
    pub issuer: Finding,
    pub client: Finding,
    pub sync: Finding,
    /// How many published keys fit, where an OpenID provider was judged.
    pub key_count: Option<u32>,
    /// What is taken from a SAML identity provider, where it is known.
    pub chosen: Option<Chosen>,
    /// What is worth saying though it blocks nothing.
    pub warning: Option<String>,
}

impl Findings {
    /// Nothing was asked, because of `why`.
    pub(super) fn none(why: &str) -> Self {
        let finding = || Finding::not_checked(why);
        Self {
            secrets: finding(),
            connection: finding(),
            issuer: finding(),
            client: finding(),
            sync: finding(),
            key_count: None,
            chosen: None,
            warning: None,
        }
    }

    pub(super) fn of(
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        strategy: Strategy<'_>,
        observed: &Observed,
        now: Timestamp,
    ) -> Self {
        let Issuer { finding, key_count, chosen, warning } = match strategy {
            Strategy::Oidc(oidc) => judge_issuer(oidc, observed),
            Strategy::Saml(saml) => judge_saml(saml, resource, observed, now),
        };
        Self {
            secrets: judge_secrets(observed),
            connection: judge_connection(resource, spec, observed),
            issuer: finding,
            client: Finding::not_checked("Nothing is known of the client yet."),
            sync: Finding::not_checked("Nothing was applied yet."),
            key_count,
            chosen,
            warning,
        }
    }

    /// The condition that forbids a change, if one does. What cannot be told about the provider forbids it too: a working
    /// configuration is not given up for one that nobody could look at.
    pub(super) fn blocker(&self, mode: VerificationMode) -> Option<&'static str> {
        let issuer_blocks = match self.issuer.status {
            ConditionStatus::True => false,
            ConditionStatus::False => mode == VerificationMode::Enforce,
            ConditionStatus::Unknown => true,
        };
        let checks = [
            (!self.secrets.is_true(), "SecretsResolved"),
            (!self.connection.is_true(), "ConnectionReady"),
            (issuer_blocks, "IssuerVerified"),
            (self.client.is_false() && mode == VerificationMode::Enforce, "ClientVerified"),
        ];
        checks.into_iter().find_map(|(blocks, condition)| blocks.then_some(condition))
    }
}

pub(crate) fn judge_secrets(observed: &Observed) -> Finding {
    let faults: Vec<_> = observed.inputs.faults().collect();
    let Some(gravest) = faults.iter().min_by_key(|fault| fault.class().rank()) else {
        return Finding::verified(Reason::Resolved, "Every referenced key exists and holds a usable value.");
    };
    let messages: Vec<_> = faults.iter().map(|fault| fault.message()).collect();
    Finding { message: messages.join(" "), ..Finding::from(*gravest) }
}

pub(crate) fn judge_connection(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Finding {
    match &observed.account {
        None => {
            Finding::not_checked("Not checked until the API key and the CA bundle can be read: see SecretsResolved.")
        }
        Some(Err(fault)) => fault.into(),
        Some(Ok(account)) => account::judge(resource, spec, account),
    }
}

/// What is found of a provider.
struct Issuer {
    finding: Finding,
    key_count: Option<u32>,
    chosen: Option<Chosen>,
    warning: Option<String>,
}

impl Issuer {
    fn not_checked() -> Self {
        Self::from(Finding::not_checked("Not checked until what it is reached by can be read: see SecretsResolved."))
    }
}

impl From<Finding> for Issuer {
    fn from(finding: Finding) -> Self {
        Self { finding, key_count: None, chosen: None, warning: None }
    }
}

fn judge_issuer(oidc: &Oidc, observed: &Observed) -> Issuer {
    let judged = match observed.provider.as_deref() {
        None => return Issuer::not_checked(),
        Some(Err(fault)) => Err(fault.clone()),
        Some(Ok(provider)) => provider::judge(oidc, provider).map(|keys| (keys, provider)),
    };
    match judged {
        Err(fault) => Finding::from(&fault).into(),
        Ok((keys, provider)) => {
            let warning = scope_warning(oidc, provider);
            Issuer { key_count: Some(keys), warning, ..verified(oidc, keys).into() }
        }
    }
}

fn judge_saml(saml: &Saml, resource: &Resource, observed: &Observed, now: Timestamp) -> Issuer {
    let Some(look) = saml::look(saml, resource, observed, now) else { return Issuer::not_checked() };
    let finding = look.finding();
    let warning = (!look.warnings.is_empty()).then(|| look.warnings.join(" "));
    Issuer { chosen: look.chosen.ok(), warning, ..finding.into() }
}

fn verified(oidc: &Oidc, keys: u32) -> Finding {
    let issuer = &oidc.issuer;
    let algorithm = oidc.id_token_signed_response_alg.as_str();
    let message = if oidc.id_token_signed_response_alg.is_symmetric() {
        format!("{issuer} publishes all that is needed; the client secret signs with {algorithm}.")
    } else {
        format!("{issuer} publishes all that is needed, with {keys} signing key(s) for {algorithm}.")
    };
    Finding::verified(Reason::Verified, message)
}

pub(crate) fn scope_warning(oidc: &Oidc, provider: &Provider) -> Option<String> {
    let unlisted = provider::unlisted_scopes(oidc, provider);
    (!unlisted.is_empty())
        .then(|| format!("The provider does not list the scope(s) {}; it may refuse them.", unlisted.join(", ")))
}

impl Class {
    /// How much a fault weighs among others: what a person must mend comes first, then what is awaited, then what may pass.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Input => 0,
            Self::Absent => 1,
            Self::Transient | Self::Throttled(_) => 2,
        }
    }
}
