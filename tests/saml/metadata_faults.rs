//! Metadata that cannot be trusted or used: each ends as a condition that says so, and what is in force stays.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::saml::{Binding, Distortion, Flaw, Profile, Signature, signing_certificate};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::strategy;
use crate::support::{ORGANIZATION, PROVIDER, World, declared};

use ConditionStatus::False;

fn trusted() -> Value {
    json!({ "metadataCertificate": { "configMapRef": { "name": "trusted", "key": "signer.pem" } } })
}

#[tokio::test]
async fn only_metadata_with_the_right_signature_is_taken() {
    let world = World::new("signed").await;
    world.put_config_map("trusted", &[("signer.pem", &signing_certificate("signer").unwrap().pem)]).await;
    world.provider.edit(PROVIDER, |profile| profile.signature = Some(Signature::by("signer")));
    let _operator = world.operator().await;
    world.create(world.idp("acme").declaring(trusted())).await;
    world.ready("acme").await;
    let working = world.cognigy.configuration(ORGANIZATION);
    let cases = [
        (None, "is not signed"),
        (Some(Signature::by("signer").with(Flaw::DocumentChanged)), "was changed after it was signed"),
        (Some(Signature::by("signer").with(Flaw::OtherValue)), "spec.saml.metadataCertificate"),
        (Some(Signature::by("somebody")), "is signed by another certificate"),
    ];
    for (signature, words) in cases {
        world.provider.edit(PROVIDER, |profile| {
            profile.signature = signature;
            profile.sign_with(&["brought-in"]);
        });
        world.check("acme").await;
        let refused = world.condition("acme", ConditionType::IssuerVerified, False, Reason::SignatureInvalid).await;
        assert!(refused.message.contains(words), "{words}: {}", refused.message);
        assert_eq!(world.cognigy.configuration(ORGANIZATION), working);
    }
    assert_eq!(world.changes(), [Operation::Configure]);
}

type Edit = fn(&mut Profile);

#[tokio::test]
async fn documents_that_are_hostile_or_broken_are_refuted() {
    let world = World::new("hostile").await;
    let type_declared = "has a document type declaration, which is never followed";
    let cases: [(&str, Edit, &str); 6] = [
        ("doctype", |profile| profile.distortion = Some(Distortion::DocumentType), type_declared),
        ("nested", |profile| profile.distortion = Some(Distortion::NestedEntities), type_declared),
        ("external", |profile| profile.distortion = Some(Distortion::ExternalEntity), type_declared),
        ("cut", |profile| profile.distortion = Some(Distortion::CutOff), "is no well-formed XML"),
        ("huge", |profile| profile.padding = 300 * 1024, "larger than"),
        ("other", |profile| profile.document = Some("<a/>".to_owned()), "is no SAML metadata"),
    ];
    world.will_have(cases.iter().map(|(name, ..)| name));
    let _operator = world.operator().await;
    for (name, edit, words) in cases {
        let address = world.add_provider(name);
        world.provider.edit(name, edit);
        world.create(world.own_idp(name).await.declaring(strategy::at(&address))).await;
        let refused = world.condition(name, ConditionType::IssuerVerified, False, Reason::MetadataInvalid).await;
        assert!(refused.message.contains(words), "{name}: {}", refused.message);
    }
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn an_identity_provider_that_takes_no_redirected_requests_is_refuted() {
    let world = World::new("binding").await;
    world.provider.edit(PROVIDER, |profile| profile.login.retain(|endpoint| endpoint.binding == Binding::HttpPost));
    let _operator = world.operator().await;
    // Not even one that only warns has anything to send.
    world.create(world.idp("acme").with("/spec/verification", json!({ "mode": "Warn" }))).await;
    let refused = world.condition("acme", ConditionType::IssuerVerified, False, Reason::BindingNotSupported).await;
    assert!(refused.message.contains("HTTP-POST"), "{}", refused.message);
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn metadata_that_has_run_out_is_refuted_and_what_is_in_force_stays() {
    let world = World::new("run-out").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    let yesterday = Timestamp::now() - SignedDuration::from_hours(24);
    world.provider.edit(PROVIDER, |profile| {
        profile.valid_until = Some(yesterday.to_string());
        profile.sign_with(&["renewed"]);
    });
    world.check("acme").await;
    world.condition("acme", ConditionType::IssuerVerified, False, Reason::MetadataExpired).await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn of_several_identity_providers_one_is_chosen_by_its_entity_id() {
    let world = World::new("federation").await;
    world.add_provider("partner");
    world.provider.edit(PROVIDER, |profile| profile.beside = vec!["partner".to_owned()]);
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let refused = world.condition("acme", ConditionType::IssuerVerified, False, Reason::EntityAmbiguous).await;
    let partner = world.provider.profile("partner").unwrap().entity_id;
    assert!(refused.message.contains("spec.saml.entityId") && refused.message.contains(&partner), "{refused:?}");

    world.patch("acme", declared(&json!({ "entityId": partner }))).await;
    let shown = world.ready("acme").await.status.unwrap().saml.unwrap();
    assert_eq!(shown.entity_id.as_deref(), Some(&*partner));
    let held = world.cognigy.configuration(ORGANIZATION).unwrap();
    assert_eq!(strategy::place_in(&held), strategy::place(&world.provider, "partner"));
}

#[tokio::test]
async fn who_asks_for_signed_requests_is_warned_of_only() {
    let world = World::new("wants-signed").await;
    world.provider.edit(PROVIDER, |profile| profile.wants_signed_requests = Some(true));
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let ready = world.ready("acme").await;
    let ready = crate::support::current(&ready, ConditionType::Ready).unwrap();
    assert!(ready.message.contains("asks for signed requests"), "{}", ready.message);
}
