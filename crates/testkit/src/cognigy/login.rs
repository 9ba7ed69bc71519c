//! The login URL of OpenID Connect: it sends a browser to the configured provider.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use parking_lot::Mutex;
use reqwest::Proxy;
use reqwest::redirect::Policy;
use serde_json::Value;
use url::Url;

use super::settings::{Login, Settings};
use crate::pki;
use crate::server::{self, Answer};

/// What providers see as the caller when a login reads their discovery document.
pub const USER_AGENT: &str = "cognigy-stand-in";

const ALWAYS_REQUESTED_SCOPES: &str = "openid profile email offline_access";

/// Learns where providers want browsers to be sent.
pub(super) struct Providers {
    client: reqwest::Client,
    /// The way to them, where it leads through a proxy.
    proxy: Arc<OnceLock<Url>>,
    known: Mutex<HashMap<String, (Instant, Url)>>,
}

impl Providers {
    /// `trust` holds the authorities of the providers, as PEM.
    pub(super) fn new(trust: &[String]) -> Result<Self> {
        let proxy = Arc::<OnceLock<Url>>::default();
        let way = Arc::clone(&proxy);
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(pki::client_config(trust)?)
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .no_proxy()
            .proxy(Proxy::custom(move |_| way.get().cloned()))
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self { client, proxy, known: Mutex::default() })
    }

    /// Only the first proxy counts.
    pub(super) fn go_through(&self, proxy: Url) {
        let _ = self.proxy.set(proxy);
    }

    pub(super) fn forget(&self) {
        self.known.lock().clear();
    }

    async fn authorization_endpoint(&self, issuer: &str, keep: Duration) -> Result<Url> {
        let known = self.known.lock().get(issuer).filter(|(since, _)| since.elapsed() < keep).cloned();
        if let Some((_, endpoint)) = known {
            return Ok(endpoint);
        }
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document: Value = self.client.get(address).send().await?.error_for_status()?.json().await?;
        let endpoint = document.get("authorization_endpoint").and_then(Value::as_str);
        let endpoint = Url::parse(endpoint.ok_or_else(|| anyhow!("there is no authorization_endpoint"))?)?;
        self.known.lock().insert(issuer.to_owned(), (Instant::now(), endpoint.clone()));
        Ok(endpoint)
    }

    /// Answers a browser that wants to log in at an organization whose `configuration` is given.
    ///
    /// # Errors
    /// When the provider cannot be read.
    pub(super) async fn log_in(&self, configuration: &Value, callback: &str, settings: &Settings) -> Result<Answer> {
        let member = |name: &str| configuration.get(name).and_then(Value::as_str).unwrap_or_default();
        let keep = Duration::from_secs(settings.discovery_seconds);
        let mut target = match settings.login {
            Login::OtherProvider => Url::parse("https://elsewhere.example/authorize")?,
            _ => self.authorization_endpoint(member("idpIssuer"), keep).await?,
        };
        let client = if settings.login == Login::OtherClient { "somebody-else" } else { member("idpClientId") };
        let scope = format!("{ALWAYS_REQUESTED_SCOPES} {}", member("idpAdditionalScope"));
        target
            .query_pairs_mut()
            .append_pair("client_id", client)
            .append_pair("redirect_uri", callback)
            .append_pair("response_type", "code")
            .append_pair("scope", scope.trim_end())
            .append_pair("state", &random_state()?);
        Ok(server::redirect(302, target.as_str()))
    }
}

/// What tells one login from another.
pub(super) fn random_state() -> Result<String> {
    Ok(format!("{:016x}", getrandom::u64()?))
}
