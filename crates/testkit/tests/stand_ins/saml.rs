//! Metadata, login page and journal of the SAML identity provider.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognigy_sso_saml::{Certificate, Endpoint as Read, Metadata, MetadataFault, Signed};
use cognigy_sso_testkit::saml::{
    AuthnRequest, Binding, Distortion, Operation, PublishedKey, SamlStyle, Validity, certificate,
};
use cognigy_sso_testkit::server::{Fault, Plan};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::client::header;
use crate::saml_desk::{Desk, known};

#[tokio::test]
async fn each_identity_provider_has_its_own_metadata() {
    for (style, entity_id, content_type, logs_out, wants_signed, signed) in [
        (SamlStyle::Auth0, "urn:acme.eu.auth0.com", "application/xml; charset=utf-8", true, false, Signed::No),
        (
            SamlStyle::EntraId,
            "https://sts.windows.net/00000000-0000-4000-8000-0000",
            "application/xml; charset=utf-8",
            true,
            false,
            Signed::Unchecked,
        ),
        (SamlStyle::Okta, "http://www.okta.com/exk0000", "application/xml;charset=UTF-8", false, false, Signed::No),
        (
            SamlStyle::Adfs,
            "http://adfs.acme.example/adfs/services/trust",
            "application/samlmetadata+xml; charset=utf-8",
            true,
            false,
            Signed::Unchecked,
        ),
        (SamlStyle::Keycloak, "https://localhost:", "application/xml;charset=UTF-8", true, true, Signed::No),
    ] {
        let desk = Desk::open(style).await;
        let response = desk.get("/acme/metadata").await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, content_type), "{style:?}");
        let metadata = desk.read().await.unwrap();
        assert!(metadata.entity_id.starts_with(entity_id), "{style:?}: {}", metadata.entity_id);
        assert_eq!(*metadata.login, format!("{}/acme/sso", desk.provider.origin()));
        let logout = logs_out.then(|| format!("{}/acme/slo", desk.provider.origin()).into());
        assert_eq!((metadata.logout, metadata.wants_signed_requests), (logout, wants_signed), "{style:?}");
        assert_eq!((metadata.certificates, metadata.signed), (vec![known("first")], signed), "{style:?}");
    }
}

#[tokio::test]
async fn shapes_differ_in_more_than_what_is_read() {
    let byte_order_mark = "\u{feff}<?xml version";
    let roles = ["<RoleDescriptor xmlns:fed=", "xsi:type=\"fed:SecurityTokenServiceType\""];
    let shapes: [(_, _, &[_]); 5] = [
        (SamlStyle::Auth0, "<EntityDescriptor xmlns=", &["<KeyInfo xmlns=", "<X509Certificate>MII"]),
        (SamlStyle::EntraId, byte_order_mark, &[roles[0], roles[1], "<Signature xmlns="]),
        (SamlStyle::Okta, "<?xml version", &["<md:EntityDescriptor", "WantAuthnRequestsSigned=\"false\"", "\n</ds:"]),
        (SamlStyle::Adfs, byte_order_mark, &[roles[0], "use=\"encryption\"", "<SPSSODescriptor", "<ds:Signature"]),
        (SamlStyle::Keycloak, "<md:EntityDescriptor", &["<ds:KeyName>first", "bindings:SOAP", "HTTP-Artifact"]),
    ];
    for (style, beginning, parts) in shapes {
        let document = Desk::open(style).await.document().await;
        assert!(document.starts_with(beginning), "{style:?}: {document}");
        for part in parts {
            assert!(document.contains(part), "{style:?} lacks {part}: {document}");
        }
    }
}

