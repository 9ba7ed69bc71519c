//! An API key calls as often as Cognigy.AI lets it, and waits when it is told to, without holding up any other.

use std::time::{Duration, SystemTime};

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_decide::{CallFault, ChangeKind, CognigyCall};
use cognigy_sso_operator::cognigy::Part;
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{API_KEY, Line, ORGANIZATION, World, is_ready};

const OTHER: &str = "ffffffffffffffffffffffff";

fn check_now(number: usize) -> Value {
    json!({ "metadata": { "annotations": { "sso.cognigy.ai/reconcile-requested-at": number.to_string() } } })
}

/// Lesson: cert-manager #6106.
#[tokio::test]
async fn retry_after_is_heeded_in_every_form_and_for_that_key_alone() {
    let in_a_minute = httpdate(SystemTime::now() + Duration::from_mins(1));
    let cases = [
        (429, Some("120"), Some(120)),
        (429, Some(in_a_minute.as_str()), Some(60)),
        (429, Some("Sun, 06 Nov 1994 08:49:37 GMT"), Some(1)),
        (429, Some("315360000"), Some(900)),
        (429, Some("-5"), Some(5)),
        (429, None, Some(5)),
        (503, Some("120"), Some(120)),
        (503, None, None),
        (500, Some("120"), None),
    ];
    for (status, retry_after, expected) in cases {
        let line = Line::open().await;
        line.stand_in.add_admin("other", OTHER);
        let fault = Fault::status(status);
        let fault = retry_after.map_or(fault.clone(), |value| fault.header("retry-after", value));
        line.stand_in.install(Plan::on(Operation::Me, [fault]));
        let me = async |key| line.call(key, async |cognigy| cognigy.me().await).await;
        let refused = me(API_KEY).await.unwrap_err();
        assert!(matches!(refused, CallFault::Refused { status: told, .. } if told == status), "{refused:?}");
        let case = format!("{status} {retry_after:?}");
        match (me(API_KEY).await, expected) {
            // Slow machines take a while, and the clock of a date is another.
            (Err(CallFault::Paused { seconds }), Some(most)) => {
                assert!((most - most / 2..=most).contains(&seconds), "{case}: {seconds}");
            }
            (Ok(_), None) => {}
            (found, _) => panic!("{case}: {found:?}"),
        }
        assert!(me("other").await.is_ok(), "{case}");
        let sent = line.stand_in.calls_of(Operation::Me).len();
        assert_eq!(sent, if expected.is_some() { 2 } else { 3 }, "{case}: what is paused is not sent");
    }
}

fn httpdate(time: SystemTime) -> String {
    let time = jiff::Timestamp::try_from(time).unwrap();
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap()
}

#[tokio::test]
async fn a_change_is_admitted_before_its_first_call() {
    let line = Line::open().await;
    let admit = async |calls| line.call(API_KEY, async |cognigy| cognigy.admit(CognigyCall::Me, calls)).await;
    admit(198).await.unwrap();
    assert!(matches!(admit(10).await, Err(CallFault::Paused { seconds: 1..=3 })));
    while admit(1).await.is_ok() {}
    let found = line.call(API_KEY, async |cognigy| cognigy.me().await).await;
    assert!(matches!(found, Err(CallFault::Paused { seconds: 1 })), "{found:?}");
    let found = line.call(API_KEY, async |cognigy| cognigy.newest_change(ChangeKind::Reset).await).await;
    assert!(matches!(found, Err(CallFault::Paused { seconds: 1 })), "{found:?}");
    assert_eq!(line.stand_in.calls(), []);
    let goes_on = line.call(API_KEY, async |cognigy| cognigy.reset(Part::Following).await).await;
    goes_on.expect("a call of an admitted change is sent");
    let begins = line.call(API_KEY, async |cognigy| cognigy.reset(Part::First(3)).await).await;
    assert!(matches!(begins, Err(CallFault::Paused { .. })), "{begins:?}");
}

#[tokio::test]
async fn a_429_pauses_that_key_alone() {
    let world = World::new("paused").await;
    world.will_have(["other"]);
    let operator = world.operator().await;
    let connection = ConditionType::ConnectionReady;
    let connected = |name| world.condition(name, connection, ConditionStatus::True, Reason::Connected);
    let throttled = |name| world.condition(name, connection, ConditionStatus::Unknown, Reason::Throttled);
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    world.create(world.idp("same-key").with("/spec/mode", json!("Plan"))).await;
    connected("same-key").await;
    world.cognigy.add_admin("other", OTHER);
    world.put_secret("other", &[("apiKey", "other")]).await;

    let pause = SignedDuration::from_secs(8);
    let refusal = Fault::status(429).header("retry-after", &pause.as_secs().to_string());
    world.cognigy.install(Plan::on(Operation::Me, [refusal]).of(ORGANIZATION));
    world.patch("acme", check_now(1)).await;
    assert!(throttled("acme").await.message.contains("429"));
    world.patch("same-key", check_now(1)).await;
    let told = throttled("same-key").await.message;
    assert!(told.contains("goes on by itself"), "{told}");
    world.create(world.idp("other").with("/spec/cognigy/apiKeySecretRef/name", json!("other"))).await;
    world.ready("other").await;
    connected("acme").await;
    connected("same-key").await;
    assert!(is_ready(&world.get("acme").await), "a pause takes nothing away");

    let calls = world.cognigy.calls();
    let refused = calls.iter().find(|call| call.status == Some(429)).unwrap();
    let next = calls.iter().find(|call| {
        call.number > refused.number && call.operation == Operation::Me && call.subject.as_deref() == Some(ORGANIZATION)
    });
    let next = next.unwrap();
    assert!(next.began.duration_since(refused.began) >= pause, "the key was silent all the while");
    let others = calls.iter().find(|call| call.effect && call.subject.as_deref() == Some(OTHER)).unwrap();
    assert!(others.began < next.began, "another key was not held up");
    assert!(!operator.log().contains(API_KEY));
}

#[tokio::test]
async fn an_installation_with_a_lower_limit_is_obeyed() {
    let world = World::new("low-limit").await;
    world.cognigy.change(|settings| {
        settings.rate_limit = 3;
        settings.rate_window_seconds = 2;
    });
    let _operator = world.operator().await;
    for name in ["acme", "same-key"] {
        world.create(world.idp(name).with("/spec/mode", json!(if name == "acme" { "Manage" } else { "Plan" }))).await;
    }
    world.ready("acme").await;
    for number in 0..60 {
        for name in ["acme", "same-key"] {
            world.patch(name, check_now(number)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.ready("acme").await;
    let calls = world.cognigy.calls();
    let (first, last) = (calls.first().unwrap().began, calls.last().unwrap().began);
    let windows = usize::try_from(last.duration_since(first).as_secs() / 2 + 1).unwrap();
    let refused = calls.iter().filter(|call| call.status == Some(429)).count();
    // Each refusal is the last word until the window's end, but for what was under way beside it.
    assert!((1..=2 * windows).contains(&refused), "{refused} refusals in {windows} windows");
}
