//! SAML 2.0, in the words of the tests that hold for every way of signing in.

use cognigy_sso_api::{IdentityProviderConfigStatus, Reason};
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::saml::{FIRST, SamlStyle, decryption_key, name_of_key, signing_certificate};
use serde_json::{Value, json};

use crate::support::{Mistake, PROVIDER, World};

pub use cognigy_sso_testkit::saml::{IdentityProvider as Server, Operation as Asked};

/// The part of a spec that declares it.
pub const PART: &str = "saml";
/// The Secret that a world's resources refer to, the key in it, and the member that refers to it.
pub const SECRET_NAME: &str = "acme-saml";
pub const SECRET_KEY: &str = "decryptionKey";
pub const SECRET_REF: &str = "decryptionPrivateKeySecretRef";
/// May that Secret be of type `kubernetes.io/tls`?
pub const TAKES_TLS_SECRETS: bool = true;
/// All that is asked of a provider to learn what it is, and what comes first.
pub const ASKED: &[Asked] = &[Asked::Metadata];
pub const DOCUMENT: Asked = Asked::Metadata;
/// What metrics and `verify` call that.
pub const DOCUMENT_NAME: &str = "metadata";
/// The checks that `verify` makes of a provider.
pub const CHECKS: &[&str] = &["metadata", "certificate"];
/// Why a provider is refuted that [`World::refute`] has spoilt.
pub const REFUTED: Reason = Reason::MetadataExpired;
/// Why a document is refuted that is not there, and one that is something else.
pub const NOT_FOUND: Reason = Reason::MetadataNotFound;
pub const INVALID: Reason = Reason::MetadataInvalid;
/// What is said of a web page and of bytes without meaning.
pub const IS_A_PAGE: &str = "is a web page";
pub const IS_GARBAGE: &str = "is not UTF-8 text";

/// Adds an identity provider, and answers with the address of its metadata. Nobody need be registered there.
pub fn add(server: &Server, _: &StandIn, name: &str) -> String {
    server.add(name, SamlStyle::Auth0)
}

/// The address of an identity provider's metadata, which may not be there.
pub fn address(server: &Server, name: &str) -> String {
    format!("{}/metadata", server.base(name))
}

/// What declares the identity provider at this address.
pub fn part(address: &str) -> Value {
    json!({ "issuer": "acme", "metadataUrl": address })
}

/// What declares another provider, and another name of Cognigy.AI there.
pub fn at(address: &str) -> Value {
    json!({ "metadataUrl": address })
}

pub fn named(name: &str) -> Value {
    json!({ "issuer": name })
}

/// What declares the other way of signing in, in place of this one.
pub fn other_strategy() -> Value {
    let secret = json!({ "name": "cognigy-api", "key": "apiKey" });
    json!({ "saml": null, "oidc": { "issuer": "https://idp.example", "clientId": "x", "clientSecretRef": secret } })
}

/// What somebody else configures.
pub fn strangers() -> Value {
    json!({ "idpType": "oidc", "idpIssuer": "https://elsewhere.example" })
}

/// How a value is written in a Secret that tests call by this name.
pub fn stored(name: &str) -> String {
    decryption_key(name).unwrap()
}

/// How Cognigy.AI is sent it.
pub fn sent(name: &str) -> String {
    stored(name).lines().filter(|line| !line.starts_with('-')).collect()
}

/// The same value spoilt in several ways, and what is said of that.
pub fn spoilt(name: &str) -> (Vec<String>, Reason) {
    let value = stored(name);
    (vec![value.repeat(2), value.replace("PRIVATE", "PUBLIC"), sent(name)[1..].to_owned()], Reason::InvalidPrivateKey)
}

/// What tells that a value of this name was let out: parts of it that hold nothing of the public key.
pub fn canaries(name: &str) -> Vec<String> {
    stored(name).lines().skip(10).step_by(4).take(3).map(str::to_owned).collect()
}

/// The name of the value that a configuration holds.
pub fn held(configuration: &Value) -> Option<String> {
    name_of_key(configuration["decryptionPrivateKey"].as_str()?)
}

/// The name that Cognigy.AI has at the provider.
pub fn name_in(configuration: &Value) -> &str {
    configuration["idpIssuer"].as_str().unwrap()
}

