//! What a user declares.

#![allow(clippy::duplicated_attributes, reason = "printer columns may have a type in common")]

use std::time::Duration;

use kube::{CustomResource, KubeSchema};
use serde::{Deserialize, Serialize};

use crate::choices::{
    AdoptionPolicy, ClientCheck, DeletionPolicy, DriftPolicy, Mode, SigningAlgorithm, TokenEndpointAuthMethod,
    VerificationMode,
};
use crate::reference::{KeyRef, KeySource};
use crate::rules;
use crate::status::IdentityProviderConfigStatus;
use crate::urls::ApiUrl;

/// The single sign-on configuration of one Cognigy.AI organization.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "sso.cognigy.ai",
    version = "v1alpha1",
    kind = "IdentityProviderConfig",
    plural = "identityproviderconfigs",
    shortname = "idp",
    shortname = "idpc",
    category = "cognigy",
    namespaced,
    status = "IdentityProviderConfigStatus",
    derive = "PartialEq",
    selectable = ".status.organization.id",
    doc = "Declares the identity provider that the people of one Cognigy.AI organization sign in through. The operator proves the setting against the provider before it touches a working one, applies it, and reports in status what it found.",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].status"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].reason"),
    // With SAML, whoever issues assertions: its entity id, or its endpoint where there is no metadata. The wildcard stands for
    // spec and status, in no order: what may be in both is the same there.
    printcolumn(
        name = "Issuer",
        type_ = "string",
        json_path = ".*['saml','oidc']['entityId','loginEndpoint','issuer']"
    ),
    printcolumn(name = "Organization", type_ = "string", json_path = ".status.organization.id"),
    printcolumn(name = "Applied", type_ = "date", json_path = ".status.applied.time"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Message",
        type_ = "string",
        priority = 1,
        json_path = ".status.conditions[?(@.type=='Ready')].message"
    )
)]
#[x_kube(validation = rules::exactly_one_of("oidc", "saml"))]
pub struct IdentityProviderConfigSpec {
    /// The Cognigy.AI organization that is configured, and the key to it.
    pub cognigy: Cognigy,
    /// OpenID Connect: the provider and the client that is registered there. Exactly one of `oidc` and `saml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
    /// SAML 2.0: the identity provider, by its metadata or by its endpoints and certificate. Exactly one of `oidc` and `saml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saml: Option<Box<Saml>>,
    /// How strictly the checks that precede a change are taken.
    #[serde(default)]
    pub verification: Verification,
    /// `Manage` applies the configuration. `Plan` checks everything and says what it would do, but changes nothing in
    /// Cognigy.AI.
    #[serde(default)]
    pub mode: Mode,
    /// May a configuration that this resource did not apply be taken over? `Never`; `IfMatching`: when the
    /// organization's login URL already leads to the same provider, by the same client id or SAML issuer; `Always`.
    #[serde(default)]
    pub adoption_policy: AdoptionPolicy,
    /// What to do when somebody changes the configuration behind the operator: `Correct` applies it again, `Report` only
    /// says so.
    #[serde(default)]
    pub drift_policy: DriftPolicy,
    /// What deleting this resource does in Cognigy.AI: `Retain` leaves the configuration in place, `Reset` removes it. A
    /// reset can lock everybody out where password login is off.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// How often everything is checked again, from `1m` to `24h`, with some jitter.
    #[serde(default = "default_interval")]
    #[schemars(length(max = LONGEST_INTERVAL))]
    #[x_kube(validation = rules::interval())]
    pub interval: String,
    /// `true` stops all checks and changes outside the cluster until it is `false` again. Deleting a suspended resource
    /// keeps the configuration.
    #[serde(default)]
    pub suspend: bool,
}

/// The longest text that is looked at as an interval, in bytes: the most that the schema allows.
const LONGEST_INTERVAL: usize = 16;

fn default_interval() -> String {
    "10m".to_owned()
}

impl IdentityProviderConfigSpec {
    /// `interval` as a duration, from a minute to a day. The API server refuses what is no such duration; should another value
    /// get through all the same, it counts as the default of 10 minutes.
    #[must_use]
    pub fn interval(&self) -> Duration {
        // The parser panics at a number of hours that no duration can hold, which takes more digits than this.
        let is_sane = (1..=LONGEST_INTERVAL).contains(&self.interval.len()) && !self.interval.starts_with('-');
        let parsed = is_sane.then(|| self.interval.parse::<kube::core::Duration>().ok()).flatten();
        parsed.map_or(Duration::from_mins(10), Into::into).clamp(Duration::from_mins(1), Duration::from_hours(24))
    }
}

