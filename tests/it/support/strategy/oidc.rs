//! OpenID Connect, in the words of the tests that hold for every way of signing in.

use cognigy_sso_api::{IdentityProviderConfigStatus, Reason};
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::provider::{Client, Style};
use serde_json::{Value, json};

use crate::support::{Mistake, ORGANIZATION, PROVIDER, SECRET, World};

pub use cognigy_sso_testkit::provider::{Operation as Asked, Provider as Server};

/// The part of a spec that declares it.
pub const PART: &str = "oidc";
/// The Secret that a world's resources refer to, the key in it, and the member that refers to it.
pub const SECRET_NAME: &str = "acme-oidc";
pub const SECRET_KEY: &str = "clientSecret";
pub const SECRET_REF: &str = "clientSecretRef";
/// May that Secret be of type `kubernetes.io/tls`?
pub const TAKES_TLS_SECRETS: bool = false;
/// All that is asked of a provider to learn what it is, and what comes first.
pub const ASKED: &[Asked] = &[Asked::Discovery, Asked::Keys];
pub const DOCUMENT: Asked = Asked::Discovery;
/// What metrics and `verify` call that.
pub const DOCUMENT_NAME: &str = "discovery";
/// The checks that `verify` makes of a provider.
pub const CHECKS: &[&str] = &["discovery", "keys", "capabilities", "credentials", "callback"];
/// Why a provider is refuted that [`World::refute`] has spoilt.
pub const REFUTED: Reason = Reason::FlowNotSupported;
/// Why a document is refuted that is not there, and one that is something else.
pub const NOT_FOUND: Reason = Reason::DiscoveryNotFound;
pub const INVALID: Reason = Reason::DiscoveryInvalid;
/// What is said of a web page and of bytes without meaning.
pub const IS_A_PAGE: &str = "is not a JSON object";
pub const IS_GARBAGE: &str = "is not a JSON object";

/// The ids under which clients are registered.
const CLIENTS: [&str; 7] = ["acme", "another", "b", "c", "from-a-secret", "mended", "second"];

/// A client as it is registered for every organization of this stand-in, and as Cognigy.AI uses it.
fn registered(cognigy: &StandIn, id: &str) -> Client {
    let client = Client::new(id, SECRET).redirect(&format!("{}/auth/oidc/login/callback/*", cognigy.origin()));
    Client { pkce_demanded: Some(false), ..client }
}

/// Adds a provider that knows Cognigy.AI, and answers with its address.
pub fn add(server: &Server, cognigy: &StandIn, name: &str) -> String {
    server.add(name, Style::OidcProvider, CLIENTS.map(|id| registered(cognigy, id)).to_vec())
}

/// The address of a provider that may not be there.
pub fn address(server: &Server, name: &str) -> String {
    server.base(name)
}

/// What declares the provider at this address.
pub fn part(address: &str) -> Value {
    json!({ "issuer": address, "clientId": "acme" })
}

/// What declares another provider, and another name of Cognigy.AI there.
pub fn at(address: &str) -> Value {
    json!({ "issuer": address })
}

pub fn named(name: &str) -> Value {
    json!({ "clientId": name })
}

/// What declares the other way of signing in, in place of this one.
pub fn other_strategy() -> Value {
    json!({ "oidc": null, "saml": { "issuer": "x", "metadataUrl": "https://idp.example/metadata" } })
}

/// What somebody else configures.
pub fn strangers() -> Value {
    json!({ "idpType": "saml", "idpIssuer": "somebody" })
}

/// How a value is written in a Secret that tests call by this name.
pub fn stored(name: &str) -> String {
    name.to_owned()
}

/// How Cognigy.AI is sent it.
pub fn sent(name: &str) -> String {
    name.to_owned()
}

/// The same value spoilt in several ways, and what is said of that.
pub fn spoilt(name: &str) -> (Vec<String>, Reason) {
    (vec![format!("{name}\n"), format!("{name}\u{7}x")], Reason::InvalidValue)
}

