//! Resources at random, with whatever status an earlier run may have left.

use std::sync::LazyLock;

use cognigy_sso_api::{
    AdoptionPolicy, Applied, ClientCheck, Condition, ConditionStatus, ConditionType, DeletionPolicy, DriftPolicy,
    IdentityProviderConfigSpec, IdentityProviderConfigStatus, Mode, Operation, Organization, Pending, Reason,
    SigningAlgorithm, VerificationMode,
};
use cognigy_sso_decide::{Fingerprint, Resource};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::mostly;
use crate::support::{ORGANIZATION, OTHER_ORGANIZATION, SALT, desired, later, oidc, resource, spec, version};

/// Of the configuration that a resource declares if nothing about it was changed.
static FINGERPRINT: LazyLock<String> =
    LazyLock::new(|| Fingerprint::of(&desired(&resource(|_| {})), &SALT).unwrap().as_str().to_owned());

type Edit = fn(&mut IdentityProviderConfigSpec);

fn unusual_specs() -> Vec<Edit> {
    vec![
        |spec| oidc(spec).additional_scopes = vec!["groups".to_owned()],
        |spec| oidc(spec).id_token_signed_response_alg = SigningAlgorithm::HS256,
        |spec| spec.interval = "1m".into(),
        |spec| spec.interval = "24h".into(),
        |spec| spec.cognigy.organization_id = Some(ORGANIZATION.to_owned()),
        |spec| spec.cognigy.organization_id = Some(OTHER_ORGANIZATION.to_owned()),
        |spec| spec.cognigy.frontend_url = Some("https://trial.cognigy.ai".to_owned()),
        |spec| spec.cognigy.api_url = "https://256.256.256.256".into(),
        |spec| spec.drift_policy = DriftPolicy::Report,
        |spec| spec.verification.client_check = ClientCheck::Periodic,
        |spec| spec.oidc = None,
        |spec| spec.suspend = true,
        |spec| spec.mode = Mode::Plan,
    ]
}

fn specs() -> impl Strategy<Value = IdentityProviderConfigSpec> {
    let edit = mostly((|_| {}) as Edit, unusual_specs());
    let adoption = select(vec![AdoptionPolicy::IfMatching, AdoptionPolicy::Never, AdoptionPolicy::Always]);
    let deletion = select(vec![DeletionPolicy::Retain, DeletionPolicy::Reset]);
    let verification = mostly(VerificationMode::Enforce, vec![VerificationMode::Warn]);
    (edit, adoption, deletion, verification).prop_map(|(edit, adoption, deletion, verification)| {
        let mut spec = spec();
        edit(&mut spec);
        spec.adoption_policy = adoption;
        spec.deletion_policy = deletion;
        spec.verification.mode = verification;
        spec
    })
}

fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    let types = subsequence(ConditionType::ALL.to_vec(), 0..=ConditionType::ALL.len());
    let status = select(vec![ConditionStatus::True, ConditionStatus::False, ConditionStatus::Unknown]);
    let detail = (status, select(Reason::ALL.to_vec()), 0..=3_i64, -100_000..0_i64);
    (types, proptest::collection::vec(detail, ConditionType::ALL.len())).prop_map(|(types, details)| {
        let conditions = types.into_iter().zip(details);
        conditions
            .map(|(r#type, (status, reason, observed_generation, seconds))| Condition {
                r#type,
                status,
                observed_generation,
                last_transition_time: later(seconds),
                reason,
                message: "as it was".into(),
            })
            .collect()
    })
}

fn applied() -> impl Strategy<Value = Option<Applied>> {
    let fingerprint = mostly(FINGERPRINT.clone(), vec![String::new(), "$argon2id$v=19$m=4294967295,t=9".to_owned()]);
    let number = mostly("1", vec!["2"]);
    let applied = (fingerprint, 1..=3_i64, number).prop_map(|(fingerprint, generation, number)| Applied {
        time: later(-3600),
        generation,
        fingerprint: fingerprint.into(),
        secrets: vec![version("acme-oidc", number), version("cognigy-api", number)],
        audit_event_id: None,
    });
    proptest::option::of(applied)
}

fn statuses() -> impl Strategy<Value = IdentityProviderConfigStatus> {
    let operation = select(vec![Operation::Configure, Operation::Replace, Operation::Adopt]);
    let pending = operation.prop_map(|operation| Pending { operation, time: later(-60) });
    let organization = mostly(Some(ORGANIZATION), vec![None, Some(OTHER_ORGANIZATION)]);
    let parts = (conditions(), applied(), proptest::option::weighted(0.2, pending), organization, -1..=3_i64);
    parts.prop_map(|(conditions, applied, pending, organization, observed_generation)| IdentityProviderConfigStatus {
        observed_generation,
        conditions,
        organization: organization.map(|id| Organization { id: id.into(), api_host: "api-trial.cognigy.ai".into() }),
        urls: None,
        issuer: None,
        applied,
        pending,
        last_handled_reconcile_at: None,
    })
}

/// Resources.
pub fn resources() -> impl Strategy<Value = Resource> {
    let spec = prop_oneof![
        15 => specs().prop_map(|spec| Ok(Box::new(spec))),
        1 => Just(Err("missing field `cognigy`".into())),
    ];
    let marks = (prop::bool::weighted(0.2), any::<bool>(), proptest::option::of(Just("now".into())));
    let status = prop_oneof![3 => statuses(), 1 => Just(IdentityProviderConfigStatus::default())];
    (spec, status, marks, 3..=4_i64).prop_map(|(spec, status, (deleting, finalizer, requested_at), generation)| {
        Resource { spec, status, deleting, finalizer, requested_at, generation, ..resource(|_| {}) }
    })
}
