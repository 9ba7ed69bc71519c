//! The decision tables row by row, each as a server's answers.

use cognigy_sso_decide::{NoAnswer, Proof, TransportFault};
use cognigy_sso_testkit::provider::{Operation, Style};
use cognigy_sso_testkit::server::{Fault, Plan, Reply};

use super::{Callback, Credentials, Scene, refused, status};

fn error(status: u16, name: &str) -> Fault {
    Fault::says(status, &format!(r#"{{"error":"{name}","error_description":"a description that is not kept"}}"#))
}

fn error_code(status: u16, name: &str) -> Fault {
    Fault::says(status, &format!(r#"{{"errorCode":"{name}","errorSummary":"a summary that is not kept"}}"#))
}

fn unclear(status: u16, name: &str) -> Credentials {
    let Credentials::Refused(refusal) = refused(status, name) else { unreachable!() };
    Credentials::Unclear(refusal)
}

/// The verdict where the token endpoint answers these in turn, and how many were asked for.
async fn token(answers: &[Fault]) -> (Credentials, usize) {
    let scene = Scene::new(Style::Auth0).await;
    // Only the declared method is offered, so that a refusal is not looked into further.
    scene.edit(|profile| {
        profile.discovery["token_endpoint_auth_methods_supported"] = serde_json::json!(["client_secret_basic"]);
    });
    let nothing_more = Fault::status(418);
    scene.server.install(Plan::on(Operation::Token, answers.iter().cloned()));
    scene.server.install(Plan::on(Operation::Token, [nothing_more]).forever());
    let found = scene.try_client().await.credentials;
    (found, scene.asked(Operation::Token))
}

#[tokio::test]
async fn invalid_grant_and_a_control_that_fails_is_verified() {
    for code in [400, 401, 403] {
        let real = error(code, "invalid_grant");
        for control in [
            error(401, "invalid_client"),
            error(401, "unauthorized_client"),
            error(400, "invalid_client"),
            error(400, "unauthorized_client"),
            error(403, "access_denied"),
            error_code(401, "invalid_client"),
            Fault::page(401),
        ] {
            let found = token(&[real.clone(), control.clone()]).await;
            assert_eq!(found, (Credentials::Accepted, 2), "{control:?}");
        }
    }
}

#[tokio::test]
async fn invalid_grant_and_a_control_that_tells_nothing_is_unknown() {
    let real = error(400, "invalid_grant");
    for (control, found) in [
        (Fault::status(429), Credentials::None(status(429))),
        (Fault::status(503), Credentials::None(status(503))),
        (Fault::redirect("https://elsewhere.example/"), Credentials::None(status(302))),
        (Fault::cut(), Credentials::None(NoAnswer::Transport(TransportFault::Cut))),
        (error(400, "invalid_request"), Credentials::Uncontrolled),
        (Fault::page(400), Credentials::Uncontrolled),
        (Fault::says(200, r#"{"access_token":"x"}"#), Credentials::Uncontrolled),
    ] {
        assert_eq!(token(&[real.clone(), control.clone()]).await, (found, 2), "{control:?}");
    }
}

#[tokio::test]
async fn invalid_grant_to_both_is_asked_again_with_a_refresh_token() {
    let grant = error(400, "invalid_grant");
    let failed = error(401, "invalid_client");
    for (real, control, found) in [
        (grant.clone(), failed.clone(), Credentials::Accepted),
        (error(400, "invalid_request"), failed.clone(), Credentials::Accepted),
        (grant.clone(), grant.clone(), Credentials::Indistinct),
        (grant.clone(), Fault::status(500), Credentials::None(status(500))),
    ] {
        let answers = [grant.clone(), grant.clone(), real, control];
        assert_eq!(token(&answers).await, (found, 4), "{answers:?}");
    }
    let found = (refused(401, "invalid_client"), 3);
    assert_eq!(token(&[grant.clone(), grant, failed]).await, found);
}

#[tokio::test]
async fn a_client_that_is_refused_is_refuted() {
    for (answer, code, name) in [
        (error(400, "invalid_client"), 400, "invalid_client"),
        (error(401, "invalid_client"), 401, "invalid_client"),
        (error(401, "unauthorized_client"), 401, "unauthorized_client"),
        (error(401, "anything"), 401, "an error of its own"),
        (error_code(401, "invalid_client"), 401, "invalid_client"),
        (error(401, "access_denied"), 401, "access_denied"),
        (error(403, "access_denied"), 403, "access_denied"),
    ] {
        assert_eq!(token(std::slice::from_ref(&answer)).await, (refused(code, name), 1), "{answer:?}");
    }
}

#[tokio::test]
async fn unauthorized_client_is_told_apart_by_the_control() {
    let real = error(400, "unauthorized_client");
    assert_eq!(token(&[real.clone(), real.clone()]).await, (refused(400, "unauthorized_client"), 2));
    for control in [error(401, "invalid_client"), error(400, "invalid_client"), error(401, "unauthorized_client")] {
        assert_eq!(token(&[real.clone(), control]).await, (Credentials::FlowRefused, 2));
    }
}

#[tokio::test]
async fn what_speaks_of_the_request_or_of_the_server_is_unknown() {
    for (answer, found) in [
        (error(400, "invalid_request"), unclear(400, "invalid_request")),
        (error(400, "unsupported_grant_type"), unclear(400, "unsupported_grant_type")),
        (error(422, "anything"), unclear(422, "an error of its own")),
        (Fault::says(200, r#"{"access_token":"x"}"#), Credentials::Issued),
        (Fault::says(201, ""), Credentials::Issued),
        (Fault::redirect("https://elsewhere.example/"), Credentials::None(status(302))),
        (Fault::status(429), Credentials::None(status(429))),
        (Fault::status(500), Credentials::None(status(500))),
        (error(503, "invalid_client"), Credentials::None(status(503))),
        (Fault::cut(), Credentials::None(NoAnswer::Transport(TransportFault::Cut))),
        (Fault::page(404), Credentials::Wordless { status: 404 }),
        (Fault::reply(Reply::Garbage), Credentials::Issued),
    ] {
        assert_eq!(token(std::slice::from_ref(&answer)).await, (found, 1), "{answer:?}");
    }
}

/// The verdict where good requests come back with this.
async fn returns(what: &str) -> Callback {
    let scene = Scene::new(Style::Auth0).await;
    scene.edit(|profile| profile.returns = Some(what.to_owned()));
    scene.try_client().await.callback
}

#[tokio::test]
async fn what_comes_back_to_the_callback_says_what_is_right_and_wrong() {
    let unclear = |name: &str| Callback::RestUnclear(name.into());
    for (what, found) in [
        ("login_required", Callback::Accepted(Proof::Returned)),
        ("interaction_required", Callback::Accepted(Proof::Returned)),
        ("consent_required", Callback::Accepted(Proof::Returned)),
        ("account_selection_required", Callback::Accepted(Proof::Returned)),
        ("invalid_scope", Callback::ScopesRefused),
        ("unauthorized_client", Callback::FlowRefused),
        ("unsupported_response_type", Callback::FlowRefused),
        ("invalid_request", unclear("invalid_request")),
        ("server_error", unclear("server_error")),
        ("temporarily_unavailable", unclear("temporarily_unavailable")),
        ("access_denied", unclear("access_denied")),
        ("code", Callback::Code),
    ] {
        assert_eq!(returns(what).await, found, "{what}");
    }
}

/// The verdict where the authorization endpoint answers these in turn.
async fn authorize(answers: impl IntoIterator<Item = Fault>) -> Callback {
    let scene = Scene::new(Style::Auth0).await;
    scene.server.install(Plan::on(Operation::Authorize, answers));
    scene.try_client().await.callback
}

#[tokio::test]
async fn an_answer_that_is_not_sent_back_is_judged_by_what_it_names() {
    for code in [400, 404] {
        for (words, found) in [
            ("Invalid redirect_uri.", Callback::NotRegistered),
            ("Unknown client.", Callback::ClientUnknown),
            ("Something is wrong.", Callback::Unclear { status: code }),
        ] {
            let page = Fault::says(code, &format!("<html><h1>{words}</h1></html>"));
            assert_eq!(authorize([page]).await, found, "{code} {words}");
        }
    }
    for (answer, none) in [
        (Fault::status(429), status(429)),
        (Fault::status(500), status(500)),
        (Fault::cut(), NoAnswer::Transport(TransportFault::Cut)),
    ] {
        assert_eq!(authorize([answer]).await, Callback::None(none));
    }
}

#[tokio::test]
async fn pages_and_ways_elsewhere_are_told_apart_by_the_control() {
    let page = || Fault::page(200);
    let elsewhere = || Fault::redirect("https://elsewhere.example/login");
    let refusal = || Fault::page(400);
    for real in [page(), elsewhere()] {
        assert_eq!(authorize([real.clone(), refusal()]).await, Callback::Accepted(Proof::Contrast));
        assert_eq!(authorize([real.clone(), page()]).await, Callback::Indistinct);
        assert_eq!(authorize([real.clone(), elsewhere()]).await, Callback::Indistinct);
        assert_eq!(authorize([real, Fault::status(503)]).await, Callback::None(status(503)));
    }
    let error_page = Fault::redirect("https://elsewhere.example/oops?error=invalid_request");
    assert_eq!(authorize([error_page, refusal()]).await, Callback::Unclear { status: 302 });
}