/// What tells that a value of this name was let out.
pub fn canaries(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

/// The name of the value that a configuration holds.
pub fn held(configuration: &Value) -> Option<String> {
    configuration["idpClientSecret"].as_str().map(str::to_owned)
}

/// The name that Cognigy.AI has at the provider.
pub fn name_in(configuration: &Value) -> &str {
    configuration["idpClientId"].as_str().unwrap()
}

/// What tells the provider from others in a configuration, and that of a provider.
pub fn place_in(configuration: &Value) -> &str {
    configuration["idpIssuer"].as_str().unwrap()
}

pub fn place(server: &Server, name: &str) -> String {
    server.base(name)
}

/// The configuration that follows from [`part`], with these names.
pub fn body(world: &World, name: &str, secret: &str) -> Value {
    json!({
        "idpType": "oidc",
        "idpIssuer": world.address,
        "idpClientId": name,
        "idpClientSecret": secret,
        "idpIdTokenSignedResponseAlg": "RS256",
        "idpTokenEndpointAuthMethod": "client_secret_basic",
    })
}

/// What stands in the column ISSUER of kubectl's table.
pub fn in_table(world: &World) -> String {
    world.address.clone()
}

/// What a resource shows of the provider, and of what must be registered there.
pub fn is_shown(_: &World, status: &IdentityProviderConfigStatus, host: &str) {
    let callback = status.urls.as_ref().unwrap().callback.as_deref();
    assert_eq!(callback, Some(&*format!("https://{host}/auth/oidc/login/callback/{ORGANIZATION}")));
    assert!(status.issuer.as_ref().unwrap().key_count >= 1);
    assert_eq!(status.saml, None);
}

pub fn mistake(world: &World) -> Mistake {
    Mistake {
        wrong: at(&format!("{}/", world.address)),
        right: at(&world.address),
        reason: Reason::IssuerMismatch,
        check: "discovery",
        advice: format!("set spec.oidc.issuer to {}", world.address),
    }
}

/// Values that cannot be used: a name, the Secret's type, the value and what is said of it.
pub fn unusable() -> Vec<(&'static str, &'static str, Vec<u8>, Reason)> {
    vec![
        ("empty", "Opaque", b"".to_vec(), Reason::EmptyValue),
        ("blank", "Opaque", b" \n ".to_vec(), Reason::EmptyValue),
        ("newline", "Opaque", b"secret\n".to_vec(), Reason::InvalidValue),
        ("binary", "Opaque", b"\xff\xfe\x00".to_vec(), Reason::InvalidValue),
        ("control", "Opaque", b"a\x07b".to_vec(), Reason::InvalidValue),
        ("long", "Opaque", vec![b'x'; 900 * 1024], Reason::InvalidValue),
        ("helm", "helm.sh/release.v1", b"secret".to_vec(), Reason::SecretTypeRefused),
    ]
}

/// What cannot be read of a part that declares it: where in it, and what stands there.
pub fn unreadable() -> Vec<(&'static str, Value)> {
    vec![
        ("", json!([7])),
        ("/clientSecretRef/name", json!(1.5)),
        ("/idTokenSignedResponseAlg", json!("XX99")),
        ("/additionalScopes", json!([7])),
    ]
}

/// What the first visit sends to a provider: the span of each, below which other.
pub const SPANS: &[(&str, &str)] = &[
    ("observe", "GET discovery"),
    ("observe", "GET keys"),
    ("reconcile", "POST token"),
    ("reconcile", "GET authorize"),
];

impl World {
    /// Spoils the provider, so that nobody could sign in there.
    pub fn refute(&self) {
        self.provider.edit(PROVIDER, |profile| profile.discovery["response_types_supported"] = json!(["id_token"]));
    }

    /// Takes that back.
    pub fn mend(&self) {
        self.provider.edit(PROVIDER, |profile| profile.discovery["response_types_supported"] = json!(["code"]));
    }

    /// Stores one that no provider knows.
    pub async fn put_unregistered(&self, secret: &str) {
        self.put_secret_bytes(SECRET_NAME, "Opaque", &[(SECRET_KEY, secret.as_bytes())]).await;
    }
}

/// Makes a value known at all providers.
pub fn register(server: &Server, secret: &str) {
    server.edit_all(|profile| {
        profile.clients.iter_mut().for_each(|client| client.more_secrets.push(secret.to_owned()));
    });
}
