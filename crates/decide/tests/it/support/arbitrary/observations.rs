//! Observations at random.

use std::sync::Arc;

use cognigy_sso_api::{Operation, Pending};
use cognigy_sso_decide::{
    Account, CallFault, Certificate, Change, ChangeKind, Claimant, Compared, Desired, Expiry, InputFault, Inputs,
    Login, Metadata, Observed, Provider, ProviderFault, Resource, Rival, SamlInputs,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::faults::{call_fault, input_fault, provider_fault};
use super::trials::trial;
use super::{event_id, mostly};
use crate::STRATEGY;
use crate::support::{
    API_KEY, CERTIFICATE, NAME, ORGANIZATION, OTHER_ORGANIZATION, SECRET, STRANGER, USER, begun, certificate, desired,
    fingerprint, later, login_differs, login_matches, metadata, provider, resource, version,
};

/// Shall what is missing be missing for the want of something, as it is when it was really observed?
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Coherence {
    Coherent,
    Anything,
}

fn value(usual: &'static str, field: &'static str) -> impl Strategy<Value = Result<String, InputFault>> {
    let usable = prop_oneof![4 => Just(usual.to_owned()), 1 => Just(format!("{usual}-rotated"))];
    prop_oneof![5 => usable.prop_map(Ok), 1 => input_fault(field).prop_map(Err)]
}

fn authorities() -> impl Strategy<Value = Vec<InputFault>> {
    let cognigy = proptest::option::weighted(0.1, input_fault("spec.cognigy.caBundle"));
    let provider = proptest::option::weighted(0.1, input_fault(STRATEGY.authority_field));
    (cognigy, provider).prop_map(|(cognigy, provider)| cognigy.into_iter().chain(provider).collect())
}

/// Days around each threshold, and texts that are no date.
fn expiries() -> impl Strategy<Value = Vec<Expiry>> {
    let text = prop_oneof![(-1..40_i64).prop_map(|days| later(days * 86_400).to_string()), Just("soon".to_owned())];
    let expiry = text.prop_map(|text| Expiry::read(STRATEGY.secret, &text));
    proptest::option::weighted(0.2, expiry).prop_map(|expiry| expiry.into_iter().collect())
}

/// A certificate that is declared: the one that is published, or another.
fn pinned() -> impl Strategy<Value = Option<Result<Certificate, InputFault>>> {
    let given = mostly(CERTIFICATE, vec!["MIICAnother"]).prop_map(certificate);
    let given = prop_oneof![3 => given.prop_map(Ok), 1 => input_fault("spec.saml.certificate").prop_map(Err)];
    proptest::option::weighted(0.3, given)
}

fn documents() -> impl Strategy<Value = Vec<InputFault>> {
    let fault = proptest::option::weighted(0.1, input_fault("spec.saml.metadataRef"));
    fault.prop_map(|fault| fault.into_iter().collect())
}

/// The values of both strategies.
fn inputs() -> impl Strategy<Value = Inputs> {
    let values = (
        value(API_KEY, "spec.cognigy.apiKeySecretRef"),
        value(NAME, "spec.oidc.clientIdSecretRef"),
        value(SECRET, STRATEGY.secret_field),
    );
    let given = (values, authorities(), mostly("1", vec!["2"]), expiries(), pinned(), documents());
    given.prop_map(|((api_key, client_id, secret), authorities, number, expiries, certificate, documents)| {
        let read = [(STRATEGY.secret, secret.is_ok()), ("cognigy-api", api_key.is_ok())];
        let versions = read.iter().filter(|(_, read)| *read).map(|(name, _)| version(name, number)).collect();
        let (api_key, client_secret) = (api_key.map(Into::into), secret.clone().map(Into::into));
        let saml = SamlInputs { certificate, decryption_key: Some(secret.map(Into::into)), documents };
        Inputs { api_key, client_id, client_secret, saml, authorities, versions, expiries: Some(expiries) }
    })
}

fn account() -> impl Strategy<Value = Account> {
    let organization = mostly(ORGANIZATION, vec![OTHER_ORGANIZATION]);
    (organization, mostly(true, vec![false]), mostly(false, vec![true])).prop_map(
        |(organization, is_admin, disabled)| Account {
            organization: organization.to_owned(),
            is_admin,
            disabled,
            ..crate::support::account()
        },
    )
}

fn published() -> impl Strategy<Value = Result<Provider, ProviderFault>> {
    let edits: [fn(&mut Provider); 5] = [
        |_| {},
        |provider| provider.keys = Ok(Vec::new()),
        |provider| provider.algorithms.clear(),
        |provider| provider.response_types.clear(),
        |provider| provider.scopes = Some(Vec::new()),
    ];
    let keys = (provider_fault(), any::<bool>()).prop_map(|(fault, broken)| {
        provider(|provider| {
            if broken {
                provider.keys = Err(fault);
            }
        })
    });
    prop_oneof![
        4 => Just(()).prop_map(|()| Ok(provider(|_| {}))),
        1 => select(edits.to_vec()).prop_map(|edit| Ok(provider(edit))),
        1 => keys.prop_map(Ok),
        2 => provider_fault().prop_map(Err),
    ]
}

fn described() -> impl Strategy<Value = Result<Metadata, ProviderFault>> {
    let edits: [fn(&mut Metadata); 7] = [
        |metadata| metadata.valid_until = Some(later(-1)),
        |metadata| metadata.certificates.push(certificate("MIICNext")),
        |metadata| metadata.certificates = vec![certificate("MIICNext")],
        |metadata| metadata.certificates = ["MIICNext", "MIICLast"].map(certificate).into(),
        |metadata| metadata.certificates[0].not_before = later(60),
        |metadata| metadata.certificates[0].not_after = later(-1),
        |metadata| {
            metadata.logout_endpoint = Some("https://idp.acme.example/saml/slo".into());
            metadata.wants_signed_requests = true;
        },
    ];
    prop_oneof![
        4 => Just(()).prop_map(|()| Ok(metadata(|_| {}))),
        3 => select(edits.to_vec()).prop_map(|edit| Ok(metadata(edit))),
        2 => provider_fault().prop_map(Err),
    ]
}

fn login() -> impl Strategy<Value = Option<Login>> {
    let endpoint = STRATEGY.endpoint.to_owned();
    let other_strategy = Login::Redirect { endpoint, party: (STRATEGY.other().party)(NAME.to_owned()) };
    mostly(Some(Login::Silent), vec![None, Some(login_matches()), Some(login_differs()), Some(other_strategy)])
}

fn newest_change() -> impl Strategy<Value = Change> {
    let kind = mostly(ChangeKind::Configure, vec![ChangeKind::Reset]);
    (event_id(), kind, -7200..=0_i64, mostly(USER, vec![STRANGER])).prop_map(|(id, kind, seconds, user)| Change {
        id,
        kind,
        time: later(seconds),
        user: user.into(),
    })
}

fn history() -> impl Strategy<Value = Result<Option<Change>, CallFault>> {
    prop_oneof![
        2 => Just(()).prop_map(|()| Ok(None)),
        3 => newest_change().prop_map(|change| Ok(Some(change))),
        1 => call_fault().prop_map(Err),
    ]
}

fn rival() -> impl Strategy<Value = Option<Rival>> {
    let older = Resource { name: "elder".into(), uid: "0a7e".into(), created: later(-60), ..resource(|_| {}) };
    let rival = prop_oneof![4 => Just(Rival::Older(Claimant::of(&older))), 1 => Just(Rival::Untold)];
    proptest::option::weighted(0.1, rival)
}

/// What is held in memory of what was applied, or of something else.
fn previous() -> impl Strategy<Value = Option<Arc<Desired>>> {
    let held = desired(&resource(|_| {}));
    proptest::option::of(Just(Arc::new(held)))
}

/// What was begun in this visit, before Cognigy.AI was found to be configured.
fn begun_now(already_configured: bool) -> Option<Pending> {
    let fingerprint = Some(fingerprint(&desired(&resource(|_| {}))).as_str().into());
    already_configured.then(|| Pending { fingerprint, ..begun(Operation::Configure, later(0)) })
}

/// An observation in which all that is needed is there.
pub fn good_observation() -> impl Strategy<Value = Observed> {
    let published = prop_oneof![4 => Just(()).prop_map(|()| Ok(provider(|_| {}))), 1 => published()];
    let described = prop_oneof![4 => Just(()).prop_map(|()| Ok(metadata(|_| {}))), 1 => described()];
    let rotated = prop::bool::weighted(0.3);
    let configured = prop::bool::weighted(0.2);
    let organization = (login(), history(), rival(), previous(), configured);
    (organization.boxed(), published.boxed(), described.boxed(), rotated).prop_map(
        |((login, history, rival, previous, configured), published, described, rotated)| {
            crate::support::observed(|observed| {
                (STRATEGY.other().observe)(observed);
                observed.login = login;
                observed.history = Some(history);
                (observed.rival, observed.previous) = (rival, previous);
                observed.begun = begun_now(configured);
                observed.provider = Some(Arc::new(published));
                observed.metadata = Some(Arc::new(described));
                observed.already_configured = configured;
                if rotated {
                    crate::support::rotated(observed);
                }
            })
        },
    )
}

/// An observation.
pub fn observation(coherence: Coherence) -> impl Strategy<Value = Observed> {
    let account = prop_oneof![3 => account().prop_map(Ok), 1 => call_fault().prop_map(Err)];
    let flags = (prop::bool::weighted(0.1), prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let given = (prop::bool::weighted(0.9), prop::bool::weighted(0.9));
    let trial = (prop::option::weighted(0.5, trial()), prop::option::of((0..3600_i64).prop_map(later)));
    let organization = (account, login(), history(), rival(), previous());
    let providers = (published(), described());
    (inputs().boxed(), organization.boxed(), providers.boxed(), flags, given, trial.boxed()).prop_map(
        move |(
            inputs,
            organization,
            (provider, metadata),
            (known_unchanged, already_configured, reset),
            (asked, fetched),
            trial,
        )| {
            let (trial, last_tried) = trial;
            let (account, login, history, rival, previous) = organization;
            let unusable = |field: &str| inputs.authorities.iter().any(|fault| fault.field == field);
            let (asked, fetched) = match coherence {
                Coherence::Anything => (asked, fetched),
                Coherence::Coherent => {
                    (inputs.api_key.is_ok() && !unusable("spec.cognigy.caBundle"), !unusable(STRATEGY.authority_field))
                }
            };
            let is_found = coherence == Coherence::Anything || inputs.saml.documents.is_empty();
            Observed {
                account: asked.then_some(account),
                provider: fetched.then(|| Arc::new(provider)),
                metadata: (fetched && is_found).then(|| Arc::new(metadata)),
                login: login.filter(|_| asked),
                history: asked.then_some(history),
                rival,
                theirs: None,
                previous,
                begun: begun_now(already_configured),
                inputs,
                known_unchanged,
                already_configured,
                recorded: false,
                reset,
                trial: trial.map(Arc::new),
                last_tried,
                compared: Compared::default(),
            }
        },
    )
}
