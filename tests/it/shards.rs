//! Two operators that share a namespace, each for the resources of its own label.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_decide::LONGEST_CHANGE;
use cognigy_sso_testkit::cognigy::Operation::{self, Configure, Reset};
use cognigy_sso_testkit::cognigy::User;
use cognigy_sso_testkit::server::{Call, Fault, Plan};
use jiff::SignedDuration;
use serde_json::json;

use crate::strategy::SECRET_KEY;
use crate::support::{Idp, ORGANIZATION, Operator, PATIENCE, SECRET, World, current, eventually};

/// A world with an operator for `shard=a`, and the key to the organization and the value for the provider that resources of the
/// other shard use.
struct Shards {
    world: World,
    a: Operator,
}

async fn operator(world: &World, selector: &str) -> Operator {
    let operator = Operator::start(&world.namespace, &["--selector", selector]).await;
    operator.synced().await;
    operator
}

fn of(shard: &str, idp: Idp) -> Idp {
    idp.with("/metadata/labels", json!({ "shard": shard }))
}

fn with_key(idp: Idp, key: &str) -> Idp {
    idp.with("/spec/cognigy/apiKeySecretRef/name", json!(key))
}

impl Shards {
    async fn new(name: &str) -> Self {
        let world = World::new(name).await;
        let email = "theirs@sso.example".to_owned();
        world.cognigy.add_user("theirs", User { email, ..User::admin(ORGANIZATION) });
        world.put_secret("theirs", &[("apiKey", "theirs")]).await;
        world.put_secret("another", &[(SECRET_KEY, "another")]).await;
        Self::of(world).await
    }

    async fn of(world: World) -> Self {
        let a = operator(&world, "shard=a").await;
        Self { world, a }
    }

    /// The same with an older resource that acts, and a younger one of the other shard that yields to it.
    async fn contested(name: &str) -> (Self, Operator) {
        let shards = Self::new(name).await;
        let (world, b) = (&shards.world, shards.b().await);
        shards.ready("older").await;
        next_second().await;
        let younger = with_key(of("b", world.idp("younger")), "theirs").with("/spec/deletionPolicy", json!("Reset"));
        world.create(younger).await;
        shards.yields("younger", "older").await;
        (shards, b)
    }

    async fn b(&self) -> Operator {
        operator(&self.world, "shard notin (a)").await
    }

    /// Creates a resource of shard a that becomes Ready.
    async fn ready(&self, name: &str) {
        self.world.create(of("a", self.world.idp(name))).await;
        self.world.ready(name).await;
    }

    /// Waits until the younger yields to the older.
    async fn yields(&self, younger: &str, older: &str) {
        let (world, reason) = (&self.world, Reason::Conflict);
        let stalled = world.condition(younger, ConditionType::Stalled, ConditionStatus::True, reason).await;
        let names_it = format!("{older} in namespace {}", world.namespace);
        assert!(stalled.message.contains(&names_it), "{}", stalled.message);
    }

    /// However often both are looked at: the one keeps the organization, the other yields, and nothing is sent.
    async fn is_at_peace(&self, older: &str, younger: &str, changes: &[Operation]) {
        for _ in 0..3 {
            for name in [younger, older] {
                self.world.check(name).await;
            }
            let in_sync = current(&self.world.ready(older).await, ConditionType::InSync).unwrap();
            assert_eq!(in_sync.status, ConditionStatus::True, "{}", in_sync.message);
            self.yields(younger, older).await;
        }
        assert_eq!(self.world.changes(), changes);
        assert_eq!(self.world.configured_secret().as_deref(), Some(SECRET), "nobody is locked out");
    }
}

/// Ages are told by whole seconds.
async fn next_second() {
    tokio::time::sleep(Duration::from_millis(1100)).await;
}

/// The organizations that were asked anything, in order and each once, by the API key that it was asked with.
fn asked(world: &World) -> Vec<String> {
    let users = world.cognigy.calls().into_iter().filter_map(|call| call.user);
    let mut users: Vec<_> = users.collect();
    users.dedup();
    users
}

/// Who has the API key of a resource's own organization.
async fn user(world: &World, name: &str) -> String {
    let organization = world.get(name).await.status.unwrap().organization.unwrap();
    User::admin(&organization.id).email
}

#[tokio::test]
async fn each_operator_touches_the_resources_of_its_own_shard_alone() {
    let world = World::new("shards").await;
    let (one, other) = (world.own_idp("one").await, world.own_idp("other").await);
    let a = operator(&world, "shard=a").await;
    world.create(of("a", one)).await;
    world.create(of("b", other)).await;
    world.ready("one").await;
    world.check("one").await;
    assert_eq!(world.get("other").await.status.unwrap().conditions.len(), 0, "nobody looks after it");
    assert_eq!(asked(&world), [user(&world, "one").await]);
    let b = operator(&world, "shard notin (a)").await;
    world.ready("other").await;
    world.check("other").await;
    assert_eq!(asked(&world), [user(&world, "one").await, user(&world, "other").await]);
    for (operator, own, others) in [(&a, "one", "other"), (&b, "other", "one")] {
        assert!(!operator.reconciles(own).is_empty());
        assert!(operator.reconciles(others).is_empty(), "{:?}", operator.reconciles(others));
        operator.tells("resources", &[("condition", "Ready"), ("status", "True")], Some(1.0)).await;
    }
}

