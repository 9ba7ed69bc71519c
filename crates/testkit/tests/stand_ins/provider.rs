//! Documents and journal of the programmable provider.

use cognigy_sso_testkit::provider::{Operation, Style, keys};
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::{Value, json};

use crate::client::{answer, header};
use crate::provider_desk::{Desk, SECRET};

#[tokio::test]
async fn issuers_have_names_or_are_the_bare_origin() {
    let desk = Desk::open(Style::default()).await;
    let deep = desk.provider.add("realms/demo", Style::Keycloak, Vec::new());
    let bare = desk.provider.add("", Style::default(), Vec::new());
    assert_eq!(deep, format!("{}/realms/demo", desk.provider.origin()));
    assert_eq!(bare, desk.provider.origin());
    for issuer in [&desk.issuer, &deep, &bare] {
        let (status, document) = answer(desk.client.get(format!("{issuer}/.well-known/openid-configuration"))).await;
        assert_eq!((status, &document["issuer"]), (200, &json!(issuer)));
        for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            assert!(document[endpoint].as_str().unwrap().starts_with(&format!("{issuer}/")));
        }
        let keys = answer(desk.client.get(document["jwks_uri"].as_str().unwrap())).await.1;
        assert_eq!(keys["keys"][0]["kty"], "RSA");
    }
    let unknown = format!("{}/nobody/.well-known/openid-configuration", desk.provider.origin());
    assert_eq!(desk.client.get(&unknown).send().await.unwrap().status(), 404);
    desk.provider.accept_any_issuer(Style::DexOneConnector, Vec::new());
    assert_eq!(answer(desk.client.get(&unknown)).await.0, 200);
}

#[tokio::test]
async fn each_provider_has_its_own_documents() {
    for (style, slash, par, cache, key_count) in [
        (Style::OidcProvider, false, true, "", 2),
        (Style::Keycloak, false, true, "no-cache, must-revalidate, no-transform, no-store", 2),
        (Style::DexOneConnector, false, false, "", 1),
        (Style::Zitadel, false, false, "", 1),
        (Style::Auth0, true, false, "", 1),
    ] {
        let desk = Desk::open(style).await;
        assert_eq!(desk.issuer.ends_with('/'), slash);
        let response = desk.get("/.well-known/openid-configuration").send().await.unwrap();
        assert_eq!(header(&response, "cache-control"), cache);
        let document: Value = response.json().await.unwrap();
        assert_eq!(document["issuer"], desk.issuer);
        assert_eq!(document.get("pushed_authorization_request_endpoint").is_some(), par);
        let keys = answer(desk.get("/jwks")).await.1;
        assert_eq!(keys["keys"].as_array().unwrap().len(), key_count);
    }
}

#[tokio::test]
async fn documents_can_be_edited_word_by_word() {
    let desk = Desk::open(Style::default()).await;
    let edited = desk.provider.edit("acme", |profile| {
        profile.discovery["issuer"] = json!("https://localhost/");
        profile.discovery["token_endpoint"] = json!("http://localhost/token");
        profile.discovery.as_object_mut().unwrap().remove("jwks_uri");
        profile.discovery_cache_control = Some("max-age=90".to_owned());
        profile.keys = keys::set([
            keys::rsa_for_encryption(),
            keys::elliptic_p256(),
            keys::elliptic_p384(),
            keys::without(keys::rsa("RS256"), "alg"),
            keys::nonsense(),
        ]);
    });
    assert!(edited && !desk.provider.edit("nobody", |_| ()));
    let response = desk.get("/.well-known/openid-configuration").send().await.unwrap();
    assert_eq!(header(&response, "cache-control"), "max-age=90");
    let document: Value = response.json().await.unwrap();
    assert_eq!((&document["issuer"], &document["jwks_uri"]), (&json!("https://localhost/"), &Value::Null));
    let shown = answer(desk.get("/jwks")).await.1;
    assert_eq!((&shown["keys"][0]["use"], shown["keys"][3].get("alg")), (&json!("enc"), None));
    desk.provider.edit("acme", |profile| profile.keys = json!("no key set"));
    assert_eq!(answer(desk.get("/jwks")).await.1, "no key set");
    desk.provider.remove("acme");
    assert_eq!(desk.get("/jwks").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn faults_concern_one_issuer_and_one_document() {
    let desk = Desk::open(Style::default()).await;
    desk.provider.add("other", Style::default(), Vec::new());
    desk.provider.install(Plan::on(Operation::Discovery, [Fault::status(500)]).of("other").forever());
    assert_eq!(desk.discovery().await.0, 200);
    let other = format!("{}/.well-known/openid-configuration", desk.provider.base("other"));
    assert_eq!(desk.client.get(other).send().await.unwrap().status(), 500);
    let call = &desk.provider.calls_of(Operation::Discovery)[1];
    assert_eq!((call.subject.as_deref(), call.status), (Some("other"), Some(500)));
}

#[tokio::test]
async fn the_journal_tells_who_asked_whom_with_what() {
    let desk = Desk::open(Style::default()).await;
    desk.code("demo", SECRET).await;
    desk.authorize(&[]).await;
    let calls = desk.provider.calls();
    assert_eq!((calls[0].operation, calls[1].operation), (Operation::Token, Operation::Authorize));
    assert_eq!((calls[0].subject.as_deref(), calls[0].user.as_deref()), (Some("acme"), Some("demo")));
    assert_eq!(calls[1].user.as_deref(), Some("demo"));
    assert_eq!(calls[0].body["grant_type"], "authorization_code");
}
