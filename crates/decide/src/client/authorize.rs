//! Whether the authorization endpoint accepts the client's callback (OpenID Connect Core section 3.1.2, RFC 6749
//! section 4.1.2.1).

use super::{Asked, NoAnswer};

/// How many pages of the provider's own are followed to see where a request is judged.
const MOST_HOPS: usize = 3;
/// What a request with `prompt=none` is answered when all is well and nobody is signed in (OpenID Connect Core
/// section 3.1.2.6).
const NOBODY_SIGNED_IN: [&str; 4] =
    ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/// An authorization request with `prompt=none`, by nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizeQuestion {
    /// The request itself.
    Authorize {
        /// Where it shall come back to.
        target: Target,
        /// With PKCE (RFC 7636)?
        pkce: bool,
    },
    /// The page that it was sent on to.
    Follow {
        /// What the request was for.
        target: Target,
        /// Where it was sent on to.
        url: Box<str>,
    },
    /// The same request, pushed by the client (RFC 9126).
    Push {
        /// Where it shall come back to.
        target: Target,
    },
}

/// Where a request shall come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The callback that is to be proved.
    Callback,
    /// A redirect URI that nobody has registered, as the control.
    Unregistered,
}

/// Where a request ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// At the redirect URI that it named.
    Returned(Returned),
    /// It was sent on within the issuer's own origin.
    Onward(Box<str>),
    /// It was sent elsewhere.
    Away,
    /// On a page, or with an error that is not sent back.
    Page {
        /// HTTP status: 200 to 299, 400 to 499, or 300 to 399 where it was sent to an error page elsewhere.
        status: u16,
        /// What the page complains about, if it does.
        names: Option<Named>,
    },
    /// A pushed request was taken (201).
    Taken,
    /// Nothing that speaks of the client.
    None(NoAnswer),
}

/// What a request came back with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returned {
    /// This `error`, with our `state`, and our `iss` if there is one: a known one, or words for another.
    Error(Box<str>),
    /// A code, though nobody is signed in.
    Code,
    /// Something that does not answer this very request.
    Unproven,
}

/// What a refusal complains about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The redirect URI.
    RedirectUri,
    /// The client.
    Client,
    /// The scopes.
    Scopes,
}

/// By what a callback is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The request came back to it.
    Returned,
    /// The request went on to a page, and the control was refused: weaker.
    Contrast,
    /// The pushed request was taken, and the control was refused.
    Pushed,
}

/// What is found of a client's callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// Client id, redirect URI and code flow are accepted; of the scopes it is known only that they were not refused.
    Accepted(Proof),
    /// The redirect URI is accepted, the scopes are not.
    ScopesRefused,
    /// The redirect URI is accepted, the code flow is not.
    FlowRefused,
    /// The redirect URI is refused.
    NotRegistered,
    /// The client id is refused.
    ClientUnknown,
    /// The redirect URI is accepted, and the client must use PKCE.
    PkceDemanded,
    /// The redirect URI is accepted, and this error leaves the rest open.
    RestUnclear(Box<str>),
    /// A redirect URI that nobody has registered is accepted as well.
    AnyRedirect,
    /// A code came, though nobody is signed in.
    Code,
    /// Something came back that does not answer this very request.
    Unproven,
    /// It was refused, and the page speaks of scopes.
    ScopesDoubtful,
    /// It was refused without saying what is wrong.
    Unclear {
        /// HTTP status.
        status: u16,
    },
    /// The same page comes for a redirect URI that nobody has registered.
    Indistinct,
    /// It was not asked, since the organization is not known.
    NotTried,
    /// No answer that says anything.
    None(NoAnswer),
}

type Answers = Asked<AuthorizeQuestion, Arrival>;

/// Judges what was answered so far. `pushes`: does the provider take pushed requests, and can this client make them?
///
/// # Errors
/// The question to ask next, while the answers are not enough.
pub fn judge_callback(pushes: bool, answers: &Answers) -> Result<Callback, AuthorizeQuestion> {
    let case = Case { answers };
    let first = answers.answer(AuthorizeQuestion::Authorize { target: Target::Callback, pkce: false })?;
    if shows_no_judgement(first) && pushes && case.is_taken_by_contrast()? {
        return Ok(Callback::Accepted(Proof::Pushed));
    }
    case.judge(case.follow(Target::Callback)?)
}

