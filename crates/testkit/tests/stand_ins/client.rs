//! An ordinary client.

use cognigy_sso_testkit::pki::{Authority, client_config};
use reqwest::redirect::Policy;
use serde_json::Value;

/// An organization's id.
pub const ORGANIZATION: &str = "5f0c00000000000000000001";

/// A client that trusts `authority` and nobody else, follows no redirection and keeps its connections.
pub fn client(authority: &Authority) -> reqwest::Client {
    client_builder(authority).build().unwrap()
}

/// The same before it is built.
pub fn client_builder(authority: &Authority) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().tls_backend_preconfigured(client_config(&[authority.pem()]).unwrap());
    builder.redirect(Policy::none()).no_proxy()
}

/// Status and JSON body.
pub async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A header's text, empty where it is absent.
pub fn header<'a>(response: &'a reqwest::Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}
