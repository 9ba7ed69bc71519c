//! Changes under a claim, and how the key travels.

use std::time::Instant;

use cognigy_sso_testkit::cognigy::{Operation, StandIn};
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::json;
use tokio::time::timeout;

use super::*;
use crate::egress::{AddressPolicy, Authorities};
use crate::metrics::{Operation as Asked, OutsideCalls};

const KEY: &str = "api-key-canary-7f31";

async fn stand_in() -> (StandIn, Egress) {
    let authority = Authority::new("claims").unwrap();
    let stand_in = StandIn::start(&authority).await.unwrap();
    stand_in.add_admin(KEY, "5f0c0123456789abcdef0123");
    let trusted = CaBundle::parse(authority.pem().as_bytes()).unwrap();
    let here = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().unwrap());
    let policy = AddressPolicy { allowed: here.to_vec(), deny_private: false };
    (stand_in, Egress::new(policy, Authorities::system_and(&[trusted])))
}

/// Resets under a claim that ends after so long.
async fn reset(stand_in: &StandIn, egress: &Egress, claim: Duration, part: Part) -> Result<(), CallFault> {
    let (claim, limits) = (Claim::of(claim), Limits::new().unwrap());
    let (api, key) = (ApiUrl::parse(&stand_in.api_url()).unwrap(), KEY.into());
    Cognigy::new(egress, &claim, &["localhost".parse().unwrap()], &limits, &api, None, &key)?.reset(part).await
}

#[tokio::test]
async fn a_change_is_not_sent_that_the_claim_may_not_outlive() {
    let (stand_in, egress) = stand_in().await;
    let soon = Duration::from_millis(500);
    for (claim, part) in [(BOUNDS.time, Part::First(3)), (SHORTEST_CALL + MARGIN, Part::Following)] {
        let waits = timeout(soon, reset(&stand_in, &egress, claim, part)).await;
        assert!(waits.is_err(), "{part:?}: {waits:?}");
    }
    assert_eq!(stand_in.calls(), []);
    for (claim, part) in [(2 * BOUNDS.time, Part::First(3)), (2 * SHORTEST_CALL, Part::Following)] {
        assert_eq!(reset(&stand_in, &egress, claim, part).await, Ok(()), "{part:?}");
    }
}

#[tokio::test]
async fn what_goes_on_with_a_change_is_given_up_before_the_claim_ends() {
    let (stand_in, egress) = stand_in().await;
    stand_in.install(Plan::on(Operation::Reset, [Fault::silence()]));
    let (claim, began) = (SHORTEST_CALL + 2 * MARGIN, Instant::now());
    let given_up = timeout(claim, reset(&stand_in, &egress, claim, Part::Following)).await;
    assert!(matches!(given_up, Ok(Err(CallFault::Transport { fault: TransportFault::TimedOut, .. }))), "{given_up:?}");
    assert!(began.elapsed() >= SHORTEST_CALL);
    assert_eq!(stand_in.calls().len(), 1);
}

#[tokio::test]
async fn calls_are_counted_by_how_they_end_and_those_held_back_too() {
    let (stand_in, egress) = stand_in().await;
    let counted = OutsideCalls::default();
    let egress = egress.counting(counted.clone());
    let (claim, limits) = (Claim::always(), Limits::new().unwrap());
    let (api, key) = (ApiUrl::parse(&stand_in.api_url()).unwrap(), KEY.into());
    let hosts = ["localhost".parse().unwrap()];
    let cognigy = Cognigy::new(&egress, &claim, &hosts, &limits, &api, None, &key).unwrap();
    stand_in.install(Plan::on(Operation::Me, [Fault::none(), Fault::says(429, "{}")]));
    assert!(cognigy.me().await.is_ok());
    assert!(cognigy.me().await.is_err());
    assert_eq!(cognigy.login(LoginPath::Oidc, "5f0c0123456789abcdef0123").await, Login::Silent);
    for _ in 0..2 {
        assert!(matches!(cognigy.me().await, Err(CallFault::Paused { .. })));
        assert!(matches!(cognigy.reset(Part::First(3)).await, Err(CallFault::Paused { .. })));
    }
    let number = |operation, status| counted.number(operation, status);
    assert_eq!([number(Asked::Me, "200"), number(Asked::Me, "429"), number(Asked::Me, "paused")], [1, 1, 2]);
    assert_eq!(number(Asked::Reset, "paused"), 2, "one for each change, however many calls it takes");
    assert_eq!(number(Asked::Login, "404"), 1);
    assert_eq!(stand_in.calls().len(), 3);
}

#[tokio::test]
async fn the_key_is_marked_as_sensitive_wherever_it_is_sent() {
    let (stand_in, egress) = stand_in().await;
    let (claim, limits) = (Claim::always(), Limits::new().unwrap());
    let (api, key) = (ApiUrl::parse(&stand_in.api_url()).unwrap(), KEY.into());
    let hosts = ["localhost".parse().unwrap()];
    let cognigy = Cognigy::new(&egress, &claim, &hosts, &limits, &api, None, &key).unwrap();
    for method in [Method::GET, Method::POST] {
        let headers = cognigy.request(method, "/").headers;
        assert_eq!(headers[API_KEY], KEY);
        assert!(headers[API_KEY].is_sensitive() && !format!("{headers:?}").contains(KEY), "{headers:?}");
    }
}

#[tokio::test]
async fn a_secret_that_is_sent_back_is_not_kept() {
    let (stand_in, egress) = stand_in().await;
    let (claim, limits) = (Claim::always(), Limits::new().unwrap());
    let (api, key) = (ApiUrl::parse(&stand_in.api_url()).unwrap(), KEY.into());
    let hosts = ["localhost".parse().unwrap()];
    let cognigy = Cognigy::new(&egress, &claim, &hosts, &limits, &api, None, &key).unwrap();
    let refusal = |trace_id: &str| Fault::says(400, &format!(r#"{{"code":1005,"traceId":"{trace_id}"}}"#));
    for (trace_id, kept) in
        [("trace-4711", Some("trace-4711")), (KEY, None), (&KEY[4..], None), ("client-canary", None)]
    {
        stand_in.install(Plan::on(Operation::Configure, [refusal(trace_id)]));
        let oidc = serde_json::from_str(r#"{"issuer":"https://idp.example","clientSecretRef":{"name":"a","key":"b"}}"#);
        let (id, secret) = ("acme".to_owned(), "client-canary".into());
        let desired = Desired::oidc(&oidc.unwrap(), id, secret, "5f0c0123456789abcdef0123".to_owned(), String::new());
        let refused = cognigy.configure(&desired, Part::First(1)).await;
        let Err(CallFault::Refused { trace_id, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(trace_id.as_deref(), kept);
    }
    let event = |id: &str| {
        json!({ "items": [{ "_id": id, "timestamp": "2026-01-01T00:00:00Z", "user": "a@b.example",
        "type": "action", "actionType": "configureIdentityProvider" }] })
    };
    for (id, is_kept) in [("5f0caaaa456789abcdef0123", true), (KEY, false)] {
        stand_in.install(Plan::on(Operation::AuditEvents, [Fault::says(200, &event(id).to_string())]));
        let found = cognigy.newest_change(ChangeKind::Configure).await;
        assert_eq!(found.is_ok(), is_kept, "{found:?}");
        assert!(!format!("{found:?}").contains(KEY));
    }
}