/// The Cognigy.AI installation and organization.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Cognigy {
    /// Base URL of the REST API, for example `https://api-trial.cognigy.ai/new`. A trailing slash makes no difference.
    /// Its host cannot be changed later.
    #[schemars(length(min = 1, max = 2048))]
    #[x_kube(
        validation = rules::https_url("https://api-trial.cognigy.ai/new"),
        validation = rules::same_host(),
    )]
    pub api_url: String,
    /// The Secret key that holds the API key (`X-API-Key`) of a user with the organization-wide role `admin`.
    pub api_key_secret_ref: KeyRef,
    /// Id of the organization, 24 hexadecimal digits. When it is given and the API key belongs to another organization,
    /// nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 24), regex(pattern = r"^[0-9a-f]{24}$"))]
    pub organization_id: Option<String>,
    /// Base URL of the web interface, for example `https://trial.cognigy.ai`: with it, `status.urls` shows the logout URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    #[x_kube(validation = rules::https_url("https://trial.cognigy.ai"))]
    pub frontend_url: Option<String>,
    /// PEM certificates of a private authority that signs the API's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<KeySource>,
}

/// An OpenID Connect provider and the client registered with it.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::exactly_one_of("clientId", "clientIdSecretRef"))]
pub struct Oidc {
    /// Issuer identifier, byte for byte as the provider's discovery document spells it (Auth0's ends in a slash).
    #[schemars(length(min = 1, max = 5000))]
    #[x_kube(
        validation = rules::https_url("https://acme.eu.auth0.com/"),
        validation = rules::no_well_known_path(),
    )]
    pub issuer: String,
    /// Client id that the provider gave. Exactly one of `clientId` and `clientIdSecretRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 5000))]
    pub client_id: Option<String>,
    /// The Secret key that holds the client id. Exactly one of `clientId` and `clientIdSecretRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id_secret_ref: Option<KeyRef>,
    /// The Secret key that holds the client secret.
    pub client_secret_ref: KeyRef,
    /// Algorithm that the provider signs ID tokens with (`id_token_signed_response_alg`): `RS256`, `RS384`, `RS512`, or with
    /// the client secret `HS256`, `HS384`, `HS512`.
    #[serde(default)]
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// How Cognigy.AI authenticates at the token endpoint (`token_endpoint_auth_method`): `client_secret_basic`,
    /// `client_secret_post`, `client_secret_jwt`, `private_key_jwt`, `tls_client_auth`, `self_signed_tls_client_auth` or `none`.
    #[serde(default)]
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// Scopes beyond `openid profile email offline_access`, which are always requested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 30), inner(length(min = 1, max = 150), regex(pattern = r"^[!#-\[\]-~]+$")))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub additional_scopes: Vec<String>,
    /// URL that the provider calls to end a session (OpenID Connect Front-Channel Logout).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 5000))]
    #[x_kube(validation = rules::https_url("https://acme.example.com/logout"))]
    pub front_channel_logout_url: Option<String>,
    /// PEM certificates of a private authority that signs the provider's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<KeySource>,
}

impl Cognigy {
    /// The redirect URI that this organization's people come back to; `None` when `apiUrl` is no URL.
    #[must_use]
    pub fn callback(&self, organization: &str) -> Option<String> {
        ApiUrl::parse(&self.api_url).ok().map(|api| api.callback(organization))
    }
}

/// The scopes that Cognigy.AI always requests.
const SCOPES: &str = "openid profile email offline_access";

impl Oidc {
    /// The scopes that are requested of the provider, separated by spaces (RFC 6749 section 3.3).
    #[must_use]
    pub fn requested_scopes(&self) -> String {
        let additional = self.additional_scopes.iter().map(String::as_str);
        std::iter::once(SCOPES).chain(additional).collect::<Vec<_>>().join(" ")
    }
}

