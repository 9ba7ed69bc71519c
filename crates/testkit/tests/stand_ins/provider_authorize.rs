//! The authorization endpoint against what real ones were seen or are said to do.

use cognigy_sso_testkit::provider::{Client, Style};

use crate::client::header;
use crate::provider_desk::{CALLBACK, Desk, SECRET};

#[tokio::test]
async fn a_good_authorization_request_arrives_like_at_the_real_ones() {
    for (style, status, beginning, error) in [
        (Style::OidcProvider, 303, CALLBACK, "error=login_required"),
        (Style::Keycloak, 302, CALLBACK, "error=login_required"),
        (Style::Zitadel, 302, CALLBACK, "error=login_required"),
        (Style::Auth0, 302, CALLBACK, "error=login_required"),
        (Style::Entra, 302, CALLBACK, "error=interaction_required"),
        (Style::DexOneConnector, 302, "https://localhost", "/acme/auth/local?"),
        (Style::DexManyConnectors, 200, "<!doctype html>", "Log in"),
    ] {
        let desk = Desk::open(style).await;
        let (answered, place) = desk.arrival(&[]).await;
        assert_eq!(answered, status, "{style:?}");
        assert!(place.starts_with(beginning) && place.contains(error), "{style:?}: {place}");
        assert!(beginning != CALLBACK || place.contains("state=xyz"));
        let says_iss = matches!(style, Style::OidcProvider | Style::Keycloak);
        assert_eq!(place.contains("iss="), says_iss, "{style:?}: {place}");
    }
    let response = Desk::open(Style::Keycloak).await.authorize(&[]).await;
    assert!(!header(&response, "set-cookie").is_empty());
}

#[tokio::test]
async fn a_bad_authorization_request_is_refused_like_at_the_real_ones() {
    let elsewhere = [("redirect_uri", "https://app.example.test/auth/callback/")];
    let nobody = [("client_id", "nobody")];
    for (style, unregistered, unknown) in [
        (Style::OidcProvider, 400, 400),
        (Style::Keycloak, 400, 400),
        (Style::Zitadel, 400, 400),
        (Style::ZitadelServer, 400, 500),
        (Style::DexOneConnector, 302, 302),
        (Style::DexManyConnectors, 200, 200),
        (Style::Entra, 200, 200),
        (Style::Google, 400, 401),
    ] {
        let desk = Desk::open(style).await;
        assert_eq!(desk.authorize(&elsewhere).await.status(), unregistered, "{style:?}");
        assert_eq!(desk.authorize(&nobody).await.status(), unknown, "{style:?}");
    }
    let desk = Desk::open(Style::Auth0).await;
    desk.provider.edit("acme", |profile| profile.error_page = Some("https://acme.example/error".to_owned()));
    let place = (302, "https://acme.example/error?error=invalid_request".to_owned());
    assert_eq!(desk.arrival(&elsewhere).await, place);
}

#[tokio::test]
async fn dex_judges_on_the_second_hop() {
    let desk = Desk::open(Style::DexOneConnector).await;
    let follow = async |changes: &[(&str, &str)]| {
        let (_, hop) = desk.arrival(changes).await;
        let response = desk.client.get(hop).send().await.unwrap();
        (response.status().as_u16(), header(&response, "location").to_owned())
    };
    assert_eq!(follow(&[]).await, (302, format!("{}/auth/local/login", desk.issuer)));
    assert_eq!(follow(&[("redirect_uri", "https://x.example")]).await.0, 400);
    assert_eq!(follow(&[("client_id", "nobody")]).await.0, 404);
    assert!(follow(&[("scope", "openid nothing")]).await.1.contains("error=invalid_scope"));
}

#[tokio::test]
async fn scopes_pkce_and_flows_are_judged_at_the_callback() {
    let scope = [("scope", "openid nothing")];
    let no_pkce = [("code_challenge", "")];
    for (style, of_scope, of_pkce) in [
        (Style::OidcProvider, "login_required", "invalid_request"),
        (Style::Keycloak, "invalid_scope", "login_required"),
        (Style::Zitadel, "login_required", "login_required"),
    ] {
        let desk = Desk::open(style).await;
        assert!(desk.arrival(&scope).await.1.contains(of_scope), "{style:?}");
        assert!(desk.arrival(&no_pkce).await.1.contains(of_pkce), "{style:?}");
    }
    let desk = Desk::open(Style::Google).await;
    assert_eq!(desk.arrival(&[("scope", "openid offline_access")]).await.0, 400);

    let desk = Desk::open(Style::Keycloak).await;
    let place = desk.arrival(&[("response_type", "token")]).await.1;
    assert!(place.starts_with(&format!("{CALLBACK}#error=")), "{place}");
    desk.provider.edit("acme", |profile| profile.clients[0].scopes = Some(vec!["openid".to_owned()]));
    assert!(desk.arrival(&[("scope", "openid offline_access")]).await.1.contains("invalid_scope"));
    desk.provider.edit("acme", |profile| profile.clients[0].pkce_demanded = Some(true));
    assert!(desk.arrival(&no_pkce).await.1.contains("invalid_request"));
    desk.provider.edit("acme", |profile| profile.clients[0].code_flow_off = true);
    assert!(desk.arrival(&[]).await.1.contains("unauthorized_client"));
    desk.provider.edit("acme", |profile| profile.clients[0].disabled = true);
    assert_eq!(desk.arrival(&[]).await.0, 400);
}

#[tokio::test]
async fn a_redirect_uri_may_be_registered_with_a_wildcard() {
    let demo = Client::new("demo", SECRET).redirect("https://app.example.test/*");
    let desk = Desk::with_client(Style::Keycloak, demo).await;
    for redirect in [CALLBACK, "https://app.example.test/anything"] {
        assert!(desk.arrival(&[("redirect_uri", redirect)]).await.1.starts_with(redirect));
    }
}
