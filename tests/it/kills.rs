//! Killed before and after every call, again and again: nothing is lost, nothing is applied twice that need not be, and
//! nobody else's configuration is touched.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfig, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Call, Fault, Plan};
use serde_json::json;

use crate::strategy::{self, ASKED, Asked};
use crate::support::{ORGANIZATION, Operator, PATIENCE, World};

const KILLS: usize = 200;
/// How many values take turns.
const VALUES: usize = 7;
const STRANGERS: &str = "ffffffffffffffffffffffff";
/// Longer than anything waits for.
const FOR_EVER: Duration = Duration::from_mins(5);

/// Where the operator dies.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The call was sent and nothing has come of it.
    Before(Operation),
    /// The call has taken effect, and its answer is not there yet.
    Inside(Operation),
    /// The answer is there.
    After(Operation),
    /// The provider has not answered.
    Asking(Asked),
    /// The finalizer is on.
    Finalized,
    /// What is about to be done is on record.
    Recorded,
    /// What was done is on record.
    Reported,
}

const MOMENTS: [Moment; 15] = [
    Moment::Before(Operation::Me),
    Moment::After(Operation::Me),
    Moment::Before(Operation::Login),
    Moment::After(Operation::Login),
    Moment::Before(Operation::AuditEvents),
    Moment::After(Operation::AuditEvents),
    Moment::Before(Operation::Reset),
    Moment::Inside(Operation::Reset),
    Moment::After(Operation::Reset),
    Moment::Before(Operation::Configure),
    Moment::Inside(Operation::Configure),
    Moment::After(Operation::Configure),
    Moment::Finalized,
    Moment::Recorded,
    Moment::Reported,
];

impl Moment {
    /// Makes what is asked at that moment hang.
    fn prepare(self, world: &World) {
        match self {
            Self::Before(operation) => world.cognigy.install(Plan::on(operation, [Fault::silence()])),
            Self::Inside(operation) => world.cognigy.install(Plan::on(operation, [Fault::late_answer(FOR_EVER)])),
            Self::Asking(operation) => world.provider.install(Plan::on(operation, [Fault::silence()])),
            Self::After(_) | Self::Finalized | Self::Recorded | Self::Reported => {}
        }
    }

    /// Waits for that moment in a change that is under way.
    async fn arrive(self, world: &World, name: &str) {
        match self {
            Self::Before(operation) => {
                world.cognigy.wait_for_call(|call| call.operation == operation, PATIENCE).await.unwrap();
            }
            Self::Inside(operation) => {
                world.cognigy.wait_for_call(|call| call.operation == operation && call.effect, PATIENCE).await.unwrap();
            }
            Self::After(operation) => {
                let answered = |status: Option<u16>| status.is_some();
                world
                    .cognigy
                    .wait_for_call(|call| call.operation == operation && answered(call.status), PATIENCE)
                    .await
                    .unwrap();
            }
            Self::Asking(operation) => {
                let is_by_operator =
                    |call: &Call<Asked>| call.headers["user-agent"].starts_with("cognigy-sso-operator/");
                world
                    .provider
                    .wait_for_call(|call| call.operation == operation && is_by_operator(call), PATIENCE)
                    .await
                    .unwrap();
            }
            Self::Finalized => {
                world.until(name, "finalized", |resource| resource.metadata.finalizers.is_some()).await;
            }
            Self::Reported => settled(world, name).await,
            Self::Recorded => {
                let is_recorded = |status: &cognigy_sso_api::IdentityProviderConfigStatus| status.pending.is_some();
                world
                    .until(name, "on record or done", |resource| {
                        resource.status.as_ref().is_some_and(is_recorded) || crate::support::is_ready(resource)
                    })
                    .await;
            }
        }
    }
}

#[tokio::test]
async fn two_hundred_times_in_a_row() {
    let world = World::new("kills").await;
    world.will_have(["first"]);
    world.cognigy.change(|settings| {
        settings.rate_limit = u32::MAX;
        settings.discovery_seconds = 3600;
    });
    let strangers = strategy::strangers();
    world.cognigy.configure_as_stranger(STRANGERS, strangers.clone());
    add_organization(&world, "strangers", STRANGERS, "strangers", "Retain").await;
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.condition("strangers", ConditionType::Stalled, ConditionStatus::True, Reason::AlreadyConfigured).await;
    let moments: Vec<_> = MOMENTS.into_iter().chain(ASKED.iter().copied().map(Moment::Asking)).collect();
    for kill in 0..KILLS {
        let moment = moments[kill % moments.len()];
        // Of five, one dies in a first configuration.
        if kill % 5 == 4 {
            first_configuration(&world, &mut operator, kill, moment).await;
        } else {
            rotation(&world, &mut operator, kill, moment).await;
        }
        assert_eq!(world.cognigy.configuration(STRANGERS), Some(strangers.clone()), "kill {kill}: {moment:?}");
    }
}

