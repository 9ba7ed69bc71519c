//! The Cognigy.AI REST API, as far as it is needed.

mod audit;
#[cfg(test)]
mod fuzz;
mod hosts;
mod limits;
mod wire;

use std::time::Duration;

use bytes::Bytes;
use cognigy_sso_api::{ApiUrl, place};
use cognigy_sso_decide::{
    Account, CallFault, Change, ChangeKind, CognigyCall, Desired, LONGEST_CHANGE, Login, Party, TransportFault,
};
use cognigy_sso_saml::AuthnRequest;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::egress::{self, Answer, Bounds, CaBundle, Egress, Excess};
use crate::lease::Claim;
use crate::metrics::Operation;
use crate::secret::outgoing;
use audit::Page;
use limits::Caller;

pub use hosts::HostPattern;
pub use limits::Limits;

const BOUNDS: Bounds = Bounds { bytes: 64 * 1024, excess: Excess::Refuse, time: Duration::from_secs(30) };
// How long other operators take a change for one that is under way.
const _: () = assert!(LONGEST_CHANGE.unsigned_abs().as_secs() > 3 * BOUNDS.time.as_secs());

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A shorter text, in bytes, may be a part of a key by chance.
const SHORTEST_PART: usize = 8;

/// What the claim must still cover when a call is sent that follows another of the same change.
const SHORTEST_CALL: Duration = Duration::from_secs(5);
/// How long before the claim ends such a call is given up.
const MARGIN: Duration = Duration::from_secs(1);

/// Where a call stands in a change of what an organization has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It begins the change, which takes at most so many calls. All of them are admitted at once, so that the change never
    /// stops half done for want of room, and it waits for a claim that outlives the call.
    First(u32),
    /// It goes on with the change. It is not held up, since the organization may have no configuration until it is sent, and
    /// takes no longer than the claim lasts.
    Following,
}

/// The strategies whose login URLs differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginPath {
    /// OpenID Connect.
    Oidc,
    /// SAML.
    Saml,
}

/// Cognigy.AI as one resource reaches it.
pub struct Cognigy<'a> {
    egress: &'a Egress,
    claim: &'a Claim,
    limits: &'a Limits,
    api: &'a ApiUrl,
    ca: Option<&'a CaBundle>,
    api_key: &'a SecretString,
    caller: Caller,
}

impl<'a> Cognigy<'a> {
    /// The API at this URL, called with this key as often as its limits allow. Nothing is changed without the claim.
    ///
    /// # Errors
    /// When no pattern allows the host: the key would travel there.
    pub fn new(
        egress: &'a Egress,
        claim: &'a Claim,
        hosts: &[HostPattern],
        limits: &'a Limits,
        api: &'a ApiUrl,
        ca: Option<&'a CaBundle>,
        api_key: &'a SecretString,
    ) -> Result<Self, CallFault> {
        if !hosts.iter().any(|pattern| pattern.allows(api.host())) {
            return Err(CallFault::HostNotAllowed { host: api.host().to_owned() });
        }
        let caller = limits.caller(api.host(), api_key);
        Ok(Self { egress, claim, limits, api, ca, api_key, caller })
    }

    /// Asks for so many calls that begin with this one, all or none. Those that only read ask by themselves, changes as their
    /// [`Part`] says.
    ///
    /// # Errors
    /// [`CallFault::Paused`] when the key may not send them now.
    pub fn admit(&self, call: CognigyCall, calls: u32) -> Result<(), CallFault> {
        self.limits.admit(self.caller, calls).map_err(|wait| {
            self.egress.calls().held_back(operation(call));
            CallFault::Paused { seconds: whole_seconds(wait) }
        })
    }

    /// `GET /v2.0/users/me`: the user that the API key belongs to.
    ///
    /// # Errors
    /// When the call fails, is refused, or is answered with something else than a user.
    pub async fn me(&self) -> Result<Account, CallFault> {
        let call = CognigyCall::Me;
        self.admit(call, 1)?;
        let answer = self.exchange(call, self.request(Method::GET, "/v2.0/users/me")).await?;
        wire::account(&answer.body).map_err(|what| CallFault::Unexpected { call, what })
    }

    /// `POST /v2.0/identityprovider/configure`.
    ///
    /// # Errors
    /// When the call fails, is refused here or there, or is answered with something that leaves its outcome open.
    pub async fn configure(&self, desired: &Desired, part: Part) -> Result<(), CallFault> {
        let call = CognigyCall::Configure;
        let body = Some(outgoing(desired.body()));
        let request = Request { body, ..self.request(Method::POST, "/v2.0/identityprovider/configure") };
        let answer = self.change(call, request, part).await?;
        acknowledged(call, &answer)
    }

