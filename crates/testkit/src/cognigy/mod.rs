//! A stand-in for Cognigy.AI's identity-provider API, as published: strict, with one configuration for each
//! organization. Where the publication leaves a choice there is a switch in [`Settings`].
//!
//! Of the login URLs nothing is published but their paths. What they answer here is what the standards would have them answer:
//! a redirection to the OpenID provider, or to the SAML identity provider with a request that names this very URL as the place
//! to send the answer to.
//!
//! It takes `reset` on an organization without a configuration as done, and refuses a `reset` that has a body.

mod audit;
mod control;
mod directory;
mod limiter;
mod login;
mod operation;
mod problem;
mod saml_login;
mod schema;
mod settings;
mod site;

use anyhow::Result;

pub use directory::User;
pub use login::USER_AGENT;
pub use operation::Operation;
pub use settings::{AuditId, DisabledUser, Login, RetryAfter, Settings, WhenConfigured, WhenNotConfigured};
pub use site::Cognigy;

use crate::pki::Authority;
use crate::server::{Server, bind};

/// A Cognigy.AI installation on this machine. It stops when dropped.
pub type StandIn = Server<Cognigy>;

impl StandIn {
    /// Starts on a free port with a certificate of `authority`; logins trust providers of the same authority.
    ///
    /// # Errors
    /// When no port can be bound or no certificate be issued.
    pub async fn start(authority: &Authority) -> Result<Self> {
        Self::start_on(0, authority, &[]).await
    }

    /// Starts on a port of 127.0.0.1 (0: a free one); logins also trust the authorities in `trust`, which are PEM.
    ///
    /// # Errors
    /// When the port cannot be bound, no certificate be issued, or `trust` is not PEM.
    pub async fn start_on(port: u16, authority: &Authority, trust: &[String]) -> Result<Self> {
        let trust = [&[authority.pem().to_owned()], trust].concat();
        Self::serve(bind(port).await?, authority, Cognigy::new(&trust)?)
    }

    /// The API's base: `https://localhost:PORT/new`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/new", self.origin())
    }

    /// Opens a control port (0: a free one) and gives its URL, `http://127.0.0.1:PORT`. Beside the
    /// [shared routes](crate::server::shared_routes) it has:
    ///
    /// | request | body or query | does |
    /// |---|---|---|
    /// | `POST /users` | `{"key": .., "user": {..}}` ([`User`]), or `{"key": .., "organization": ..}` for an admin | gives a key |
    /// | `DELETE /users/<key>` | | takes it away |
    /// | `GET /settings` | | shows the switches |
    /// | `PATCH /settings` | some members of [`Settings`] | changes them |
    /// | `GET /configurations/<organization>` | | shows what is configured; 404 when nothing is |
    /// | `POST /strangers/configure/<organization>` | a configuration | somebody else configures it |
    /// | `POST /strangers/reset/<organization>` | | somebody else resets it |
    /// | `POST /audit-events/<organization>` | `{"type": .., "actionType": .., "user": ..}` | writes one |
    /// | `DELETE /audit-events/<organization>` | | forgets them |
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
