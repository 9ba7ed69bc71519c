//! What is sent with OpenID Connect, and that two configurations are told apart by all of it.

use cognigy_sso_api::{Oidc, SigningAlgorithm, TokenEndpointAuthMethod};
use cognigy_sso_decide::{Cost, Desired, Fingerprint};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::strategy::oidc;
use crate::support::{API_KEY, NAME, ORGANIZATION, OTHER_ORGANIZATION, SALT, SECRET, spec};

const HOST: &str = "api-trial.cognigy.ai";

fn declared(change: impl FnOnce(&mut Oidc)) -> Oidc {
    let mut spec = spec();
    change(oidc(&mut spec));
    spec.oidc.unwrap()
}

fn with(change: impl FnOnce(&mut Oidc)) -> Desired {
    let declared = declared(change);
    Desired::oidc(&declared, NAME.to_owned(), SECRET.into(), ORGANIZATION.to_owned(), HOST.to_owned())
}

fn for_client(id: &str, secret: &str, organization: &str, host: &str) -> Desired {
    Desired::oidc(&declared(|_| {}), id.to_owned(), secret.into(), organization.to_owned(), host.to_owned())
}

fn body(desired: &Desired) -> Value {
    serde_json::from_str(desired.body().expose_secret()).unwrap()
}

fn scopes(oidc: &mut Oidc, scopes: &[&str]) {
    oidc.additional_scopes = scopes.iter().map(ToString::to_string).collect();
}

#[test]
fn the_body_is_the_documented_example() {
    let documented = json!({
        "idpType": "oidc",
        "idpIssuer": "https://acme.eu.auth0.com/",
        "idpClientId": NAME,
        "idpClientSecret": SECRET,
        "idpIdTokenSignedResponseAlg": "RS256",
        "idpTokenEndpointAuthMethod": "client_secret_basic",
    });
    assert_eq!(body(&with(|_| {})), documented);
}

#[test]
fn what_is_optional_is_sent_where_it_is_declared() {
    let body = body(&with(|oidc| {
        scopes(oidc, &["groups", "roles"]);
        oidc.front_channel_logout_url = Some("https://app.example.com/logout".to_owned());
        oidc.id_token_signed_response_alg = SigningAlgorithm::HS512;
        oidc.token_endpoint_auth_method = TokenEndpointAuthMethod::SelfSignedTlsClientAuth;
    }));
    assert_eq!(body["idpAdditionalScope"], "groups roles");
    assert_eq!(body["idpFrontChannelLogoutUrl"], "https://app.example.com/logout");
    assert_eq!(body["idpIdTokenSignedResponseAlg"], "HS512");
    assert_eq!(body["idpTokenEndpointAuthMethod"], "self_signed_tls_client_auth");
    assert_eq!(body.as_object().unwrap().len(), 8);
}

#[test]
fn every_value_arrives_as_it_is() {
    let odd = "p+q/r=s%41:t u\u{e4}\"\\{}";
    let body = body(&for_client(odd, odd, ORGANIZATION, HOST));
    assert_eq!((body["idpClientId"].as_str(), body["idpClientSecret"].as_str()), (Some(odd), Some(odd)));
}

#[test]
fn every_change_is_another_configuration() {
    let two_scopes = |oidc: &mut Oidc| scopes(oidc, &["groups", "roles"]);
    let stored = Fingerprint::of(&with(two_scopes), &SALT, Cost::STANDARD).unwrap();
    let declared = [
        ("issuer", with(|oidc| oidc.issuer.truncate(oidc.issuer.len() - 1))),
        ("scopes", with(|oidc| scopes(oidc, &["groups"]))),
        ("order of scopes", with(|oidc| scopes(oidc, &["roles", "groups"]))),
        ("algorithm", with(|oidc| oidc.id_token_signed_response_alg = SigningAlgorithm::RS384)),
        ("method", with(|oidc| oidc.token_endpoint_auth_method = TokenEndpointAuthMethod::ClientSecretPost)),
        ("logout URL", with(|oidc| oidc.front_channel_logout_url = Some("https://a.example/".to_owned()))),
    ];
    for (name, desired) in declared {
        assert!(!Fingerprint::matches(stored.as_str(), &desired), "{name}");
    }
    let plain = Fingerprint::of(&with(|_| {}), &SALT, Cost::STANDARD).unwrap();
    let others = [
        ("client id", for_client("abc124", SECRET, ORGANIZATION, HOST)),
        ("secret", for_client(NAME, API_KEY, ORGANIZATION, HOST)),
        ("organization", for_client(NAME, SECRET, OTHER_ORGANIZATION, HOST)),
        ("host", for_client(NAME, SECRET, ORGANIZATION, "api.example")),
        ("port", for_client(NAME, SECRET, ORGANIZATION, "api-trial.cognigy.ai:8443")),
    ];
    for (name, desired) in others {
        assert!(!Fingerprint::matches(plain.as_str(), &desired), "{name}");
    }
    assert!(Fingerprint::matches(plain.as_str(), &for_client(NAME, SECRET, ORGANIZATION, HOST)));
}
