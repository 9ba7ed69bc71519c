//! Why there is no metadata.

use crate::certificate::CertificateFault;
use crate::signature::SignatureFault;
use crate::xml::XmlFault;

/// Why there is no metadata. Texts that a document is quoted with are cut, and without characters that cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataFault {
    /// It is not in UTF-8.
    Encoding {
        /// The encoding that it says it has, if it is this one that is wrong.
        declared: Option<Box<str>>,
    },
    /// It is an HTML page, such as one to log in at.
    Html,
    /// It has a document type, which may lead anywhere.
    Doctype,
    /// It is no well-formed XML.
    NotXml {
        /// The line where this shows.
        line: usize,
    },
    /// It is deeper, or has more parts, than metadata has.
    TooComplex,
    /// It is another kind of document.
    NotMetadata {
        /// The name of its first element.
        root: Box<str>,
    },
    /// Nothing in it, or not the entity that is meant, is an identity provider that speaks SAML 2.0.
    NoIdentityProvider {
        /// Is it a service provider, such as Cognigy.AI itself?
        is_service_provider: bool,
    },
    /// It is not said which one is meant.
    SeveralIdentityProviders {
        /// The names of the first ones.
        published: Vec<Box<str>>,
        /// How many there are.
        count: usize,
    },
    /// The entity that is meant is not there.
    EntityNotFound {
        /// The names of the first identity providers that are there.
        published: Vec<Box<str>>,
        /// The one that is named almost like this: in other letters, or with a slash more or less.
        similar: Option<Box<str>>,
    },
    /// The entity that is meant is there more than once.
    EntityTwice,
    /// The entity has no name, or one that cannot be shown.
    EntityIdInvalid,
    /// Nothing that can be redirected to for a login.
    NoLoginEndpoint {
        /// The bindings that there are instead.
        bindings: Vec<Box<str>>,
    },
    /// An endpoint is no https URL that can be used as it is.
    EndpointInvalid {
        /// Which one.
        endpoint: Endpoint,
    },
    /// No certificate to know the provider's signature by.
    NoCertificate,
    /// More certificates than anyone has.
    TooManyCertificates {
        /// How many there may be.
        limit: usize,
    },
    /// A certificate cannot be read.
    CertificateInvalid {
        /// Which one of them, counted from 1.
        number: usize,
        /// Why.
        fault: CertificateFault,
    },
    /// A time until which it is valid cannot be read.
    ValidUntilInvalid,
    /// It was not signed by whom it should.
    Signature(SignatureFault),
}

/// An endpoint of an identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `SingleSignOnService`.
    Login,
    /// `SingleLogoutService`.
    Logout,
}

impl From<XmlFault> for MetadataFault {
    fn from(fault: XmlFault) -> Self {
        match fault {
            XmlFault::Encoding { declared } => Self::Encoding { declared },
            XmlFault::Html => Self::Html,
            XmlFault::Doctype => Self::Doctype,
            XmlFault::Malformed { line } => Self::NotXml { line },
            XmlFault::TooComplex => Self::TooComplex,
        }
    }
}

impl From<SignatureFault> for MetadataFault {
    fn from(fault: SignatureFault) -> Self {
        Self::Signature(fault)
    }
}
