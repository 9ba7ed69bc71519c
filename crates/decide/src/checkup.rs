//! Every check of a resource by itself, for who asks before anything is applied.

use cognigy_sso_api::{AppliedSaml, ClientCheck, IdentityProviderConfigSpec, Oidc, Reason, Saml};
use jiff::Timestamp;

use crate::client::{Registration, encoding_matters};
use crate::expiry;
use crate::fault::Class;
use crate::finding::Finding;
use crate::observed::{Login, Observed};
use crate::plan;
use crate::provider;
use crate::resource::Resource;
use crate::saml::{self, Chosen, Look};
use crate::strategy::Strategy;

/// The checks, in the order in which one rests on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckName {
    /// The resource can be read, and asks for what can be done.
    Spec,
    /// The referenced values.
    Secrets,
    /// The API key.
    Connection,
    /// The discovery document.
    Discovery,
    /// The published keys.
    Keys,
    /// Algorithm, authentication method, flow and scopes, as the provider offers them.
    Capabilities,
    /// The metadata of a SAML identity provider: its form, its signature, its entity and its endpoints.
    Metadata,
    /// The signing certificate of a SAML identity provider.
    Certificate,
    /// The client's id, secret and authentication method.
    Credentials,
    /// The client's redirect URI, flow and scopes.
    Callback,
    /// Where the organization's login URL leads.
    Login,
}

impl CheckName {
    /// The name as a table or a program shows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Secrets => "secrets",
            Self::Connection => "connection",
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Capabilities => "capabilities",
            Self::Metadata => "metadata",
            Self::Certificate => "certificate",
            Self::Credentials => "credentials",
            Self::Callback => "callback",
            Self::Login => "login",
        }
    }

    /// Is Cognigy.AI asked for it?
    #[must_use]
    pub fn asks_cognigy(self) -> bool {
        matches!(self, Self::Connection | Self::Login)
    }
}

/// One check, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which one.
    pub name: CheckName,
    /// What was found.
    pub finding: Finding,
}

/// Judges all that was observed, each part by itself: nothing stands back because another is wrong.
#[must_use]
pub fn check_up(resource: &Resource, observed: &Observed, now: Timestamp) -> Vec<Check> {
    let (spec, strategy) = match plan::readable(resource) {
        Ok(declared) => declared,
        Err(finding) => return vec![check(CheckName::Spec, finding)],
    };
    let common = [
        check(CheckName::Spec, Finding::verified(Reason::Verified, "The resource can be read.")),
        check(CheckName::Secrets, secrets(resource, observed, now)),
        check(CheckName::Connection, connection(resource, spec, observed)),
    ];
    let (own, provider) = match strategy {
        Strategy::Oidc(oidc) => (of_oidc(resource, spec, oidc, observed), None),
        Strategy::Saml(saml) => of_saml(saml, resource, observed, now),
    };
    let leads_to_declared = strategy.leads_to_declared(observed, provider.as_ref());
    let login = check(CheckName::Login, login(resource, observed, leads_to_declared));
    common.into_iter().chain(own).chain([login]).collect()
}

fn check(name: CheckName, finding: Finding) -> Check {
    Check { name, finding }
}

fn of_oidc(resource: &Resource, spec: &IdentityProviderConfigSpec, oidc: &Oidc, observed: &Observed) -> Vec<Check> {
    let [discovery, keys, capabilities] = at_provider(oidc, observed);
    let [credentials, callback] = of_client(resource, spec, oidc, observed);
    vec![
        check(CheckName::Discovery, discovery),
        check(CheckName::Keys, keys),
        check(CheckName::Capabilities, capabilities),
        check(CheckName::Credentials, credentials),
        check(CheckName::Callback, callback),
    ]
}

/// Metadata, where there is any, and certificate; and what would be taken from the identity provider.
fn of_saml(saml: &Saml, resource: &Resource, observed: &Observed, now: Timestamp) -> (Vec<Check>, Option<AppliedSaml>) {
    let waits = |what| Finding::not_checked(format!("Not checked: see {what}."));
    let has_metadata = saml.login_endpoint.is_none();
    let in_order = |metadata, certificate| {
        let metadata = has_metadata.then(|| check(CheckName::Metadata, metadata));
        metadata.into_iter().chain([check(CheckName::Certificate, certificate)]).collect()
    };
    let Some(look) = saml::look(saml, resource, observed, now) else {
        return (in_order(waits("secrets"), waits("secrets")), None);
    };
    let (metadata, certificate) = match look.fault() {
        Some(fault) if !fault.is_of_certificate() => (fault.into(), waits("metadata")),
        _ => (Finding::verified(Reason::Verified, described(saml, observed, &look)), look.finding()),
    };
    (in_order(metadata, certificate), look.chosen.as_ref().ok().map(Chosen::applied))
}