#[tokio::test]
async fn identity_providers_have_names_or_are_the_bare_origin() {
    let desk = Desk::open(SamlStyle::default()).await;
    let deep = desk.provider.add("samlp/metadata/abc", SamlStyle::Auth0);
    assert_eq!(deep, format!("{}/samlp/metadata/abc/metadata", desk.provider.origin()));
    assert_eq!(desk.provider.add("", SamlStyle::Okta), format!("{}/metadata", desk.provider.origin()));
    for (path, subject) in [
        ("/samlp/metadata/abc/metadata", "samlp/metadata/abc"),
        ("/samlp/metadata/abc", "samlp/metadata/abc"),
        ("/acme", "acme"),
        ("/metadata", ""),
    ] {
        let text = desk.get(path).await.text().await.unwrap();
        let entity_id = desk.provider.profile(subject).unwrap().entity_id;
        assert_eq!(*Metadata::parse(text.as_bytes(), None, None).unwrap().entity_id, entity_id, "{path}");
        let call = desk.provider.calls().pop().unwrap();
        assert_eq!((call.operation, call.subject.as_deref()), (Operation::Metadata, Some(subject)), "{path}");
    }
    assert_eq!(desk.get("/acme/slo").await.status(), 200);
    for path in ["/nobody/metadata", "/nobody", "/acme/elsewhere"] {
        assert_eq!(desk.get(path).await.status(), 404, "{path}");
    }
    assert!(!desk.provider.edit("nobody", |_| ()) && desk.provider.profile("nobody").is_none());
    desk.provider.remove("acme");
    assert_eq!(desk.get("/acme/metadata").await.status(), 404);
}

#[tokio::test]
async fn keys_can_be_published_in_any_way() {
    let desk = Desk::open(SamlStyle::Okta).await;
    desk.edit(|profile| profile.sign_with(&["first", "rotated"]));
    assert_eq!(desk.read().await.unwrap().certificates, [known("first"), known("rotated")]);
    let expired = Validity::until("2021-01-01T00:00:00Z".parse().unwrap());
    desk.edit(|profile| profile.keys = vec![PublishedKey { usage: None, ..PublishedKey::of("first") }.valid(expired)]);
    assert!(!desk.document().await.contains("use="));
    let published = Certificate::parse(certificate("first", expired).unwrap().pem.as_bytes()).unwrap();
    assert_eq!(desk.read().await.unwrap().certificates, [published]);
    desk.edit(|profile| profile.keys.push(PublishedKey { text: Some("AAAA".to_owned()), ..PublishedKey::of("first") }));
    assert!(matches!(desk.read().await.unwrap_err(), MetadataFault::CertificateInvalid { number: 2, .. }));
    desk.edit(|profile| profile.keys.clear());
    assert_eq!(desk.read().await.unwrap_err(), MetadataFault::NoCertificate);
}

#[tokio::test]
async fn everything_else_can_be_changed_too() {
    let desk = Desk::open(SamlStyle::Auth0).await;
    desk.edit(|profile| {
        profile.valid_until = Some("2030-01-01T00:00:00Z".to_owned());
        profile.wants_signed_requests = Some(true);
        profile.cache_control = Some("max-age=90".to_owned());
        profile.content_type = "text/html".to_owned();
        profile.padding = 1 << 20;
    });
    let metadata = desk.read().await.unwrap();
    assert_eq!(metadata.valid_until, "2030-01-01T00:00:00Z".parse().ok());
    assert!(metadata.wants_signed_requests && desk.document().await.len() > 1 << 20);
    let response = desk.get("/acme/metadata").await;
    assert_eq!((header(&response, "cache-control"), header(&response, "content-type")), ("max-age=90", "text/html"));

    desk.edit(|profile| {
        profile.login.iter_mut().for_each(|endpoint| "http://idp.example".clone_into(&mut endpoint.location));
    });
    assert_eq!(desk.read().await.unwrap_err(), MetadataFault::EndpointInvalid { endpoint: Read::Login });
    desk.edit(|profile| profile.login.retain(|endpoint| endpoint.binding == Binding::HttpPost));
    assert_eq!(
        desk.read().await.unwrap_err(),
        MetadataFault::NoLoginEndpoint { bindings: ["HTTP-POST".into()].into() }
    );
    desk.edit(|profile| profile.document = Some("word for word".to_owned()));
    assert_eq!(desk.document().await, "word for word");
}