/// The value for the provider is rotated, and the operator dies on the way.
async fn rotation(world: &World, operator: &mut Operator, kill: usize, moment: Moment) {
    let moment = if matches!(moment, Moment::Finalized) { Moment::Reported } else { moment };
    prepare(world, operator, moment).await;
    let secret = format!("secret-{}", kill % VALUES);
    world.rotate(&secret).await;
    if matches!(moment, Moment::Reported) {
        world.holds(&secret).await;
    }
    moment.arrive(world, "acme").await;
    reborn(world, operator).await;
    world.holds(&secret).await;
    settled(world, "acme").await;
    assert!(world.get("acme").await.status.unwrap().applied.unwrap().audit_event_id.is_some());
    let applied = configurations(world, ORGANIZATION);
    assert_eq!(applied, [secret], "kill {kill}: {moment:?}: applied once");
}

/// Another organization is declared, and the operator dies on the way. It may be applied a second time, since a first
/// configuration is not put on record; then after a reset.
async fn first_configuration(world: &World, operator: &mut Operator, kill: usize, moment: Moment) {
    let (name, organization) = (format!("first-{kill}"), format!("{kill:024x}"));
    let moment = match moment {
        Moment::Before(Operation::Reset) => Moment::Before(Operation::Configure),
        Moment::Inside(Operation::Reset) | Moment::Recorded => Moment::Inside(Operation::Configure),
        Moment::After(Operation::Reset) => Moment::After(Operation::Configure),
        moment => moment,
    };
    prepare(world, operator, moment).await;
    let policy = if matches!(moment, Moment::Finalized) { "Reset" } else { "Retain" };
    add_organization(world, &name, &organization, "first", policy).await;
    moment.arrive(world, &name).await;
    reborn(world, operator).await;
    world.ready(&name).await;
    let held = world.cognigy.configuration(&organization).unwrap();
    assert_eq!(strategy::held(&held), world.configured_secret());
    let times = configurations(world, &organization).len();
    assert!((1..=2).contains(&times), "kill {kill}: {moment:?}: applied {times} times");
    world.delete(&name).await;
    world.gone(&name).await;
}

/// Forgets what was called before, and makes what is asked at that moment hang. A process that has just begun remembers nothing of
/// a provider.
async fn prepare(world: &World, operator: &mut Operator, moment: Moment) {
    if matches!(moment, Moment::Asking(_)) {
        reborn(world, operator).await;
    }
    world.cognigy.clear_calls();
    world.provider.clear_calls();
    moment.prepare(world);
}

/// Waits until the resource is Ready and nothing is under way.
async fn settled(world: &World, name: &str) {
    let is_settled = |resource: &IdentityProviderConfig| {
        crate::support::is_ready(resource) && resource.status.as_ref().is_some_and(|status| status.pending.is_none())
    };
    world.until(name, "settled", is_settled).await;
}

/// A resource for an organization of its own, with a key that is in this Secret.
async fn add_organization(world: &World, name: &str, organization: &str, secret: &str, policy: &str) {
    world.cognigy.add_admin(name, organization);
    world.put_secret(secret, &[("apiKey", name)]).await;
    let idp = world.idp(name).with("/spec/cognigy/apiKeySecretRef/name", json!(secret));
    world.create(idp.with("/spec/deletionPolicy", json!(policy))).await;
}

/// Killed, and started again with nothing in its way.
async fn reborn(world: &World, operator: &mut Operator) {
    operator.kill().await;
    world.cognigy.clear_faults();
    world.provider.clear_faults();
    *operator = world.operator().await;
}

/// The values that took effect in an organization, in order.
fn configurations(world: &World, organization: &str) -> Vec<String> {
    let calls = world.cognigy.calls_of(Operation::Configure);
    let mine = calls.into_iter().filter(|call| call.effect && call.subject.as_deref() == Some(organization));
    mine.map(|call| strategy::held(&call.body).unwrap()).collect()
}
