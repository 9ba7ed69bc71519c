//! The metadata document (SAML metadata 2.0).

use std::iter;

use anyhow::Result;
use ring::digest::{SHA256, digest};

use super::keys::{certificate, signing_certificate};
use super::profile::{Binding, Distortion, Endpoint, Profile, PublishedKey, Usage};
use super::signature;
use super::style::Shape;
use super::xml::{Element, Namespace};

const SAML2: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const FEDERATION: &str = "http://docs.oasis-open.org/wsfed/federation/200706";
const FED: Namespace = Namespace::new("fed", FEDERATION);
const WSA: Namespace = Namespace::new("wsa", "http://www.w3.org/2005/08/addressing");
const XSI: Namespace = Namespace::new("xsi", "http://www.w3.org/2001/XMLSchema-instance");
/// Characters in a line of base64 (RFC 7468).
const LINE: usize = 64;

/// The document of an identity provider; `beside` are those that stand in it too.
pub(super) fn document(profile: &Profile, beside: &[Profile]) -> Result<String> {
    if let Some(document) = &profile.document {
        return Ok(document.clone());
    }
    let shape = profile.style.shape();
    let mut root = entity(profile)?;
    if !beside.is_empty() {
        let others: Vec<_> = beside.iter().map(entity).collect::<Result<_>>()?;
        root = shape.metadata.element("EntitiesDescriptor").containing(iter::once(root).chain(others));
    }
    root = root.saying(" ".repeat(profile.padding));
    if let Some(wanted) = &profile.signature {
        let id = identifier(&profile.entity_id);
        root = signature::sign(root.with("ID", &id), &id, wanted, shape)?;
    }
    Ok(distorted(shape.prologue, &root.write(), profile.distortion))
}

fn entity(profile: &Profile) -> Result<Element> {
    let shape = profile.style.shape();
    let keys: Vec<_> = profile.keys.iter().map(|key| key_descriptor(key, shape)).collect::<Result<_>>()?;
    let mut roles = Vec::new();
    if shape.federation_roles {
        roles.extend(
            ["ApplicationServiceType", "SecurityTokenServiceType"].map(|kind| federation_role(profile, kind, &keys)),
        );
    }
    if shape.service_provider {
        roles.push(service_provider(profile, &keys));
    }
    roles.push(identity_provider(profile, keys));
    let entity = shape.metadata.element("EntityDescriptor").with("entityID", &profile.entity_id);
    Ok(entity.with_some("validUntil", profile.valid_until.as_ref()).containing(roles))
}

fn identity_provider(profile: &Profile, keys: Vec<Element>) -> Element {
    let shape = profile.style.shape();
    let formats = shape.name_id_formats.iter().map(|format| shape.metadata.element("NameIDFormat").saying(*format));
    shape
        .metadata
        .element("IDPSSODescriptor")
        .with("protocolSupportEnumeration", SAML2)
        .with_some("WantAuthnRequestsSigned", profile.wants_signed_requests.map(|wanted| wanted.to_string()))
        .containing(keys)
        .containing(profile.logout.iter().map(|endpoint| service(shape, "SingleLogoutService", endpoint)))
        .containing(formats)
        .containing(profile.login.iter().map(|endpoint| service(shape, "SingleSignOnService", endpoint)))
}

/// What WS-Federation has in the same document. Who reads SAML passes over it.
fn federation_role(profile: &Profile, kind: &str, keys: &[Element]) -> Element {
    let address = WSA.element("Address").saying(profile.login.first().map_or("", |endpoint| &endpoint.location));
    let reference = WSA.element("EndpointReference").containing([address]);
    profile
        .style
        .shape()
        .metadata
        .element("RoleDescriptor")
        .declaring(FED)
        .with_qualified(XSI, "type", &format!("{}:{kind}", FED.prefix))
        .with("protocolSupportEnumeration", FEDERATION)
        .containing(keys.to_vec())
        .containing([FED.element("PassiveRequestorEndpoint").containing([reference])])
}