struct Case<'a> {
    answers: &'a Answers,
}

/// A page for people, or the way to one.
fn shows_no_judgement(arrival: &Arrival) -> bool {
    matches!(arrival, Arrival::Onward(_) | Arrival::Away | Arrival::Page { status: 200..300, .. })
}

impl Case<'_> {
    /// Where a request ends up, some pages on.
    fn follow(&self, target: Target) -> Result<&Arrival, AuthorizeQuestion> {
        let mut arrival = self.answers.answer(AuthorizeQuestion::Authorize { target, pkce: false })?;
        for _ in 0..MOST_HOPS {
            let Arrival::Onward(url) = arrival else { break };
            arrival = self.answers.answer(AuthorizeQuestion::Follow { target, url: url.clone() })?;
        }
        Ok(arrival)
    }

    fn is_taken_by_contrast(&self) -> Result<bool, AuthorizeQuestion> {
        let pushed = |target| self.answers.answer(AuthorizeQuestion::Push { target });
        Ok(*pushed(Target::Callback)? == Arrival::Taken && pushed(Target::Unregistered)?.is_refused())
    }

    fn judge(&self, arrival: &Arrival) -> Result<Callback, AuthorizeQuestion> {
        Ok(match arrival {
            Arrival::Returned(Returned::Error(error)) => return self.returned(error),
            Arrival::Returned(Returned::Code) => Callback::Code,
            Arrival::Returned(Returned::Unproven) => Callback::Unproven,
            Arrival::Page { status: 400 | 401 | 404, names: Some(Named::RedirectUri) } => Callback::NotRegistered,
            Arrival::Page { status: 400 | 401 | 404, names: Some(Named::Client) } => Callback::ClientUnknown,
            Arrival::Page { status: 400.., names: Some(Named::Scopes) } => Callback::ScopesDoubtful,
            Arrival::Page { status: status @ 300.., .. } => Callback::Unclear { status: *status },
            Arrival::None(none) => Callback::None(*none),
            Arrival::Onward(_) | Arrival::Away | Arrival::Page { .. } | Arrival::Taken => return self.by_contrast(),
        })
    }

    fn returned(&self, error: &str) -> Result<Callback, AuthorizeQuestion> {
        Ok(match error {
            error if NOBODY_SIGNED_IN.contains(&error) => match self.follow(Target::Unregistered)? {
                Arrival::Returned(_) => Callback::AnyRedirect,
                _ => Callback::Accepted(Proof::Returned),
            },
            "invalid_scope" => Callback::ScopesRefused,
            "unauthorized_client" | "unsupported_response_type" => Callback::FlowRefused,
            "invalid_request" if self.needs_pkce()? => Callback::PkceDemanded,
            _ => Callback::RestUnclear(error.into()),
        })
    }

    fn needs_pkce(&self) -> Result<bool, AuthorizeQuestion> {
        let question = AuthorizeQuestion::Authorize { target: Target::Callback, pkce: true };
        let with_pkce = self.answers.answer(question)?;
        Ok(matches!(with_pkce, Arrival::Returned(Returned::Error(error)) if NOBODY_SIGNED_IN.contains(&&**error)))
    }

    fn by_contrast(&self) -> Result<Callback, AuthorizeQuestion> {
        Ok(match self.follow(Target::Unregistered)? {
            control if control.is_refused() => Callback::Accepted(Proof::Contrast),
            Arrival::Returned(_) => Callback::AnyRedirect,
            Arrival::None(none) => Callback::None(*none),
            _ => Callback::Indistinct,
        })
    }
}

impl Arrival {
    fn is_refused(&self) -> bool {
        matches!(self, Self::Page { status: 400.., .. })
    }
}

impl Callback {
    /// Does the answer show that the client id is known?
    pub(super) fn knows_client(&self) -> bool {
        match self {
            Self::Accepted(_)
            | Self::ScopesRefused
            | Self::FlowRefused
            | Self::PkceDemanded
            | Self::RestUnclear(_)
            | Self::Code => true,
            Self::NotRegistered
            | Self::ClientUnknown
            | Self::AnyRedirect
            | Self::Unproven
            | Self::ScopesDoubtful
            | Self::Unclear { .. }
            | Self::Indistinct
            | Self::NotTried
            | Self::None(_) => false,
        }
    }
}
