//! The request that a redirection carries to an identity provider (SAML bindings, section 3.4.4.1).

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, Result, anyhow, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use url::Url;

use super::profile::Binding;
use super::xml::{Element, Namespace};

/// The member of the query.
const MEMBER: &str = "SAMLRequest";
const PROTOCOL: Namespace = Namespace::new("samlp", "urn:oasis:names:tc:SAML:2.0:protocol");
const ASSERTION: Namespace = Namespace::new("saml", "urn:oasis:names:tc:SAML:2.0:assertion");
const BY_PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
/// In bytes, inflated.
const LARGEST: u64 = 64 * 1024;

/// What a service provider asks an identity provider for when somebody logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnRequest {
    /// `ID`
    pub id: String,
    /// The service provider's name.
    pub issuer: String,
    /// Where the request is sent.
    pub destination: String,
    /// Where the answer shall be sent.
    pub assertion_consumer_service_url: String,
    /// Whether it says how people have to prove who they are.
    pub requests_authn_context: bool,
}

impl AuthnRequest {
    /// The value of `SAMLRequest`, before it is percent-encoded.
    ///
    /// # Errors
    /// When the encoder fails.
    pub fn encode(&self) -> Result<String> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(self.element().write().as_bytes())?;
        Ok(STANDARD.encode(encoder.finish()?))
    }

    /// Reads the value of `SAMLRequest`.
    ///
    /// # Errors
    /// When it is no such request, or one of more than 64 KiB.
    pub fn decode(value: &str) -> Result<Self> {
        let deflated = STANDARD.decode(value).context("it is not base64")?;
        let mut text = String::new();
        let read = DeflateDecoder::new(deflated.as_slice()).take(LARGEST + 1).read_to_string(&mut text);
        ensure!(read.context("it is not deflated text")? as u64 <= LARGEST, "it is larger than {LARGEST} bytes");
        let document = uppsala::parse(&text).map_err(|error| anyhow!("it is not XML: {error}"))?;
        let root = document.document_element().context("it is empty")?;
        let is_request =
            document.element(root).is_some_and(|element| element.matches_name_ns(PROTOCOL.uri, "AuthnRequest"));
        ensure!(is_request, "it is no AuthnRequest");
        let attribute = |name: &str| document.get_attribute(root, name).unwrap_or_default().to_owned();
        let child = |namespace: Namespace, name| document.first_child_element_by_name_ns(root, namespace.uri, name);
        Ok(Self {
            id: attribute("ID"),
            issuer: document.text_content_deep(child(ASSERTION, "Issuer").context("it has no Issuer")?),
            destination: attribute("Destination"),
            assertion_consumer_service_url: attribute("AssertionConsumerServiceURL"),
            requests_authn_context: child(PROTOCOL, "RequestedAuthnContext").is_some(),
        })
    }

    /// Reads what a redirection leads to.
    ///
    /// # Errors
    /// When there is no such request.
    pub fn in_url(url: &Url) -> Result<Self> {
        let member = url.query_pairs().find(|(name, _)| name == MEMBER);
        Self::decode(&member.with_context(|| format!("there is no {MEMBER}"))?.1)
    }

    /// The destination with the request in its query.
    ///
    /// # Errors
    /// When the destination is no URL.
    pub fn into_url(self, relay_state: &str) -> Result<Url> {
        let mut url = Url::parse(&self.destination).context("the login endpoint is no URL")?;
        url.query_pairs_mut().append_pair(MEMBER, &self.encode()?).append_pair("RelayState", relay_state);
        Ok(url)
    }

    fn element(&self) -> Element {
        let class = ASSERTION.element("AuthnContextClassRef").saying(BY_PASSWORD);
        let context = PROTOCOL.element("RequestedAuthnContext").with("Comparison", "exact").containing([class]);
        PROTOCOL
            .element("AuthnRequest")
            .with("ID", &self.id)
            .with("Version", "2.0")
            .with("IssueInstant", format!("{:.3}", Timestamp::now()))
            .with("Destination", &self.destination)
            .with("ProtocolBinding", Binding::HttpPost.uri())
            .with("AssertionConsumerServiceURL", &self.assertion_consumer_service_url)
            .containing([ASSERTION.element("Issuer").saying(&self.issuer)])
            .containing(self.requests_authn_context.then_some(context))
    }
}
