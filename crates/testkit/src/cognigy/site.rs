//! Cognigy.AI's side of the conversation.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use jiff::SignedDuration;
use parking_lot::{Mutex, RwLock};
use serde_json::{Value, json};
use url::Url;

use super::audit;
use super::directory::{Directory, User};
use super::limiter::Limiter;
use super::login::Providers;
use super::operation::{LoginUrl, Operation};
use super::problem::Problem;
use super::settings::{DisabledUser, Login, Settings, WhenConfigured, WhenNotConfigured};
use super::{saml_login, schema};
use crate::server::{self, Answer, Outcome, Request, Seen, Site};

/// 60 kB.
const LARGEST_PAYLOAD: usize = 60_000;
const STRANGER: &str = "stranger@elsewhere.example";
const ALREADY_CONFIGURED: &str =
    "An identity provider is already configured for this organisation. Reset it before configuring a new one.";

/// Organizations, users and switches of one installation.
pub struct Cognigy {
    directory: Mutex<Directory>,
    limiter: Mutex<Limiter>,
    settings: RwLock<Settings>,
    providers: Providers,
    last_trace: AtomicU64,
}

impl Cognigy {
    /// `trust` holds the authorities of the providers that logins are sent to, as PEM.
    pub(super) fn new(trust: &[String]) -> Result<Self> {
        Ok(Self {
            directory: Mutex::default(),
            limiter: Mutex::default(),
            settings: RwLock::default(),
            providers: Providers::new(trust)?,
            last_trace: AtomicU64::default(),
        })
    }

    /// The switches as they are.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings.read().clone()
    }

    /// Changes switches.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings.write());
    }

    /// Has logins reach their providers through this proxy, from now on and for good.
    pub fn reach_providers_through(&self, proxy: Url) {
        self.providers.go_through(proxy);
    }

    /// Gives an API key to a user; whoever had it before loses it. The organization comes into being with it.
    pub fn add_user(&self, key: &str, user: User) {
        self.directory.lock().put_user(key, user);
    }

    /// Gives an API key to an admin of an organization (24 hex digits).
    pub fn add_admin(&self, key: &str, organization: &str) {
        self.add_user(key, User::admin(organization));
    }

    /// Takes an API key away.
    pub fn remove_user(&self, key: &str) {
        self.directory.lock().remove_user(key);
    }

    /// What an organization's provider is configured with.
    #[must_use]
    pub fn configuration(&self, organization: &str) -> Option<Value> {
        self.directory.lock().configuration(organization).cloned()
    }

    /// Somebody else configures the organization, whatever was there; the body is not checked.
    pub fn configure_as_stranger(&self, organization: &str, body: Value) {
        self.directory.lock().configure(organization, body, STRANGER);
    }

    /// Somebody else resets the organization.
    pub fn reset_as_stranger(&self, organization: &str) {
        self.directory.lock().reset(organization, STRANGER);
    }

    /// Somebody does something that has nothing to do with identity providers.
    pub fn write_audit_event(&self, organization: &str, kind: String, action: String, user: &str) {
        self.directory.lock().write_event(organization, kind.into(), action.into(), user);
    }

    /// Drops an organization's audit events, as happens after 30 days.
    pub fn forget_audit_events(&self, organization: &str) {
        self.directory.lock().forget_events(organization);
    }

    /// Makes an organization's audit events so much older than they are.
    pub fn age_audit_events(&self, organization: &str, by: SignedDuration) {
        self.directory.lock().age_events(organization, by);
    }

    /// Back to an installation with nobody in it and all switches in their first position.
    pub fn start_afresh(&self) {
        *self.directory.lock() = Directory::default();
        *self.limiter.lock() = Limiter::default();
        *self.settings.write() = Settings::default();
        self.providers.forget();
    }

    fn user(&self, key: &str) -> Option<User> {
        if let Some(user) = self.directory.lock().user(key) {
            return Some(user.clone());
        }
        let organization = key.strip_prefix("key-").filter(|id| is_organization_id(id))?;
        self.settings.read().any_organization.then(|| User::admin(organization))
    }

    fn admit(&self, request: &Request) -> Result<User, Problem> {
        let key = api_key(request).ok_or_else(|| Problem::unauthorized("The header X-API-Key is missing."))?;
        let user = self.user(key).ok_or_else(|| Problem::unauthorized("The API key is not valid."))?;
        let settings = self.settings.read();
        self.limiter.lock().admit(key, &settings)?;
        match settings.disabled_user {
            _ if !user.disabled => Ok(user),
            DisabledUser::Unauthorized => Err(Problem::unauthorized("The user is disabled.")),
            DisabledUser::Forbidden => Err(Problem::forbidden("The user is disabled.")),
            DisabledUser::Served => Ok(user),
        }
    }

    fn with_key(&self, operation: Operation, request: &Request) -> Result<Outcome, Problem> {
        let user = self.admit(request)?;
        if request.body.len() > LARGEST_PAYLOAD {
            return Err(Problem::too_large("The payload is larger than 60 kB."));
        }
        match operation {
            Operation::Me => Ok(server::json(200, &user.shown()).into()),
            Operation::Configure => self.configure(&user, &json_body(request)?),
            Operation::Reset => self.reset(&user, request),
            Operation::AuditEvents => self.audit_events(&user, request),
            Operation::Login | Operation::Other => Err(nothing_here()),
        }
    }

    fn configure(&self, user: &User, body: &Value) -> Result<Outcome, Problem> {
        user.needs_one_of(&["admin"])?;
        let settings = self.settings.read();
        schema::check(body, settings.knows_want_authn_response_signed)?;
        let mut directory = self.directory.lock();
        if directory.configuration(&user.organization).is_some() {
            match settings.when_configured {
                WhenConfigured::Conflict => return Err(Problem::conflict(ALREADY_CONFIGURED)),
                WhenConfigured::BadRequestInWords => return Err(Problem::invalid(ALREADY_CONFIGURED)),
                WhenConfigured::Overwrite => {}
            }
        }
        directory.configure(&user.organization, body.clone(), &user.email);
        Ok(done())
    }

    fn reset(&self, user: &User, request: &Request) -> Result<Outcome, Problem> {
        user.needs_one_of(&["admin"])?;
        if !request.body.is_empty() {
            return Err(Problem::invalid("This call takes no body."));
        }
        let mut directory = self.directory.lock();
        let nothing_there = directory.configuration(&user.organization).is_none();
        if nothing_there && self.settings.read().when_not_configured == WhenNotConfigured::NotFound {
            return Err(Problem::not_found("No identity provider is configured for this organisation."));
        }
        directory.reset(&user.organization, &user.email);
        Ok(done())
    }

    fn audit_events(&self, user: &User, request: &Request) -> Result<Outcome, Problem> {
        let settings = self.settings.read();
        user.needs_one_of(&["admin", "fullSupportUser"])?;
        if !settings.audit_events_allowed {
            return Err(Problem::forbidden("Audit events may not be read."));
        }
        let directory = self.directory.lock();
        let organization = &user.organization;
        let page = audit::page(directory.events(organization), organization, &settings, request.query())?;
        Ok(server::json(200, &page).into())
    }

    async fn log_in(&self, request: &Request) -> Result<Answer, Problem> {
        let LoginUrl { strategy, organization } = LoginUrl::of(request).ok_or_else(nothing_here)?;
        let settings = self.settings();
        match settings.login {
            Login::NotFound => return Err(nothing_here()),
            Login::LoginPage => return Ok(server::page(200, "Log in")),
            Login::Redirect | Login::OtherClient | Login::OtherProvider => {}
        }
        let configuration = self.configuration(organization).filter(|held| is_of(held, strategy));
        let configuration = configuration.ok_or_else(nothing_here)?;
        let origin = format!("https://{}", request.header("host").unwrap_or("localhost"));
        let answer = if strategy == "saml" {
            saml_login::log_in(&configuration, &format!("{origin}{}", request.uri.path()), settings.login)
        } else {
            let callback = format!("{origin}/auth/oidc/login/callback/{organization}");
            self.providers.log_in(&configuration, &callback, &settings).await
        };
        answer.map_err(|error| Problem::internal(&format!("The provider cannot be used: {error:#}")))
    }

    fn next_trace(&self) -> String {
        let number = self.last_trace.fetch_add(1, Ordering::Relaxed) + 1;
        format!("trace-{number:032x}")
    }
}

