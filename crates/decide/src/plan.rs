//! The one thing to do next.

use cognigy_sso_api::{
    AdoptionPolicy, ApiUrl, ClientCheck, ConditionStatus, DriftPolicy, IdentityProviderConfigSpec, Mode, Oidc,
    Operation, Pending, Reason, VerificationMode,
};
use jiff::Timestamp;

use crate::account;
use crate::desired::Desired;
use crate::fault::{Class, Fault};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::observed::{Account, Login, Observed};
use crate::provider::{self, Provider};
use crate::resource::Resource;

/// A change to make. A visit makes them one at a time, and each is planned afresh.
#[derive(Debug)]
pub enum Effect {
    /// Put the finalizer on, before anything is applied that a deletion must reset.
    AddFinalizer,
    /// Take the finalizer off.
    RemoveFinalizer,
    /// Write down what is about to be done.
    Record(Pending),
    /// Configure an organization that has no configuration.
    Configure(Desired),
    /// Reset, and at once configure.
    Replace {
        /// The configuration that comes in.
        desired: Desired,
        /// Was the configuration that goes applied by somebody else?
        adopts: bool,
    },
    /// Reset, since the resource is being deleted.
    Reset,
}

/// The next effect, and what was found on the way to it.
#[derive(Debug)]
pub struct Plan {
    /// What to do, if anything.
    pub effect: Option<Effect>,
    pub(crate) findings: Findings,
    pub(crate) outlook: Outlook,
}

/// What `Configured` says when nothing is done.
#[derive(Debug)]
pub(crate) enum Outlook {
    /// The declared configuration is the one that was applied.
    InForce,
    /// It is not, for this reason.
    Held(Finding),
    /// Nothing was looked at, by request.
    Suspended,
    /// The resource is going.
    Leaving(Option<Finding>),
}

/// The outcome of every check.
#[derive(Debug)]
pub(crate) struct Findings {
    pub secrets: Finding,
    pub connection: Finding,
    pub issuer: Finding,
    pub client: Finding,
    pub sync: Finding,
    /// How many published keys fit, where the provider was judged.
    pub key_count: Option<u32>,
    /// What is worth saying though it blocks nothing.
    pub warning: Option<String>,
}

impl Findings {
    /// Nothing was asked, because of `why`.
    fn none(why: &str) -> Self {
        let finding = || Finding::not_checked(why);
        Self {
            secrets: finding(),
            connection: finding(),
            issuer: finding(),
            client: finding(),
            sync: finding(),
            key_count: None,
            warning: None,
        }
    }

    /// The check that forbids a change, if one does. What cannot be told about the provider forbids it too: a working
    /// configuration is not given up for one that nobody could look at.
    fn blocker(&self, mode: VerificationMode) -> Option<&Finding> {
        let issuer_blocks = match self.issuer.status {
            ConditionStatus::True => false,
            ConditionStatus::False => mode == VerificationMode::Enforce,
            ConditionStatus::Unknown => true,
        };
        let checks = [
            (!self.secrets.is_true(), &self.secrets),
            (!self.connection.is_true(), &self.connection),
            (issuer_blocks, &self.issuer),
        ];
        checks.into_iter().find_map(|(blocks, finding)| blocks.then_some(finding))
    }
}

/// Says what to do next about this resource.
///
/// It is total: every resource and every observation has a plan, and one whose effect is done plans that effect no more.
#[must_use]
pub fn plan(resource: &Resource, observed: &Observed, now: Timestamp) -> Plan {
    let spec = match &resource.spec {
        Ok(spec) => spec,
        Err(problem) => return invalid(resource, problem),
    };
    if resource.deleting {
        return leave(resource, spec, observed);
    }
    if spec.suspend {
        return Plan {
            effect: None,
            findings: Findings::none("Not checked while spec.suspend is true."),
            outlook: Outlook::Suspended,
        };
    }
    let Some(oidc) = supported(spec).ok().flatten() else {
        let field = supported(spec).err().unwrap_or("spec.oidc");
        let message = format!("{field}: this version of the operator cannot do that yet. Take it out, or upgrade.");
        return refused(resource, Reason::Unsupported, message);
    };
    let findings = judge(resource, spec, oidc, observed);
    let (effect, outlook) = manage(resource, spec, oidc, observed, &findings, now);
    Plan { effect, findings, outlook }
}

