//! Whether the token endpoint accepts the client's credentials (RFC 6749 section 5.2, OpenID Connect Core section 9).

use std::fmt;

use cognigy_sso_api::TokenEndpointAuthMethod;

use super::{Asked, NoAnswer};

/// A token request that cannot succeed, since its code or refresh token cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenQuestion {
    /// What is asked for.
    pub grant: Grant,
    /// With which secret.
    pub secret: SentSecret,
    /// How the client authenticates.
    pub manner: Manner,
}

/// What a token is asked for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// An authorization code that cannot exist.
    AuthorizationCode,
    /// A refresh token that cannot exist.
    RefreshToken,
}

/// The secret that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentSecret {
    /// The one that is to be proved.
    Configured,
    /// A random one, as the control: who accepts it proves nothing by accepting the other.
    Random,
}

/// How the client authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// By this method, as its specification says.
    Method(TokenEndpointAuthMethod),
    /// By `client_secret_basic` without the form encoding that RFC 6749 section 2.3.1 asks for.
    RawBasic,
}

/// An error of the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status, 400 to 499.
    pub status: u16,
    /// `error`, or the `errorCode` that some send instead, where it is a known one; else words for another.
    pub error: Box<str>,
}

/// What the token endpoint answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenAnswer {
    /// An error in its own words.
    Refused(Refusal),
    /// A status of 400 to 499 that names no error.
    Wordless {
        /// HTTP status.
        status: u16,
    },
    /// A success, whatever was in it.
    Issued,
    /// Nothing that speaks of the client.
    None(NoAnswer),
}

/// What is found of a client's credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// The client is accepted, and with a random secret it is not.
    Accepted,
    /// The client is not accepted.
    Refused(Refusal),
    /// The client is accepted by this method, and not by the one that is declared.
    OtherMethod(TokenEndpointAuthMethod),
    /// The client is accepted, and may not use the authorization code flow.
    FlowRefused,
    /// The client is accepted only when its credentials are sent without form encoding.
    OnlyRaw,
    /// A random secret is answered in the same way.
    Indistinct,
    /// An error that speaks of something else.
    Unclear(Refusal),
    /// The client may be accepted, but the control was answered with something that proves nothing.
    Uncontrolled,
    /// A token came for a code that cannot exist.
    Issued,
    /// The secret is not known.
    NoSecret,
    /// This method needs more than a secret.
    NotTried(TokenEndpointAuthMethod),
    /// No answer of the token endpoint's own.
    Wordless {
        /// HTTP status.
        status: u16,
    },
    /// No answer that says anything.
    None(NoAnswer),
}

/// What is known of the client before anything is asked.
#[derive(Clone, Copy, Debug)]
pub struct Method<'a> {
    /// The declared method.
    pub declared: TokenEndpointAuthMethod,
    /// `token_endpoint_auth_methods_supported`; left out, `client_secret_basic` is meant.
    pub offered: Option<&'a [String]>,
    /// Does form encoding change the id or the secret?
    pub encoding_matters: bool,
}

/// The methods by which a client shows that it has its secret.
const SECRET_METHODS: [TokenEndpointAuthMethod; 3] = [
    TokenEndpointAuthMethod::ClientSecretBasic,
    TokenEndpointAuthMethod::ClientSecretPost,
    TokenEndpointAuthMethod::ClientSecretJwt,
];

type Answers = Asked<TokenQuestion, TokenAnswer>;

/// Judges what was answered so far.
///
/// # Errors
/// The question to ask next, while the answers are not enough.
pub fn judge_credentials(method: Method<'_>, answers: &Answers) -> Result<Credentials, TokenQuestion> {
    if !method.declared.uses_secret() {
        return Ok(Credentials::NotTried(method.declared));
    }
    Case { method, answers }.by_code()
}

struct Case<'a> {
    method: Method<'a>,
    answers: &'a Answers,
}