#[tokio::test]
async fn several_can_stand_in_one_document() {
    let desk = Desk::open(SamlStyle::Auth0).await;
    desk.provider.add("other", SamlStyle::Okta);
    desk.edit(|profile| profile.beside = vec!["other".to_owned()]);
    let MetadataFault::SeveralIdentityProviders { published, .. } = desk.read().await.unwrap_err() else { panic!() };
    assert!(*published[0] == *"urn:acme.eu.auth0.com" && published[1].starts_with("http://www.okta.com/"));
    desk.provider.remove("other");
    let response = desk.get("/acme/metadata").await;
    assert_eq!(response.status(), 500);
    assert!(response.text().await.unwrap().contains("other"));
}

#[tokio::test]
async fn documents_can_be_hostile_or_broken() {
    for (distortion, part) in [
        (Distortion::DocumentType, "<!DOCTYPE metadata><EntityDescriptor"),
        (Distortion::NestedEntities, "&level9;&level9;"),
        (Distortion::ExternalEntity, "<!ENTITY last SYSTEM"),
    ] {
        let desk = Desk::open(SamlStyle::Auth0).await;
        desk.edit(|profile| profile.distortion = Some(distortion));
        let document = desk.document().await;
        assert!(document.contains(part), "{document}");
        assert_eq!(document.contains("&last;</EntityDescriptor>"), distortion != Distortion::DocumentType);
        assert_eq!(desk.read().await.unwrap_err(), MetadataFault::Doctype, "{distortion:?}");
    }
    let desk = Desk::open(SamlStyle::Auth0).await;
    desk.edit(|profile| profile.distortion = Some(Distortion::CutOff));
    assert!(matches!(desk.read().await.unwrap_err(), MetadataFault::NotXml { .. }));
}

#[tokio::test]
async fn faults_concern_one_identity_provider() {
    let desk = Desk::open(SamlStyle::default()).await;
    desk.provider.add("other", SamlStyle::default());
    desk.provider.install(Plan::on(Operation::Metadata, [Fault::status(503)]).of("other"));
    assert_eq!(desk.get("/acme/metadata").await.status(), 200);
    assert_eq!(desk.get("/other/metadata").await.status(), 503);
}

fn deflated(text: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    STANDARD.encode(encoder.finish().unwrap())
}

#[tokio::test]
async fn the_login_page_wants_a_request() {
    let desk = Desk::open(SamlStyle::default()).await;
    let request = AuthnRequest {
        id: "_1".to_owned(),
        issuer: "urn:cognigy:\"a\"&<b>".to_owned(),
        destination: format!("{}/acme/sso", desk.provider.origin()),
        assertion_consumer_service_url: "https://cognigy.example/?a=b&c=d".to_owned(),
        requests_authn_context: true,
    };
    let url = request.clone().into_url("state").unwrap();
    assert_eq!(AuthnRequest::in_url(&url).unwrap(), request);
    assert_eq!(desk.client.get(url).send().await.unwrap().status(), 200);
    let call = desk.provider.calls().pop().unwrap();
    assert_eq!((call.operation, call.user.as_deref()), (Operation::Login, Some("urn:cognigy:\"a\"&<b>")));

    let large = format!("<a>{}</a>", " ".repeat(64 * 1024));
    for value in
        ["", "%25", "AAAA", &deflated(""), &deflated("text"), &deflated("<Response></Response>"), &deflated(&large)]
    {
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        assert_eq!(desk.get(&format!("/acme/sso?SAMLRequest={value}")).await.status(), 400, "{value}");
        assert_eq!(desk.provider.calls().pop().unwrap().user, None);
    }
    assert_eq!(desk.get("/acme/sso").await.status(), 400);
}