/// The OpenID Connect part, unless the resource asks for what cannot be done yet.
fn supported(spec: &IdentityProviderConfigSpec) -> Result<Option<&Oidc>, &'static str> {
    if spec.saml.is_some() {
        return Err("spec.saml");
    }
    if spec.drift_policy == DriftPolicy::Report {
        return Err("spec.driftPolicy: Report");
    }
    if spec.verification.client_check == ClientCheck::Periodic {
        return Err("spec.verification.clientCheck: Periodic");
    }
    Ok(spec.oidc.as_ref())
}

impl Resource {
    /// Is there anything to read outside before this resource can be planned?
    #[must_use]
    pub fn needs_observation(&self) -> bool {
        let Ok(spec) = &self.spec else { return false };
        if self.deleting {
            return self.must_reset();
        }
        !spec.suspend && matches!(supported(spec), Ok(Some(_)))
    }

    /// Is this resource's own configuration to be reset before it goes?
    #[must_use]
    pub fn must_reset(&self) -> bool {
        let touched = self.status.applied.is_some() || self.status.pending.is_some();
        self.deleting && self.finalizer && touched && self.resets_on_deletion()
    }
}

fn invalid(resource: &Resource, problem: &str) -> Plan {
    refused(resource, Reason::InvalidSpec, format!("The resource cannot be read: {problem}. Correct the named field."))
}

/// A resource that is not acted on as it stands. What it was before stays as it is; should it be going, nothing holds it.
fn refused(resource: &Resource, reason: Reason, message: String) -> Plan {
    let finding = Finding::refuted(reason, message, Class::Input);
    let effect = (resource.deleting && resource.finalizer).then_some(Effect::RemoveFinalizer);
    let outlook = if resource.deleting { Outlook::Leaving(None) } else { Outlook::Held(finding) };
    Plan { effect, findings: Findings::none("Not checked: see the condition Configured."), outlook }
}

fn judge(resource: &Resource, spec: &IdentityProviderConfigSpec, oidc: &Oidc, observed: &Observed) -> Findings {
    let (issuer, key_count, warning) = judge_issuer(oidc, observed);
    Findings {
        secrets: judge_secrets(observed),
        connection: judge_connection(resource, spec, observed),
        issuer,
        client: Finding::not_checked("This version does not try the client's credentials at the provider."),
        sync: Finding::not_checked("This version does not look for changes made by others."),
        key_count,
        warning,
    }
}

fn judge_secrets(observed: &Observed) -> Finding {
    let faults: Vec<_> = observed.inputs.faults().collect();
    // The gravest comes first: what a person must mend, then what is awaited, then what may pass.
    let first = faults.iter().min_by_key(|fault| match fault.class() {
        Class::Input => 0,
        Class::Absent => 1,
        Class::Transient | Class::Throttled(_) => 2,
    });
    let Some(first) = first else {
        return Finding::verified(Reason::Resolved, "Every referenced key exists and holds a usable value.");
    };
    let messages: Vec<_> = faults.iter().map(|fault| fault.message()).collect();
    Finding { message: messages.join(" "), ..Finding::from(*first) }
}