    /// `POST /v2.0/identityprovider/reset`. An organization that has no configuration counts as reset.
    ///
    /// # Errors
    /// When the call fails, is refused here or there, or is answered with something that leaves its outcome open.
    pub async fn reset(&self, part: Part) -> Result<(), CallFault> {
        let call = CognigyCall::Reset;
        match self.change(call, self.request(Method::POST, "/v2.0/identityprovider/reset"), part).await {
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
        self.admit(call, 1)?;
        let answer = self.exchange(call, self.request(Method::GET, &audit::path(kind, limit, cursor))).await?;
        match audit::page(&answer.body, kind) {
            Ok(Page::Newest(change)) if self.shows_key(&change.id) => {
                Err(CallFault::Unexpected { call, what: "an audit event whose id is a part of the API key" })
            }
            page => page.map_err(|what| CallFault::Unexpected { call, what }),
        }
    }

    /// Where the organization's login URL leads. Sent without the API key: it is what a browser does. Whatever does not
    /// redirect tells nothing, and nothing depends on it.
    pub async fn login(&self, path: LoginPath, organization: &str) -> Login {
        let url = match path {
            LoginPath::Oidc => self.api.oidc_login(organization),
            LoginPath::Saml => self.api.saml_login(organization),
        };
        let (operation, method, headers) = (Operation::Login, Method::GET, HeaderMap::new());
        let call = egress::Call { operation, method, url: &url, ca: self.ca, headers, body: None, bounds: BOUNDS };
        let Ok(answer) = self.egress.send(call).await else { return Login::Silent };
        answer.location.and_then(|location| redirect(&location)).unwrap_or(Login::Silent)
    }

    fn request(&self, method: Method, path: &str) -> Request {
        // Keys with characters that no header can carry are refused where they are read.
        let key = HeaderValue::from_maybe_shared(outgoing(self.api_key.clone()));
        let mut key = key.unwrap_or(HeaderValue::from_static(""));
        key.set_sensitive(true);
        let mut headers = HeaderMap::from_iter([(API_KEY, key), (ACCEPT, JSON)]);
        if method == Method::POST {
            headers.insert(CONTENT_TYPE, JSON);
        }
        Request { method, url: self.api.join(path), headers, body: None }
    }

    /// Sends what changes something. Another replica that takes over finds none under way.
    async fn change(&self, call: CognigyCall, request: Request, part: Part) -> Result<Answer, CallFault> {
        if let Part::First(calls) = part {
            self.admit(call, calls)?;
        }
        let left = self.claim.remaining().saturating_sub(MARGIN);
        if part == Part::Following && left >= SHORTEST_CALL {
            return self.exchange_within(Bounds { time: left.min(BOUNDS.time), ..BOUNDS }, call, request).await;
        }
        self.claim.until_it_outlives(BOUNDS.time).await;
        self.exchange(call, request).await
    }

    async fn exchange(&self, call: CognigyCall, request: Request) -> Result<Answer, CallFault> {
        self.exchange_within(BOUNDS, call, request).await
    }

    async fn exchange_within(&self, bounds: Bounds, call: CognigyCall, request: Request) -> Result<Answer, CallFault> {
        let Request { method, url, headers, body } = request;
        let (operation, ca, content) = (operation(call), self.ca, body.clone());
        let sent = egress::Call { operation, method, url: &url, ca, headers, body: content, bounds };
        let answer = self.egress.send(sent).await.map_err(|fault| self.transport(fault))?;
        let Some(mut fault) = wire::refusal(call, &answer) else { return Ok(answer) };
        self.heed(&fault);
        self.forget_echo(&mut fault, body.as_deref().unwrap_or_default());
        Err(fault)
    }

    /// Cognigy.AI may ask to be called less often (RFC 6585 section 4, RFC 9110 section 15.6.4).
    fn heed(&self, fault: &CallFault) {
        match *fault {
            CallFault::Refused { status: 429, retry_after, .. } => self.limits.pause(self.caller, retry_after),
            CallFault::Refused { status: 503, retry_after: Some(seconds), .. } => {
                self.limits.pause(self.caller, Some(seconds));
            }
            _ => {}
        }
    }

    /// A trace id that was in the request is none: it may be a secret that is sent back.
    fn forget_echo(&self, fault: &mut CallFault, body: &[u8]) {
        let CallFault::Refused { trace_id, .. } = fault else { return };
        let was_sent = |text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
        trace_id.take_if(|trace_id| self.shows_key(trace_id) || was_sent(trace_id));
    }

    /// Does a text from Cognigy.AI give a part of the API key away? What is kept of an answer is shown in status and log.
    fn shows_key(&self, text: &str) -> bool {
        let key = self.api_key.expose_secret();
        text.len() >= SHORTEST_PART && (key.contains(text) || text.contains(key))
    }

    fn transport(&self, fault: TransportFault) -> CallFault {
        CallFault::Transport { server: self.api.authority(), fault }
    }
}

fn operation(call: CognigyCall) -> Operation {
    match call {
        CognigyCall::Me => Operation::Me,
        CognigyCall::Configure => Operation::Configure,
        CognigyCall::Reset => Operation::Reset,
        CognigyCall::AuditEvents => Operation::AuditEvents,
    }
}

/// A request with the API key in it, ready to be sent.
struct Request {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Option<Bytes>,
}

/// Rounded up: whoever comes back after so many seconds does not come too early.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// A 2xx is a success, unless its body is a page: gateways answer 200 with one of their own.
fn acknowledged(call: CognigyCall, answer: &Answer) -> Result<(), CallFault> {
    wire::is_acknowledgement(&answer.body)
        .then_some(())
        .ok_or(CallFault::Unexpected { call, what: "a page instead of JSON" })
}

fn redirect(location: &str) -> Option<Login> {
    let party = party(&Url::parse(location).ok()?)?;
    Some(Login::Redirect { endpoint: place(location)?, party })
}

/// As whom Cognigy.AI introduces itself.
fn party(url: &Url) -> Option<Party> {
    let value = |name: &str| url.query_pairs().find(|(its, _)| its == name).map(|(_, value)| value);
    // An endpoint of SAML may have a query of its own, with whatever names.
    if let Some(request) = value("SAMLRequest").and_then(|request| AuthnRequest::read(&request)) {
        return Some(Party::Issuer(request.issuer.into()));
    }
    value("client_id").map(|client_id| Party::Client(client_id.into_owned()))
}

#[cfg(test)]
mod tests;
