//! The authorization endpoint, as a browser without a session sees it (OpenID Connect Core section 3.1.2), and the pushed
//! request (RFC 9126).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognigy_sso_decide::{Arrival, AuthorizeQuestion, Manner, NoAnswer, Target};
use reqwest::Method;
use reqwest::header::HeaderMap;
use secrecy::ExposeSecret;
use url::Url;

use super::credentials::Form;
use super::redirect::Request;
use super::{BOUNDS, Client, made_up, page, token};
use crate::egress::{Answer, Call, Egress};
use crate::metrics::Operation;

/// Where authorization requests are made for one trial.
pub(super) struct Desk<'a> {
    egress: &'a Egress,
    client: &'a Client<'a>,
    callback: Url,
    /// A redirect URI that nobody can have registered (RFC 2606 section 2).
    unregistered: Url,
    issuer: Url,
    state: String,
}

impl<'a> Desk<'a> {
    /// `None` when issuer or callback is no URL.
    pub(super) fn new(egress: &'a Egress, client: &'a Client<'a>, callback: &str) -> Option<Self> {
        let unregistered = format!("https://callback.invalid/{}", made_up());
        Some(Self {
            egress,
            client,
            callback: Url::parse(callback).ok()?,
            unregistered: Url::parse(&unregistered).ok()?,
            issuer: Url::parse(&client.oidc.issuer).ok()?,
            state: made_up(),
        })
    }

    /// Can this client push its requests?
    pub(super) fn pushes(&self) -> bool {
        self.client.provider.pushed_authorization_request_endpoint.is_some()
            && self.client.secret.is_some()
            && self.client.method().uses_secret()
    }

    pub(super) async fn ask(&self, question: &AuthorizeQuestion) -> Arrival {
        match question {
            AuthorizeQuestion::Authorize { target, pkce } => match self.url(*target, *pkce) {
                Some(url) => self.visit(*target, &url).await,
                None => Arrival::Away,
            },
            AuthorizeQuestion::Follow { target, url } => match Url::parse(url) {
                Ok(url) => self.visit(*target, &url).await,
                Err(_) => Arrival::Away,
            },
            AuthorizeQuestion::Push { target } => self.push(*target).await,
        }
    }

    fn redirect_uri(&self, target: Target) -> &Url {
        match target {
            Target::Callback => &self.callback,
            Target::Unregistered => &self.unregistered,
        }
    }

    fn members(&self, target: Target) -> [(&'static str, String); 6] {
        [
            ("client_id", self.client.id.to_owned()),
            ("redirect_uri", self.redirect_uri(target).to_string()),
            ("response_type", "code".to_owned()),
            ("scope", self.client.oidc.requested_scopes()),
            ("prompt", "none".to_owned()),
            ("state", self.state.clone()),
        ]
    }

    fn url(&self, target: Target, pkce: bool) -> Option<Url> {
        let mut url = Url::parse(&self.client.provider.authorization_endpoint).ok()?;
        url.query_pairs_mut().extend_pairs(self.members(target));
        if pkce {
            // Any challenge will do: no code will ever be exchanged.
            let challenge = URL_SAFE_NO_PAD.encode(fastrand::u128(..).to_be_bytes().repeat(2));
            url.query_pairs_mut()
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
        }
        Some(url)
    }

    async fn visit(&self, target: Target, url: &Url) -> Arrival {
        let (operation, method, headers) = (Operation::Authorize, Method::GET, HeaderMap::new());
        let (url_text, ca) = (url.as_str(), self.client.ca);
        let call = Call { operation, method, url: url_text, ca, headers, body: None, bounds: BOUNDS };
        match self.egress.send(call).await {
            Ok(answer) => self.arrival(target, url, &answer),
            Err(fault) => Arrival::None(NoAnswer::Transport(fault)),
        }
    }

    fn arrival(&self, target: Target, asked: &Url, answer: &Answer) -> Arrival {
        let status = answer.status;
        let (redirect_uri, callback, issuer) = (self.redirect_uri(target), &self.callback, &self.issuer);
        let request = Request { redirect_uri, state: &self.state, issuer, callback, status, asked };
        match (NoAnswer::of_status(status), status, &answer.location) {
            (Some(none), ..) => Arrival::None(none),
            (None, 300..400, Some(location)) => request.arrival(location, &self.client.oidc.issuer),
            (None, 200..300, _) => Arrival::Page { status, names: None },
            (None, 400.., _) => Arrival::Page { status, names: page::named(&answer.body) },
            _ => Arrival::None(NoAnswer::Status(status)),
        }
    }

    async fn push(&self, target: Target) -> Arrival {
        let endpoint = self.client.provider.pushed_authorization_request_endpoint.as_ref();
        let (Some(url), Some(secret)) = (endpoint, self.client.secret) else { return Arrival::Away };
        let members = self.members(target);
        let form = members.iter().fold(Form::default(), |form, (name, value)| form.with(name, value));
        let manner = Manner::Method(self.client.method());
        let endpoint = token::Endpoint { operation: Operation::PushedAuthorization, url };
        match token::post(self.egress, self.client, endpoint, secret.expose_secret(), manner, form).await {
            Ok(Answer { status: 200 | 201, .. }) => Arrival::Taken,
            Ok(Answer { status, .. }) if NoAnswer::of_status(status).is_none() && status >= 400 => {
                Arrival::Page { status, names: None }
            }
            Ok(Answer { status, .. }) => Arrival::None(NoAnswer::Status(status)),
            Err(fault) => Arrival::None(NoAnswer::Transport(fault)),
        }
    }
}
