//! Proxies, as the environment names them: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, read as curl reads them.

use cognigy_sso_decide::TransportFault;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

/// Which calls go through which proxy.
pub(super) struct Proxies(Matcher);

impl Proxies {
    pub(super) fn from_environment() -> Self {
        Self(Matcher::from_env())
    }

    /// The proxy that a call to this URL goes through, if any.
    ///
    /// # Errors
    /// [`TransportFault::Unreachable`] when the URL cannot be sent.
    pub(super) fn of(&self, url: &Url) -> Result<Option<Intercept>, TransportFault> {
        let uri: Uri = url.as_str().parse().map_err(|_| TransportFault::Unreachable)?;
        Ok(self.0.intercept(&uri))
    }
}

#[cfg(test)]
impl Proxies {
    pub(super) fn none() -> Self {
        Self(Matcher::builder().build())
    }

    pub(super) fn through(proxy: &str, except: &str) -> Self {
        Self(Matcher::builder().https(proxy.to_owned()).no(except.to_owned()).build())
    }
}
