//! What can go wrong in the user's world. Each fault knows its reason, its message (what happened, to what, what to do) and
//! its class, which alone decides when it is tried again.

use std::fmt;

use cognigy_sso_api::Reason;

/// What kind of waiting a fault asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It may pass by itself: try again with growing pauses.
    Transient,
    /// The server names the pause, in seconds.
    Throttled(u64),
    /// Something is not there yet that others may be about to create.
    Absent,
    /// A person must act; a watch or the interval brings the next look.
    Input,
}

impl Class {
    /// Could it not be told, as opposed to being refuted?
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Transient | Self::Throttled(_))
    }
}

/// A fault in the user's world.
pub trait Fault {
    /// The condition's reason.
    fn reason(&self) -> Reason;
    /// What happened, to what, and what to do. Holds nothing that differs from one try to the next.
    fn message(&self) -> String;
    /// When it is tried again.
    fn class(&self) -> Class;
}

/// The kinds of object that hold values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A Secret.
    Secret,
    /// A ConfigMap.
    ConfigMap,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Secret => "Secret",
            Self::ConfigMap => "ConfigMap",
        })
    }
}

/// A referenced value that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFault {
    /// The field that holds the reference, for example `spec.oidc.clientSecretRef`.
    pub field: &'static str,
    /// Kind of the object referred to.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// The key in it.
    pub key: String,
    /// What is wrong.
    pub problem: InputProblem,
}

/// What can be wrong with a referenced value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputProblem {
    /// The object does not exist.
    ObjectAbsent,
    /// The object lacks the key.
    KeyAbsent,
    /// The value is empty or white space.
    Empty,
    /// The value is not UTF-8.
    NotUtf8,
    /// The value begins or ends with white space or a line break.
    Surrounded,
    /// The value holds control characters, which no header and no form can carry.
    ControlCharacters,
    /// The value is longer than this many characters, the most that Cognigy.AI takes.
    TooLong(usize),
    /// The Secret's type belongs to another controller.
    TypeRefused(String),
    /// No usable PEM certificate.
    NoCertificate,
    /// The operator may not read it.
    Forbidden,
    /// The API server could not answer.
    Unavailable,
}

impl Fault for InputFault {
    fn reason(&self) -> Reason {
        match (&self.problem, self.kind) {
            (InputProblem::ObjectAbsent, ObjectKind::Secret) => Reason::SecretNotFound,
            (InputProblem::ObjectAbsent, ObjectKind::ConfigMap) => Reason::ConfigMapNotFound,
            (InputProblem::KeyAbsent, _) => Reason::KeyNotFound,
            (InputProblem::Empty, _) => Reason::EmptyValue,
            (InputProblem::TypeRefused(_), _) => Reason::SecretTypeRefused,
            (InputProblem::NoCertificate, _) => Reason::InvalidCertificate,
            (InputProblem::Forbidden, _) => Reason::AccessDenied,
            (InputProblem::Unavailable, _) => Reason::Retrying,
            (
                InputProblem::NotUtf8
                | InputProblem::Surrounded
                | InputProblem::ControlCharacters
                | InputProblem::TooLong(_),
                _,
            ) => Reason::InvalidValue,
        }
    }

    fn message(&self) -> String {
        let Self { field, kind, name, key, problem } = self;
        match problem {
            InputProblem::ObjectAbsent => {
                format!("{field}: {kind} {name} does not exist in this namespace. Create it with the key {key}.")
            }
            InputProblem::KeyAbsent => {
                format!("{field}: {kind} {name} has no key {key}. Add the key, or correct the reference.")
            }
            InputProblem::Empty => format!("{field}: key {key} of {kind} {name} is empty. Put the value in."),
            InputProblem::NotUtf8 => {
                format!("{field}: key {key} of {kind} {name} is not UTF-8 text. Store the value as plain text.")
            }
            InputProblem::Surrounded => format!(
                "{field}: key {key} of {kind} {name} begins or ends with white space or a line break. Store the bare value \
                 (echo -n)."
            ),
            InputProblem::ControlCharacters => format!(
                "{field}: key {key} of {kind} {name} holds control characters. Store the value exactly as it was issued."
            ),
            InputProblem::TooLong(limit) => format!(
                "{field}: key {key} of {kind} {name} is longer than the {limit} characters allowed. Check that it \
                 is the right value."
            ),
            InputProblem::TypeRefused(r#type) => format!(
                "{field}: Secret {name} is of type {type}, which belongs to another controller and is never read. Keep the \
                 value in a Secret of type Opaque."
            ),
            InputProblem::NoCertificate => format!(
                "{field}: key {key} of {kind} {name} holds no usable PEM certificate. Store the authority's certificates \
                 as PEM."
            ),
            InputProblem::Forbidden => format!(
                "{field}: the operator may not read {kind} {name}. Grant its ServiceAccount get, list and watch on it."
            ),
            InputProblem::Unavailable => {
                format!("{field}: {kind} {name} cannot be read, the Kubernetes API does not answer. It is tried again.")
            }
        }
    }