/// A SAML 2.0 identity provider, by its endpoints and certificate or by its metadata.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = rules::one_saml_source(),
    validation = rules::certificate_with_endpoint(),
    validation = rules::only_with("logoutEndpoint", "loginEndpoint", "metadata holds its own"),
    validation = rules::only_with_metadata("entityId"),
    validation = rules::only_with_metadata("metadataCertificate"),
    validation = rules::only_with("caBundle", "metadataUrl", "nothing else is fetched"),
)]
pub struct Saml {
    /// The name that Cognigy.AI gives itself in its SAML requests: its own entity id, as it is registered with the identity
    /// provider, and not the identity provider's. Cognigy.AI's guides register the organization's SSO URL, which
    /// `status.urls.login` shows.
    #[schemars(length(min = 1, max = 5000))]
    pub issuer: String,
    /// Entity id of the identity provider. Only with metadata, which must describe it; needed where the metadata describes
    /// several identity providers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub entity_id: Option<String>,
    /// URL of the identity provider's single sign-on service (HTTP-Redirect binding). Needs `certificate`. Exactly one of
    /// `loginEndpoint`, `metadataUrl` and `metadataRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 5000))]
    #[x_kube(validation = rules::https_url_with_query("https://login.example.com/saml/sso"))]
    pub login_endpoint: Option<String>,
    /// URL of the identity provider's single logout service (HTTP-Redirect binding), if it has one. Only with `loginEndpoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 5000))]
    #[x_kube(validation = rules::https_url_with_query("https://login.example.com/saml/slo"))]
    pub logout_endpoint: Option<String>,
    /// The identity provider's signing certificate, PEM or base64. Needed with `loginEndpoint`. With metadata it chooses one of
    /// the certificates that are published there: needed where there are several, since Cognigy.AI takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<KeySource>,
    /// URL of the identity provider's metadata, from which endpoints and certificate are taken. Exactly one of `loginEndpoint`,
    /// `metadataUrl` and `metadataRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 5000))]
    #[x_kube(validation = rules::https_url_with_query("https://login.example.com/saml/metadata"))]
    pub metadata_url: Option<String>,
    /// The identity provider's metadata itself, at most 256 KiB of XML, from which endpoints and certificate are taken. Exactly
    /// one of `loginEndpoint`, `metadataUrl` and `metadataRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_ref: Option<KeySource>,
    /// PEM certificates, one of which must have signed the metadata. Left out, a signature is not asked for. Only with metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_certificate: Option<KeySource>,
    /// Must the authentication response be signed? Left out, Cognigy.AI decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub want_authn_response_signed: Option<bool>,
    /// The Secret key that holds the private key for encrypted assertions, RSA with 2048 bits or more, PEM or base64. Where the
    /// Secret also has the key `tls.crt`, as those of type `kubernetes.io/tls` have, the private key must belong to that
    /// certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decryption_private_key_secret_ref: Option<KeyRef>,
    /// `true` leaves the `RequestedAuthnContext` out of the SAML request, for identity providers that turn away people who have
    /// proved who they are in another way than it asks for.
    #[serde(default)]
    pub disable_requested_authn_context: bool,
    /// PEM certificates of a private authority that signs the certificate of the server of `metadataUrl`. Only with
    /// `metadataUrl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<KeySource>,
}

/// How strictly the checks that precede a change are taken.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// `Enforce`: a refuted check blocks the change. `Warn`: it is reported and the change is made all the same.
    #[serde(default)]
    pub mode: VerificationMode,
    /// When the client's credentials may be tried at the provider, where each try shows as a failed login: `OnChange`,
    /// `Periodic` (at every interval) or `Never`.
    #[serde(default)]
    pub client_check: ClientCheck,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lesson: Flux CVE-2022-39272.
    #[test]
    fn an_interval_is_one_whatever_stands_there() {
        let key = serde_json::json!({ "name": "key", "key": "key" });
        let cognigy = serde_json::json!({ "apiUrl": "https://api-trial.cognigy.ai", "apiKeySecretRef": key });
        let spec: IdentityProviderConfigSpec =
            serde_json::from_value(serde_json::json!({ "cognigy": cognigy })).unwrap();
        let minutes = |text: &str| {
            IdentityProviderConfigSpec { interval: text.to_owned(), ..spec.clone() }.interval().as_secs_f64() / 60.0
        };
        for (text, expected) in [("10m", 10.0), ("1h30m", 90.0), ("1.5h", 90.0), ("90s", 1.5)] {
            assert!((minutes(text) - expected).abs() < 1e-9, "{text}");
        }
        let (day, nines) = (24.0 * 60.0, "9".repeat(400));
        for (text, expected) in [("1s", 1.0), ("25h", day), ("99999999999999h", day), ("86400000000000ns", day)] {
            assert!((minutes(text) - expected).abs() < 1e-9, "{text}");
        }
        let huge = [&nines, ".", "h"].concat();
        for text in
            ["", "-5m", "five minutes", "99999999999999999999h", "1e9h", "NaNh", "infh", "h", &huge, "10m\u{202e}"]
        {
            assert!((minutes(text) - 10.0).abs() < 1e-9, "{text}");
        }
        for digit in 1..=9 {
            for unit in ["h", "m", "s", "ms", "us", "ns", "\u{b5}s"] {
                for length in 1..=16 {
                    minutes(&format!("{}{unit}", digit.to_string().repeat(length)));
                }
            }
        }
    }
}
