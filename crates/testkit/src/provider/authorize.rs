//! The authorization endpoint as a browser without a session sees it.

use std::collections::HashMap;

use url::Url;

use super::profile::{Client, Profile};
use super::rules::{Arrival, AuthorizeRules, Turned, UnknownScope};
use super::token::refuse;
use crate::server::{self, Answer, Request};

type Query = HashMap<String, String>;

/// RFC 6749, 3.1, and OpenID Connect Core 1.0, 3.1.2.
pub(super) fn authorize(profile: &Profile, request: &Request) -> Answer {
    let rules = &profile.style.rules().authorize;
    let issuer = profile.issuer().trim_end_matches('/');
    match rules.arrival {
        Arrival::Callback(error) => {
            let error = profile.returns.as_deref().unwrap_or(error);
            judge(profile, &request.query().collect(), |callback| callback.with(error))
        }
        Arrival::SecondHop => {
            let target = format!("{issuer}/auth/local?{}", request.uri.query().unwrap_or_default());
            server::redirect(rules.status, &target)
        }
        Arrival::Chooser => server::page(200, "Log in with one of these"),
    }
}

/// Where Dex judges: a good request goes on to the login page.
pub(super) fn second_hop(profile: &Profile, request: &Request) -> Answer {
    let login = format!("{}/auth/local/login", profile.issuer().trim_end_matches('/'));
    judge(profile, &request.query().collect(), |_| server::redirect(302, &login))
}

/// A registered redirect URI and what goes with each answer to it.
struct Callback<'a> {
    profile: &'a Profile,
    rules: &'a AuthorizeRules,
    redirect_uri: Url,
    state: Option<&'a str>,
    in_fragment: bool,
}

fn judge(profile: &Profile, query: &Query, accepted: impl FnOnce(&Callback<'_>) -> Answer) -> Answer {
    let rules = &profile.style.rules().authorize;
    let member = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let client = match profile.client(member("client_id")) {
        Some(client) if client.disabled => return server::page(400, "Client disabled."),
        Some(client) => client,
        None => return turn_away(profile, rules.unknown_client),
    };
    let redirect = member("redirect_uri");
    let Some(redirect_uri) = Url::parse(redirect).ok().filter(|_| client.may_return_to(redirect)) else {
        return turn_away(profile, rules.unregistered_redirect);
    };
    let callback = Callback {
        profile,
        rules,
        redirect_uri,
        state: query.get("state").map(String::as_str),
        in_fragment: rules.fragment && member("response_type") != "code",
    };
    match objection(&callback, client, query) {
        Some(Objection::ToCallback(error)) => callback.with(error),
        Some(Objection::Page(title)) => server::page(400, title),
        None if member("prompt") == "none" => accepted(&callback),
        None => server::redirect(302, &format!("{}/login", profile.issuer().trim_end_matches('/'))),
    }
}

enum Objection {
    ToCallback(&'static str),
    Page(&'static str),
}

fn objection(callback: &Callback<'_>, client: &Client, query: &Query) -> Option<Objection> {
    let rules = callback.rules;
    if query.get("response_type").is_none_or(|kind| kind != "code") {
        return Some(Objection::ToCallback("unsupported_response_type"));
    }
    if client.code_flow_off {
        return Some(Objection::ToCallback("unauthorized_client"));
    }
    if client.pkce_demanded.unwrap_or(rules.pkce_demanded) && !query.contains_key("code_challenge") {
        return Some(Objection::ToCallback("invalid_request"));
    }
    let mut scopes = query.get("scope").map(String::as_str).unwrap_or_default().split_ascii_whitespace();
    if scopes.all(|scope| callback.profile.offers(client, scope)) {
        return None;
    }
    match rules.unknown_scope {
        UnknownScope::Ignored => None,
        UnknownScope::Callback => Some(Objection::ToCallback("invalid_scope")),
        UnknownScope::Page => Some(Objection::Page("Some requested scopes were invalid.")),
    }
}

impl Callback<'_> {
    fn with(&self, error: &str) -> Answer {
        let mut members = if error == "code" { vec![("code", "a-code")] } else { vec![("error", error)] };
        members.extend(self.state.map(|state| ("state", state)));
        if self.profile.discovery.get("authorization_response_iss_parameter_supported").is_some() {
            members.push(("iss", self.profile.issuer()));
        }
        let mut target = self.redirect_uri.clone();
        if self.in_fragment {
            let fragment = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
            target.set_fragment(Some(&fragment));
        } else {
            target.query_pairs_mut().extend_pairs(members);
        }
        let answer = server::redirect(self.rules.status, target.as_str());
        if self.rules.cookie {
            server::with_header(answer, "set-cookie", "AUTH_SESSION_ID=1; HttpOnly")
        } else {
            answer
        }
    }
}

fn turn_away(profile: &Profile, turned: Turned) -> Answer {
    if let Some(page) = &profile.error_page {
        return server::redirect(302, &format!("{page}?error=invalid_request"));
    }
    match turned {
        Turned::Page(status, title) => server::page(status, title),
        Turned::Text(status, words) => server::text(status, words),
        Turned::Json(refusal) => refuse(&refusal),
    }
}
