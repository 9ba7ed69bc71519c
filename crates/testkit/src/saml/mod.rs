//! A programmable SAML identity provider: any number of them on one server, each with metadata in the shape of a real one's,
//! of which everything can be changed, down to its signature. Nobody can log in: there are no assertions.

mod control;
mod document;
mod keys;
mod operation;
mod profile;
mod request;
mod signature;
mod site;
mod style;
mod xml;

use anyhow::Result;

pub use keys::{
    Certificate, Validity, certificate, decryption_key, name_of_certificate, name_of_key, signing_certificate,
};
pub use operation::Operation;
pub use profile::{Binding, Distortion, Endpoint, FIRST, Flaw, Profile, PublishedKey, Signature, Usage};
pub use request::AuthnRequest;
pub use site::Saml;
pub use style::SamlStyle;

use crate::pki::Authority;
use crate::server::{Server, bind};

/// A server full of SAML identity providers. It stops when dropped.
pub type IdentityProvider = Server<Saml>;

impl IdentityProvider {
    /// Starts on a free port with a certificate of `authority` and no identity provider.
    ///
    /// # Errors
    /// When no port can be bound or no certificate be issued.
    pub async fn start(authority: &Authority) -> Result<Self> {
        Self::start_on(0, authority).await
    }

    /// Starts on a port of 127.0.0.1 (0: a free one).
    ///
    /// # Errors
    /// When the port cannot be bound or no certificate be issued.
    pub async fn start_on(port: u16, authority: &Authority) -> Result<Self> {
        let listener = bind(port).await?;
        let origin = format!("https://localhost:{}", listener.local_addr()?.port());
        Self::serve(listener, authority, Saml::new(origin))
    }

    /// Opens a control port (0: a free one) and gives its URL, `http://127.0.0.1:PORT`. Beside the
    /// [shared routes](crate::server::shared_routes) it has:
    ///
    /// | request | body or query | does |
    /// |---|---|---|
    /// | `POST /identity-providers` | `{"name": .., "style": ..}`, each optional | adds one, answers the URL of its metadata |
    /// | `GET /identity-providers` | `?name=..` | shows its [`Profile`] |
    /// | `PATCH /identity-providers` | `?name=..`, some members of a [`Profile`]; `null` removes | changes it |
    /// | `DELETE /identity-providers` | `?name=..` | removes it |
    /// | `POST /reset` | | forgets everything |
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub async fn open_control_port(&self, port: u16) -> Result<String> {
        let listener = bind(port).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let control = self.control();
        control.listen(listener, control::routes(control.clone()));
        Ok(url)
    }
}

/// Where an identity provider is, by its name.
fn base(origin: &str, name: &str) -> String {
    if name.is_empty() { origin.to_owned() } else { format!("{origin}/{name}") }
}
