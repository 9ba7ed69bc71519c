//! The login URLs, which lead to a provider.

use cognigy_sso_testkit::cognigy::{Login, Operation, USER_AGENT};
use cognigy_sso_testkit::provider::{Operation as Provided, Provider, Style};
use cognigy_sso_testkit::saml::{AuthnRequest, IdentityProvider, Operation as Asked, SamlStyle};
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
    let read = provider.calls_of(Provided::Discovery);
    assert_eq!(read[0].headers["user-agent"], USER_AGENT);

    desk.stand_in.change(|settings| settings.discovery_seconds = 600);
    for _ in 0..3 {
        assert_eq!(desk.login().send().await.unwrap().status(), 302);
    }
    assert_eq!(provider.calls_of(Provided::Discovery).len(), 1, "what was read a moment ago is used again");
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

#[tokio::test]
async fn the_saml_login_url_sends_a_request_to_the_identity_provider() {
    let desk = Desk::open().await;
    let provider = IdentityProvider::start(&desk.authority).await.unwrap();
    provider.add("acme", SamlStyle::Auth0);
    let endpoint = format!("{}/sso?tenant=a%20b", provider.base("acme"));
    assert_eq!(desk.saml_login().send().await.unwrap().status(), 404, "nothing is configured yet");
    let body = with(with(saml(), "idpLoginEndpoint", json!(endpoint)), "idpIssuer", json!("urn:acme & sons"));
    assert_eq!(answer(desk.configure(&body)).await.0, 200);

    let response = desk.saml_login().send().await.unwrap();
    assert_eq!(response.status(), 302);
    let location = header(&response, "location");
    assert!(location.starts_with(&format!("{endpoint}&SAMLRequest=")), "{location}");
    let query = location.split_once('?').unwrap().1;
    assert!(!query.contains(['+', '/']) && query.matches('=').count() == 3, "all is percent-encoded: {query}");
    let url = Url::parse(location).unwrap();
    let relay_state = url.query_pairs().find(|(name, _)| name == "RelayState").unwrap().1;
    assert!(!relay_state.is_empty());
    let request = AuthnRequest::in_url(&url).unwrap();
    assert!(request.id.starts_with('_') && request.requests_authn_context);
    assert_eq!((request.issuer.as_str(), request.destination.as_str()), ("urn:acme & sons", endpoint.as_str()));
    let own_url = format!("{}/auth/saml/login/{ORGANIZATION}", desk.stand_in.origin());
    assert_eq!(request.assertion_consumer_service_url, own_url);

    assert_eq!(desk.client.get(url).send().await.unwrap().status(), 200);
    let call = &provider.calls_of(Asked::Login)[0];
    assert_eq!((call.subject.as_deref(), call.user.as_deref()), (Some("acme"), Some("urn:acme & sons")));
    assert_eq!(desk.stand_in.calls_of(Operation::Login)[0].subject.as_deref(), Some(ORGANIZATION));
}

#[tokio::test]
async fn the_saml_login_url_can_tell_nothing_or_something_else() {
    let desk = Desk::open().await;
    desk.stand_in.configure_as_stranger(ORGANIZATION, with(saml(), "idpDisableRequestedAuthnContext", json!(true)));
    let look = async |login: Login| {
        desk.stand_in.change(|settings| settings.login = login);
        let response = desk.saml_login().send().await.unwrap();
        (response.status().as_u16(), Url::parse(header(&response, "location")).ok())
    };
    assert_eq!(look(Login::NotFound).await, (404, None));
    assert_eq!(look(Login::LoginPage).await, (200, None));
    let sent = async |login: Login| AuthnRequest::in_url(&look(login).await.1.unwrap()).unwrap();
    let right = sent(Login::Redirect).await;
    assert!(!right.requests_authn_context);
    let other_client = sent(Login::OtherClient).await;
    assert_eq!((right.issuer.as_str(), other_client.issuer.as_str()), ("acme", "somebody-else"));
    assert_eq!(
        (&right.destination, right.destination.as_str()),
        (&other_client.destination, "https://idp.example/login")
    );
    let (_, elsewhere) = look(Login::OtherProvider).await;
    assert_eq!(elsewhere.unwrap().host_str(), Some("elsewhere.example"));

    desk.stand_in.configure_as_stranger(ORGANIZATION, with(saml(), "idpLoginEndpoint", json!("nowhere")));
    assert_eq!(look(Login::Redirect).await, (500, None));
    desk.stand_in.configure_as_stranger(ORGANIZATION, oidc());
    assert_eq!(look(Login::Redirect).await, (404, None), "this is no SAML identity provider");
    for path in ["/auth/ldap/login/x", "/auth/saml/login/", "/auth/saml/login/x/y", "/new/auth/saml/login/x"] {
        desk.client.get(format!("{}{path}", desk.stand_in.origin())).send().await.unwrap();
        assert_eq!(desk.stand_in.calls().pop().unwrap().operation, Operation::Other, "{path}");
    }
}