fn service_provider(profile: &Profile, keys: &[Element]) -> Element {
    let shape = profile.style.shape();
    let service = shape.metadata.element("AssertionConsumerService").with("Binding", Binding::HttpPost.uri());
    let location = profile.login.first().map_or("", |endpoint| &endpoint.location);
    shape
        .metadata
        .element("SPSSODescriptor")
        .with("WantAssertionsSigned", "true")
        .with("protocolSupportEnumeration", SAML2)
        .containing(keys.to_vec())
        .containing([service.with("Location", location).with("index", "0")])
}

fn service(shape: &Shape, name: &'static str, endpoint: &Endpoint) -> Element {
    shape.metadata.element(name).with("Binding", endpoint.binding.uri()).with("Location", &endpoint.location)
}

fn key_descriptor(key: &PublishedKey, shape: &Shape) -> Result<Element> {
    let base64 = match &key.text {
        Some(text) => text.clone(),
        None => certificate(&key.name, key.validity)?.base64,
    };
    let base64 = if shape.lines { in_lines(&base64) } else { base64 };
    let name = shape.key_name.then(|| shape.dsig.element("KeyName").saying(&key.name));
    let info = shape.dsig.element("KeyInfo").containing(name).containing([x509(shape, base64)]);
    let usage = key.usage.map(|usage| match usage {
        Usage::Signing => "signing",
        Usage::Encryption => "encryption",
    });
    Ok(shape.metadata.element("KeyDescriptor").with_some("use", usage).containing([info]))
}

/// What a signature says about its key.
pub(super) fn signer(name: &str, shape: &Shape) -> Result<Element> {
    let base64 = signing_certificate(name)?.base64;
    Ok(shape.dsig.element("KeyInfo").containing([x509(shape, base64)]))
}

fn x509(shape: &Shape, base64: String) -> Element {
    shape.dsig.element("X509Data").containing([shape.dsig.element("X509Certificate").saying(base64)])
}

fn in_lines(base64: &str) -> String {
    let characters: Vec<_> = base64.chars().collect();
    characters.chunks(LINE).flat_map(|line| line.iter().copied().chain(['\n'])).collect()
}

/// The same for the same entity.
fn identifier(entity_id: &str) -> String {
    let hash = digest(&SHA256, entity_id.as_bytes());
    hash.as_ref().iter().take(16).fold("_".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

fn distorted(prologue: &str, root: &str, distortion: Option<Distortion>) -> String {
    let entities = match distortion {
        None => return format!("{prologue}{root}"),
        Some(Distortion::CutOff) => {
            let end = root.rfind('<').unwrap_or_default();
            return format!("{prologue}{}", root.get(..end).unwrap_or_default());
        }
        Some(Distortion::DocumentType) => return format!("{prologue}<!DOCTYPE metadata>{root}"),
        Some(Distortion::NestedEntities) => nested_entities(),
        Some(Distortion::ExternalEntity) => "<!ENTITY last SYSTEM \"file:///etc/hostname\">".to_owned(),
    };
    let (before, end) = root.split_at_checked(root.rfind('<').unwrap_or_default()).unwrap_or_default();
    format!("{prologue}<!DOCTYPE metadata [{entities}]>{before}&last;{end}")
}

/// Ten levels, each ten times the one before.
fn nested_entities() -> String {
    let level = |number: u32| {
        let name = if number == 10 { "last".to_owned() } else { format!("level{number}") };
        format!("<!ENTITY {name} \"{}\">", format!("&level{};", number - 1).repeat(10))
    };
    iter::once("<!ENTITY level0 \"x\">".to_owned()).chain((1..=10).map(level)).collect()
}

impl Binding {
    pub(super) fn uri(self) -> &'static str {
        match self {
            Self::HttpRedirect => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
            Self::HttpPost => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
            Self::HttpArtifact => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
            Self::Soap => "urn:oasis:names:tc:SAML:2.0:bindings:SOAP",
        }
    }
}
