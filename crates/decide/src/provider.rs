//! Judging what a provider publishes (OpenID Connect Discovery 1.0, RFC 7517).

use cognigy_sso_api::{Oidc, SigningAlgorithm, TokenEndpointAuthMethod};

use crate::fault::ProviderFault;

/// What a provider publishes, reduced to what is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// `authorization_endpoint`.
    pub authorization_endpoint: Box<str>,
    /// `token_endpoint`.
    pub token_endpoint: Box<str>,
    /// `jwks_uri`.
    pub jwks_uri: Box<str>,
    /// `pushed_authorization_request_endpoint` (RFC 9126 section 5), where it is an https URL.
    pub pushed_authorization_request_endpoint: Option<Box<str>>,
    /// `id_token_signing_alg_values_supported`.
    pub algorithms: Vec<String>,
    /// `token_endpoint_auth_methods_supported`; left out, `client_secret_basic` is meant.
    pub auth_methods: Option<Vec<String>>,
    /// `response_types_supported`.
    pub response_types: Vec<String>,
    /// `scopes_supported`, where the provider lists them.
    pub scopes: Option<Vec<String>>,
    /// The keys behind `jwks_uri`, or why they cannot be had.
    pub keys: Result<Vec<KeyFacts>, ProviderFault>,
}

/// One published key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// `kty`.
    pub key_type: String,
    /// `use`, where it is given.
    pub usage: Option<String>,
    /// `alg`, where it is given.
    pub algorithm: Option<String>,
}

impl KeyFacts {
    /// Can ID tokens be signed with it by this algorithm? `alg` and `use` are optional (RFC 7517 section 4): left out, the
    /// key type decides.
    fn fits(&self, algorithm: SigningAlgorithm) -> bool {
        self.key_type == "RSA"
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.algorithm.as_deref().is_none_or(|name| name == algorithm.as_str())
    }
}

/// Judges the provider for this client; the answer is how many keys fit.
///
/// # Errors
/// The first thing that does not fit, in the order algorithm, keys, authentication method, flow.
pub(crate) fn judge(oidc: &Oidc, provider: &Provider) -> Result<u32, ProviderFault> {
    judge_algorithm(oidc.id_token_signed_response_alg, provider)?;
    let keys = judge_keys(oidc.id_token_signed_response_alg, provider)?;
    judge_capabilities(oidc, provider).map(|()| keys)
}

/// Judges what the provider offers.
///
/// # Errors
/// The first thing that is not offered, in the order algorithm, authentication method, flow.
pub(crate) fn judge_capabilities(oidc: &Oidc, provider: &Provider) -> Result<(), ProviderFault> {
    judge_algorithm(oidc.id_token_signed_response_alg, provider)?;
    judge_auth_method(oidc.token_endpoint_auth_method, provider)?;
    let has_code_flow = provider.response_types.iter().any(|response_type| response_type == "code");
    if has_code_flow { Ok(()) } else { Err(ProviderFault::Flow) }
}

fn judge_algorithm(algorithm: SigningAlgorithm, provider: &Provider) -> Result<(), ProviderFault> {
    if provider.algorithms.iter().any(|offered| offered == algorithm.as_str()) {
        return Ok(());
    }
    Err(ProviderFault::Algorithm { algorithm: algorithm.as_str(), offered: provider.algorithms.clone() })
}

/// Counts the published keys that ID tokens can be signed with by this algorithm.
///
/// # Errors
/// When none fits, or the keys cannot be had.
pub(crate) fn judge_keys(algorithm: SigningAlgorithm, provider: &Provider) -> Result<u32, ProviderFault> {
    if algorithm.is_symmetric() {
        return Ok(0);
    }
    let keys = provider.keys.as_ref().map_err(Clone::clone)?;
    let fitting = keys.iter().filter(|key| key.fits(algorithm)).count();
    match u32::try_from(fitting).unwrap_or(u32::MAX) {
        0 => Err(ProviderFault::NoUsableKey { algorithm: algorithm.as_str() }),
        count => Ok(count),
    }
}

fn judge_auth_method(method: TokenEndpointAuthMethod, provider: &Provider) -> Result<(), ProviderFault> {
    let default = [TokenEndpointAuthMethod::ClientSecretBasic.as_str().to_owned()];
    let offered = provider.auth_methods.as_deref().unwrap_or(&default);
    if offered.iter().any(|offered| offered == method.as_str()) {
        return Ok(());
    }
    Err(ProviderFault::AuthMethod { method: method.as_str(), offered: offered.to_vec() })
}

/// The additional scopes that the provider does not list. It may leave out what it grants, so this is a warning only.
pub(crate) fn unlisted_scopes<'a>(oidc: &'a Oidc, provider: &Provider) -> Vec<&'a str> {
    let Some(listed) = &provider.scopes else { return Vec::new() };
    let unlisted = oidc.additional_scopes.iter().filter(|scope| !listed.contains(scope));
    unlisted.map(String::as_str).collect()
}
