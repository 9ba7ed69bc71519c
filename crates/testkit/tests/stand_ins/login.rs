//! The login URL, which leads to a provider.

use cognigy_sso_testkit::cognigy::{Login, USER_AGENT};
use cognigy_sso_testkit::provider::{Operation, Provider, Style};
use serde_json::json;
use url::Url;

use crate::client::{ORGANIZATION, answer, header};
use crate::cognigy_desk::{Desk, oidc, saml, with};

#[tokio::test]
async fn the_login_url_sends_to_the_configured_provider() {
    let desk = Desk::open().await;
    let provider = Provider::start(&desk.authority).await.unwrap();
    let issuer = provider.add("acme", Style::Auth0, Vec::new());
    assert_eq!(desk.login().send().await.unwrap().status(), 404, "nothing is configured yet");
    let body = with(with(oidc(), "idpIssuer", json!(issuer)), "idpAdditionalScope", json!("groups"));
    assert_eq!(answer(desk.configure(&body)).await.0, 200);

    let response = desk.login().send().await.unwrap();
    assert_eq!(response.status(), 302);
    let location = Url::parse(header(&response, "location")).unwrap();
    let member = |name: &str| location.query_pairs().find(|(member, _)| member == name).unwrap().1.into_owned();
    assert!(location.as_str().starts_with(&format!("{issuer}authorize?")));
    assert_eq!(member("client_id"), "an id");
    let callback = format!("{}/auth/oidc/login/callback/{ORGANIZATION}", desk.stand_in.origin());
    assert_eq!(member("redirect_uri"), callback);
    assert_eq!(member("response_type"), "code");
    assert_eq!(member("scope"), "openid profile email offline_access groups");
    assert!(!member("state").is_empty());
    let read = provider.calls_of(Operation::Discovery);
    assert_eq!(read[0].headers["user-agent"], USER_AGENT);

    desk.stand_in.change(|settings| settings.discovery_seconds = 600);
    for _ in 0..3 {
        assert_eq!(desk.login().send().await.unwrap().status(), 302);
    }
    assert_eq!(provider.calls_of(Operation::Discovery).len(), 1, "what was read a moment ago is used again");
}

#[tokio::test]
async fn the_login_url_can_tell_nothing_or_something_else() {
    let desk = Desk::open().await;
    let provider = Provider::start(&desk.authority).await.unwrap();
    let issuer = provider.add("acme", Style::default(), Vec::new());
    answer(desk.configure(&with(oidc(), "idpIssuer", json!(issuer)))).await;
    let look = async |login: Login| {
        desk.stand_in.change(|settings| settings.login = login);
        let response = desk.login().send().await.unwrap();
        (response.status().as_u16(), header(&response, "location").to_owned())
    };
    assert_eq!(look(Login::NotFound).await.0, 404);
    assert_eq!(look(Login::LoginPage).await, (200, String::new()));
    assert!(look(Login::OtherClient).await.1.contains("client_id=somebody-else"));
    assert!(look(Login::OtherProvider).await.1.starts_with("https://elsewhere.example/"));
    provider.remove("acme");
    assert_eq!(look(Login::Redirect).await.0, 500, "the provider is gone");
    desk.stand_in.configure_as_stranger(ORGANIZATION, saml());
    assert_eq!(look(Login::Redirect).await.0, 404, "this is no OpenID provider");
}
