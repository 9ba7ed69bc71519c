//! Secrets that expire: what is said ahead of time, and that it is said once.

use cognigy_sso_api::{ConditionType, EXPIRES_AT, IdentityProviderConfig};
use cognigy_sso_testkit::cognigy::Operation;
use jiff::{SignedDuration, Timestamp};
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::strategy::SECRET_NAME;
use crate::support::{World, current, eventually};

/// Writes on the Secret that it expires in so many days and an hour.
async fn expires_in(world: &World, days: i64) -> String {
    let date = Timestamp::now() + SignedDuration::from_hours(24 * days + 1);
    let date = Timestamp::from_second(date.as_second()).unwrap().to_string();
    annotate(world, &date).await;
    date
}

async fn annotate(world: &World, text: &str) {
    let patch = json!({ "metadata": { "annotations": { EXPIRES_AT: text } } });
    world.secrets().patch(SECRET_NAME, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
}

fn ready_message(resource: &IdentityProviderConfig) -> String {
    current(resource, ConditionType::Ready).map(|ready| ready.message.to_string()).unwrap_or_default()
}

async fn warns(world: &World, parts: &[&str]) -> IdentityProviderConfig {
    let says = |resource: &IdentityProviderConfig| parts.iter().all(|part| ready_message(resource).contains(part));
    world.until("acme", &format!("warned of {parts:?}"), says).await
}

/// How many warnings were published.
async fn warnings(world: &World) -> usize {
    world.events("acme").await.iter().filter(|reason| *reason == "SecretExpiring").count()
}

/// Lesson: deckhouse #7549, entra-docs #77.
#[tokio::test]
async fn a_secret_that_comes_near_its_expiry_is_warned_of_once_for_each_threshold() {
    let world = World::new("expiry").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    for (number, (days, words)) in
        [(29, "expires within 30 days"), (13, "expires within 14 days"), (2, "expires within 3 days")]
            .into_iter()
            .enumerate()
    {
        let date = expires_in(&world, days).await;
        warns(&world, &[SECRET_NAME, words, &date]).await;
        let told = async || (warnings(&world).await == number + 1).then_some(());
        assert!(eventually(told).await.is_some(), "{words}: {:?}", world.events("acme").await);
    }
    annotate(&world, "soon").await;
    warns(&world, &[SECRET_NAME, EXPIRES_AT, "holds no date"]).await;
    expires_in(&world, -1).await;
    let expired = warns(&world, &[SECRET_NAME, "has expired"]).await;
    let visited = world.check("acme").await;
    let told = |resource: &IdentityProviderConfig| resource.status.as_ref().unwrap().expiring.clone();
    assert_eq!(told(&visited), told(&expired));
    assert!(eventually(async || (warnings(&world).await == 5).then_some(())).await.is_some(), "none for a visit");
    assert_eq!(world.changes(), [Operation::Configure], "a date is no change");
}
