//! The Cognigy.AI REST API, as far as it is needed.

mod audit;
mod hosts;
mod wire;

use std::time::Duration;

use cognigy_sso_api::ApiUrl;
use cognigy_sso_decide::{Account, CallFault, Change, ChangeKind, CognigyCall, Desired, Login, TransportFault};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::egress::{Answer, Bounds, CaBundle, Egress, send};
use audit::Page;

pub use hosts::HostPattern;

const BOUNDS: Bounds = Bounds { bytes: 64 * 1024, time: Duration::from_secs(30) };
const API_KEY: &str = "X-API-Key";

/// Cognigy.AI as one resource reaches it.
pub struct Cognigy<'a> {
    egress: &'a Egress,
    api: &'a ApiUrl,
    ca: Option<&'a CaBundle>,
    api_key: &'a SecretString,
}

impl<'a> Cognigy<'a> {
    /// The API at this URL, called with this key.
    ///
    /// # Errors
    /// When no pattern allows the host: the key would travel there.
    pub fn new(
        egress: &'a Egress,
        hosts: &[HostPattern],
        api: &'a ApiUrl,
        ca: Option<&'a CaBundle>,
        api_key: &'a SecretString,
    ) -> Result<Self, CallFault> {
        if !hosts.iter().any(|pattern| pattern.allows(api.host())) {
            return Err(CallFault::HostNotAllowed { host: api.host().to_owned() });
        }
        Ok(Self { egress, api, ca, api_key })
    }

    /// `GET /v2.0/users/me`: the user that the API key belongs to.
    ///
    /// # Errors
    /// When the call fails, is refused, or is answered with something else than a user.
    pub async fn me(&self) -> Result<Account, CallFault> {
        let call = CognigyCall::Me;
        let answer = self.exchange(call, self.request(Method::GET, "/v2.0/users/me").await?).await?;
        wire::account(&answer.body).map_err(|what| CallFault::Unexpected { call, what })
    }

    /// `POST /v2.0/identityprovider/configure`.
    ///
    /// # Errors
    /// When the call fails, is refused, or is answered with something that leaves its outcome open.
    pub async fn configure(&self, desired: &Desired) -> Result<(), CallFault> {
        let call = CognigyCall::Configure;
        let body = desired.body().expose_secret().to_owned();
        let request = self.request(Method::POST, "/v2.0/identityprovider/configure").await?;
        let answer = self.exchange(call, request.header(CONTENT_TYPE, "application/json").body(body)).await?;
        acknowledged(call, &answer)
    }

    /// `POST /v2.0/identityprovider/reset`. An organization that has no configuration counts as reset.
    ///
    /// # Errors
    /// When the call fails, is refused, or is answered with something that leaves its outcome open.
    pub async fn reset(&self) -> Result<(), CallFault> {
        let call = CognigyCall::Reset;
        let request = self.request(Method::POST, "/v2.0/identityprovider/reset").await?;
        match self.exchange(call, request.header(CONTENT_TYPE, "application/json")).await {
            Ok(answer) => acknowledged(call, &answer),
            Err(CallFault::Refused { status: 404, code: Some(_), .. }) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// `GET /v2.0/auditevents`: the newest change of this kind; `None` when there is none on record, which goes back 30 days.
    /// Installations that ignore the filter list everything that happened, so a few pages are looked through.
    ///
    /// # Errors
    /// When a call fails, is refused, or is answered with something else than audit events, and when the pages looked through
    /// name no such change while there are more.
    pub async fn newest_change(&self, kind: ChangeKind) -> Result<Option<Change>, CallFault> {
        let (mut limit, mut cursor) = (audit::PAGE, None);
        for _ in 0..audit::MOST_PAGES {
            match self.audit_page(kind, limit, cursor.as_deref()).await {
                Ok(Page::Newest(change)) => return Ok(Some(change)),
                Ok(Page::Continued { next }) => cursor = Some(next),
                Ok(Page::Last) => return Ok(None),
                // Events of unusual size: where the filter is honoured, the first one is enough.
                Err(CallFault::Transport { fault: TransportFault::TooLarge, .. }) if limit > 1 => limit = 1,
                Err(fault) => return Err(fault),
            }
        }
        Err(CallFault::HistoryTooLong)
    }

    async fn audit_page(&self, kind: ChangeKind, limit: usize, cursor: Option<&str>) -> Result<Page, CallFault> {
        let call = CognigyCall::AuditEvents;
        let answer = self.exchange(call, self.request(Method::GET, &audit::path(kind, limit, cursor)).await?).await?;
        if let Some(problem) = wire::problem_in_success(call, &answer) {
            return Err(problem);
        }
        audit::page(&answer.body, kind).map_err(|what| CallFault::Unexpected { call, what })
    }

    /// Where the organization's login URL leads. Sent without the API key: it is what a browser does. Whatever does not
    /// redirect tells nothing, and nothing depends on it.
    pub async fn login(&self, organization: &str) -> Login {
        let url = self.api.at_root(&format!("/auth/oidc/login/{organization}"));
        let Ok(request) = self.egress.request(Method::GET, &url, self.ca).await else { return Login::Silent };
        let Ok(answer) = send(request, BOUNDS).await else { return Login::Silent };
        answer.location.and_then(|location| redirect(&location)).unwrap_or(Login::Silent)
    }

    async fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, CallFault> {
        let request = self.egress.request(method, &self.api.join(path), self.ca).await;
        let request = request.map_err(|fault| self.transport(fault))?;
        // Keys with characters that no header can carry are refused where they are read.
        let mut key =
            HeaderValue::from_bytes(self.api_key.expose_secret().as_bytes()).unwrap_or(HeaderValue::from_static(""));
        key.set_sensitive(true);
        Ok(request.header(API_KEY, key).header(ACCEPT, "application/json"))
    }

    async fn exchange(&self, call: CognigyCall, request: RequestBuilder) -> Result<Answer, CallFault> {
        let answer = send(request, BOUNDS).await.map_err(|fault| self.transport(fault))?;
        if answer.is_success() { Ok(answer) } else { Err(wire::refusal(call, &answer)) }
    }

    fn transport(&self, fault: TransportFault) -> CallFault {
        CallFault::Transport { server: self.api.authority(), fault }
    }
}

/// A 2xx is a success, unless its body says otherwise: gateways answer 200 with an error or a page of their own.
fn acknowledged(call: CognigyCall, answer: &Answer) -> Result<(), CallFault> {
    if let Some(problem) = wire::problem_in_success(call, answer) {
        return Err(problem);
    }
    wire::is_acknowledgement(&answer.body)
        .then_some(())
        .ok_or(CallFault::Unexpected { call, what: "a page instead of JSON" })
}

fn redirect(location: &str) -> Option<Login> {
    let mut url = Url::parse(location).ok()?;
    let client_id = url.query_pairs().find(|(name, _)| name == "client_id")?.1.into_owned();
    url.set_query(None);
    url.set_fragment(None);
    Some(Login::Redirect { endpoint: url.into(), client_id })
}
