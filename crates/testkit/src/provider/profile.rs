//! What one issuer is and says. All of it can be changed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::keys;
use super::rules::Documents;
use super::style::Style;

/// One issuer: its documents, word for word, its clients and whom it imitates in its answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    /// Whose manners the token and authorization endpoints have.
    pub style: Style,
    /// The discovery document.
    pub discovery: Value,
    /// What the key set's address answers.
    pub keys: Value,
    /// `Cache-Control` of the discovery document.
    pub discovery_cache_control: Option<String>,
    /// `Cache-Control` of the key set.
    pub keys_cache_control: Option<String>,
    /// `Content-Type` of the key set.
    pub keys_content_type: String,
    /// The registered clients.
    pub clients: Vec<Client>,
    /// Where requests that cannot be sent back are redirected, with `error` in the query, instead of being refused.
    pub error_page: Option<String>,
    /// What good authorization requests come back with, in place of the style's: an error, or the word `code` for a code.
    pub returns: Option<String>,
    /// Whether Basic credentials are taken as they are, without the form encoding of RFC 6749, 2.3.1.
    pub raw_basic: bool,
}

impl Profile {
    /// An issuer as `style` has it at `base` (a URL without a slash at its end), with no clients.
    #[must_use]
    pub fn new(base: &str, style: Style) -> Self {
        let documents = &style.rules().documents;
        Self {
            style,
            discovery: discovery(base, documents),
            keys: key_set(documents),
            discovery_cache_control: documents.discovery_cache_control.map(ToOwned::to_owned),
            keys_cache_control: documents.keys_cache_control.map(ToOwned::to_owned),
            keys_content_type: documents.keys_content_type.to_owned(),
            clients: Vec::new(),
            error_page: None,
            returns: None,
            raw_basic: false,
        }
    }

    /// The issuer as its discovery document spells it; empty when it does not.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.text("issuer")
    }

    /// A text of the discovery document; empty when there is none.
    pub(super) fn text(&self, member: &str) -> &str {
        self.discovery.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// Whether a client may have a scope; what the client does not say the discovery document does.
    pub(super) fn offers(&self, client: &Client, scope: &str) -> bool {
        let supported = || self.discovery.get("scopes_supported").and_then(Value::as_array);
        match &client.scopes {
            Some(scopes) => scopes.iter().any(|known| known == scope),
            None => supported().is_none_or(|known| known.iter().any(|known| known == scope)),
        }
    }
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// The client's id.
    pub id: String,
    /// The secret; a client without one is public, and whatever secret it sends is taken.
    #[serde(default)]
    pub secret: Option<String>,
    /// Secrets that are valid beside it, as while one is rotated.
    #[serde(default)]
    pub more_secrets: Vec<String>,
    /// How it authenticates. Most styles take Basic and post for each other.
    #[serde(default)]
    pub auth_method: AuthMethod,
    /// Where browsers may be sent back to; one that ends in `*` stands for all that begin so.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Whether PKCE is demanded; where it is not said, as the style has it.
    #[serde(default)]
    pub pkce_demanded: Option<bool>,
    /// What it may ask for; where it is not said, what the discovery document lists.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Whether it is switched off.
    #[serde(default)]
    pub disabled: bool,
    /// Whether it may not use the code flow.
    #[serde(default)]
    pub code_flow_off: bool,
}

/// How a client authenticates (OpenID Connect Core 1.0, section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// HTTP Basic.
    #[default]
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the form.
    ClientSecretPost,
    /// A JWT signed with the secret (HS256, HS384, HS512).
    ClientSecretJwt,
}

impl Client {
    /// A client that authenticates by its secret and may use the code flow without PKCE where the style lets it.
    #[must_use]
    pub fn new(id: &str, secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), ..Self::public(id) }
    }

    /// A client without a secret.
    #[must_use]
    pub fn public(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: None,
            more_secrets: Vec::new(),
            auth_method: AuthMethod::default(),
            redirect_uris: Vec::new(),
            pkce_demanded: None,
            scopes: None,
            disabled: false,
            code_flow_off: false,
        }
    }

    /// The same client with one redirect URI more.
    #[must_use]
    pub fn redirect(mut self, uri: &str) -> Self {
        self.redirect_uris.push(uri.to_owned());
        self
    }

    pub(super) fn may_return_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| match registered.strip_suffix('*') {
            Some(beginning) => uri.starts_with(beginning),
            None => uri == registered,
        })
    }
}

fn discovery(base: &str, documents: &Documents) -> Value {
    let slash = if documents.trailing_slash { "/" } else { "" };
    let mut document = json!({
        "issuer": format!("{base}{slash}"),
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "jwks_uri": format!("{base}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": documents.algorithms,
        "token_endpoint_auth_methods_supported": documents.auth_methods,
        "scopes_supported": documents.scopes,
        "grant_types_supported": documents.grants,
        "code_challenge_methods_supported": ["S256"],
    });
    if let Some(members) = document.as_object_mut() {
        if documents.iss_parameter {
            members.insert("authorization_response_iss_parameter_supported".to_owned(), Value::Bool(true));
        }
        if documents.pushed_requests {
            members.insert("pushed_authorization_request_endpoint".to_owned(), format!("{base}/par").into());
        }
    }
    document
}

fn key_set(documents: &Documents) -> Value {
    let elliptic = documents.elliptic_key.then(keys::elliptic_p256);
    let encryption = documents.encryption_key.then(keys::rsa_for_encryption);
    keys::set([keys::rsa("RS256")].into_iter().chain(elliptic).chain(encryption))
}
