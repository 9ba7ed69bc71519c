//! Cognigy.AI and the providers that a page names, under their own names.

use std::collections::HashMap;

use cognigy_sso_api::{IdentityProviderConfig, Oidc, TokenEndpointAuthMethod};
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::provider::{AuthMethod, Client, Provider, Style};
use serde_json::{Value, json};
use url::Url;

use crate::proxy::Proxy;
use crate::saml::IdentityProviders;

/// What the shell of a reader knows, since no page shows a secret.
const SHELL: [(&str, &str); 4] = [
    ("API_KEY", "api-key-of-an-administrator"),
    ("CLIENT_ID", "3f6c0d51-8f0e-4f2e-9b39-2f6d1a7c5e10"),
    ("CLIENT_SECRET", "present-secret-of-the-client"),
    ("NEW_CLIENT_SECRET", "next-secret-of-the-client"),
];
/// The organization that the API key belongs to, unless the page names another.
const ORGANIZATION: &str = "5f0c1a2b3c4d5e6f70819203";

pub struct Outside {
    pub authority: Authority,
    cognigy: StandIn,
    /// By host name.
    providers: HashMap<String, Provider>,
    pub identity_providers: IdentityProviders,
    proxy: Proxy,
    organization: String,
    callback: String,
    /// Those that API keys may be sent to.
    cognigy_hosts: String,
    /// What the page declares first.
    declared: Option<Oidc>,
}

pub fn variable(name: &str) -> &'static str {
    SHELL.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).unwrap()
}

impl Outside {
    pub async fn open() -> Self {
        let authority = Authority::new("outside").unwrap();
        let (cognigy, proxy) = (StandIn::start(&authority).await.unwrap(), Proxy::open(&authority).await);
        cognigy.reach_providers_through(proxy.url().parse().unwrap());
        let organization = ORGANIZATION.to_owned();
        let (providers, callback, cognigy_hosts) = (HashMap::new(), String::new(), "*.cognigy.ai".to_owned());
        let identity_providers = IdentityProviders::default();
        let declared = None;
        Self {
            authority,
            cognigy,
            providers,
            identity_providers,
            proxy,
            organization,
            callback,
            cognigy_hosts,
            declared,
        }
    }

    /// The variables of the reader's shell. Calls to the cluster take no proxy. An installation on premises is allowed, as its
    /// page asks for.
    pub fn environment(&self) -> Vec<(&'static str, &str)> {
        let way = [
            ("HTTPS_PROXY", self.proxy.url()),
            ("NO_PROXY", "127.0.0.1"),
            ("COGNIGY_SSO_ALLOW_NETWORK", "127.0.0.0/8"),
            ("COGNIGY_SSO_COGNIGY_HOST", &self.cognigy_hosts),
        ];
        [&SHELL[..], &way].concat()
    }

    /// Brings the servers into being that a resource names, and registers its client there, as yet without the callback.
    pub async fn expect(&mut self, resource: &IdentityProviderConfig) {
        let api = Url::parse(&resource.spec.cognigy.api_url).unwrap();
        let host = api.host_str().unwrap();
        self.proxy.lead(&self.authority, host, self.cognigy.address().port());
        self.cognigy_hosts.extend([",", host]);
        if let Some(id) = &resource.spec.cognigy.organization_id {
            self.organization.clone_from(id);
        }
        self.cognigy.add_admin(variable("API_KEY"), &self.organization);
        self.callback = format!("https://{host}/auth/oidc/login/callback/{}", self.organization);
        if let Some(saml) = &resource.spec.saml {
            self.identity_providers.expect(saml, &self.authority, &self.proxy).await;
        }
        if let Some(oidc) = &resource.spec.oidc {
            self.register(oidc).await;
            self.declared.get_or_insert_with(|| oidc.clone());
        }
    }

    async fn register(&mut self, oidc: &Oidc) {
        let issuer = Url::parse(&oidc.issuer).unwrap();
        let (host, name) = (issuer.host_str().unwrap(), issuer.path().trim_matches('/'));
        if !self.providers.contains_key(host) {
            let provider = Provider::start(&self.authority).await.unwrap();
            self.proxy.lead(&self.authority, host, provider.address().port());
            self.providers.insert(host.to_owned(), provider);
        }
        let provider = &self.providers[host];
        if provider.profile(name).is_none() {
            provider.add(name, style(host), vec![]);
            let (inside, outside) = (provider.origin(), format!("https://{host}"));
            provider.edit(name, |profile| {
                let document = profile.discovery.to_string().replace(&inside, &outside);
                profile.discovery = serde_json::from_str(&document).unwrap();
            });
        }
        let client = client(oidc);
        provider.edit(name, |profile| {
            profile.clients.retain(|known| known.id != client.id);
            profile.clients.push(client);
        });
    }

    /// Registers the callback for every client.
    pub fn register_callback(&self) {
        self.edit_clients(|client| client.redirect_uris = vec![self.callback.clone()]);
    }

    /// Changes every client at every provider.
    pub fn edit_clients(&self, change: impl Fn(&mut Client)) {
        for provider in self.providers.values() {
            provider.edit_all(|profile| profile.clients.iter_mut().for_each(&change));
        }
    }

    /// Somebody configures the organization in Cognigy.AI itself, with the provider and the client that the page declares.
    pub fn configure_by_hand(&self) {
        let declared = self.declared.as_ref().expect("the page declares a resource");
        let body: Value = json!({
            "idpType": "oidc",
            "idpIssuer": declared.issuer,
            "idpClientId": id(declared),
            "idpClientSecret": variable("CLIENT_SECRET"),
        });
        self.cognigy.configure_as_stranger(&self.organization, body);
    }
}

fn id(oidc: &Oidc) -> &str {
    oidc.client_id.as_deref().unwrap_or_else(|| variable("CLIENT_ID"))
}

fn client(oidc: &Oidc) -> Client {
    let auth_method = match oidc.token_endpoint_auth_method {
        TokenEndpointAuthMethod::ClientSecretPost => AuthMethod::ClientSecretPost,
        _ => AuthMethod::ClientSecretBasic,
    };
    Client { auth_method, pkce_demanded: Some(false), ..Client::new(id(oidc), variable("CLIENT_SECRET")) }
}

/// Whose manners a host has.
fn style(host: &str) -> Style {
    let known = [
        ("auth0.com", Style::Auth0),
        ("okta.com", Style::Okta),
        ("login.microsoftonline.com", Style::Entra),
        ("accounts.google.com", Style::Google),
        ("keycloak", Style::Keycloak),
    ];
    known.iter().find(|(part, _)| host.contains(part)).map_or(Style::OidcProvider, |(_, style)| *style)
}
