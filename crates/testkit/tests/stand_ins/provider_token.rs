//! The token endpoint against what real ones were seen or are said to do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognigy_sso_testkit::provider::{AuthMethod, Client, Style};
use ring::hmac;
use serde_json::{Value, json};

use crate::client::{answer, header};
use crate::provider_desk::{CALLBACK, CODE, Desk, REFRESH, SECRET, basic, error, raw_basic, says};

#[tokio::test]
async fn the_token_endpoint_refuses_like_the_real_ones() {
    let grant = says(400, "invalid_grant");
    let refused = says(401, "invalid_client");
    for (style, right, wrong, unknown) in [
        (Style::OidcProvider, grant.clone(), refused.clone(), refused.clone()),
        (Style::Keycloak, grant.clone(), says(401, "unauthorized_client"), refused.clone()),
        (Style::DexOneConnector, grant.clone(), refused.clone(), refused.clone()),
        (Style::DexManyConnectors, grant.clone(), refused.clone(), refused.clone()),
        (Style::Zitadel, grant.clone(), grant.clone(), grant.clone()),
        (Style::ZitadelServer, grant.clone(), says(400, "invalid_client"), says(400, "invalid_client")),
        (Style::Auth0, says(403, "invalid_grant"), says(401, "access_denied"), says(401, "access_denied")),
        (Style::Okta, grant.clone(), refused.clone(), says(401, "")),
        (Style::Entra, grant.clone(), refused.clone(), says(400, "unauthorized_client")),
        (Style::Google, grant.clone(), refused.clone(), refused.clone()),
    ] {
        let desk = Desk::open(style).await;
        assert_eq!(error(desk.code("demo", SECRET).await), right, "{style:?}");
        assert_eq!(error(desk.code("demo", "wrong").await), wrong, "{style:?}");
        assert_eq!(error(desk.code("nobody", SECRET).await), unknown, "{style:?}");
    }
    let desk = Desk::open(Style::Okta).await;
    assert_eq!(desk.code("nobody", SECRET).await.1["errorCode"], "invalid_client");
}

#[tokio::test]
async fn a_bogus_refresh_token_tells_right_from_wrong() {
    for (style, right, wrong, unknown) in [
        (Style::OidcProvider, says(400, "invalid_grant"), says(401, "invalid_client"), says(401, "invalid_client")),
        (Style::Keycloak, says(400, "invalid_grant"), says(401, "unauthorized_client"), says(401, "invalid_client")),
        (
            Style::DexOneConnector,
            says(400, "invalid_request"),
            says(401, "invalid_client"),
            says(401, "invalid_client"),
        ),
        (Style::Zitadel, says(400, "invalid_grant"), says(401, "invalid_client"), says(500, "server_error")),
    ] {
        let desk = Desk::open(style).await;
        let refresh = async |id: &str, secret: &str| error(answer(basic(desk.token(&REFRESH), id, secret)).await);
        assert_eq!(refresh("demo", SECRET).await, right, "{style:?}");
        assert_eq!(refresh("demo", "wrong").await, wrong, "{style:?}");
        assert_eq!(refresh("nobody", SECRET).await, unknown, "{style:?}");
    }
}

#[tokio::test]
async fn how_a_client_authenticates_matters() {
    let post = [CODE.as_slice(), &[("client_id", "demo"), ("client_secret", SECRET)]].concat();
    for (style, by_post, by_both, by_none) in [
        (Style::OidcProvider, says(400, "invalid_grant"), says(400, "invalid_request"), says(401, "invalid_client")),
        (Style::Keycloak, says(400, "invalid_grant"), says(400, "invalid_grant"), says(401, "unauthorized_client")),
        (Style::DexOneConnector, says(400, "invalid_grant"), says(401, "invalid_client"), says(401, "invalid_client")),
        (Style::Zitadel, says(400, "invalid_grant"), says(400, "invalid_request"), says(400, "invalid_grant")),
        (Style::Auth0, says(401, "access_denied"), says(400, "invalid_request"), says(401, "access_denied")),
    ] {
        let desk = Desk::open(style).await;
        assert_eq!(error(answer(desk.token(&post)).await), by_post, "{style:?}");
        assert_eq!(error(answer(basic(desk.token(&post), "demo", SECRET)).await), by_both, "{style:?}");
        let id_alone = [CODE.as_slice(), &[("client_id", "demo")]].concat();
        assert_eq!(error(answer(desk.token(&id_alone)).await), by_none, "{style:?}");
        let no_code = basic(desk.token(&[("grant_type", "authorization_code")]), "demo", SECRET);
        assert_eq!(error(answer(no_code).await), says(400, "invalid_request"), "{style:?}");
    }
}