impl Site for Cognigy {
    type Operation = Operation;

    fn recognise(&self, request: &Request) -> Seen<Operation> {
        let operation = Operation::of(request);
        let user = api_key(request).and_then(|key| self.user(key));
        let subject = user.as_ref().map(|user| user.organization.clone());
        Seen {
            operation,
            subject: subject.or_else(|| LoginUrl::of(request).map(|login| login.organization.to_owned())),
            user: user.map(|user| user.email),
        }
    }

    async fn perform(&self, request: &Request) -> Outcome {
        let result = match Operation::of(request) {
            Operation::Login => self.log_in(request).await.map(Outcome::from),
            Operation::Other => Err(nothing_here()),
            operation => self.with_key(operation, request),
        };
        result.unwrap_or_else(|problem| {
            let received = serde_json::from_slice(&request.body).unwrap_or_default();
            problem.answer(request.uri.path(), &self.next_trace(), &received).into()
        })
    }
}

fn api_key(request: &Request) -> Option<&str> {
    request.header("x-api-key")
}

/// A body that is not said to be JSON is not read, so all its members are missing.
fn json_body(request: &Request) -> Result<Value, Problem> {
    if !request.has_content_type("application/json") {
        return Ok(json!({}));
    }
    serde_json::from_slice(&request.body).map_err(|_| Problem::invalid("The body is not JSON."))
}

fn nothing_here() -> Problem {
    Problem::not_found("There is nothing here.")
}

fn done() -> Outcome {
    Outcome { answer: server::json(200, &json!({})), effect: true }
}

fn is_of(configuration: &Value, strategy: &str) -> bool {
    configuration.get("idpType").is_some_and(|kind| kind == strategy)
}

fn is_organization_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}
