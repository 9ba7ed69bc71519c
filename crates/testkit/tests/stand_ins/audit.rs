//! Audit events: filters, order and pages.

use cognigy_sso_testkit::cognigy::AuditId;
use serde_json::{Value, json};

use crate::client::{ORGANIZATION, answer};
use crate::cognigy_desk::{Desk, oidc, saml};

#[tokio::test]
async fn audit_events_say_who_did_what_newest_first() {
    let desk = Desk::open().await;
    answer(desk.configure(&oidc())).await;
    desk.stand_in.reset_as_stranger(ORGANIZATION);
    desk.stand_in.configure_as_stranger(ORGANIZATION, saml());
    desk.stand_in.write_audit_event(ORGANIZATION, "create".to_owned(), "createFlow".to_owned(), "else@acme.example");
    let (_, page) = answer(desk.get("/v2.0/auditevents?sort=timestamp:desc")).await;
    let told: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| item["actionType"].as_str().unwrap()).collect();
    let newest_first =
        ["createFlow", "configureIdentityProvider", "resetIdentityProvider", "configureIdentityProvider"];
    assert_eq!(told, newest_first);
    let first = &page["items"][3];
    assert_eq!(first["user"], format!("admin@{ORGANIZATION}.example"));
    assert_eq!(first["type"], "action");
    assert_eq!(first["_id"].as_str().unwrap().len(), 24);
    assert!(first["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_ne!(page["items"][1]["user"], first["user"], "a stranger is somebody else");

    desk.stand_in.change(|settings| settings.audit_id = AuditId::Plain);
    let (_, page) = answer(desk.get("/v2.0/auditevents?type=action&actionType=resetIdentityProvider")).await;
    assert_eq!((&page["total"], page["items"][0]["id"].is_string()), (&json!(1), true));
    let told = |page: &Value| page["items"][0]["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    desk.stand_in.age_audit_events(ORGANIZATION, jiff::SignedDuration::from_hours(1));
    let (_, aged) = answer(desk.get("/v2.0/auditevents?type=action&actionType=resetIdentityProvider")).await;
    assert_eq!(told(&page).duration_since(told(&aged)), jiff::SignedDuration::from_hours(1));
    desk.stand_in.forget_audit_events(ORGANIZATION);
    assert_eq!(answer(desk.get("/v2.0/auditevents")).await.1["items"], json!([]));
}

#[tokio::test]
async fn audit_events_come_in_pages_in_both_orders() {
    let desk = Desk::open().await;
    for number in 0..7 {
        desk.stand_in.write_audit_event(ORGANIZATION, "action".to_owned(), format!("a{number}"), "somebody");
    }
    for (order, expected) in [("desc", "a6a5a4a3a2a1a0"), ("asc", "a0a1a2a3a4a5a6")] {
        let (mut told, mut cursor, mut pages) = (String::new(), String::new(), Vec::new());
        loop {
            let (status, page) =
                answer(desk.get(&format!("/v2.0/auditevents?limit=3&sort=timestamp:{order}{cursor}"))).await;
            assert_eq!((status, &page["total"]), (200, &json!(7)));
            told.extend(page["items"].as_array().unwrap().iter().map(|item| item["actionType"].as_str().unwrap()));
            pages.push(page.clone());
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&next={next}");
        }
        assert_eq!((told.as_str(), pages.len()), (expected, 3));
        assert_eq!(pages[0]["previousCursor"], Value::Null);
        let back = pages[2]["previousCursor"].as_str().unwrap();
        let path = format!("/v2.0/auditevents?limit=3&sort=timestamp:{order}&previous={back}");
        assert_eq!(answer(desk.get(&path)).await.1["items"], pages[1]["items"]);
    }
    for query in ["limit=0", "limit=x", "sort=user:asc", "next=nonsense"] {
        assert_eq!(answer(desk.get(&format!("/v2.0/auditevents?{query}"))).await.1["code"], 1005, "{query}");
    }
}

#[tokio::test]
async fn filters_can_be_ignored() {
    let desk = Desk::open().await;
    desk.stand_in.reset_as_stranger(ORGANIZATION);
    let path = "/v2.0/auditevents?type=action&actionType=configureIdentityProvider";
    assert_eq!(answer(desk.get(path)).await.1["total"], 0);
    desk.stand_in.change(|settings| settings.audit_filter = false);
    assert_eq!(answer(desk.get(path)).await.1["total"], 1);
}

#[tokio::test]
async fn audit_events_can_be_forbidden() {
    let desk = Desk::open().await;
    desk.stand_in.change(|settings| settings.audit_events_allowed = false);
    assert_eq!(answer(desk.get("/v2.0/auditevents")).await.0, 403);
}
