//! URLs of the resource, parsed once into what they mean.

use std::fmt;

use url::Url;

/// Why a URL of the resource cannot be used.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlFault {
    /// It does not parse (WHATWG URL Standard), or holds blanks or control characters, some of which that standard passes over.
    #[error("is not a URL")]
    Syntax,
    /// Its scheme is another than `https`.
    #[error("is not an https URL")]
    NotHttps,
    /// It carries a user name, a query or a fragment.
    #[error("has a user name, a query or a fragment")]
    Decorated,
    /// It carries a user name or a fragment, where a query is allowed.
    #[error("has a user name or a fragment")]
    Fragmented,
}

fn parse(text: &str) -> Result<Url, UrlFault> {
    let url = parse_with_query(text).map_err(|fault| match fault {
        UrlFault::Fragmented => UrlFault::Decorated,
        fault => fault,
    })?;
    if url.query().is_some() { Err(UrlFault::Decorated) } else { Ok(url) }
}

fn parse_with_query(text: &str) -> Result<Url, UrlFault> {
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(UrlFault::Syntax);
    }
    let url = Url::parse(text).map_err(|_| UrlFault::Syntax)?;
    if url.scheme() != "https" {
        return Err(UrlFault::NotHttps);
    }
    let decorated = !url.username().is_empty() || url.password().is_some();
    if decorated || url.fragment().is_some() { Err(UrlFault::Fragmented) } else { Ok(url) }
}

/// Where a URL leads, without query and fragment, in the one spelling that all its spellings are equal to (WHATWG URL Standard):
/// whoever follows a URL may have written it anew.
#[must_use]
pub fn place(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url.into())
}

/// `host` or `host:port`, as it stands in a URL.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Base URL of a Cognigy.AI REST API, without trailing slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiUrl(Url);

impl ApiUrl {
    /// Parses a base URL; a trailing slash is equal to none.
    ///
    /// # Errors
    /// When it is not an https URL, or has a user name, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, UrlFault> {
        let mut url = parse(text)?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Host name or address, without port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Host, and port if one is given.
    #[must_use]
    pub fn authority(&self) -> String {
        authority(&self.0)
    }

    /// The URL of an API path such as `/v2.0/users/me`.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }

    /// Where an organization's people begin to sign in with OpenID Connect.
    #[must_use]
    pub fn oidc_login(&self, organization: &str) -> String {
        self.at_root(&format!("/auth/oidc/login/{organization}"))
    }

    /// Where an organization's people begin to sign in with SAML.
    #[must_use]
    pub fn saml_login(&self, organization: &str) -> String {
        self.at_root(&format!("/auth/saml/login/{organization}"))
    }

    /// The redirect URI that an organization's people come back to.
    #[must_use]
    pub fn callback(&self, organization: &str) -> String {
        self.at_root(&format!("/auth/oidc/login/callback/{organization}"))
    }

    /// A URL on the same host, outside the base path.
    #[must_use]
    pub fn at_root(&self, path: &str) -> String {
        format!("https://{}{path}", self.authority())
    }
}

/// An endpoint of a SAML identity provider or the address of its metadata, which may have a query: kept as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint(String);

impl Endpoint {
    /// Parses an endpoint.
    ///
    /// # Errors
    /// When it is not an https URL, or has a user name or a fragment.
    pub fn parse(text: &str) -> Result<Self, UrlFault> {
        parse_with_query(text).map(|_| Self(text.to_owned()))
    }

    /// The URL as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An OpenID Connect issuer identifier: kept byte for byte, since that is how it is compared (OpenID Connect Discovery
/// section 4.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Issuer(String);

impl Issuer {
    /// Parses an issuer identifier.
    ///
    /// # Errors
    /// When it is not an https URL, or has a user name, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, UrlFault> {
        parse(text).map(|_| Self(text.to_owned()))
    }

    /// The identifier, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the discovery document is: any terminating slash is removed before the well-known path is appended (OpenID
    /// Connect Discovery section 4).
    #[must_use]
    pub fn discovery_url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.0.strip_suffix('/').unwrap_or(&self.0))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
