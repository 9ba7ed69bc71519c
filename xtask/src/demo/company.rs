//! A company that signs in: its organization at Cognigy.AI, its client at the provider, its resource.

use std::fs;

use anyhow::{Context as _, ensure};
use cognigy_sso_api::{DeletionPolicy, IdentityProviderConfig};

use crate::cargo;

/// The example that the demo applies, below the root of the workspace.
pub const EXAMPLE: &str = "examples/02-keycloak-private-ca.yaml";
/// What stands in the example for URLs.
const API_URL: &str = "https://cognigy-api.acme.example/new";
const ISSUER: &str = "https://keycloak.acme.example/realms/staff";

/// A company, and the names under which the cluster knows its secrets.
pub struct Company {
    /// Also the name of its resource.
    pub name: &'static str,
    pub organization: &'static str,
    pub client_id: &'static str,
    pub api_key: String,
    pub client_secret: String,
    /// The Secret that holds the API key under `apiKey`.
    pub api_key_ref: &'static str,
    /// The Secret that holds the client secret under `clientSecret`.
    pub client_secret_ref: &'static str,
}

impl Company {
    /// The company of the example.
    pub fn acme() -> anyhow::Result<Self> {
        Ok(Self {
            name: "acme",
            organization: "5f0c1a2b3c4d5e6f70819203",
            client_id: "cognigy",
            api_key: random()?,
            client_secret: random()?,
            api_key_ref: "cognigy-api",
            client_secret_ref: "acme-oidc",
        })
    }

    /// Another one.
    pub fn globex() -> anyhow::Result<Self> {
        Ok(Self {
            name: "globex",
            organization: "6a1d2b3c4d5e6f7081920314",
            client_id: "cognigy-globex",
            api_key: random()?,
            client_secret: random()?,
            api_key_ref: "globex-api",
            client_secret_ref: "globex-oidc",
        })
    }

    /// Thinks of another client secret.
    pub fn change_secret(&mut self) -> anyhow::Result<()> {
        self.client_secret = random()?;
        Ok(())
    }
}

fn random() -> anyhow::Result<String> {
    let draw = || getrandom::u64().context("drawing a secret");
    Ok(format!("{:016x}{:016x}", draw()?, draw()?))
}

/// The resource of the example, with the demo's URLs in the places of the example's.
pub fn acme_resource(api_url: &str, issuer: &str) -> anyhow::Result<String> {
    let text = fs::read_to_string(cargo::root().join(EXAMPLE)).with_context(|| format!("reading {EXAMPLE}"))?;
    let mut documents = text.split("\n---\n");
    let resource = documents.find(|document| document.contains("kind: IdentityProviderConfig"));
    let resource = resource.with_context(|| format!("{EXAMPLE} holds no IdentityProviderConfig"))?;
    ensure!(resource.contains(API_URL) && resource.contains(ISSUER), "{EXAMPLE} lacks {API_URL} or {ISSUER}");
    let plain: Vec<_> = resource.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    Ok(plain.join("\n").replace(API_URL, api_url).replace(ISSUER, issuer))
}

/// The same for the other company, which lets its configuration go with the resource.
pub fn globex_resource(acme: &str, globex: &Company) -> anyhow::Result<IdentityProviderConfig> {
    let mut resource: IdentityProviderConfig = serde_saphyr::from_str(acme)?;
    resource.metadata.name = Some(globex.name.to_owned());
    resource.spec.deletion_policy = DeletionPolicy::Reset;
    globex.api_key_ref.clone_into(&mut resource.spec.cognigy.api_key_secret_ref.name);
    let oidc = resource.spec.oidc.as_mut().context("the example uses OpenID Connect")?;
    oidc.client_id = Some(globex.client_id.to_owned());
    globex.client_secret_ref.clone_into(&mut oidc.client_secret_ref.name);
    Ok(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_can_be_given_the_demos_urls() {
        let yaml = acme_resource("https://localhost:1/new", "https://localhost:2").unwrap();
        let acme: IdentityProviderConfig = serde_saphyr::from_str(&yaml).unwrap();
        let company = Company::acme().unwrap();
        assert_eq!(acme.metadata.name.as_deref(), Some(company.name));
        assert_eq!(acme.spec.cognigy.api_url, "https://localhost:1/new");
        assert_eq!(acme.spec.cognigy.api_key_secret_ref.name, company.api_key_ref);
        let oidc = acme.spec.oidc.unwrap();
        assert_eq!((oidc.issuer.as_str(), oidc.client_id.as_deref()), ("https://localhost:2", Some(company.client_id)));
        assert_eq!(oidc.client_secret_ref.name, company.client_secret_ref);
    }
}