#[tokio::test]
async fn across_shards_too_the_older_acts_and_the_younger_says_so() {
    let (shards, _b) = Shards::contested("older-a").await;
    let world = &shards.world;
    shards.is_at_peace("older", "younger", &[Configure]).await;
    world.patch("younger", json!({ "spec": { "adoptionPolicy": "Always" } })).await;
    shards.is_at_peace("older", "younger", &[Configure]).await;
    world.delete("younger").await;
    world.gone("younger").await;
    assert_eq!(world.changes(), [Configure], "what the older applied is not reset");
}

#[tokio::test]
async fn what_the_older_applied_with_the_same_key_is_not_taken_for_ones_own() {
    let world = World::new("same-key").await;
    // Both are there before either is acted on, as when one commit brings both.
    world.create(of("a", world.idp("older"))).await;
    next_second().await;
    world.create(of("b", world.idp("younger"))).await;
    let shards = Shards::of(world).await;
    shards.world.ready("older").await;
    let _b = shards.b().await;
    shards.yields("younger", "older").await;
    shards.is_at_peace("older", "younger", &[Configure]).await;
}

#[tokio::test]
async fn when_the_older_of_another_shard_goes_the_younger_takes_over_at_its_next_check() {
    let (shards, _b) = Shards::contested("goes").await;
    let world = &shards.world;
    world.delete("older").await;
    world.gone("older").await;
    world.check("younger").await;
    world.ready("younger").await;
    world.has_events("younger", &["Adopted", "Configured"]).await;
    assert_eq!(world.changes(), [Configure, Reset, Configure]);
}

#[tokio::test]
async fn an_older_one_of_another_shard_that_comes_late_takes_over_and_keeps_it() {
    let shards = Shards::new("late").await;
    let world = &shards.world;
    world.create(with_key(of("b", world.idp("older")), "theirs")).await;
    next_second().await;
    shards.ready("younger").await;
    let _b = shards.b().await;
    world.ready("older").await;
    world.has_events("older", &["Adopted"]).await;
    world.check("younger").await;
    shards.yields("younger", "older").await;
    shards.is_at_peace("older", "younger", &[Configure, Reset, Configure]).await;
}

/// The older one has reset the organization and was killed before it configured it again.
async fn half_done(name: &str) -> Shards {
    let mut shards = Shards::new(name).await;
    shards.world.rotate("former").await;
    shards.ready("older").await;
    shards.world.cognigy.install(Plan::on(Configure, [Fault::silence()]).forever());
    shards.world.rotate(SECRET).await;
    let is_sent = |call: &Call<Operation>| call.operation == Configure && !call.effect;
    shards.world.cognigy.wait_for_call(is_sent, PATIENCE).await.unwrap();
    shards.a.kill().await;
    shards.world.cognigy.clear_faults();
    next_second().await;
    shards
}

#[tokio::test]
async fn one_that_has_reset_a_moment_ago_is_waited_for() {
    let shards = half_done("half-done").await;
    let (world, _b) = (&shards.world, shards.b().await);
    world.create(with_key(of("b", world.idp("younger")), "theirs")).await;
    shards.yields("younger", "older").await;
    let _a = operator(world, "shard=a").await;
    world.holds(SECRET).await;
    shards.is_at_peace("older", "younger", &[Configure, Reset, Configure]).await;
}

/// The older one comes back long after its reset, when a younger one with this API key has configured the organization.
async fn comes_back_to_another(name: &str, key: &str) {
    let shards = half_done(name).await;
    let (world, _b) = (&shards.world, shards.b().await);
    world.cognigy.age_audit_events(ORGANIZATION, LONGEST_CHANGE + SignedDuration::from_mins(2));
    world.create(with_key(of("b", world.idp("younger")), key).with_secret("another")).await;
    world.ready("younger").await;
    world.holds("another").await;
    let _a = operator(world, "shard=a").await;
    world.holds(SECRET).await;
    world.check("younger").await;
    shards.yields("younger", "older").await;
    shards.is_at_peace("older", "younger", &[Configure, Reset, Configure, Reset, Configure]).await;
}

#[tokio::test]
async fn one_that_comes_back_long_after_its_reset_takes_over_and_keeps_it() {
    comes_back_to_another("comes-back", "theirs").await;
}

#[tokio::test]
async fn one_that_comes_back_does_not_take_anothers_with_the_same_key_for_what_it_had_begun() {
    comes_back_to_another("own-key", "cognigy-api").await;
}

#[tokio::test]
async fn one_that_moves_to_another_shard_is_looked_at_there_and_nothing_is_changed_or_written() {
    let shards = Shards::new("moves").await;
    let (world, b) = (&shards.world, shards.b().await);
    shards.ready("acme").await;
    let moved = world.patch("acme", json!({ "metadata": { "labels": { "shard": "b" } } })).await;
    let ready = [("condition", "Ready"), ("status", "True")];
    b.tells("resources", &ready, Some(1.0)).await;
    shards.a.tells("resources", &ready, Some(0.0)).await;
    let visited = eventually(async || b.reconciles("acme").pop());
    assert_eq!(visited.await.unwrap()["result"], "settled");
    assert_eq!(world.changes(), [Configure], "the status says what is in force");
    assert_eq!(world.get("acme").await.metadata.resource_version, moved.metadata.resource_version);

    world.rotate("rotated").await;
    world.holds("rotated").await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Configure, Reset, Configure]);
    let (by_a, by_b) = (shards.a.reconciles("acme").len(), b.reconciles("acme").len());
    assert!(by_a > 0 && by_b > 0);
    world.check("acme").await;
    assert_eq!(shards.a.reconciles("acme").len(), by_a, "the one that had it has forgotten it");
}