fn judge_connection(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Finding {
    match &observed.account {
        None => {
            Finding::not_checked("Not checked until the API key and the CA bundle can be read: see SecretsResolved.")
        }
        Some(Err(fault)) => fault.into(),
        Some(Ok(account)) => account::judge(resource, spec, account),
    }
}

fn judge_issuer(oidc: &Oidc, observed: &Observed) -> (Finding, Option<u32>, Option<String>) {
    let judged = match observed.provider.as_deref() {
        None => {
            let finding = Finding::not_checked("Not checked until the CA bundle can be read: see SecretsResolved.");
            return (finding, None, None);
        }
        Some(Err(fault)) => Err(fault.clone()),
        Some(Ok(provider)) => provider::judge(oidc, provider).map(|keys| (keys, provider)),
    };
    match judged {
        Err(fault) => ((&fault).into(), None, None),
        Ok((keys, provider)) => {
            let issuer = &oidc.issuer;
            let algorithm = oidc.id_token_signed_response_alg.as_str();
            let message = if oidc.id_token_signed_response_alg.is_symmetric() {
                format!("{issuer} publishes all that is needed; the client secret signs with {algorithm}.")
            } else {
                format!("{issuer} publishes all that is needed, with {keys} signing key(s) for {algorithm}.")
            };
            (Finding::verified(Reason::Verified, message), Some(keys), scope_warning(oidc, provider))
        }
    }
}

fn scope_warning(oidc: &Oidc, provider: &Provider) -> Option<String> {
    let unlisted = provider::unlisted_scopes(oidc, provider);
    (!unlisted.is_empty())
        .then(|| format!("The provider does not list the scope(s) {}; it may refuse them.", unlisted.join(", ")))
}

fn manage(
    resource: &Resource,
    spec: &IdentityProviderConfigSpec,
    oidc: &Oidc,
    observed: &Observed,
    findings: &Findings,
    now: Timestamp,
) -> (Option<Effect>, Outlook) {
    let wants_finalizer = resource.resets_on_deletion();
    if resource.finalizer && !wants_finalizer {
        return (Some(Effect::RemoveFinalizer), Outlook::InForce);
    }
    let desired = desired(spec, oidc, observed);
    if let Some(desired) = &desired
        && resource.status.pending.is_none()
        && is_applied(resource, observed, desired)
    {
        let effect = (wants_finalizer && !resource.finalizer).then_some(Effect::AddFinalizer);
        return (effect, Outlook::InForce);
    }
    let (Some(desired), None) = (desired, findings.blocker(spec.verification.mode)) else {
        return (None, Outlook::Held(change_pending(resource, findings)));
    };
    if spec.mode == Mode::Plan {
        return (None, Outlook::Held(planned(resource, &desired)));
    }
    match change(resource, spec, observed, desired) {
        Err(finding) => (None, Outlook::Held(finding)),
        Ok(_) if wants_finalizer && !resource.finalizer => (Some(Effect::AddFinalizer), Outlook::InForce),
        Ok(effect) => (Some(recorded_first(resource, spec, effect, now)), Outlook::InForce),
    }
}

/// What is to be applied, once every part of it is known.
fn desired(spec: &IdentityProviderConfigSpec, oidc: &Oidc, observed: &Observed) -> Option<Desired> {
    let account = observed.account.as_ref()?.as_ref().ok()?;
    let client_id = observed.inputs.client_id.as_ref().ok()?.clone();
    let client_secret = observed.inputs.client_secret.as_ref().ok()?.clone();
    let host = ApiUrl::parse(&spec.cognigy.api_url).ok()?.authority();
    Some(Desired::oidc(oidc, client_id, client_secret, account.organization.clone(), host))
}

/// Is this what was applied last? Equal versions of all inputs say so at no cost; only else is it hashed.
fn is_applied(resource: &Resource, observed: &Observed, desired: &Desired) -> bool {
    let Some(applied) = &resource.status.applied else { return false };
    let same_inputs = applied.generation == resource.generation && applied.secrets == observed.inputs.versions;
    same_inputs || observed.known_unchanged || Fingerprint::matches(&applied.fingerprint, desired)
}

fn change_pending(resource: &Resource, findings: &Findings) -> Finding {
    let unresolved = !findings.secrets.is_true() || !findings.connection.is_true();
    match &resource.status.applied {
        Some(_) if unresolved => Finding::not_checked(
            "What was applied last is still in place; whether it is what is declared cannot be told until SecretsResolved \
             and ConnectionReady are True.",
        ),
        Some(applied) => Finding {
            status: ConditionStatus::False,
            reason: Reason::ChangePending,
            message: format!(
                "The change is not applied before the provider is verified; the configuration of generation {} stays in \
                 place.",
                applied.generation
            ),
            class: None,
        },
        None => Finding {
            status: ConditionStatus::False,
            reason: Reason::ChangePending,
            message: "Nothing is applied before every check holds.".to_owned(),
            class: None,
        },
    }
}

fn planned(resource: &Resource, desired: &Desired) -> Finding {
    let action = if resource.status.applied.is_some() {
        "reset the configuration and at once apply the declared one"
    } else {
        "apply the declared configuration"
    };
    let message = format!(
        "spec.mode is Plan: in mode Manage the operator would {action} in organization {} (client id {}).",
        desired.organization, desired.client_id
    );
    Finding { status: ConditionStatus::False, reason: Reason::Planned, message, class: None }
}

/// Configure or replace? An organization that this resource did not configure is replaced only as `adoptionPolicy` allows.
fn change(
    resource: &Resource,
    spec: &IdentityProviderConfigSpec,
    observed: &Observed,
    desired: Desired,
) -> Result<Effect, Finding> {
    let status = &resource.status;
    if status.applied.is_some() {
        return Ok(Effect::Replace { desired, adopts: false });
    }
    let existing = existing(observed, &desired);
    if status.pending.is_some() {
        let replaces = existing != Existing::None;
        return Ok(if replaces { Effect::Replace { desired, adopts: false } } else { Effect::Configure(desired) });
    }
    let may_adopt = match spec.adoption_policy {
        AdoptionPolicy::Always => true,
        AdoptionPolicy::IfMatching => existing == Existing::Matching,
        AdoptionPolicy::Never => false,
    };
    match existing {
        Existing::None => Ok(Effect::Configure(desired)),
        _ if may_adopt => Ok(Effect::Replace { desired, adopts: true }),
        Existing::Matching | Existing::Other => Err(already_configured(spec, &desired, existing)),
    }
}

/// The configuration that the organization has, as far as it shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    /// None shows.
    None,
    /// The login URL leads to the declared provider and client.
    Matching,
    /// There is one, and it is another or does not show.
    Other,
}

