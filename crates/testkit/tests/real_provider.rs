//! The real providers serve what the operator reads, and answer a code that cannot exist as each of them does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use cognigy_sso_testkit::real_provider::{Mode, NodeProvider, RealProvider, Registration, StartError, Tls, Zitadel};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::{Certificate, Client, Url, redirect};
use serde_json::Value;

const CALLBACK: &str = "https://app.example.test/auth/callback";
const SECRET: &str = "a-secret-of-at-least-32-characters";
const WRONG: &str = "another-one";

#[tokio::test]
async fn zitadel_by_default_tells_nothing_about_the_secret_by_a_code() {
    let (tls, http) = certificate();
    let provider = Zitadel::start(Mode::Default, &tls, &clients()).await.unwrap();
    let probe = Probe::discover(&provider, http).await;
    assert_eq!(probe.error_for_code(SECRET).await, (400, "invalid_grant".into()));
    assert_eq!(probe.error_for_code(WRONG).await, (400, "invalid_grant".into()));
    assert_eq!(probe.error_for_refresh_token(SECRET).await, (400, "invalid_grant".into()));
    assert_eq!(probe.error_for_refresh_token(WRONG).await, (401, "invalid_client".into()));
    assert_eq!(probe.authorization_error("plain", CALLBACK).await.as_deref(), Some("login_required"));
    assert_eq!(probe.authorization_error("plain", "https://app.example.test/other").await, None);
}

#[tokio::test]
async fn zitadel_as_a_server_authenticates_first() {
    let (tls, http) = certificate();
    let provider = Zitadel::start(Mode::Server, &tls, &clients()).await.unwrap();
    let probe = Probe::discover(&provider, http).await;
    assert_eq!(probe.error_for_code(SECRET).await, (400, "invalid_grant".into()));
    assert_eq!(probe.error_for_code(WRONG).await, (400, "invalid_client".into()));
    rotation_is_seen_at_once(&provider, &probe).await;
    an_outage_cuts_connections(&provider, &probe).await;
    provider.stop().await.unwrap();
    assert!(probe.discovery().await.is_err());
}

#[tokio::test]
async fn node_authenticates_first_and_may_demand_pkce() {
    let (tls, http) = certificate();
    let provider = match NodeProvider::start(&tls, &clients()).await {
        Err(StartError::NotAvailable(reason)) => return eprintln!("left out: {reason}"),
        started => started.unwrap(),
    };
    let probe = Probe::discover(&provider, http).await;
    assert_eq!(probe.error_for_code(SECRET).await, (400, "invalid_grant".into()));
    assert_eq!(probe.error_for_code(WRONG).await, (401, "invalid_client".into()));
    assert_eq!(probe.authorization_error("plain", CALLBACK).await.as_deref(), Some("login_required"));
    assert_eq!(probe.authorization_error("pkce", CALLBACK).await.as_deref(), Some("invalid_request"));
    assert_eq!(probe.authorization_error("plain", "https://app.example.test/other").await, None);
    rotation_is_seen_at_once(&provider, &probe).await;
    an_outage_cuts_connections(&provider, &probe).await;
}

#[tokio::test]
async fn a_provider_that_cannot_start_says_why() {
    let (mut tls, _) = certificate();
    tls.key = "no key".into();
    let error = Zitadel::start(Mode::Default, &tls, &clients()).await.unwrap_err().to_string();
    assert!(error.contains("openid-provider ended with code 1"), "{error}");
    assert!(error.contains("failed to find any PEM data in key input"), "{error}");
}

async fn rotation_is_seen_at_once(provider: &RealProvider, probe: &Probe) {
    provider.set_secret("plain", "rotated").await.unwrap();
    assert_eq!(probe.error_for_code("rotated").await.1, "invalid_grant");
    assert_eq!(probe.error_for_code(SECRET).await.1, "invalid_client");
    assert!(provider.set_secret("nobody", "x").await.is_err());
}

