//! What an identity provider says in its role as one.

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use url::Url;

use super::entity::{Found, id};
use super::fault::{Endpoint, MetadataFault};
use super::{METADATA, Metadata, Signed};
use crate::certificate::Certificate;
use crate::signature::DSIG;
use crate::text::{is_entity_id, quote};
use crate::xml::Element;

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// The longest endpoint that is used, in bytes.
const LONGEST_ENDPOINT: usize = 2048;
/// How many bindings a fault names.
const NAMED_BINDINGS: usize = 10;

impl Found<'_, '_> {
    pub(super) fn read(&self, signed: Signed) -> Result<Metadata, MetadataFault> {
        let entity_id = Some(id(self.entity)).filter(|id| is_entity_id(id)).ok_or(MetadataFault::EntityIdInvalid)?;
        let wants_signed_requests = self.role.attribute("WantAuthnRequestsSigned").map(str::trim_ascii);
        Ok(Metadata {
            entity_id: entity_id.into(),
            login: endpoint(self.role, Endpoint::Login)?.ok_or_else(|| no_login(self.role))?,
            logout: endpoint(self.role, Endpoint::Logout)?,
            certificates: certificates(self.role)?,
            valid_until: self.valid_until()?,
            wants_signed_requests: matches!(wants_signed_requests, Some("true" | "1")),
            signed,
        })
    }

    fn valid_until(&self) -> Result<Option<Timestamp>, MetadataFault> {
        let times = self.role.outwards().filter_map(|element| element.attribute("validUntil"));
        let times: Option<Vec<_>> = times.map(timestamp).collect();
        Ok(times.ok_or(MetadataFault::ValidUntilInvalid)?.into_iter().min())
    }
}

/// A time of an XML schema; one without an offset is in UTC (SAML core, section 1.3.3). What is later than a [`Timestamp`]
/// can say, is for ever.
fn timestamp(text: &str) -> Option<Timestamp> {
    let pieces = Pieces::parse(text.trim_ascii()).ok()?;
    let time = pieces.date().to_datetime(pieces.time()?);
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let is_for_ever = time.year() == 9999;
    offset.to_timestamp(time).ok().or_else(|| is_for_ever.then_some(Timestamp::MAX))
}

fn endpoints<'d, 'a>(role: Element<'d, 'a>, endpoint: Endpoint) -> impl Iterator<Item = Element<'d, 'a>> {
    let name = match endpoint {
        Endpoint::Login => "SingleSignOnService",
        Endpoint::Logout => "SingleLogoutService",
    };
    role.named(METADATA, name)
}

/// The first that can be redirected to, if there is one.
fn endpoint(role: Element<'_, '_>, endpoint: Endpoint) -> Result<Option<Box<str>>, MetadataFault> {
    let Some(service) = endpoints(role, endpoint).find(|service| service.attribute("Binding") == Some(REDIRECT)) else {
        return Ok(None);
    };
    let url = service.attribute("Location").unwrap_or_default();
    let is_https = Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    // The parser passes over some of what may not stand in a URL.
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic()) && url.len() <= LONGEST_ENDPOINT;
    if is_https && is_plain { Ok(Some(url.into())) } else { Err(MetadataFault::EndpointInvalid { endpoint }) }
}

fn no_login(role: Element<'_, '_>) -> MetadataFault {
    let bindings = endpoints(role, Endpoint::Login).filter_map(|service| service.attribute("Binding"));
    let short = |binding: &str| quote(binding.rsplit(':').next().unwrap_or_default());
    MetadataFault::NoLoginEndpoint { bindings: bindings.take(NAMED_BINDINGS).map(short).collect() }
}

/// The certificates of all keys that the provider may sign with: those for signing, and those for anything (SAML metadata,
/// section 2.4.1.1).
fn certificates(role: Element<'_, '_>) -> Result<Vec<Certificate>, MetadataFault> {
    let signs = |key: &Element<'_, '_>| key.attribute("use").is_none_or(|usage| usage == "signing");
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut number = 0;
    for key in role.named(METADATA, "KeyDescriptor").filter(signs) {
        let published = certificates_of(key, &mut number)?;
        for certificate in &published {
            let is_chain = published.iter().any(|other| certificate.is_issuer_of(other));
            if !is_chain && !certificates.contains(certificate) {
                certificates.push(certificate.clone());
            }
        }
    }
    if certificates.is_empty() { Err(MetadataFault::NoCertificate) } else { Ok(certificates) }
}

/// Everything that comes with one key: its certificate, and perhaps those that lead to an authority (XML Signature, section
/// 4.5.4), in no fixed order.
fn certificates_of(key: Element<'_, '_>, number: &mut usize) -> Result<Vec<Certificate>, MetadataFault> {
    let data = key.named(DSIG, "KeyInfo").flat_map(|info| info.named(DSIG, "X509Data"));
    let texts = data.flat_map(|data| data.named(DSIG, "X509Certificate"));
    let certificate = |element: Element<'_, '_>| {
        *number += 1;
        if *number > Certificate::LIMIT {
            return Err(MetadataFault::TooManyCertificates { limit: Certificate::LIMIT });
        }
        let text = element.text().unwrap_or_default();
        Certificate::parse(text.as_bytes())
            .map_err(|fault| MetadataFault::CertificateInvalid { number: *number, fault })
    };
    texts.map(certificate).collect()
}