/// What tells the provider from others in a configuration, and that of a provider.
pub fn place_in(configuration: &Value) -> &str {
    configuration["idpLoginEndpoint"].as_str().unwrap()
}

pub fn place(server: &Server, name: &str) -> String {
    format!("{}/sso", server.base(name))
}

/// The configuration that follows from [`part`], with these names.
pub fn body(world: &World, name: &str, secret: &str) -> Value {
    json!({
        "idpType": "saml",
        "idpIssuer": name,
        "idpLoginEndpoint": place(&world.provider, PROVIDER),
        "idpLogoutEndpoint": format!("{}/slo", world.provider.base(PROVIDER)),
        "idpCertificate": signing_certificate(FIRST).unwrap().base64,
        "decryptionPrivateKey": sent(secret),
    })
}

/// What stands in the column ISSUER of kubectl's table.
pub fn in_table(world: &World) -> String {
    world.provider.profile(PROVIDER).unwrap().entity_id
}

/// What a resource shows of the provider, and of what must be registered there.
pub fn is_shown(world: &World, status: &IdentityProviderConfigStatus, _: &str) {
    let urls = status.urls.as_ref().unwrap();
    assert_eq!(urls.callback, None);
    assert!(urls.documentation.as_deref().unwrap().starts_with("https://docs.cognigy.com/"), "{urls:?}");
    let saml = status.saml.as_ref().unwrap();
    let published = world.provider.profile(PROVIDER).unwrap();
    assert_eq!(saml.entity_id.as_deref(), Some(&*published.entity_id));
    assert_eq!(*saml.login_endpoint, place(&world.provider, PROVIDER));
    assert_eq!(status.issuer, None);
}

pub fn mistake(world: &World) -> Mistake {
    let entity = world.provider.profile(PROVIDER).unwrap().entity_id;
    Mistake {
        wrong: json!({ "entityId": format!("{entity}/") }),
        right: json!({ "entityId": null }),
        reason: Reason::EntityNotFound,
        check: "metadata",
        advice: format!("set spec.saml.entityId to {entity}"),
    }
}

/// Values that cannot be used: a name, the Secret's type, the value and what is said of it.
pub fn unusable() -> Vec<(&'static str, &'static str, Vec<u8>, Reason)> {
    let certificate = signing_certificate(FIRST).unwrap().pem.into_bytes();
    let cut = stored(FIRST).lines().take(9).collect::<Vec<_>>().join("\n").into_bytes();
    vec![
        ("empty", "Opaque", b"".to_vec(), Reason::EmptyValue),
        ("blank", "Opaque", b" \n ".to_vec(), Reason::EmptyValue),
        ("text", "Opaque", b"secret\n".to_vec(), Reason::InvalidPrivateKey),
        ("binary", "Opaque", b"\xff\xfe\x00".to_vec(), Reason::InvalidPrivateKey),
        ("certificate", "Opaque", certificate, Reason::InvalidPrivateKey),
        ("cut", "Opaque", cut, Reason::InvalidPrivateKey),
        ("long", "Opaque", vec![b'x'; 900 * 1024], Reason::InvalidPrivateKey),
        ("helm", "helm.sh/release.v1", b"secret".to_vec(), Reason::SecretTypeRefused),
    ]
}

/// What cannot be read of a part that declares it: where in it, and what stands there.
pub fn unreadable() -> Vec<(&'static str, Value)> {
    vec![
        ("", json!([7])),
        ("/decryptionPrivateKeySecretRef/name", json!(1.5)),
        ("/wantAuthnResponseSigned", json!("perhaps")),
        ("/metadataUrl", json!([7])),
    ]
}

/// What the first visit sends to an identity provider: the span of each, below which other.
pub const SPANS: &[(&str, &str)] = &[("observe", "GET metadata")];

impl World {
    /// Spoils the identity provider, so that nobody could sign in there.
    pub fn refute(&self) {
        self.provider.edit(PROVIDER, |profile| profile.valid_until = Some("2020-01-01T00:00:00Z".to_owned()));
    }

    /// Takes that back.
    pub fn mend(&self) {
        self.provider.edit(PROVIDER, |profile| profile.valid_until = None);
    }
}

/// Makes a value known at all providers: none knows the private key.
pub fn register(_: &Server, _: &str) {}
