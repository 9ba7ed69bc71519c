//! A provider with one issuer and one client, and somebody who asks it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::provider::{Client, Provider, Style};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::client::{answer, client, header};

pub const CALLBACK: &str = "https://app.example.test/auth/callback";

pub const SECRET: &str = "p+q/r=s%41:t u";

pub struct Desk {
    pub provider: Provider,
    pub client: reqwest::Client,
    pub issuer: String,
}

impl Desk {
    /// One issuer called `acme` with a client `demo`.
    pub async fn open(style: Style) -> Self {
        Self::with_client(style, Client::new("demo", SECRET).redirect(CALLBACK)).await
    }

    pub async fn with_client(style: Style, demo: Client) -> Self {
        let authority = Authority::new("tests").unwrap();
        let provider = Provider::start(&authority).await.unwrap();
        let issuer = provider.add("acme", style, vec![demo]);
        Self { provider, client: client(&authority), issuer }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.provider.base("acme")))
    }

    pub async fn discovery(&self) -> (u16, Value) {
        answer(self.get("/.well-known/openid-configuration")).await
    }

    pub fn token(&self, form: &[(&str, &str)]) -> RequestBuilder {
        self.client.post(format!("{}/token", self.provider.base("acme"))).form(form)
    }

    pub async fn code(&self, id: &str, secret: &str) -> (u16, Value) {
        answer(basic(self.token(&CODE), id, secret)).await
    }

    pub async fn authorize(&self, changes: &[(&str, &str)]) -> Response {
        let mut query = vec![
            ("client_id", "demo"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "xyz"),
            ("prompt", "none"),
            ("code_challenge", "c"),
        ];
        query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.get("/authorize").query(&query).send().await.unwrap()
    }

    /// Status and where it leads, or the page's text.
    pub async fn arrival(&self, changes: &[(&str, &str)]) -> (u16, String) {
        let response = self.authorize(changes).await;
        let (status, location) = (response.status().as_u16(), header(&response, "location").to_owned());
        (status, if location.is_empty() { response.text().await.unwrap() } else { location })
    }
}

pub const CODE: [(&str, &str); 3] =
    [("grant_type", "authorization_code"), ("code", "none"), ("redirect_uri", CALLBACK)];

pub const REFRESH: [(&str, &str); 2] = [("grant_type", "refresh_token"), ("refresh_token", "none")];

/// RFC 6749, 2.3.1.
pub fn basic(request: RequestBuilder, id: &str, secret: &str) -> RequestBuilder {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    raw_basic(request, &encoded(id), &encoded(secret))
}

pub fn raw_basic(request: RequestBuilder, id: &str, secret: &str) -> RequestBuilder {
    request.header("authorization", format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
}

pub fn error((status, body): (u16, Value)) -> (u16, String) {
    (status, body["error"].as_str().unwrap_or_default().to_owned())
}

pub fn says(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}
