//! The signing certificate: Cognigy.AI takes one, and the wrong one locks everybody out.

use cognigy_sso_api::{ConditionStatus, ConditionType, ExpiringKind, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::saml::{FIRST, Profile, PublishedKey, Usage, Validity, certificate, signing_certificate};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::strategy::Asked;
use crate::support::{ORGANIZATION, PROVIDER, World, current, declared, eventually};

use ConditionStatus::{False, True};

/// Waits until Cognigy.AI holds the certificate of this name.
pub async fn holds(world: &World, name: &str) {
    let wanted = signing_certificate(name).unwrap().base64;
    let held = async || (world.cognigy.configuration(ORGANIZATION)?["idpCertificate"] == *wanted).then_some(());
    assert!(eventually(held).await.is_some(), "the certificate of {name} was never applied");
}

/// Publishes the certificates of these names, and has the resource checked.
async fn publish(world: &World, names: &[&str]) {
    change(world, |profile| profile.sign_with(names)).await;
}

async fn change(world: &World, change: impl FnOnce(&mut Profile)) {
    world.provider.edit(PROVIDER, change);
    world.check("acme").await;
}

/// A resource that is ready.
async fn ready(world: &World) {
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
}

/// What the provider is refuted for.
async fn refuted(world: &World, reason: Reason) -> String {
    let refuted = world.condition("acme", ConditionType::IssuerVerified, False, reason).await;
    world.condition("acme", ConditionType::Stalled, True, reason).await;
    refuted.message.to_string()
}

fn pinned() -> Value {
    json!({ "certificate": { "configMapRef": { "name": "pinned", "key": "idp.pem" } } })
}

/// Names this certificate as the one that signs.
async fn pin(world: &World, name: &str) {
    world.put_config_map("pinned", &[("idp.pem", &signing_certificate(name).unwrap().pem)]).await;
}

const CHANGED: [Operation; 3] = [Operation::Configure, Operation::Reset, Operation::Configure];

#[tokio::test]
async fn a_certificate_that_is_replaced_is_followed_by_reset_and_configure() {
    let world = World::new("replaced").await;
    let _operator = world.operator().await;
    ready(&world).await;
    let before = world.cognigy.configuration(ORGANIZATION).unwrap();
    publish(&world, &["renewed"]).await;
    holds(&world, "renewed").await;
    let shown = world.ready("acme").await.status.unwrap();
    assert_eq!(world.changes(), CHANGED);
    let mut after = world.cognigy.configuration(ORGANIZATION).unwrap();
    after["idpCertificate"] = before["idpCertificate"].clone();
    assert_eq!(after, before, "nothing else has changed");
    let applied = shown.applied.unwrap().saml.unwrap();
    assert_eq!(*applied.certificate, *signing_certificate("renewed").unwrap().base64);
    assert_eq!(shown.saml.unwrap().certificate.not_after, Validity::default().not_after);
}

#[tokio::test]
async fn while_both_are_published_the_one_in_force_stays() {
    let world = World::new("overlap").await;
    let _operator = world.operator().await;
    ready(&world).await;
    for names in [[FIRST, "renewed"], ["renewed", FIRST]] {
        publish(&world, &names).await;
        world.ready("acme").await;
        assert_eq!(world.changes(), [Operation::Configure]);
    }
    publish(&world, &["renewed"]).await;
    holds(&world, "renewed").await;
    world.ready("acme").await;
    assert_eq!(world.changes(), CHANGED);
}

#[tokio::test]
async fn of_several_one_is_named_and_followed_as_another_is_named() {
    let world = World::new("several").await;
    world.will_have_config_map("pinned");
    world.provider.edit(PROVIDER, |profile| profile.sign_with(&[FIRST, "renewed"]));
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    let said = refuted(&world, Reason::CertificateAmbiguous).await;
    assert!(said.contains("spec.saml.certificate"), "{said}");
    assert_eq!(world.changes(), []);

    pin(&world, "renewed").await;
    world.patch("acme", declared(&pinned())).await;
    holds(&world, "renewed").await;
    world.ready("acme").await;
    pin(&world, FIRST).await;
    holds(&world, FIRST).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), CHANGED);
}