fn described(saml: &Saml, observed: &Observed, look: &Look) -> String {
    let metadata = observed.metadata.as_deref().and_then(|metadata| metadata.as_ref().ok());
    let name = metadata.map_or("", |metadata| &metadata.entity_id);
    let signed = if saml.metadata_certificate.is_some() { " and is signed as asked" } else { "" };
    let described = format!("The metadata describes {name}{signed}.");
    [&[described.as_str()], look.warnings.as_slice()].concat().join(" ")
}

/// What is wrong with the values, or that they are right, and which of them expire soon.
fn secrets(resource: &Resource, observed: &Observed, now: Timestamp) -> Finding {
    let found = plan::judge_secrets(observed);
    let warnings = expiry::warnings(resource, &observed.inputs, &resource.status, now).unwrap_or_default();
    let words = warnings.iter().map(expiry::message);
    Finding { message: std::iter::once(found.message).chain(words).collect::<Vec<_>>().join(" "), ..found }
}

fn connection(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Finding {
    if observed.account.is_none() {
        return Finding::not_checked("Not checked: see secrets.");
    }
    plan::judge_connection(resource, spec, observed)
}

/// Discovery, keys and capabilities.
fn at_provider(oidc: &Oidc, observed: &Observed) -> [Finding; 3] {
    let waits = |what| Finding::not_checked(format!("Not checked: see {what}."));
    let provider = match observed.provider.as_deref() {
        None => return [waits("secrets"), waits("secrets"), waits("secrets")],
        Some(Err(fault)) => return [fault.into(), waits("discovery"), waits("discovery")],
        Some(Ok(provider)) => provider,
    };
    let discovery = format!("The discovery document names {} as its issuer.", oidc.issuer);
    let algorithm = oidc.id_token_signed_response_alg;
    let keys = match provider::judge_keys(algorithm, provider) {
        Err(fault) => Finding::from(&fault),
        Ok(_) if algorithm.is_symmetric() => Finding::verified(
            Reason::Verified,
            format!("None is needed: the client secret signs with {}.", algorithm.as_str()),
        ),
        Ok(count) => Finding::verified(Reason::Verified, format!("{count} signing key(s) for {}.", algorithm.as_str())),
    };
    let capabilities = provider::judge_capabilities(oidc, provider)
        .map_or_else(|fault| Finding::from(&fault), |()| Finding::verified(Reason::Verified, capable(oidc, provider)));
    [Finding::verified(Reason::Verified, discovery), keys, capabilities]
}

fn capable(oidc: &Oidc, provider: &provider::Provider) -> String {
    let offered = format!(
        "{}, {} and the code flow are offered.",
        oidc.id_token_signed_response_alg.as_str(),
        oidc.token_endpoint_auth_method.as_str()
    );
    match plan::scope_warning(oidc, provider) {
        Some(warning) => format!("{offered} {warning}"),
        None => offered,
    }
}

/// Credentials and callback.
fn of_client(resource: &Resource, spec: &IdentityProviderConfigSpec, oidc: &Oidc, observed: &Observed) -> [Finding; 2] {
    let Some(trial) = &observed.trial else {
        let why = if spec.verification.client_check == ClientCheck::Never {
            "Not checked, since spec.verification.clientCheck is Never."
        } else {
            "Not checked: see discovery and secrets."
        };
        return [Finding::not_checked(why), Finding::not_checked(why)];
    };
    let organization = observed.organization(resource).unwrap_or_default();
    let callback = spec.cognigy.callback(organization).unwrap_or_default();
    let encoding_matters = encoding_matters(oidc.token_endpoint_auth_method, &observed.inputs);
    trial.findings(Registration { oidc, callback: &callback, encoding_matters })
}

/// Where the login URL leads is told of what is in force, which need not be what is declared.
fn login(resource: &Resource, observed: &Observed, leads_to_declared: Option<bool>) -> Finding {
    let is_applied = resource.status.applied.as_ref().is_some_and(|applied| applied.generation == resource.generation);
    match (&observed.login, leads_to_declared) {
        (_, Some(true)) => Finding::verified(
            Reason::InSync,
            "The organization's login URL leads to this provider and introduces Cognigy.AI as declared.",
        ),
        (Some(Login::Redirect { .. }), _) if is_applied => Finding::refuted(
            Reason::Drifted,
            "The organization's login URL leads to another provider, or introduces Cognigy.AI by another name, than was applied.",
            Class::Input,
        ),
        (Some(Login::Redirect { .. }), _) => Finding::not_checked(
            "The organization's login URL leads to another provider, or introduces Cognigy.AI by another name: what is declared \
             is not in force yet.",
        ),
        (Some(Login::Silent), _) => {
            Finding::not_checked("The organization's login URL tells nothing, and nothing depends on it.")
        }
        (None, _) => Finding::not_checked("Not checked: see connection."),
    }
}
