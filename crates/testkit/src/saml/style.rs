//! The real identity providers whose metadata can be imitated.

use flate2::Crc;
use serde::{Deserialize, Serialize};

use super::profile::Binding::{self, HttpArtifact, HttpPost, HttpRedirect, Soap};
use super::xml::Namespace;

/// Which real identity provider's metadata is imitated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SamlStyle {
    /// Auth0: the metadata of an application.
    #[default]
    Auth0,
    /// Microsoft Entra ID: signed federation metadata with a byte order mark and roles of WS-Federation.
    EntraId,
    /// Okta: no logout; certificates in lines.
    Okta,
    /// Microsoft ADFS: an entity id that is an http URL; signed, with roles of WS-Federation and of a service provider, and a
    /// key for encryption.
    Adfs,
    /// Keycloak: says that it wants signed requests, whether or not a client has to sign.
    Keycloak,
}

/// What the metadata of one looks like.
#[expect(clippy::struct_excessive_bools, reason = "each is one difference between them")]
pub(super) struct Shape {
    pub metadata: Namespace,
    pub dsig: Namespace,
    /// What comes before the document's root.
    pub prologue: &'static str,
    /// With `<origin>`, `<name>` and `<number>`, which is made from the name.
    entity_id: &'static str,
    pub login: &'static [Binding],
    pub logout: &'static [Binding],
    pub name_id_formats: &'static [&'static str],
    pub wants_signed_requests: Option<bool>,
    pub encryption_key: bool,
    pub key_name: bool,
    /// Certificates are broken into lines.
    pub lines: bool,
    pub federation_roles: bool,
    pub service_provider: bool,
    pub signed: bool,
    pub content_type: &'static str,
}

impl SamlStyle {
    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Self::Auth0 => &AUTH0,
            Self::EntraId => &ENTRA_ID,
            Self::Okta => &OKTA,
            Self::Adfs => &ADFS,
            Self::Keycloak => &KEYCLOAK,
        }
    }
}

impl Shape {
    pub(super) fn entity_id(&self, origin: &str, name: &str) -> String {
        let mut number = Crc::new();
        number.update(name.as_bytes());
        let number = format!("{:012x}", number.sum());
        self.entity_id.replace("<origin>", origin).replace("<name>", name).replace("<number>", &number)
    }
}

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

const AUTH0: Shape = Shape {
    metadata: Namespace::new("", METADATA),
    dsig: Namespace::new("", DSIG),
    prologue: "",
    entity_id: "urn:<name>.eu.auth0.com",
    login: &[HttpRedirect, HttpPost],
    logout: &[HttpRedirect, HttpPost],
    name_id_formats: &[EMAIL, PERSISTENT, TRANSIENT],
    wants_signed_requests: None,
    encryption_key: false,
    key_name: false,
    lines: false,
    federation_roles: false,
    service_provider: false,
    signed: false,
    content_type: "application/xml; charset=utf-8",
};

const ENTRA_ID: Shape = Shape {
    prologue: "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>",
    entity_id: "https://sts.windows.net/00000000-0000-4000-8000-<number>/",
    logout: &[HttpRedirect],
    name_id_formats: &[],
    federation_roles: true,
    signed: true,
    ..AUTH0
};

const OKTA: Shape = Shape {
    metadata: Namespace::new("md", METADATA),
    dsig: Namespace::new("ds", DSIG),
    prologue: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    entity_id: "http://www.okta.com/exk<number>",
    login: &[HttpPost, HttpRedirect],
    logout: &[],
    name_id_formats: &[UNSPECIFIED, EMAIL],
    wants_signed_requests: Some(false),
    lines: true,
    content_type: "application/xml;charset=UTF-8",
    ..AUTH0
};

const ADFS: Shape = Shape {
    dsig: Namespace::new("ds", DSIG),
    entity_id: "http://adfs.<name>.example/adfs/services/trust",
    logout: &[HttpRedirect, HttpPost],
    name_id_formats: &[EMAIL, PERSISTENT, TRANSIENT],
    encryption_key: true,
    service_provider: true,
    content_type: "application/samlmetadata+xml; charset=utf-8",
    ..ENTRA_ID
};

const KEYCLOAK: Shape = Shape {
    prologue: "",
    entity_id: "<origin>/realms/<name>",
    login: &[HttpPost, HttpRedirect, Soap, HttpArtifact],
    logout: &[HttpPost, HttpRedirect, HttpArtifact, Soap],
    name_id_formats: &[PERSISTENT, TRANSIENT, UNSPECIFIED, EMAIL],
    wants_signed_requests: Some(true),
    key_name: true,
    lines: false,
    ..OKTA
};