impl Case<'_> {
    fn ask(&self, grant: Grant, secret: SentSecret, manner: Manner) -> Result<&TokenAnswer, TokenQuestion> {
        self.answers.answer(TokenQuestion { grant, secret, manner })
    }

    fn real(&self, grant: Grant) -> Result<&TokenAnswer, TokenQuestion> {
        self.ask(grant, SentSecret::Configured, Manner::Method(self.method.declared))
    }

    fn control(&self, grant: Grant) -> Result<&TokenAnswer, TokenQuestion> {
        self.ask(grant, SentSecret::Random, Manner::Method(self.method.declared))
    }

    fn by_code(&self) -> Result<Credentials, TokenQuestion> {
        let grant = Grant::AuthorizationCode;
        let real = match self.real(grant)? {
            TokenAnswer::Refused(refusal) => refusal,
            TokenAnswer::Wordless { status } => return Ok(Credentials::Wordless { status: *status }),
            TokenAnswer::Issued => return Ok(Credentials::Issued),
            TokenAnswer::None(none) => return Ok(Credentials::None(*none)),
        };
        if real.accepts() {
            return match self.control(grant)? {
                control if control.fails_authentication() => Ok(Credentials::Accepted),
                TokenAnswer::Refused(control) if control.accepts() => self.by_refresh_token(),
                TokenAnswer::None(none) => Ok(Credentials::None(*none)),
                _ => Ok(Credentials::Uncontrolled),
            };
        }
        if real.fails_authentication() {
            return self.refused(grant, real);
        }
        if real.status == 400 && &*real.error == "unauthorized_client" {
            return match self.control(grant)? {
                TokenAnswer::Refused(control) if control != real => Ok(Credentials::FlowRefused),
                _ => self.refused(grant, real),
            };
        }
        Ok(Credentials::Unclear(real.clone()))
    }

    /// Some look at the code before they look at the client, and at the client before they look at a refresh token.
    fn by_refresh_token(&self) -> Result<Credentials, TokenQuestion> {
        let grant = Grant::RefreshToken;
        let real = match self.real(grant)? {
            TokenAnswer::Refused(refusal) => refusal,
            TokenAnswer::Wordless { .. } => return Ok(Credentials::Indistinct),
            TokenAnswer::Issued => return Ok(Credentials::Issued),
            TokenAnswer::None(none) => return Ok(Credentials::None(*none)),
        };
        if &*real.error == "invalid_client" {
            return self.refused(grant, real);
        }
        match self.control(grant)? {
            control if control.fails_authentication() && !real.fails_authentication() => Ok(Credentials::Accepted),
            TokenAnswer::None(none) => Ok(Credentials::None(*none)),
            _ => Ok(Credentials::Indistinct),
        }
    }

    /// The client was refused: perhaps another way of authenticating tells why.
    fn refused(&self, grant: Grant, real: &Refusal) -> Result<Credentials, TokenQuestion> {
        if self.method.declared == TokenEndpointAuthMethod::ClientSecretBasic && self.method.encoding_matters {
            let raw = self.ask(grant, SentSecret::Configured, Manner::RawBasic)?;
            if raw.accepts() {
                return Ok(Credentials::OnlyRaw);
            }
        }
        for other in self.others() {
            let by_other = |secret| self.ask(grant, secret, Manner::Method(other));
            if by_other(SentSecret::Configured)?.accepts() && by_other(SentSecret::Random)?.fails_authentication() {
                return Ok(Credentials::OtherMethod(other));
            }
        }
        Ok(Credentials::Refused(real.clone()))
    }

    fn others(&self) -> impl Iterator<Item = TokenEndpointAuthMethod> {
        let is_offered = |method: TokenEndpointAuthMethod| match self.method.offered {
            Some(offered) => offered.iter().any(|offered| offered == method.as_str()),
            None => method == TokenEndpointAuthMethod::ClientSecretBasic,
        };
        SECRET_METHODS.into_iter().filter(move |method| *method != self.method.declared && is_offered(*method))
    }
}

impl Credentials {
    /// Does the answer show that the client id is known?
    pub(super) fn knows_client(&self) -> bool {
        matches!(self, Self::Accepted | Self::OtherMethod(_) | Self::FlowRefused)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.status, self.error)
    }
}

impl Refusal {
    /// Was the client accepted, and only the code or refresh token refused?
    fn accepts(&self) -> bool {
        &*self.error == "invalid_grant" && matches!(self.status, 400 | 401 | 403)
    }

    /// Was the client refused, beyond doubt?
    fn fails_authentication(&self) -> bool {
        !self.accepts() && (self.status == 401 || matches!(&*self.error, "invalid_client" | "access_denied"))
    }
}

impl TokenAnswer {
    fn accepts(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.accepts())
    }

    /// As the answer to a random secret: was the client refused?
    fn fails_authentication(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.fails_authentication() || &*refusal.error == "unauthorized_client",
            Self::Wordless { status } => *status == 401,
            Self::Issued | Self::None(_) => false,
        }
    }
}