    fn class(&self) -> Class {
        match self.problem {
            InputProblem::ObjectAbsent | InputProblem::KeyAbsent => Class::Absent,
            InputProblem::Unavailable => Class::Transient,
            _ => Class::Input,
        }
    }
}

/// A call that failed below HTTP, or broke a bound that holds for all calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransportFault {
    /// No connection: the name does not resolve, the address is not allowed, or nobody answers there. One fault for all of
    /// them, so that a message tells nothing about a network that the reader cannot see.
    Unreachable,
    /// The certificate is not trusted, is expired or is for another name.
    Untrusted,
    /// No whole answer in time.
    TimedOut,
    /// The connection ended inside the answer.
    Cut,
    /// The answer is longer than allowed.
    TooLarge,
}

impl TransportFault {
    fn text(self, server: &str) -> String {
        match self {
            Self::Unreachable => {
                format!(
                    "{server} cannot be reached. Check the name and that the operator's network may go there; it is tried again."
                )
            }
            Self::Untrusted => format!(
                "the certificate of {server} is not trusted, is expired or is for another name. For a private authority set \
                 caBundle; it is tried again."
            ),
            Self::TimedOut => format!("{server} does not answer in time. It is tried again."),
            Self::Cut => format!("{server} ended the connection inside its answer. It is tried again."),
            Self::TooLarge => {
                format!("{server} sends an answer that is larger than allowed. Check that the URL is right.")
            }
        }
    }
}

/// The calls to Cognigy.AI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CognigyCall {
    /// `GET /v2.0/users/me`.
    Me,
    /// `POST /v2.0/identityprovider/configure`.
    Configure,
    /// `POST /v2.0/identityprovider/reset`.
    Reset,
    /// `GET` of the organization's login URL.
    Login,
}

impl CognigyCall {
    /// The call as a message names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Me => "GET users/me",
            Self::Configure => "POST identityprovider/configure",
            Self::Reset => "POST identityprovider/reset",
            Self::Login => "GET login URL",
        }
    }
}

/// A call to Cognigy.AI that did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// The API key may not be sent to this host.
    HostNotAllowed {
        /// The host of `spec.cognigy.apiUrl`.
        host: String,
    },
    /// The call failed below HTTP.
    Transport {
        /// The server, as host and port.
        server: String,
        /// How it failed.
        fault: TransportFault,
    },
    /// An answer that is not a success.
    Refused {
        /// The call.
        call: CognigyCall,
        /// HTTP status.
        status: u16,
        /// Cognigy.AI's own error number.
        code: Option<u32>,
        /// What Cognigy.AI's support asks for.
        trace_id: Option<String>,
        /// Seconds that the server asks to wait.
        retry_after: Option<u64>,
    },
    /// A success whose body is not what the API is documented to answer.
    Unexpected {
        /// The call.
        call: CognigyCall,
        /// What came instead.
        what: &'static str,
    },
}

impl CallFault {
    /// May the call have taken effect all the same?
    #[must_use]
    pub fn leaves_outcome_open(&self) -> bool {
        match self {
            Self::HostNotAllowed { .. } => false,
            Self::Transport { fault, .. } => !matches!(fault, TransportFault::Unreachable | TransportFault::Untrusted),
            Self::Refused { status, .. } => *status == 408 || *status >= 500,
            Self::Unexpected { .. } => true,
        }
    }

