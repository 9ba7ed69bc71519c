//! Metadata as providers write it, and as it should not be.

mod keys;

use std::fs;
use std::path::Path;

use super::*;
use crate::signature::tests::{certificate, document};

const SAML2: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/metadata");

fn published(name: &str) -> String {
    fs::read_to_string(Path::new(FOLDER).join(name)).unwrap()
}

fn parse(text: &str) -> Result<Metadata, MetadataFault> {
    Metadata::parse(text.as_bytes(), None, None)
}

fn fault(text: &str) -> MetadataFault {
    parse(text).unwrap_err()
}

fn key(usage: &str, certificates: &[&str]) -> String {
    let certificate = |base64| format!("<d:X509Certificate>{base64}</d:X509Certificate>");
    let certificates: String = certificates.iter().map(certificate).collect();
    format!("<KeyDescriptor {usage}><d:KeyInfo><d:X509Data>{certificates}</d:X509Data></d:KeyInfo></KeyDescriptor>")
}

fn service(name: &str, binding: &str, location: &str) -> String {
    format!("<{name} Binding='urn:oasis:names:tc:SAML:2.0:bindings:{binding}' Location='{location}'/>")
}

fn login() -> String {
    service("SingleSignOnService", "HTTP-Redirect", "https://idp.example/sso")
}

fn role(attributes: &str, content: &str) -> String {
    format!("<IDPSSODescriptor protocolSupportEnumeration='{SAML2}' {attributes}>{content}</IDPSSODescriptor>")
}

fn entity(attributes: &str, content: &str) -> String {
    format!("<EntityDescriptor xmlns='{METADATA}' xmlns:d='{DSIG}' {attributes}>{content}</EntityDescriptor>")
}

fn provider(id: &str) -> String {
    entity(&format!("entityID='{id}'"), &role("", &(key("", &[&certificate("token").base64]) + &login())))
}

/// A provider whose role has this in it.
fn with_role(content: &str) -> String {
    entity("entityID='urn:acme'", &role("", content))
}

fn list_of(content: &str) -> String {
    format!("<EntitiesDescriptor xmlns='{METADATA}'>{content}</EntitiesDescriptor>")
}

#[test]
fn what_providers_publish_is_read() {
    let entra = "https://login.microsoftonline.example/2f1f6b5c-0f6e-4d3a-9a3b-0d7c6f8e9a10/saml2";
    let okta = "https://acme.okta.example/app/acme_cognigy_1/exk1fcia6d6EMsf331d8/sso/saml";
    let keycloak = "https://keycloak.example/realms/acme/protocol/saml";
    let onelogin = "https://acme.onelogin.example/trust/saml2/http-redirect";
    let auth0 = "https://acme.eu.auth0.com/samlp/Q1w2E3r4";
    for (name, entity_id, login, logout) in [
        ("auth0.xml", "urn:acme.eu.auth0.com", auth0.to_owned(), Some(format!("{auth0}/logout"))),
        (
            "entra-id.xml",
            "https://sts.windows.net/2f1f6b5c-0f6e-4d3a-9a3b-0d7c6f8e9a10/",
            entra.to_owned(),
            Some(entra.to_owned()),
        ),
        ("okta.xml", "http://www.okta.example/exk1fcia6d6EMsf331d8", okta.to_owned(), None),
        ("keycloak.xml", "https://keycloak.example/realms/acme", keycloak.to_owned(), Some(keycloak.to_owned())),
        (
            "onelogin.xml",
            "https://app.onelogin.example/saml/metadata/4f5a0c1e-0000-4b6f-8a8e-0f4f3a1c2d3e",
            format!("{onelogin}/sso/4f5a0c1e"),
            Some(format!("{onelogin}/slo/1234567")),
        ),
        (
            "google.xml",
            "https://accounts.google.example/o/saml2?idpid=C01abcdef",
            "https://accounts.google.example/o/saml2/idp?idpid=C01abcdef".to_owned(),
            None,
        ),
    ] {
        let others = (name == "entra-id.xml").then(|| certificate("other"));
        let expected = Metadata {
            entity_id: entity_id.into(),
            login: login.into(),
            logout: logout.map(Into::into),
            certificates: [certificate("token")].into_iter().chain(others).collect(),
            valid_until: (name == "google.xml").then(|| "2030-05-17T09:12:33Z".parse().unwrap()),
            wants_signed_requests: name == "keycloak.xml",
            signed: if name == "entra-id.xml" { Signed::Unchecked } else { Signed::No },
        };
        assert_eq!(parse(&published(name)), Ok(expected), "{name}");
    }
    let adfs = parse(&document("adfs")).unwrap();
    assert_eq!(&*adfs.entity_id, "http://adfs.example/adfs/services/trust");
    assert_eq!(
        (&*adfs.login, adfs.logout.as_deref()),
        ("https://adfs.example/adfs/ls/", Some("https://adfs.example/adfs/ls/"))
    );
    assert_eq!(adfs.certificates, [certificate("token")]);
}