#[tokio::test]
async fn a_certificate_that_is_named_must_be_published() {
    let world = World::new("pinned").await;
    pin(&world, "renewed").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").declaring(pinned())).await;
    let said = refuted(&world, Reason::CertificateNotPublished).await;
    assert!(said.contains("spec.saml.certificate"), "{said}");
    assert_eq!(world.provider.calls_of(Asked::Metadata).len(), 1, "what was read just now is not read anew");
    assert_eq!(world.changes(), []);
    publish(&world, &["renewed"]).await;
    holds(&world, "renewed").await;
    world.ready("acme").await;
    // Somebody who could change the metadata could not bring another certificate in.
    publish(&world, &[FIRST]).await;
    refuted(&world, Reason::CertificateNotPublished).await;
    holds(&world, "renewed").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

/// What is published is held for a while, and by then a person may know more than the operator.
#[tokio::test]
async fn what_is_held_is_read_anew_once_before_anybody_goes_by_it() {
    let world = World::new("held").await;
    world.will_have_config_map("pinned");
    let _operator = world.operator().await;
    ready(&world).await;
    world.provider.edit(PROVIDER, |profile| {
        profile.cache_control = Some("max-age=86400".to_owned());
        profile.sign_with(&[FIRST, "renewed"]);
    });
    pin(&world, "renewed").await;
    world.patch("acme", declared(&pinned())).await;
    holds(&world, "renewed").await;
    world.ready("acme").await;

    let asked = || world.provider.calls_of(Asked::Metadata).len();
    let before = asked();
    pin(&world, "never-published").await;
    refuted(&world, Reason::CertificateNotPublished).await;
    assert_eq!(asked(), before + 1, "what is not published is not asked for again and again");
    pin(&world, "renewed").await;
    world.ready("acme").await;
    assert_eq!(asked(), before + 1, "what fits is held");

    world.provider.edit(PROVIDER, |profile| profile.sign_with(&["renewed"]));
    world.patch("acme", declared(&json!({ "certificate": null }))).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), CHANGED);
}

#[tokio::test]
async fn a_certificate_outside_its_validity_is_refuted_and_what_is_in_force_stays() {
    let world = World::new("validity").await;
    let _operator = world.operator().await;
    ready(&world).await;
    let (day, now) = (SignedDuration::from_hours(24), Timestamp::now());
    let cases = [
        (Validity::until(now - day), Reason::CertificateExpired, "has expired"),
        (Validity::since(now + day), Reason::CertificateNotYetValid, "is not valid before"),
    ];
    for (validity, reason, words) in cases {
        change(&world, |profile| profile.keys = vec![PublishedKey::of("renewed").valid(validity)]).await;
        let said = refuted(&world, reason).await;
        assert!(said.contains(words), "{said}");
    }
    // One that is not valid is none to choose between.
    let expired = PublishedKey::of("renewed").valid(Validity::until(now - day));
    change(&world, |profile| profile.keys = vec![expired, PublishedKey::of(FIRST)]).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn a_key_for_encryption_is_not_taken_for_one_that_signs() {
    let world = World::new("encryption").await;
    let encryption = PublishedKey { usage: Some(Usage::Encryption), ..PublishedKey::of("renewed") };
    world.provider.edit(PROVIDER, |profile| profile.keys.insert(0, encryption));
    let _operator = world.operator().await;
    ready(&world).await;
    holds(&world, FIRST).await;
}

#[tokio::test]
async fn a_certificate_that_expires_soon_is_warned_of_once() {
    let world = World::new("soon").await;
    let soon = Validity::until(Timestamp::now() + SignedDuration::from_hours(24 * 13));
    world.provider.edit(PROVIDER, |profile| profile.keys = vec![PublishedKey::of(FIRST).valid(soon)]);
    let _operator = world.operator().await;
    ready(&world).await;
    let warned = world.until("acme", "warned", |resource| {
        let ready = current(resource, ConditionType::Ready);
        ready.is_some_and(|ready| ready.message.contains("expires within 14 days"))
    });
    let expiring = warned.await.status.unwrap().expiring;
    assert_eq!(expiring.iter().map(|one| one.kind).collect::<Vec<_>>(), [ExpiringKind::Certificate]);
    world.has_events("acme", &["CertificateExpiring"]).await;
    world.check("acme").await;
    let events = world.events("acme").await;
    assert_eq!(events.iter().filter(|reason| *reason == "CertificateExpiring").count(), 1, "{events:?}");
    let sent = &world.cognigy.configuration(ORGANIZATION).unwrap()["idpCertificate"];
    let published = Validity { not_after: Timestamp::from_second(soon.not_after.as_second()).unwrap(), ..soon };
    assert_eq!(*sent, *certificate(FIRST, published).unwrap().base64);
}
