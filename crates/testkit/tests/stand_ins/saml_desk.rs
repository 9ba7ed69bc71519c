//! A server with one SAML identity provider, and somebody who reads its metadata.

use cognigy_sso_saml::{Certificate, Metadata, MetadataFault};
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::saml::{self, IdentityProvider, Profile, SamlStyle};
use reqwest::{Client, Response};

use crate::client::client;

pub struct Desk {
    pub provider: IdentityProvider,
    pub client: Client,
}

impl Desk {
    /// One identity provider called `acme`.
    pub async fn open(style: SamlStyle) -> Self {
        let authority = Authority::new("tests").unwrap();
        let provider = IdentityProvider::start(&authority).await.unwrap();
        let url = provider.add("acme", style);
        assert_eq!(url, format!("{}/acme/metadata", provider.origin()));
        Self { provider, client: client(&authority) }
    }

    pub fn edit(&self, change: impl FnOnce(&mut Profile)) {
        assert!(self.provider.edit("acme", change));
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.provider.origin())).send().await.unwrap()
    }

    pub async fn document(&self) -> String {
        self.get("/acme/metadata").await.text().await.unwrap()
    }

    /// As who trusts nobody in particular.
    pub async fn read(&self) -> Result<Metadata, MetadataFault> {
        Metadata::parse(self.document().await.as_bytes(), None, None)
    }

    /// As who trusts the certificate of `name`.
    pub async fn read_trusting(&self, name: &str, entity: Option<&str>) -> Result<Metadata, MetadataFault> {
        Metadata::parse(self.document().await.as_bytes(), entity, Some(&[known(name)]))
    }
}

/// The certificate of a name, as who reads it knows it.
pub fn known(name: &str) -> Certificate {
    Certificate::parse(saml::signing_certificate(name).unwrap().pem.as_bytes()).unwrap()
}