#[test]
fn what_is_no_metadata_is_told() {
    assert_eq!(fault(&published("page.html")), MetadataFault::Html);
    assert_eq!(fault(&published("entities.xml")), MetadataFault::Doctype);
    assert_eq!(
        fault("<?xml version='1.0' encoding='utf-16'?><a/>"),
        MetadataFault::Encoding { declared: Some("utf-16".into()) }
    );
    assert_eq!(fault("<a>\n<b>"), MetadataFault::NotXml { line: 2 });
    assert_eq!(fault(&"<a>".repeat(1000)), MetadataFault::TooComplex);
    let other = MetadataFault::NotMetadata { root: "EntityDescriptor".into() };
    assert_eq!(fault(&provider("urn:acme").replace(METADATA, "urn:other")), other);
    assert_eq!(fault("<rss/>"), MetadataFault::NotMetadata { root: "rss".into() });
}

#[test]
fn only_identity_providers_that_speak_saml_2_are_meant() {
    let none = |is_service_provider| MetadataFault::NoIdentityProvider { is_service_provider };
    assert_eq!(fault(&published("service-provider.xml")), none(true));
    assert_eq!(fault(&list_of("")), none(false));
    let good = provider("urn:acme");
    let foreign = good.replace("<IDPSSODescriptor", "<x:IDPSSODescriptor xmlns:x='urn:x'");
    let foreign = foreign.replace("</IDPSSODescriptor", "</x:IDPSSODescriptor");
    let other = "urn:oasis:names:tc:SAML:1.1:protocol";
    for text in
        [good.replace(SAML2, other), good.replace(SAML2, &format!("{SAML2}:x")), good.replace(SAML2, ""), foreign]
    {
        assert_eq!(fault(&text), none(false), "{text}");
    }
    let both = good.replace(&format!("'{SAML2}'"), &format!("'{other} {SAML2}'"));
    assert_eq!(parse(&both), parse(&good));
    let former = role("", &login()).replace(SAML2, other);
    assert_eq!(parse(&good.replacen("<IDPSSODescriptor", &format!("{former}<IDPSSODescriptor"), 1)), parse(&good));
    let with_provider = list_of(&(published("service-provider.xml") + &good));
    assert_eq!(parse(&with_provider), parse(&good));
    assert_eq!(Metadata::parse(with_provider.as_bytes(), Some("urn:cognigy:acme"), None), Err(none(true)));
    // Where there is none at all, there is none to choose instead.
    for (text, is_service_provider) in [(published("service-provider.xml"), true), (list_of(""), false)] {
        assert_eq!(Metadata::parse(text.as_bytes(), Some("urn:acme"), None), Err(none(is_service_provider)));
    }
}

#[test]
fn the_entity_that_is_meant_is_chosen() {
    let names: Vec<_> = (1..=7).map(|number| format!("https://idp{number}.example/")).collect();
    let (first, rest) = names.split_at(2);
    let entities = |names: &[String]| names.iter().map(|name| provider(name)).collect::<String>();
    let nested = list_of(&list_of(&entities(first)));
    let text = list_of(&(published("service-provider.xml") + &nested + &entities(rest)));
    let first_ones = || names.iter().take(5).map(|name| name.as_str().into()).collect::<Vec<Box<str>>>();
    assert_eq!(fault(&text), MetadataFault::SeveralIdentityProviders { published: first_ones(), count: 7 });
    for name in &names {
        assert_eq!(*Metadata::parse(text.as_bytes(), Some(name), None).unwrap().entity_id, **name);
    }
    for (declared, similar) in [
        ("https://idp7.example", Some("https://idp7.example/")),
        ("https://IDP7.example/", Some("https://idp7.example/")),
        ("https://idp8.example/", None),
        ("https://idp7.example/\u{200b}", None),
    ] {
        let expected = MetadataFault::EntityNotFound { published: first_ones(), similar: similar.map(Into::into) };
        assert_eq!(Metadata::parse(text.as_bytes(), Some(declared), None), Err(expected), "{declared}");
    }
    let twice = list_of(&provider("urn:acme").repeat(2));
    assert_eq!(Metadata::parse(twice.as_bytes(), Some("urn:acme"), None), Err(MetadataFault::EntityTwice));
    let alone = Metadata::parse(provider("urn:acme").as_bytes(), Some("urn:acme"), None).unwrap();
    assert_eq!(&*alone.entity_id, "urn:acme");
}

#[test]
fn an_entity_has_a_plain_name_of_its_own() {
    for attributes in
        ["", "entityID=''", "entityID='urn:a b'", "entityID='urn:a&#x202e;'", "xmlns:x='urn:x' x:entityID='urn:a'"]
    {
        let text = entity(attributes, &role("", &(key("", &[&certificate("token").base64]) + &login())));
        assert_eq!(fault(&text), MetadataFault::EntityIdInvalid, "{attributes}");
    }
}

