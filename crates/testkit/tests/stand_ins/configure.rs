//! `configure` and `reset` against the published description.

use cognigy_sso_testkit::cognigy::{Operation, User, WhenConfigured, WhenNotConfigured};
use serde_json::{Value, json};

use crate::client::{ORGANIZATION, answer};
use crate::cognigy_desk::{Desk, KEY, oidc, saml, with, without};

#[tokio::test]
async fn configure_keeps_what_was_sent_and_reset_removes_it() {
    let desk = Desk::open().await;
    for body in [oidc(), saml(), with(oidc(), "idpAdditionalScope", Value::Null)] {
        assert_eq!(answer(desk.configure(&body)).await, (200, json!({})));
        assert_eq!(desk.stand_in.configuration(ORGANIZATION), Some(body));
        assert_eq!(answer(desk.reset()).await, (200, json!({})));
        assert_eq!(desk.stand_in.configuration(ORGANIZATION), None);
    }
}

#[tokio::test]
async fn configure_is_strict() {
    let desk = Desk::open().await;
    let long = |length: usize| Value::String("x".repeat(length));
    let refused = [
        (without(oidc(), "idpType"), 1000),
        (without(oidc(), "idpIssuer"), 1000),
        (without(oidc(), "idpClientId"), 1000),
        (without(oidc(), "idpClientSecret"), 1000),
        (without(saml(), "idpIssuer"), 1000),
        (without(saml(), "idpLoginEndpoint"), 1000),
        (without(saml(), "idpCertificate"), 1000),
        (json!([]), 1005),
        (with(oidc(), "idpType", json!("ldap")), 1005),
        (with(oidc(), "idpFrontChannelUrl", json!("https://a.example")), 1005),
        (with(oidc(), "idpCertificate", json!("AAAA")), 1005),
        (with(oidc(), "idpIssuer", json!("acme.example")), 1005),
        (with(oidc(), "idpIssuer", json!(7)), 1005),
        (with(oidc(), "idpIssuer", json!(format!("https://a.example/{}", "x".repeat(5000)))), 1005),
        (with(oidc(), "idpClientId", json!("")), 1005),
        (with(oidc(), "idpClientId", Value::Null), 1005),
        (with(oidc(), "idpClientSecret", long(5001)), 1005),
        (with(oidc(), "idpAdditionalScope", json!(["groups"])), 1005),
        (with(oidc(), "idpAdditionalScope", long(5001)), 1005),
        (with(oidc(), "idpFrontChannelLogoutUrl", json!("nowhere")), 1005),
        (with(oidc(), "idpIdTokenSignedResponseAlg", json!("ES256")), 1005),
        (with(oidc(), "idpIdTokenSignedResponseAlg", Value::Null), 1005),
        (with(oidc(), "idpTokenEndpointAuthMethod", json!("basic")), 1005),
        (with(saml(), "idpClientId", json!("an id")), 1005),
        (with(saml(), "idpIssuer", json!("")), 1005),
        (with(saml(), "idpIssuer", long(5001)), 1005),
        (with(saml(), "idpLoginEndpoint", json!("")), 1005),
        (with(saml(), "idpLoginEndpoint", long(5001)), 1005),
        (with(saml(), "idpLogoutEndpoint", json!("")), 1005),
        (with(saml(), "idpLogoutEndpoint", long(5001)), 1005),
        (with(saml(), "idpCertificate", json!("")), 1005),
        (with(saml(), "decryptionPrivateKey", json!("no-base64")), 1005),
        (with(saml(), "decryptionPrivateKey", json!("A".repeat(15_004))), 1005),
        (with(saml(), "wantAuthnResponseSigned", json!("yes")), 1005),
        (with(saml(), "idpCertificate", json!("-----BEGIN CERTIFICATE-----")), 1005),
        (with(saml(), "idpCertificate", json!("A".repeat(15_004))), 1005),
        (with(saml(), "decryptionPrivateKey", json!("")), 1005),
        (with(saml(), "idpLogoutEndpoint", Value::Null), 1005),
        (with(saml(), "idpDisableRequestedAuthnContext", json!("no")), 1005),
    ];
    for (body, code) in refused {
        let (status, problem) = answer(desk.configure(&body)).await;
        assert_eq!((status, &problem["code"]), (400, &json!(code)), "{body}");
        assert_eq!(problem["details"]["received"], body, "details hold what no client may pass on");
    }
    assert_eq!(desk.stand_in.configuration(ORGANIZATION), None);
    assert!(desk.stand_in.calls_of(Operation::Configure).iter().all(|call| !call.effect && call.status == Some(400)));
}

