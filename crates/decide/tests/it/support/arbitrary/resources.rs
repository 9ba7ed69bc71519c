//! Resources at random, with whatever status an earlier run may have left.

use std::sync::LazyLock;

use cognigy_sso_api::{
    AdoptionPolicy, Applied, ClientCheck, Condition, ConditionStatus, ConditionType, DeletionPolicy, DriftPolicy,
    IdentityProviderConfigSpec, IdentityProviderConfigStatus, Mode, Operation, Organization, Pending, Reason, Refused,
    VerificationMode,
};
use cognigy_sso_decide::Resource;
use jiff::Timestamp;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{event_id, mostly};
use crate::STRATEGY;
use crate::support::{
    ORGANIZATION, OTHER_ORGANIZATION, applied_saml, begun, desired, fingerprint, later, resource, spec, version,
};

/// Of the configuration that a resource declares if nothing about it was changed.
static FINGERPRINT: LazyLock<String> = LazyLock::new(|| fingerprint(&desired(&resource(|_| {}))).as_str().to_owned());

type Edit = fn(&mut IdentityProviderConfigSpec);

fn unusual_specs() -> Vec<Edit> {
    let edits: [Edit; 11] = [
        |spec| (STRATEGY.other().declare)(spec),
        |spec| spec.interval = "1m".into(),
        |spec| spec.interval = "24h".into(),
        |spec| spec.cognigy.organization_id = Some(ORGANIZATION.to_owned()),
        |spec| spec.cognigy.organization_id = Some(OTHER_ORGANIZATION.to_owned()),
        |spec| spec.cognigy.frontend_url = Some("https://trial.cognigy.ai".to_owned()),
        |spec| spec.cognigy.api_url = "https://256.256.256.256".into(),
        |spec| spec.drift_policy = DriftPolicy::Report,
        |spec| spec.verification.client_check = ClientCheck::Periodic,
        |spec| spec.suspend = true,
        |spec| spec.mode = Mode::Plan,
    ];
    edits.into_iter().chain((STRATEGY.unusual)()).collect()
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

fn fingerprints() -> impl Strategy<Value = Box<str>> {
    let others = vec!["".into(), "$argon2id$v=19$m=4294967295,t=9".into()];
    mostly(Box::from(FINGERPRINT.as_str()), others)
}

fn applied() -> impl Strategy<Value = Option<Applied>> {
    let is_saml = spec().saml.is_some();
    let saml = mostly(is_saml, vec![!is_saml]).prop_map(|is_saml| is_saml.then(|| Box::new(applied_saml())));
    let parts = (fingerprints(), 1..=3_i64, mostly("1", vec!["2"]), option::of(event_id()), saml);
    let applied = parts.prop_map(|(fingerprint, generation, number, audit_event_id, saml)| Applied {
        time: later(-3600),
        generation,
        fingerprint,
        secrets: vec![version(STRATEGY.secret, number), version("cognigy-api", number)],
        saml,
        audit_event_id,
    });
    option::of(applied)
}

fn pending() -> impl Strategy<Value = Option<Pending>> {
    use Operation::{Adopt, Configure, Correct, PutBack, Replace};
    let operation = select(vec![Configure, Replace, Adopt, Correct, PutBack]);
    let parts = (operation, option::of(fingerprints()), option::of(event_id()));
    let pending = parts.prop_map(|(operation, fingerprint, audit_event_id)| Pending {
        fingerprint,
        audit_event_id,
        ..begun(operation, later(-60))
    });
    option::weighted(0.2, pending)
}

fn refused() -> impl Strategy<Value = Option<Refused>> {
    let refused = (fingerprints(), 1..=3_i64).prop_map(|(fingerprint, generation)| Refused {
        time: later(-60),
        generation,
        fingerprint,
        message: "Cognigy.AI answers 400 to POST identityprovider/configure.".into(),
        again: false,
    });
    option::weighted(0.2, refused)
}

fn corrections() -> impl Strategy<Value = Vec<Timestamp>> {
    proptest::collection::vec((-7200..0_i64).prop_map(later), 0..=3)
}

fn statuses() -> impl Strategy<Value = IdentityProviderConfigStatus> {
    let organization = mostly(Some(ORGANIZATION), vec![None, Some(OTHER_ORGANIZATION)]);
    let record = (applied(), pending(), refused(), corrections());
    (conditions().boxed(), record.boxed(), organization, -1..=3_i64).prop_map(
        |(conditions, (applied, pending, refused, corrections), organization, observed_generation)| {
            let api_host: Box<str> = "api-trial.cognigy.ai".into();
            IdentityProviderConfigStatus {
                observed_generation,
                conditions,
                organization: organization.map(|id| Organization { id: id.into(), api_host: api_host.clone() }),
                applied,
                pending,
                refused,
                corrections,
                ..IdentityProviderConfigStatus::default()
            }
        },
    )
}

/// Resources.
pub fn resources() -> impl Strategy<Value = Resource> {
    let spec = prop_oneof![
        15 => specs().boxed().prop_map(|spec| Ok(Box::new(spec))),
        1 => Just(Err("missing field `cognigy`".into())),
    ];
    let marks = (prop::bool::weighted(0.2), any::<bool>(), option::of(Just("now".into())));
    let status = prop_oneof![3 => statuses().boxed(), 1 => Just(IdentityProviderConfigStatus::default())];
    (spec, status, marks, 3..=4_i64).prop_map(|(spec, status, (deleting, finalizer, requested_at), generation)| {
        Resource { spec, status, deleting, finalizer, requested_at, generation, ..resource(|_| {}) }
    })
}
