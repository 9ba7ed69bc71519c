//! What a provider can get wrong: each ends as a condition that names the fault and the mend, and nothing is applied.

use std::time::Duration;

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::server::{Fault, Plan, Reply};
use serde_json::json;

use crate::strategy::{self, DOCUMENT, INVALID, IS_A_PAGE, IS_GARBAGE, NOT_FOUND};
use crate::support::World;

/// What is made wrong, and what the condition must say.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    status: ConditionStatus,
    reason: Reason,
    says: &'static str,
}

pub(crate) const fn refuted(name: &'static str, reason: Reason, says: &'static str) -> Case {
    Case { name, status: ConditionStatus::False, reason, says }
}

const fn unknown(name: &'static str, reason: Reason, says: &'static str) -> Case {
    Case { name, status: ConditionStatus::Unknown, reason, says }
}

pub(crate) async fn check(world: &World, case: &Case) {
    let address = strategy::address(&world.provider, case.name);
    world.create(world.own_idp(case.name).await.declaring(strategy::at(&address))).await;
    let condition = world.condition(case.name, ConditionType::IssuerVerified, case.status, case.reason).await;
    assert!(condition.message.contains(case.says), "{}: {}", case.name, condition.message);
    let marker =
        if case.status == ConditionStatus::False { ConditionType::Stalled } else { ConditionType::Reconciling };
    world.until(case.name, "marked", |resource| crate::support::current(resource, marker).is_some()).await;
}

#[tokio::test]
async fn answers_that_are_no_documents_are_told_apart() {
    let world = World::new("answers").await;
    let cases = [
        (refuted("o1-404", NOT_FOUND, "404"), Fault::status(404)),
        (unknown("o2-503", Reason::ServerError, "503"), Fault::status(503)),
        (unknown("o2-429", Reason::Throttled, "429"), Fault::status(429).header("retry-after", "7")),
        (refuted("o5-redirect", INVALID, "302"), Fault::redirect("https://login.example/")),
        (refuted("o6-page", INVALID, IS_A_PAGE), Fault::page(200)),
        (refuted("o6-garbage", INVALID, IS_GARBAGE), Fault::reply(Reply::Garbage)),
        (refuted("o7-endless", INVALID, "larger than allowed"), Fault::reply(Reply::Endless)),
        (refuted("o8-bomb", INVALID, IS_GARBAGE), Fault::reply(Reply::GzipBomb(16))),
        (unknown("cut", Reason::Unreachable, "ended the connection"), Fault::cut()),
        (unknown("half", Reason::Unreachable, "ended the connection"), Fault::reply(Reply::Half)),
    ];
    world.will_have(cases.iter().map(|(case, _)| case.name));
    let _operator = world.operator().await;
    for (case, fault) in cases {
        world.add_provider(case.name);
        world.provider.install(Plan::on(DOCUMENT, [fault]).of(case.name).forever());
        check(&world, &case).await;
    }
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn a_provider_that_answers_one_byte_a_second_delays_nobody_else() {
    let world = World::new("slow").await;
    world.will_have((0..4).flat_map(|number| ["silent", "drip"].map(|name| format!("{name}-{number}"))));
    let _operator = world.operator().await;
    for (name, reply) in [("silent", Reply::Silence), ("drip", Reply::Drip)] {
        world.add_provider(name);
        world.provider.install(Plan::on(DOCUMENT, [Fault::reply(reply)]).of(name).forever());
        for number in 0..4 {
            let (name, address) = (format!("{name}-{number}"), strategy::address(&world.provider, name));
            world.create(world.own_idp(&name).await.declaring(strategy::at(&address))).await;
        }
    }
    let began = std::time::Instant::now();
    world.create(world.idp("good")).await;
    world.ready("good").await;
    assert!(began.elapsed() < Duration::from_secs(8), "the slow ones time out after 10 s: {:?}", began.elapsed());
    // Meanwhile, those that wait say that they are worked on, and then why.
    world.condition("silent-0", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
    world.condition("drip-0", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
}

#[tokio::test]
async fn answers_that_come_in_turn_settle() {
    let world = World::new("in-turn").await;
    let _operator = world.operator().await;
    let faults = [Fault::status(502), Fault::none(), Fault::cut()];
    world.provider.install(Plan::on(DOCUMENT, faults).times(9));
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    assert_eq!(world.changes().len(), 1);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_told() {
    let world = World::new("untrusted").await;
    let _operator = world.operator().await;
    world.create(world.idp("acme").declaring(json!({ "caBundle": null }))).await;
    let condition =
        world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::Unknown, Reason::Unreachable).await;
    assert!(condition.message.contains("caBundle"), "{}", condition.message);
}
