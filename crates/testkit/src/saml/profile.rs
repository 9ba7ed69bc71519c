//! What one identity provider is and publishes. All of it can be changed.

use serde::{Deserialize, Serialize};

use super::keys::Validity;
use super::style::SamlStyle;

/// Whose key an identity provider has at first.
pub const FIRST: &str = "first";

/// One identity provider: what its metadata is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    /// Whose shape the metadata has.
    pub style: SamlStyle,
    /// `entityID`
    pub entity_id: String,
    /// `SingleSignOnService`, in this order.
    pub login: Vec<Endpoint>,
    /// `SingleLogoutService`, in this order.
    pub logout: Vec<Endpoint>,
    /// `KeyDescriptor`, in this order.
    pub keys: Vec<PublishedKey>,
    /// `WantAuthnRequestsSigned`; left out where it is not said.
    pub wants_signed_requests: Option<bool>,
    /// `validUntil`, word for word.
    pub valid_until: Option<String>,
    /// The signature of the whole document.
    pub signature: Option<Signature>,
    /// Other identity providers of this server, by name, that stand in the same document: it is a list then. They come after
    /// this one, and without signatures of their own.
    pub beside: Vec<String>,
    /// How many blanks more the document has, which makes it huge.
    pub padding: usize,
    /// What makes the document hostile or broken.
    pub distortion: Option<Distortion>,
    /// What stands in place of the document.
    pub document: Option<String>,
    /// `Content-Type`
    pub content_type: String,
    /// `Cache-Control`
    pub cache_control: Option<String>,
}

impl Profile {
    /// An identity provider as `style` has it on the server at `origin`, with endpoints below `<origin>/<name>`.
    #[must_use]
    pub fn new(origin: &str, name: &str, style: SamlStyle) -> Self {
        let shape = style.shape();
        let base = super::base(origin, name);
        let endpoints = |bindings: &[Binding], path: &str| {
            bindings.iter().map(|binding| Endpoint { binding: *binding, location: format!("{base}/{path}") }).collect()
        };
        let encryption =
            shape.encryption_key.then(|| PublishedKey { usage: Some(Usage::Encryption), ..PublishedKey::of(FIRST) });
        Self {
            style,
            entity_id: shape.entity_id(origin, name),
            login: endpoints(shape.login, "sso"),
            logout: endpoints(shape.logout, "slo"),
            keys: encryption.into_iter().chain([PublishedKey::of(FIRST)]).collect(),
            wants_signed_requests: shape.wants_signed_requests,
            valid_until: None,
            signature: shape.signed.then(|| Signature::by(FIRST)),
            beside: Vec::new(),
            padding: 0,
            distortion: None,
            document: None,
            content_type: shape.content_type.to_owned(),
            cache_control: None,
        }
    }

    /// Publishes the signing certificates of these names, with the usual validity, and no other key.
    pub fn sign_with(&mut self, names: &[&str]) {
        self.keys = names.iter().map(|name| PublishedKey::of(name)).collect();
    }
}

/// An endpoint and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endpoint {
    /// `Binding`
    pub binding: Binding,
    /// `Location`
    pub location: String,
}

/// How messages are brought (SAML bindings, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Binding {
    /// In the query of a redirection.
    HttpRedirect,
    /// In a form.
    HttpPost,
    /// By reference.
    HttpArtifact,
    /// From server to server.
    Soap,
}

/// A key in the metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishedKey {
    /// Whose it is; see [`signing_certificate`](super::signing_certificate).
    pub name: String,
    /// `use`; left out, the key is for anything.
    #[serde(default)]
    pub usage: Option<Usage>,
    /// When its certificate is valid.
    #[serde(default)]
    pub validity: Validity,
    /// What stands in place of the certificate.
    #[serde(default)]
    pub text: Option<String>,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Usage {
    /// `signing`
    Signing,
    /// `encryption`
    Encryption,
}

impl PublishedKey {
    /// A key for signing, with the usual validity.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self { name: name.to_owned(), usage: Some(Usage::Signing), validity: Validity::default(), text: None }
    }

    /// The same with another validity.
    #[must_use]
    pub fn valid(self, validity: Validity) -> Self {
        Self { validity, ..self }
    }
}

/// A signature over the metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signature {
    /// Whose key signs; the certificate with its usual validity comes along.
    pub by: String,
    /// What is wrong with it.
    #[serde(default)]
    pub flaw: Option<Flaw>,
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Flaw {
    /// The document was changed after it was signed.
    DocumentChanged,
    /// The key signed something else.
    OtherValue,
}

impl Signature {
    /// A good one.
    #[must_use]
    pub fn by(name: &str) -> Self {
        Self { by: name.to_owned(), flaw: None }
    }

    /// The same with a flaw.
    #[must_use]
    pub fn with(self, flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..self }
    }
}

/// What makes a document hostile or broken. What was signed is not changed by a type declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Distortion {
    /// It has a document type declaration.
    DocumentType,
    /// Its last entity is 10,000,000,000 times the first one.
    NestedEntities,
    /// It has an entity whose text is a file of the reader.
    ExternalEntity,
    /// Its end is missing.
    CutOff,
}
