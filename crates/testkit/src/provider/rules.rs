//! How real providers differ, as data. The table is in [`style`](super::style).

/// A refusal in JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    pub status: u16,
    pub error: &'static str,
    pub description: &'static str,
    /// Under `errorCode` and `errorSummary` instead of `error` and `error_description`.
    pub under_error_code: bool,
}

impl Refusal {
    pub(super) const fn new(status: u16, error: &'static str) -> Self {
        Self { status, error, description: "", under_error_code: false }
    }

    pub(super) const fn saying(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    pub(super) const fn under_error_code(self) -> Self {
        Self { under_error_code: true, ..self }
    }
}

/// What a grant that cannot succeed is answered, by what the client proved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdicts {
    pub right: Refusal,
    pub wrong: Refusal,
    pub unknown: Refusal,
    pub no_secret: Refusal,
}

impl Verdicts {
    pub(super) const fn all(refusal: Refusal) -> Self {
        Self { right: refusal, wrong: refusal, unknown: refusal, no_secret: refusal }
    }

    pub(super) const fn right(self, right: Refusal) -> Self {
        Self { right, ..self }
    }

    pub(super) const fn wrong(self, wrong: Refusal) -> Self {
        Self { wrong, ..self }
    }

    pub(super) const fn unknown(self, unknown: Refusal) -> Self {
        Self { unknown, ..self }
    }

    pub(super) const fn no_secret(self, no_secret: Refusal) -> Self {
        Self { no_secret, ..self }
    }
}

/// What discovery and keys look like.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one difference that was seen")]
pub(super) struct Documents {
    pub trailing_slash: bool,
    pub algorithms: &'static [&'static str],
    pub auth_methods: &'static [&'static str],
    pub scopes: &'static [&'static str],
    pub grants: &'static [&'static str],
    pub iss_parameter: bool,
    pub pushed_requests: bool,
    pub elliptic_key: bool,
    pub encryption_key: bool,
    pub discovery_cache_control: Option<&'static str>,
    pub keys_cache_control: Option<&'static str>,
    pub keys_content_type: &'static str,
}

/// What the token endpoint answers.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one difference that was seen")]
pub(super) struct TokenRules {
    pub code: Verdicts,
    pub refresh: Verdicts,
    pub client_credentials: Verdicts,
    /// Basic and a secret in the form together; `None` takes Basic.
    pub two_methods: Option<Refusal>,
    /// A client that is registered for a signed assertion sends its secret, or the other way round.
    pub other_method: Refusal,
    /// Whether Basic and post are two methods, or either will do.
    pub basic_is_not_post: bool,
    /// A signed assertion does not hold.
    pub wrong_assertion: Refusal,
    /// `client_id` in the form is believed rather than the one in Basic.
    pub form_id_wins: bool,
    /// Failures of Basic name the scheme in `WWW-Authenticate`.
    pub challenge: bool,
    pub no_store: bool,
    /// Authentication failed at the pushed authorization request endpoint.
    pub pushed_request_refusal: Refusal,
}

/// Where a browser ends up that asks for `prompt=none` and has no session.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrival {
    /// Back at the callback with this error.
    Callback(&'static str),
    /// At the provider's own `/auth/local`, whatever was asked.
    SecondHop,
    /// On a page with a choice of connectors, whatever was asked.
    Chooser,
}

/// How a request is refused that must not be sent back to its redirect URI.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turned {
    Page(u16, &'static str),
    Text(u16, &'static str),
    Json(Refusal),
}

/// What becomes of a scope that is not offered.
#[derive(Clone, Copy, Debug)]
pub(super) enum UnknownScope {
    Ignored,
    Callback,
    Page,
}

/// What the authorization endpoint answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthorizeRules {
    /// Of redirections: 302 or 303.
    pub status: u16,
    pub arrival: Arrival,
    pub unregistered_redirect: Turned,
    pub unknown_client: Turned,
    pub unknown_scope: UnknownScope,
    pub pkce_demanded: bool,
    /// Errors of `response_type=token` come in the fragment.
    pub fragment: bool,
    pub cookie: bool,
}

/// One real provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub documents: Documents,
    pub token: TokenRules,
    pub authorize: AuthorizeRules,
}