#[test]
fn logins_are_redirected() {
    let keys = key("", &[&certificate("token").base64]);
    let elsewhere = service("SingleSignOnService", "HTTP-POST", "https://idp.example/post");
    let second = service("SingleSignOnService", "HTTP-Redirect", "https://idp.example/second");
    assert_eq!(
        &*parse(&with_role(&format!("{keys}{elsewhere}{}{second}", login()))).unwrap().login,
        "https://idp.example/sso"
    );
    let soap = service("SingleSignOnService", "SOAP", "https://idp.example/soap");
    for (services, bindings) in
        [(String::new(), vec![]), (format!("{elsewhere}{soap}"), vec!["HTTP-POST".into(), "SOAP".into()])]
    {
        assert_eq!(fault(&with_role(&format!("{keys}{services}"))), MetadataFault::NoLoginEndpoint { bindings });
    }
    let many: String = (1..=11)
        .map(|number| service("SingleSignOnService", &format!("HTTP-Redirect:{number}"), "https://idp.example"))
        .collect();
    let bindings = (1..=10).map(|number| number.to_string().into()).collect();
    assert_eq!(fault(&with_role(&format!("{keys}{many}"))), MetadataFault::NoLoginEndpoint { bindings });
    let foreign = "<x:SingleSignOnService xmlns:x='urn:x' Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' Location='https://x'/>";
    assert_eq!(fault(&with_role(&format!("{keys}{foreign}"))), MetadataFault::NoLoginEndpoint { bindings: vec![] });
}

#[test]
fn endpoints_are_plain_https() {
    let keys = key("", &[&certificate("token").base64]);
    let long = format!("https://idp.example/{}", "x".repeat(2048));
    let controls = ["https://idp.example/&#10;", "https://idp.example/&#x202e;", "https://idp.example/ "];
    let bad =
        ["http://idp.example/sso", "/sso", "https://", "javascript:alert(1)", "", "https://m\u{fc}ller.example", &long];
    for location in bad.into_iter().chain(controls) {
        let login_there = service("SingleSignOnService", "HTTP-Redirect", location);
        let expected = MetadataFault::EndpointInvalid { endpoint: Endpoint::Login };
        assert_eq!(fault(&with_role(&format!("{keys}{login_there}"))), expected, "{location}");
        let logout_there = service("SingleLogoutService", "HTTP-Redirect", location);
        let expected = MetadataFault::EndpointInvalid { endpoint: Endpoint::Logout };
        assert_eq!(fault(&with_role(&format!("{keys}{}{logout_there}", login()))), expected, "{location}");
    }
    let foreign = "<SingleSignOnService xmlns:x='urn:x' Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' x:Location='https://x'/>";
    let expected = MetadataFault::EndpointInvalid { endpoint: Endpoint::Login };
    assert_eq!(fault(&with_role(&format!("{keys}{foreign}"))), expected);
    let post = service("SingleLogoutService", "HTTP-POST", "https://idp.example/out");
    assert_eq!(parse(&with_role(&format!("{keys}{}{post}", login()))).unwrap().logout, None);
}

#[test]
fn the_earliest_end_counts() {
    let content = |times: [&str; 3]| {
        let [list, entity, role] =
            times.map(|time| if time.is_empty() { String::new() } else { format!("validUntil='{time}'") });
        let text = list_of(&provider("urn:acme"));
        text.replacen("<EntitiesDescriptor ", &format!("<EntitiesDescriptor {list} "), 1)
            .replacen("<EntityDescriptor ", &format!("<EntityDescriptor {entity} "), 1)
            .replacen("<IDPSSODescriptor ", &format!("<IDPSSODescriptor {role} "), 1)
    };
    let (early, late) = ("2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z");
    for (times, expected) in [
        (["", "", ""], None),
        ([early, "", ""], Some(early)),
        ([late, early, ""], Some(early)),
        ([late, late, early], Some(early)),
        (["2030-01-01T02:00:00.000+02:00", late, ""], Some(early)),
        (["2030-01-01T00:00:00", "", ""], Some(early)),
        (["9999-12-31T23:59:59Z", early, ""], Some(early)),
    ] {
        let read = parse(&content(times)).unwrap().valid_until;
        assert_eq!(read, expected.map(|time| time.parse().unwrap()), "{times:?}");
    }
    assert_eq!(parse(&content(["9999-12-31T23:59:59Z", "", ""])).unwrap().valid_until, Some(Timestamp::MAX));
    for time in ["soon", "2030-01-01", "2030-13-01T00:00:00Z", "99999-01-01T00:00:00Z"] {
        assert_eq!(fault(&content(["", time, ""])), MetadataFault::ValidUntilInvalid, "{time}");
    }
}

#[test]
fn requests_are_signed_where_the_provider_says_so() {
    for (attribute, expected) in [("true", true), (" 1 ", true), ("false", false), ("0", false), ("TRUE", false)] {
        let text = provider("urn:acme")
            .replace("<IDPSSODescriptor ", &format!("<IDPSSODescriptor WantAuthnRequestsSigned='{attribute}' "));
        assert_eq!(parse(&text).unwrap().wants_signed_requests, expected, "{attribute}");
    }
}