    /// Does Cognigy.AI say that the organization has a configuration already?
    #[must_use]
    pub fn says_already_configured(&self) -> bool {
        matches!(self, Self::Refused { call: CognigyCall::Configure, status, code, .. } if *status == 409 || *code == Some(1004))
    }

    fn refusal(call: CognigyCall, status: u16, code: Option<u32>, trace_id: Option<&str>) -> String {
        let code = code.map_or_else(String::new, |code| format!(", code {code}"));
        let trace = trace_id.map_or_else(String::new, |trace| format!(" (traceId {trace})"));
        format!("Cognigy.AI answers {status}{code} to {}{trace}.", call.as_str())
    }
}

impl Fault for CallFault {
    fn reason(&self) -> Reason {
        match self {
            Self::HostNotAllowed { .. } => Reason::HostNotAllowed,
            Self::Transport { .. } => Reason::Unreachable,
            Self::Unexpected { .. } => Reason::UnexpectedAnswer,
            Self::Refused { status, call, .. } => match (status, call) {
                (401, _) => Reason::Unauthorized,
                (403, _) => Reason::Forbidden,
                (404, _) => Reason::ApiNotFound,
                (429, _) => Reason::Throttled,
                (408 | 425 | 500.., _) => Reason::ServerError,
                (400..500, CognigyCall::Configure | CognigyCall::Reset) => Reason::Rejected,
                _ => Reason::UnexpectedAnswer,
            },
        }
    }

    fn message(&self) -> String {
        match self {
            Self::HostNotAllowed { host } => format!(
                "spec.cognigy.apiUrl: the API key may not be sent to {host}. Correct the URL, or start the operator with \
                 --cognigy-host {host}."
            ),
            Self::Transport { server, fault } => format!("Cognigy.AI: {}", fault.text(server)),
            Self::Unexpected { call, what } => format!(
                "Cognigy.AI answers {} with {what}. Check that spec.cognigy.apiUrl leads to the API and not to a proxy or a \
                 login page.",
                call.as_str()
            ),
            Self::Refused { call, status, code, trace_id, .. } => {
                let refusal = Self::refusal(*call, *status, *code, trace_id.as_deref());
                let advice = match self.class() {
                    Class::Transient | Class::Throttled(_) => "It is tried again.",
                    Class::Absent | Class::Input => self.reason().mend(),
                };
                format!("{refusal} {advice}")
            }
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::HostNotAllowed { .. } => Class::Input,
            Self::Transport { .. } | Self::Unexpected { .. } => Class::Transient,
            Self::Refused { status: 429 | 503, retry_after: Some(seconds), .. } => Class::Throttled(*seconds),
            Self::Refused { status: 408 | 425 | 429 | 500.., .. } => Class::Transient,
            Self::Refused { .. } => Class::Input,
        }
    }
}

/// The documents that a provider publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    /// The discovery document.
    Discovery,
    /// The key set behind `jwks_uri`.
    Keys,
}

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Keys => "key set",
        })
    }
}

/// What can be wrong with a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderFault {
    /// The issuer is not a URL that can be asked.
    InvalidIssuer {
        /// What is wrong with it.
        problem: String,
    },
    /// A document could not be fetched.
    Transport {
        /// Which document.
        document: Document,
        /// The server, as host and port.
        server: String,
        /// How it failed.
        fault: TransportFault,
    },
    /// A document was answered with another status than 200.
    Status {
        /// Which document.
        document: Document,
        /// Where it was asked for.
        url: String,
        /// HTTP status.
        status: u16,
        /// Seconds that the server asks to wait.
        retry_after: Option<u64>,
    },
    /// A document is not what its specification says.
    Malformed {
        /// Which document.
        document: Document,
        /// Where it was asked for.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// The discovery document names another issuer.
    IssuerMismatch {
        /// `spec.oidc.issuer`.
        declared: String,
        /// `issuer` of the document.
        published: String,
    },
    /// An endpoint is missing, or is no https URL.
    Endpoint {
        /// The member of the discovery document.
        member: &'static str,
        /// Is it there at all?
        present: bool,
    },
    /// No published key fits the algorithm.
    NoUsableKey {
        /// The algorithm.
        algorithm: &'static str,
    },
    /// The algorithm is not offered.
    Algorithm {
        /// The algorithm.
        algorithm: &'static str,
        /// Those that are offered.
        offered: Vec<String>,
    },
    /// The authentication method is not offered.
    AuthMethod {
        /// The method.
        method: &'static str,
        /// Those that are offered.
        offered: Vec<String>,
    },
    /// The authorization code flow is not offered.
    Flow,
}

