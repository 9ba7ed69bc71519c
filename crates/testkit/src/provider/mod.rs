//! A programmable OpenID provider: any number of issuers on one server, each with documents that can be edited word
//! by word and with the manners of a real provider in its refusals.

mod authorize;
mod control;
mod credentials;
pub mod keys;
mod operation;
mod profile;
mod rules;
mod site;
mod style;
mod token;

use anyhow::Result;

pub use operation::Operation;
pub use profile::{AuthMethod, Client, Profile};
pub use site::OpenId;
pub use style::Style;

use crate::pki::Authority;
use crate::server::{Server, bind};

/// A server full of OpenID providers. It stops when dropped.
pub type Provider = Server<OpenId>;

impl Provider {
    /// Starts on a free port with a certificate of `authority` and no issuer.
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
        Self::serve(listener, authority, OpenId::new(origin))
    }

    /// Opens a control port (0: a free one) and gives its URL, `http://127.0.0.1:PORT`. Beside the
    /// [shared routes](crate::server::shared_routes) it has:
    ///
    /// | request | body or query | does |
    /// |---|---|---|
    /// | `POST /issuers` | `{"name": .., "style": .., "clients": [..]}`, each optional | adds an issuer, answers its URL |
    /// | `GET /issuers` | `?name=..` | shows its [`Profile`] |
    /// | `PATCH /issuers` | `?name=..`, some members of a [`Profile`]; `null` removes | changes it |
    /// | `DELETE /issuers` | `?name=..` | removes it |
    /// | `POST /any-issuer` | `{"style": .., "clients": [..]}` | makes every name an issuer |
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