async fn an_outage_cuts_connections(provider: &RealProvider, probe: &Probe) {
    provider.set_outage(true).await.unwrap();
    assert!(probe.discovery().await.is_err());
    provider.set_outage(false).await.unwrap();
    assert_eq!(probe.discovery().await.unwrap()["issuer"], provider.issuer());
}

/// A client that trusts the provider's CA alone and follows no redirect.
struct Probe {
    http: Client,
    issuer: String,
    metadata: Value,
}

impl Probe {
    /// Also checks what every provider must serve: its own issuer and a signing key.
    async fn discover(provider: &RealProvider, http: Client) -> Self {
        let mut probe = Self { http, issuer: provider.issuer().into(), metadata: Value::Null };
        probe.metadata = probe.discovery().await.unwrap();
        assert_eq!(probe.metadata["issuer"], provider.issuer());
        assert_eq!(provider.issuer(), format!("https://localhost:{}", provider.port()));
        let keys = probe.get_json(probe.endpoint("jwks_uri")).await.unwrap();
        let mut keys = keys["keys"].as_array().unwrap().iter();
        assert!(keys.any(|key| key["alg"] == "RS256" && key["use"] == "sig"), "no RS256 key");
        probe
    }

    async fn discovery(&self) -> reqwest::Result<Value> {
        self.get_json(&format!("{}/.well-known/openid-configuration", self.issuer)).await
    }

    fn endpoint(&self, name: &str) -> &str {
        self.metadata[name].as_str().unwrap()
    }

    async fn get_json(&self, url: &str) -> reqwest::Result<Value> {
        let text = self.http.get(url).send().await?.error_for_status()?.text().await?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    async fn error_for_code(&self, secret: &str) -> (u16, String) {
        let form = [("grant_type", "authorization_code"), ("code", "none-such"), ("redirect_uri", CALLBACK)];
        self.token_error(secret, &form).await
    }

    async fn error_for_refresh_token(&self, secret: &str) -> (u16, String) {
        self.token_error(secret, &[("grant_type", "refresh_token"), ("refresh_token", "none-such")]).await
    }

    async fn token_error(&self, secret: &str, form: &[(&str, &str)]) -> (u16, String) {
        let request = self.http.post(self.endpoint("token_endpoint")).basic_auth("plain", Some(secret)).form(form);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        (status, body["error"].as_str().unwrap().into())
    }

    /// The error that comes back to the callback, if anything comes back there.
    async fn authorization_error(&self, client: &str, callback: &str) -> Option<String> {
        let query = [
            ("client_id", client),
            ("redirect_uri", callback),
            ("response_type", "code"),
            ("scope", "openid"),
            ("prompt", "none"),
            ("state", "s"),
        ];
        let answer = self.http.get(self.endpoint("authorization_endpoint")).query(&query).send().await.unwrap();
        let location = answer.headers().get("location")?.to_str().unwrap();
        assert!(location.starts_with(callback), "{location}");
        let mut query: HashMap<_, _> = Url::parse(location).unwrap().query_pairs().into_owned().collect();
        query.remove("error")
    }
}

fn clients() -> Vec<Registration> {
    let client = |id: &str, require_pkce| Registration {
        id: id.into(),
        secret: SECRET.into(),
        auth_method: "client_secret_basic".into(),
        redirect_uris: vec![CALLBACK.into()],
        require_pkce,
    };
    vec![client("plain", false), client("pkce", true)]
}

fn certificate() -> (Tls, Client) {
    let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let server = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let chain = server.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap().pem();
    (Tls { chain, key: key.serialize_pem() }, client(&ca_certificate.pem()))
}

fn client(ca: &str) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ca = Certificate::from_pem(ca.as_bytes()).unwrap();
    Client::builder().tls_certs_only([ca]).redirect(redirect::Policy::none()).no_proxy().build().unwrap()
}
