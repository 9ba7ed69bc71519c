//! Whose key it is, and how often it may be used.

use cognigy_sso_testkit::cognigy::{DisabledUser, RetryAfter, User};
use serde_json::json;

use crate::client::{ORGANIZATION, answer, header};
use crate::cognigy_desk::{Desk, KEY, oidc};

#[tokio::test]
async fn me_tells_whose_key_it_is_with_and_without_new() {
    let desk = Desk::open().await;
    let expected = json!({
        "id": format!("admin@{ORGANIZATION}.example"), "name": "admin", "organisation": ORGANIZATION,
        "roles": ["admin"], "disabled": false,
    });
    assert_eq!(answer(desk.get("/v2.0/users/me")).await, (200, expected.clone()));
    let at_the_root = format!("{}/v2.0/users/me", desk.stand_in.origin());
    assert_eq!(answer(desk.client.get(at_the_root).header("x-api-key", KEY)).await, (200, expected));
}

#[tokio::test]
async fn a_key_that_is_missing_or_unknown_is_a_problem_with_a_trace() {
    let desk = Desk::open().await;
    let url = format!("{}/v2.0/users/me", desk.stand_in.api_url());
    let in_the_query = format!("{url}?api_key={KEY}");
    for request in
        [desk.client.get(&url), desk.client.get(&url).header("x-api-key", "another"), desk.client.get(in_the_query)]
    {
        let (status, problem) = answer(request).await;
        assert_eq!((status, &problem["status"], &problem["code"]), (401, &json!(401), &json!(401)));
        assert_eq!((problem["type"].as_str(), problem["title"].as_str()), (Some("about:blank"), Some("Unauthorized")));
        assert_eq!(problem["instance"], "/new/v2.0/users/me");
        assert!(problem["detail"].is_string() && problem["details"].is_object());
        assert!(problem["traceId"].as_str().unwrap().starts_with("trace-"));
    }
    desk.stand_in.remove_user(KEY);
    assert_eq!(answer(desk.get("/v2.0/users/me")).await.0, 401);
}

#[tokio::test]
async fn a_disabled_user_is_refused_or_only_shown() {
    let desk = Desk::open().await;
    desk.stand_in.add_user(KEY, User { disabled: true, ..User::admin(ORGANIZATION) });
    for (switch, expected) in
        [(DisabledUser::Unauthorized, 401), (DisabledUser::Forbidden, 403), (DisabledUser::Served, 200)]
    {
        desk.stand_in.change(|settings| settings.disabled_user = switch);
        let (status, body) = answer(desk.get("/v2.0/users/me")).await;
        assert_eq!(status, expected);
        assert!(status != 200 || body["disabled"] == true);
    }
}

#[tokio::test]
async fn organizations_are_apart() {
    let desk = Desk::open().await;
    let other = "5f0c00000000000000000002";
    desk.stand_in.add_admin("another-key", other);
    assert_eq!(answer(desk.configure(&oidc())).await.0, 200);
    assert_eq!(desk.stand_in.configuration(other), None);
    desk.stand_in.reset_as_stranger(other);
    let (_, events) = answer(desk.get("/v2.0/auditevents")).await;
    assert_eq!(events["total"], 1);
    assert_eq!(events["items"][0]["organisationReference"], ORGANIZATION);
}

#[tokio::test]
async fn too_many_requests_of_one_key_are_refused() {
    let desk = Desk::open().await;
    desk.stand_in.add_admin("another-key", ORGANIZATION);
    desk.stand_in.change(|settings| settings.rate_limit = 2);
    assert_eq!(answer(desk.get("/v2.0/users/me")).await.0, 200);
    assert_eq!(answer(desk.get("/v2.0/users/me")).await.0, 200);
    let refused = desk.get("/v2.0/users/me").send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let seconds: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((1..=300).contains(&seconds));
    let other = desk.client.get(format!("{}/v2.0/users/me", desk.stand_in.api_url()));
    assert_eq!(answer(other.header("x-api-key", "another-key")).await.0, 200);

    for (switch, expected) in [(RetryAfter::Absent, ""), (RetryAfter::Text("-5".to_owned()), "-5")] {
        desk.stand_in.change(|settings| settings.retry_after = switch);
        let refused = desk.get("/v2.0/users/me").send().await.unwrap();
        assert_eq!(header(&refused, "retry-after"), expected);
    }
    desk.stand_in.change(|settings| settings.retry_after = RetryAfter::Date);
    let refused = desk.get("/v2.0/users/me").send().await.unwrap();
    assert!(header(&refused, "retry-after").ends_with(" GMT"));
    desk.stand_in.change(|settings| settings.rate_window_seconds = 0);
    assert_eq!(answer(desk.get("/v2.0/users/me")).await.0, 200, "a new window has begun");
}

#[tokio::test]
async fn any_organization_is_taken_when_told_so() {
    let desk = Desk::open().await;
    let me = || {
        let request = desk.client.get(format!("{}/v2.0/users/me", desk.stand_in.api_url()));
        request.header("x-api-key", "key-00000000000000000000beef")
    };
    assert_eq!(answer(me()).await.0, 401);
    desk.stand_in.change(|settings| settings.any_organization = true);
    assert_eq!(answer(me()).await.1["organisation"], "00000000000000000000beef");
}

#[tokio::test]
async fn what_is_not_published_is_not_found() {
    let desk = Desk::open().await;
    assert_eq!(answer(desk.get("/v2.0/identityprovider/configure")).await.1["code"], 1002);
    assert_eq!(answer(desk.get(&format!("/auth/oidc/login/{ORGANIZATION}"))).await.0, 404, "not below /new");
}
