//! What is sent, and what of it tells two configurations apart.

use cognigy_sso_api::{AppliedSaml, Saml};
use cognigy_sso_decide::{Cost, Desired, Fingerprint};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::{CERTIFICATE, NAME, ORGANIZATION, OTHER_ORGANIZATION, SALT, SAML, SECRET, applied_saml, spec};

const HOST: &str = "api-trial.cognigy.ai";

fn declared(change: impl FnOnce(&mut Saml)) -> Saml {
    let mut saml = *spec().saml.unwrap();
    change(&mut saml);
    saml
}

/// All that can be sent.
fn all() -> Saml {
    declared(|saml| {
        saml.want_authn_response_signed = Some(true);
        saml.disable_requested_authn_context = true;
    })
}

fn provider() -> AppliedSaml {
    AppliedSaml { logout_endpoint: Some("https://idp.acme.example/saml/slo".into()), ..applied_saml() }
}

fn desired(saml: &Saml, provider: AppliedSaml, key: Option<&str>, organization: &str, host: &str) -> Desired {
    Desired::saml(saml, provider, key.map(Into::into), organization.to_owned(), host.to_owned())
}

fn body(desired: &Desired) -> Value {
    serde_json::from_str(desired.body().expose_secret()).unwrap()
}

#[test]
fn what_is_required_is_all_that_is_sent_where_nothing_else_is_declared() {
    let sent = desired(&declared(|_| {}), applied_saml(), None, ORGANIZATION, HOST);
    let required = json!({
        "idpType": "saml",
        "idpIssuer": NAME,
        "idpLoginEndpoint": SAML.endpoint,
        "idpCertificate": CERTIFICATE,
    });
    assert_eq!(body(&sent), required);
}

#[test]
fn what_is_optional_is_sent_where_it_is_declared() {
    let all = json!({
        "idpType": "saml",
        "idpIssuer": NAME,
        "idpLoginEndpoint": SAML.endpoint,
        "idpLogoutEndpoint": "https://idp.acme.example/saml/slo",
        "idpCertificate": CERTIFICATE,
        "wantAuthnResponseSigned": true,
        "decryptionPrivateKey": SECRET,
        "idpDisableRequestedAuthnContext": true,
    });
    assert_eq!(body(&desired(&self::all(), provider(), Some(SECRET), ORGANIZATION, HOST)), all);
    let unsigned = declared(|saml| saml.want_authn_response_signed = Some(false));
    let body = body(&desired(&unsigned, applied_saml(), None, ORGANIZATION, HOST));
    assert_eq!(body["wantAuthnResponseSigned"], false, "left out, Cognigy.AI would decide");
}

#[test]
fn every_change_is_another_configuration() {
    let stored = desired(&all(), provider(), Some(SECRET), ORGANIZATION, HOST);
    let stored = Fingerprint::of(&stored, &SALT, Cost::LEAST).unwrap();
    let saml = |change: fn(&mut Saml)| {
        let mut saml = all();
        change(&mut saml);
        desired(&saml, provider(), Some(SECRET), ORGANIZATION, HOST)
    };
    let of = |change: fn(&mut AppliedSaml)| {
        let mut provider = provider();
        change(&mut provider);
        desired(&all(), provider, Some(SECRET), ORGANIZATION, HOST)
    };
    let others = [
        ("issuer", saml(|saml| saml.issuer.push('/'))),
        ("signed response", saml(|saml| saml.want_authn_response_signed = Some(false))),
        ("signed response left out", saml(|saml| saml.want_authn_response_signed = None)),
        ("context", saml(|saml| saml.disable_requested_authn_context = false)),
        ("login endpoint", of(|provider| provider.login_endpoint = "https://idp.acme.example/saml/sso?x".into())),
        ("logout endpoint", of(|provider| provider.logout_endpoint = Some("https://idp.acme.example/".into()))),
        ("no logout endpoint", of(|provider| provider.logout_endpoint = None)),
        ("certificate", of(|provider| provider.certificate = "MIICNext".into())),
        ("key", desired(&all(), provider(), Some("another"), ORGANIZATION, HOST)),
        ("no key", desired(&all(), provider(), None, ORGANIZATION, HOST)),
        ("organization", desired(&all(), provider(), Some(SECRET), OTHER_ORGANIZATION, HOST)),
        ("host", desired(&all(), provider(), Some(SECRET), ORGANIZATION, "api.example")),
    ];
    for (what, other) in others {
        assert!(!Fingerprint::matches(stored.as_str(), &other), "{what}");
    }
    let again = desired(&all(), provider(), Some(SECRET), ORGANIZATION, HOST);
    assert!(Fingerprint::matches(stored.as_str(), &again));
}

#[test]
fn where_something_is_taken_from_makes_no_difference() {
    let by_metadata = desired(&declared(|_| {}), applied_saml(), None, ORGANIZATION, HOST);
    let stored = Fingerprint::of(&by_metadata, &SALT, Cost::LEAST).unwrap();
    let by_endpoints = declared(|saml| {
        (saml.metadata_url, saml.login_endpoint) = (None, Some(SAML.endpoint.to_owned()));
    });
    let same = desired(&by_endpoints, applied_saml(), None, ORGANIZATION, HOST);
    assert!(Fingerprint::matches(stored.as_str(), &same));
}