fn existing(observed: &Observed, desired: &Desired) -> Existing {
    let published = observed.provider.as_deref().and_then(|provider| provider.as_ref().ok());
    match &observed.login {
        Some(Login::Redirect { endpoint, client_id }) => {
            let same_provider = published.is_some_and(|provider| *provider.authorization_endpoint == **endpoint);
            if same_provider && *client_id == desired.client_id { Existing::Matching } else { Existing::Other }
        }
        _ if observed.already_configured => Existing::Other,
        _ => Existing::None,
    }
}

fn already_configured(spec: &IdentityProviderConfigSpec, desired: &Desired, existing: Existing) -> Finding {
    let shown = match existing {
        Existing::Matching => "for the same provider and client",
        _ => "that is not known to be for the same provider and client",
    };
    let message = format!(
        "Organization {} already has a configuration {shown}, and this resource did not apply it. Set spec.adoptionPolicy \
         (now {:?}) to Always to replace it, or reset it in Cognigy.AI.",
        desired.organization, spec.adoption_policy
    );
    Finding::refuted(Reason::AlreadyConfigured, message, Class::Input)
}

/// A change is on record before its first call wherever a crash could otherwise leave behind what looks like somebody else's
/// work: before each reset, and before a first configuration that could not be adopted afterwards.
fn recorded_first(resource: &Resource, spec: &IdentityProviderConfigSpec, effect: Effect, now: Timestamp) -> Effect {
    if resource.status.pending.is_some() {
        return effect;
    }
    let operation = match effect {
        Effect::Replace { .. } => Operation::Replace,
        Effect::Configure(_) if spec.adoption_policy == AdoptionPolicy::Never => Operation::Configure,
        other => return other,
    };
    Effect::Record(Pending { operation, time: now })
}

/// A resource that is being deleted.
fn leave(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Plan {
    let findings = Findings::none("Not checked: the resource is being deleted.");
    if !resource.finalizer {
        return Plan { effect: None, findings, outlook: Outlook::Leaving(None) };
    }
    if !resource.must_reset() || observed.reset {
        return Plan { effect: Some(Effect::RemoveFinalizer), findings, outlook: Outlook::Leaving(None) };
    }
    match may_reset(resource, spec, observed) {
        Ok(true) => Plan { effect: Some(Effect::Reset), findings, outlook: Outlook::Leaving(None) },
        Ok(false) => Plan { effect: Some(Effect::RemoveFinalizer), findings, outlook: Outlook::Leaving(None) },
        Err(obstacle) => Plan { effect: None, findings, outlook: Outlook::Leaving(Some(blocked(&obstacle))) },
    }
}

/// `false` when what this resource configured is out of its reach: the key has moved to another organization.
fn may_reset(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed) -> Result<bool, Finding> {
    if let Some(fault) = observed.inputs.api_key.as_ref().err().or(observed.inputs.authorities.first()) {
        return Err(fault.into());
    }
    match &observed.account {
        Some(Ok(account)) if account::former_organization(resource, account).is_some() => Ok(false),
        Some(Ok(account)) => {
            let finding = account::judge(resource, spec, account);
            if finding.is_true() { Ok(true) } else { Err(finding) }
        }
        Some(Err(fault)) => Err(fault.into()),
        None => Err(Finding::not_checked("The API key was not tried.")),
    }
}

pub(crate) fn blocked(obstacle: &Finding) -> Finding {
    let message = format!(
        "The resource is being deleted with deletionPolicy Reset, but the configuration cannot be reset. {} To let go \
         without a reset, set spec.deletionPolicy to Retain.",
        obstacle.message
    );
    Finding { reason: Reason::DeletionBlocked, message, status: ConditionStatus::False, class: obstacle.class }
}

impl Plan {
    /// The account that the configuration is for, where it is known and fits.
    pub(crate) fn account<'a>(&self, observed: &'a Observed) -> Option<&'a Account> {
        observed.account.iter().flatten().next().filter(|_| self.findings.connection.is_true())
    }
}