impl Fault for ProviderFault {
    fn reason(&self) -> Reason {
        match self {
            Self::InvalidIssuer { .. } => Reason::InvalidSpec,
            Self::Transport { .. } => Reason::Unreachable,
            Self::Status { status: 429, .. } => Reason::Throttled,
            Self::Status { status: 408 | 425 | 500.., .. } => Reason::ServerError,
            Self::Status { document: Document::Discovery, status: 404 | 410, .. } => Reason::DiscoveryNotFound,
            Self::Status { .. } | Self::Malformed { .. } => Reason::DiscoveryInvalid,
            Self::IssuerMismatch { .. } => Reason::IssuerMismatch,
            Self::Endpoint { .. } => Reason::EndpointInvalid,
            Self::NoUsableKey { .. } => Reason::NoUsableKey,
            Self::Algorithm { .. } => Reason::AlgorithmNotSupported,
            Self::AuthMethod { .. } => Reason::AuthMethodNotSupported,
            Self::Flow => Reason::FlowNotSupported,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::InvalidIssuer { problem } => {
                format!("spec.oidc.issuer {problem}. Write the provider's issuer, an https URL.")
            }
            Self::Transport { document, server, fault } => format!("The provider's {document}: {}", fault.text(server)),
            Self::Status { document, url, status, .. } => {
                let advice = match self.class() {
                    Class::Transient | Class::Throttled(_) => "It is tried again.",
                    Class::Absent | Class::Input => "Check spec.oidc.issuer.",
                };
                format!("The provider answers {status} for its {document} at {url}. {advice}")
            }
            Self::Malformed { document, url, what } => {
                format!(
                    "The provider's {document} at {url} {what}. Check spec.oidc.issuer, or have the provider corrected."
                )
            }
            Self::IssuerMismatch { declared, published } => mismatch(declared, published),
            Self::Endpoint { member, present: false } => {
                format!("The provider's discovery document lacks {member}. Have the provider corrected.")
            }
            Self::Endpoint { member, present: true } => {
                format!(
                    "{member} in the provider's discovery document is not an https URL. Have the provider corrected."
                )
            }
            Self::NoUsableKey { algorithm } => format!(
                "The provider publishes no signing key for {algorithm}. Set spec.oidc.idTokenSignedResponseAlg to the \
                 algorithm that the provider signs with."
            ),
            Self::Algorithm { algorithm, offered } => format!(
                "The provider does not sign ID tokens with {algorithm}. Set spec.oidc.idTokenSignedResponseAlg to one of: {}.",
                offered.join(", ")
            ),
            Self::AuthMethod { method, offered } => format!(
                "The provider does not offer {method}. Set spec.oidc.tokenEndpointAuthMethod to one of: {}.",
                offered.join(", ")
            ),
            Self::Flow => {
                "The provider does not offer the authorization code flow (response type code). Enable it there."
                    .to_owned()
            }
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Transport { fault: TransportFault::TooLarge, .. } => Class::Input,
            Self::Transport { .. } => Class::Transient,
            Self::Status { status: 429 | 503, retry_after: Some(seconds), .. } => Class::Throttled(*seconds),
            Self::Status { status: 408 | 425 | 429 | 500.., .. } => Class::Transient,
            _ => Class::Input,
        }
    }
}

fn mismatch(declared: &str, published: &str) -> String {
    let advice = if published.contains('{') {
        "It is a template: write the issuer of your own tenant.".to_owned()
    } else if declared.trim_end_matches('/') == published.trim_end_matches('/') {
        format!("Only the slash at the end differs: set spec.oidc.issuer to {published}")
    } else {
        format!("If that is the provider you mean, set spec.oidc.issuer to {published}")
    };
    format!("The discovery document for {declared} says that its issuer is {published}. {advice}")
}
