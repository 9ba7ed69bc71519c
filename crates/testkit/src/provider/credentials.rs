//! Who a client says it is, and whether it proves it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::hmac;
use serde_json::Value;

use super::profile::{AuthMethod, Client, Profile};
use crate::server::Request;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a request brings along.
#[derive(Debug, Default)]
pub(super) struct Presented {
    basic: Option<(String, String)>,
    id: Option<String>,
    secret: Option<String>,
    assertion: Option<String>,
}

/// What that proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Right,
    Wrong,
    Unknown,
    NoSecret,
    OtherMethod,
    WrongAssertion,
}

impl Presented {
    /// `raw_basic` is a provider that does not decode the two halves.
    pub(super) fn by(request: &Request, raw_basic: bool) -> Self {
        let mut presented = Self { basic: basic(request, raw_basic), ..Self::default() };
        let mut is_jwt = false;
        for (name, value) in request.form() {
            match name.as_str() {
                "client_id" => presented.id = Some(value),
                "client_secret" => presented.secret = Some(value),
                "client_assertion" => presented.assertion = Some(value),
                "client_assertion_type" => is_jwt = value == JWT_BEARER,
                _ => {}
            }
        }
        presented.assertion = presented.assertion.filter(|_| is_jwt);
        presented
    }

    pub(super) fn uses_basic(&self) -> bool {
        self.basic.is_some()
    }

    pub(super) fn uses_two_methods(&self) -> bool {
        [self.basic.is_some(), self.secret.is_some(), self.assertion.is_some()].into_iter().filter(|used| *used).count()
            > 1
    }

    /// `form_id_wins` is a provider that believes the form rather than Basic.
    pub(super) fn client_id(&self, form_id_wins: bool) -> Option<String> {
        let from_basic = self.basic.as_ref().map(|(id, _)| id.clone());
        let from_assertion = || claims(self.assertion.as_deref()?)?.get("sub")?.as_str().map(ToOwned::to_owned);
        let first = if form_id_wins { self.id.clone().or(from_basic) } else { from_basic.or_else(|| self.id.clone()) };
        first.or_else(from_assertion)
    }

    pub(super) fn proof(&self, profile: &Profile) -> Proof {
        let rules = &profile.style.rules().token;
        let id = self.client_id(rules.form_id_wins).unwrap_or_default();
        let Some(client) = profile.client(&id).filter(|client| !client.disabled) else { return Proof::Unknown };
        let Some(secret) = &client.secret else { return Proof::Right };
        let method = match (&self.basic, &self.secret, &self.assertion) {
            (Some(_), _, _) => AuthMethod::ClientSecretBasic,
            (_, Some(_), _) => AuthMethod::ClientSecretPost,
            (_, _, Some(_)) => AuthMethod::ClientSecretJwt,
            (None, None, None) => return Proof::NoSecret,
        };
        if !takes(client, method, rules.basic_is_not_post) {
            return Proof::OtherMethod;
        }
        let mut valid = client.more_secrets.iter().chain([secret]);
        match &self.assertion {
            Some(assertion) if method == AuthMethod::ClientSecretJwt => {
                let holds = valid.any(|secret| assertion_holds(assertion, secret, profile));
                if holds { Proof::Right } else { Proof::WrongAssertion }
            }
            _ if valid.any(|secret| self.sent_secret() == Some(secret)) => Proof::Right,
            _ => Proof::Wrong,
        }
    }

    fn sent_secret(&self) -> Option<&String> {
        self.basic.as_ref().map(|(_, secret)| secret).or(self.secret.as_ref())
    }
}

fn takes(client: &Client, method: AuthMethod, basic_is_not_post: bool) -> bool {
    let by_jwt = |method| method == AuthMethod::ClientSecretJwt;
    if basic_is_not_post { client.auth_method == method } else { by_jwt(client.auth_method) == by_jwt(method) }
}

/// RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
fn basic(request: &Request, raw: bool) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    if raw { Some((id.to_owned(), secret.to_owned())) } else { Some((form_decoded(id), form_decoded(secret))) }
}

fn form_decoded(text: &str) -> String {
    let without_separators = text.replace('&', "%26").replace('=', "%3D");
    let mut pairs = url::form_urlencoded::parse(without_separators.as_bytes());
    pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn claims(assertion: &str) -> Option<Value> {
    let payload = assertion.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

fn assertion_holds(assertion: &str, secret: &str, profile: &Profile) -> bool {
    is_signed(assertion, secret).unwrap_or(false) && is_meant_for(assertion, profile).unwrap_or(false)
}

fn is_signed(assertion: &str, secret: &str) -> Option<bool> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let head: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed.split('.').next()?).ok()?).ok()?;
    let algorithm = match head.get("alg")?.as_str()? {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => return None,
    };
    let key = hmac::Key::new(algorithm, secret.as_bytes());
    Some(hmac::verify(&key, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).is_ok())
}

/// Audience is the issuer or the token endpoint, and it has not run out.
fn is_meant_for(assertion: &str, profile: &Profile) -> Option<bool> {
    let claims = claims(assertion)?;
    let is_ours = |audience: &Value| {
        audience.as_str().is_some_and(|name| name == profile.issuer() || name == profile.text("token_endpoint"))
    };
    let audience = claims.get("aud")?;
    let for_us = is_ours(audience) || audience.as_array().is_some_and(|all| all.iter().any(is_ours));
    Some(for_us && claims.get("exp")?.as_i64()? > Timestamp::now().as_second())
}