#[tokio::test]
async fn configure_takes_all_that_is_published_up_to_its_limits() {
    let desk = Desk::open().await;
    desk.stand_in.change(|settings| settings.when_configured = WhenConfigured::Overwrite);
    let full = with(oidc(), "idpAdditionalScope", json!("s".repeat(5000)));
    let full = with(full, "idpFrontChannelLogoutUrl", json!("https://acme.example/out"));
    let full = with(full, "idpClientSecret", json!("ü".repeat(5000)));
    let least = without(without(oidc(), "idpIdTokenSignedResponseAlg"), "idpTokenEndpointAuthMethod");
    let full_saml = ["idpIssuer", "idpLoginEndpoint", "idpLogoutEndpoint"]
        .into_iter()
        .fold(saml(), |body, member| with(body, member, json!("ü".repeat(5000))));
    let full_saml = with(full_saml, "idpCertificate", json!("A".repeat(15_000)));
    let full_saml = with(full_saml, "decryptionPrivateKey", json!("AAAA\nAAAA"));
    let full_saml = with(full_saml, "idpDisableRequestedAuthnContext", json!(true));
    for body in [full, least, full_saml] {
        assert_eq!(answer(desk.configure(&body)).await.0, 200, "{body}");
    }
    desk.stand_in.change(|settings| settings.knows_want_authn_response_signed = false);
    assert_eq!(answer(desk.configure(&saml())).await.0, 400);
    assert_eq!(answer(desk.configure(&without(saml(), "wantAuthnResponseSigned"))).await.0, 200);
}

#[tokio::test]
async fn a_body_that_is_no_json_or_too_large_or_not_wanted_is_refused() {
    let desk = Desk::open().await;
    let configure = || desk.post("/v2.0/identityprovider/configure");
    let json = || configure().header("content-type", "application/json");
    assert_eq!(answer(json().body("{")).await.1["code"], 1005);
    assert_eq!(answer(configure().body(oidc().to_string())).await.1["code"], 1000, "it is not said to be JSON");
    let padded = |length: usize| {
        let body = oidc().to_string();
        format!("{}{body}", " ".repeat(length - body.len()))
    };
    assert_eq!(answer(json().body(padded(60_001))).await.0, 413);
    assert_eq!(answer(json().body(padded(60_000))).await.0, 200);
    assert_eq!(answer(desk.reset().json(&json!({}))).await.0, 400);
}

#[tokio::test]
async fn configure_and_reset_need_an_admin() {
    let desk = Desk::open().await;
    let supporter = User { roles: vec!["fullSupportUser".to_owned()], ..User::admin(ORGANIZATION) };
    desk.stand_in.add_user(KEY, supporter);
    assert_eq!(answer(desk.configure(&oidc())).await.0, 403);
    assert_eq!(answer(desk.reset()).await.0, 403);
    assert_eq!(answer(desk.get("/v2.0/auditevents")).await.0, 200);
    desk.stand_in.add_user(KEY, User { roles: vec!["odata".to_owned()], ..User::admin(ORGANIZATION) });
    assert_eq!(answer(desk.get("/v2.0/auditevents")).await.0, 403);
}

#[tokio::test]
async fn a_second_configuration_is_refused_or_overwrites() {
    let desk = Desk::open().await;
    assert_eq!(answer(desk.configure(&oidc())).await.0, 200);
    let second = with(oidc(), "idpClientId", json!("second"));
    for (switch, status, code) in
        [(WhenConfigured::Conflict, 409, 1004), (WhenConfigured::BadRequestInWords, 400, 1005)]
    {
        desk.stand_in.change(|settings| settings.when_configured = switch);
        let (answered, problem) = answer(desk.configure(&second)).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)));
        assert!(problem["detail"].as_str().unwrap().contains("already configured"));
        assert_eq!(desk.stand_in.configuration(ORGANIZATION), Some(oidc()));
    }
    desk.stand_in.change(|settings| settings.when_configured = WhenConfigured::Overwrite);
    assert_eq!(answer(desk.configure(&second)).await.0, 200);
    assert_eq!(desk.stand_in.configuration(ORGANIZATION), Some(second));
}

#[tokio::test]
async fn a_reset_of_nothing_succeeds_or_is_not_found() {
    let desk = Desk::open().await;
    assert_eq!(answer(desk.reset()).await.0, 200);
    desk.stand_in.change(|settings| settings.when_not_configured = WhenNotConfigured::NotFound);
    let (status, problem) = answer(desk.reset()).await;
    assert_eq!((status, &problem["code"]), (404, &json!(1002)));
}
