//! The token and the pushed authorization request endpoint. No token is ever given: no code and no refresh token of
//! this provider exists.

use serde_json::json;

use super::credentials::{Presented, Proof};
use super::profile::Profile;
use super::rules::{Refusal, TokenRules, Verdicts};
use crate::server::{self, Answer, Request};

const INVALID_REQUEST: Refusal = Refusal::new(400, "invalid_request");
const UNSUPPORTED_GRANT: Refusal = Refusal::new(400, "unsupported_grant_type");

/// RFC 6749, 3.2.
pub(super) fn token(profile: &Profile, request: &Request) -> Answer {
    let rules = &profile.style.rules().token;
    let presented = Presented::by(request, profile.raw_basic);
    let refusal = refusal(profile, request, &presented);
    let answer = refuse(&refusal);
    let answer = if rules.no_store { server::with_header(answer, "cache-control", "no-store") } else { answer };
    if rules.challenge && refusal.status == 401 && presented.uses_basic() {
        let challenge = format!(r#"Basic realm="{}", error="{}""#, profile.issuer(), refusal.error);
        return server::with_header(answer, "www-authenticate", &challenge);
    }
    answer
}

fn refusal(profile: &Profile, request: &Request, presented: &Presented) -> Refusal {
    let rules = &profile.style.rules().token;
    if let Some(refusal) = rules.two_methods.filter(|_| presented.uses_two_methods()) {
        return refusal;
    }
    let member = |name: &str| request.form().find(|(member, _)| member == name).map(|(_, value)| value);
    let (verdicts, needed) = match member("grant_type").as_deref() {
        Some("authorization_code") => (&rules.code, Some("code")),
        Some("refresh_token") => (&rules.refresh, Some("refresh_token")),
        Some("client_credentials") => (&rules.client_credentials, None),
        Some(_) => return UNSUPPORTED_GRANT,
        None => return INVALID_REQUEST,
    };
    let proof = presented.proof(profile);
    if proof == Proof::Right && needed.is_some_and(|name| member(name).is_none()) {
        return INVALID_REQUEST;
    }
    verdict(rules, verdicts, proof)
}

fn verdict(rules: &TokenRules, verdicts: &Verdicts, proof: Proof) -> Refusal {
    match proof {
        Proof::Right => verdicts.right,
        Proof::Wrong => verdicts.wrong,
        Proof::Unknown => verdicts.unknown,
        Proof::NoSecret => verdicts.no_secret,
        Proof::OtherMethod => rules.other_method,
        Proof::WrongAssertion => rules.wrong_assertion,
    }
}

/// RFC 9126.
pub(super) fn pushed_request(profile: &Profile, request: &Request) -> Answer {
    let rules = profile.style.rules();
    if profile.text("pushed_authorization_request_endpoint").is_empty() {
        return server::text(404, "Not found");
    }
    let presented = Presented::by(request, profile.raw_basic);
    if presented.proof(profile) != Proof::Right {
        return refuse(&rules.token.pushed_request_refusal);
    }
    let id = presented.client_id(rules.token.form_id_wins).unwrap_or_default();
    let redirect = request.form().find(|(member, _)| member == "redirect_uri").map(|(_, value)| value);
    let registered = profile.client(&id).is_some_and(|client| client.may_return_to(&redirect.unwrap_or_default()));
    if !registered {
        return refuse(&INVALID_REQUEST.saying("redirect_uri is not registered"));
    }
    server::json(201, &json!({"request_uri": "urn:ietf:params:oauth:request_uri:none", "expires_in": 60}))
}

pub(super) fn refuse(refusal: &Refusal) -> Answer {
    let body = if refusal.under_error_code {
        json!({"errorCode": refusal.error, "errorSummary": refusal.description})
    } else if refusal.description.is_empty() {
        json!({"error": refusal.error})
    } else {
        json!({"error": refusal.error, "error_description": refusal.description})
    };
    server::json(refusal.status, &body)
}