#[tokio::test]
async fn basic_is_form_encoded_unless_the_provider_takes_it_raw() {
    let desk = Desk::open(Style::default()).await;
    let raw = async || error(answer(raw_basic(desk.token(&CODE), "demo", SECRET)).await);
    assert_eq!(raw().await, says(401, "invalid_client"));
    desk.provider.edit("acme", |profile| profile.raw_basic = true);
    assert_eq!(raw().await, says(400, "invalid_grant"));
    assert_eq!(error(desk.code("demo", SECRET).await), says(401, "invalid_client"));
}

#[tokio::test]
async fn failures_of_basic_are_challenged_where_the_real_one_does_it() {
    let desk = Desk::open(Style::OidcProvider).await;
    let response = basic(desk.token(&CODE), "demo", "wrong").send().await.unwrap();
    let challenge = format!(r#"Basic realm="{}", error="invalid_client""#, desk.issuer);
    assert_eq!((header(&response, "www-authenticate"), header(&response, "cache-control")), (&*challenge, "no-store"));
    let desk = Desk::open(Style::DexOneConnector).await;
    let response = basic(desk.token(&CODE), "demo", "wrong").send().await.unwrap();
    assert_eq!((header(&response, "www-authenticate"), header(&response, "cache-control")), ("", ""));
}

#[tokio::test]
async fn keycloak_believes_the_form_and_refuses_disabled_clients() {
    let desk = Desk::open(Style::Keycloak).await;
    let form = [CODE.as_slice(), &[("client_id", "demo")]].concat();
    assert_eq!(error(answer(basic(desk.token(&form), "nobody", SECRET)).await), says(400, "invalid_grant"));
    desk.provider.edit("acme", |profile| profile.clients[0].disabled = true);
    assert_eq!(error(desk.code("demo", SECRET).await), says(401, "invalid_client"));
}

#[tokio::test]
async fn a_public_client_says_invalid_grant_to_any_secret() {
    let desk = Desk::with_client(Style::Keycloak, Client::public("demo")).await;
    for secret in [SECRET, "wrong"] {
        assert_eq!(error(desk.code("demo", secret).await), says(400, "invalid_grant"));
    }
}

fn assertion(audience: &str, secret: &str, expires: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"iss": "demo", "sub": "demo", "aud": audience, "exp": expires, "jti": "1"});
    let signed = format!("{}.{}", part(json!({"alg": "HS256"})), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())))
}

#[tokio::test]
async fn a_client_can_be_registered_for_signed_assertions() {
    for (style, wrong, by_basic) in [
        (Style::OidcProvider, says(401, "invalid_client"), says(401, "invalid_client")),
        (Style::Keycloak, says(400, "unauthorized_client"), says(400, "invalid_client")),
    ] {
        let demo = Client { auth_method: AuthMethod::ClientSecretJwt, ..Client::new("demo", SECRET) };
        let desk = Desk::with_client(style, demo).await;
        let ask = async |assertion: String| {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            let more = [("client_assertion_type", kind), ("client_assertion", assertion.as_str())];
            error(answer(desk.token(&[CODE.as_slice(), &more].concat())).await)
        };
        let later = jiff::Timestamp::now().as_second() + 60;
        let endpoint = format!("{}/token", desk.issuer);
        assert_eq!(ask(assertion(&desk.issuer, SECRET, later)).await, says(400, "invalid_grant"));
        assert_eq!(ask(assertion(&endpoint, SECRET, later)).await, says(400, "invalid_grant"));
        assert_eq!(ask(assertion(&endpoint, "wrong", later)).await, wrong);
        assert_eq!(ask(assertion("https://elsewhere.example", SECRET, later)).await, wrong);
        assert_eq!(ask(assertion(&endpoint, SECRET, later - 3600)).await, wrong);
        assert_eq!(error(desk.code("demo", SECRET).await), by_basic);
        assert_eq!(error(desk.code("demo", "wrong").await), by_basic);
    }
}

#[tokio::test]
async fn a_pushed_request_proves_secret_and_redirect_where_it_is_offered() {
    for (style, right, wrong) in [
        (Style::OidcProvider, 201, says(401, "invalid_client")),
        (Style::Keycloak, 201, says(401, "invalid_request")),
        (Style::DexOneConnector, 404, says(404, "")),
    ] {
        let desk = Desk::open(style).await;
        let push = |redirect: &str, secret: &str| {
            let request = desk.client.post(format!("{}/par", desk.issuer)).form(&[("redirect_uri", redirect)]);
            basic(request, "demo", secret)
        };
        assert_eq!(push(CALLBACK, SECRET).send().await.unwrap().status(), right);
        if right == 201 {
            assert_eq!(error(answer(push(CALLBACK, "wrong")).await), wrong);
            assert_eq!(error(answer(push("https://x.example", SECRET)).await), says(400, "invalid_request"));
        }
    }
}
