//! A Cognigy.AI stand-in with one organization, and a client at it.

use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::pki::Authority;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::client::{ORGANIZATION, client};

pub const KEY: &str = "a-key";

pub struct Desk {
    pub authority: Authority,
    pub stand_in: StandIn,
    pub client: Client,
}

impl Desk {
    pub async fn open() -> Self {
        let authority = Authority::new("tests").unwrap();
        let stand_in = StandIn::start(&authority).await.unwrap();
        stand_in.add_admin(KEY, ORGANIZATION);
        let client = client(&authority);
        Self { authority, stand_in, client }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.stand_in.api_url())).header("x-api-key", KEY)
    }

    pub fn configure(&self, body: &Value) -> RequestBuilder {
        self.post("/v2.0/identityprovider/configure").json(body)
    }

    pub fn reset(&self) -> RequestBuilder {
        self.post("/v2.0/identityprovider/reset")
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.stand_in.api_url())).header("x-api-key", KEY)
    }

    pub fn login(&self) -> RequestBuilder {
        self.client.get(format!("{}/auth/oidc/login/{ORGANIZATION}", self.stand_in.origin()))
    }

    pub fn saml_login(&self) -> RequestBuilder {
        self.client.get(format!("{}/auth/saml/login/{ORGANIZATION}", self.stand_in.origin()))
    }
}

pub fn oidc() -> Value {
    json!({
        "idpType": "oidc",
        "idpIssuer": "https://acme.eu.auth0.com/",
        "idpClientId": "an id",
        "idpClientSecret": "a secret",
        "idpIdTokenSignedResponseAlg": "RS256",
        "idpTokenEndpointAuthMethod": "client_secret_basic",
    })
}

pub fn saml() -> Value {
    json!({
        "idpType": "saml",
        "idpIssuer": "acme",
        "idpLoginEndpoint": "https://idp.example/login",
        "idpCertificate": "AAAA",
        "wantAuthnResponseSigned": true,
    })
}

pub fn with(mut body: Value, member: &str, value: Value) -> Value {
    body[member] = value;
    body
}

pub fn without(mut body: Value, member: &str) -> Value {
    body.as_object_mut().unwrap().remove(member).unwrap();
    body
}
