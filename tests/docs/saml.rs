//! The SAML identity providers that a page names, under their own names.

use std::collections::HashMap;

use cognigy_sso_api::Saml;
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::saml::{FIRST, IdentityProvider, Profile, SamlStyle, decryption_key, signing_certificate};
use url::Url;

use crate::proxy::Proxy;

/// Whose key signs next.
pub const NEXT: &str = "next";
/// Whose key encrypted assertions are for.
const DECRYPTION: &str = "decryption";

#[derive(Default)]
pub struct IdentityProviders {
    /// By host name.
    servers: HashMap<String, IdentityProvider>,
    /// Host and name of each.
    known: Vec<(String, String)>,
}

impl IdentityProviders {
    /// Brings the one into being that a resource takes metadata from. Metadata is at the very path that the resource names.
    pub async fn expect(&mut self, saml: &Saml, authority: &Authority, proxy: &Proxy) {
        let Some(url) = saml.metadata_url.as_deref().map(|url| Url::parse(url).unwrap()) else { return };
        let (host, name) = (url.host_str().unwrap(), url.path().trim_matches('/'));
        if self.known.iter().any(|known| *known == (host.to_owned(), name.to_owned())) {
            return;
        }
        if !self.servers.contains_key(host) {
            let server = IdentityProvider::start(authority).await.unwrap();
            proxy.lead(authority, host, server.address().port());
            self.servers.insert(host.to_owned(), server);
        }
        let server = &self.servers[host];
        server.add(name, style(host));
        let (inside, outside) = (server.origin(), format!("https://{host}"));
        server.edit(name, |profile| {
            for endpoint in profile.login.iter_mut().chain(&mut profile.logout) {
                endpoint.location = endpoint.location.replace(&inside, &outside);
            }
        });
        self.known.push((host.to_owned(), name.to_owned()));
    }

    /// Changes every one.
    pub fn edit(&self, change: impl Fn(&mut Profile)) {
        for (host, name) in &self.known {
            self.servers[host].edit(name, &change);
        }
    }

    /// What readers have downloaded or made before they come to a page: by the name of the file.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let certificate = |name| signing_certificate(name).unwrap().pem;
        let metadata = self.known.first().map(|(host, name)| self.servers[host].metadata(name).unwrap());
        let own = [
            ("signing.pem", certificate(FIRST)),
            ("next.pem", certificate(NEXT)),
            ("tls.crt", certificate(DECRYPTION)),
            ("tls.key", decryption_key(DECRYPTION).unwrap()),
        ];
        own.into_iter().chain(metadata.map(|text| ("metadata.xml", text))).collect()
    }
}

/// Whose metadata a host has.
fn style(host: &str) -> SamlStyle {
    let known = [
        ("auth0.com", SamlStyle::Auth0),
        ("okta.com", SamlStyle::Okta),
        ("login.microsoftonline.com", SamlStyle::EntraId),
        ("adfs", SamlStyle::Adfs),
        ("keycloak", SamlStyle::Keycloak),
    ];
    known.iter().find(|(part, _)| host.contains(part)).map_or(SamlStyle::Auth0, |(_, style)| *style)
}
