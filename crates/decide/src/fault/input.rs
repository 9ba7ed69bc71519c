//! What can be wrong with a referenced value.

use std::fmt;

use cognigy_sso_api::Reason;

use super::{Class, Fault};

/// The kinds of object that hold values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A Secret.
    Secret,
    /// A ConfigMap.
    ConfigMap,
}

impl ObjectKind {
    /// What lists the names of the objects that the operator may use: its flag, and the chart's value.
    fn list(self) -> [&'static str; 2] {
        match self {
            Self::Secret => ["--secret-name", "secretNames"],
            Self::ConfigMap => ["--config-map-name", "configMapNames"],
        }
    }
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

impl InputFault {
    /// Is it a Secret whose owner does not, or no longer, let it be used?
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        matches!(self.problem, InputProblem::NotSelected(_))
    }

    /// Is it an object that could not be looked at, so that nothing is known of it?
    pub(crate) fn is_unread(&self) -> bool {
        matches!(self.problem, InputProblem::Forbidden | InputProblem::Unavailable | InputProblem::NotGiven)
    }
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
    /// The Secret does not carry the labels that this selector asks for.
    NotSelected(String),
    /// The object's name is not among those that the operator was told to use.
    NotListed,
    /// No usable PEM certificate of an authority.
    NoCertificate,
    /// Not the one certificate that it should be, for this reason (the end of a sentence).
    Certificate(String),
    /// No usable private key, for this reason (the end of a sentence).
    PrivateKey(String),
    /// The private key does not belong to the certificate under this key of the same Secret.
    KeyMismatch(&'static str),
    /// The object is not among those that were given to be checked: it may exist all the same.
    NotGiven,
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
            (InputProblem::NotSelected(_), _) => Reason::SecretNotSelected,
            (InputProblem::NotListed, _) => Reason::NameNotListed,
            (InputProblem::NoCertificate | InputProblem::Certificate(_), _) => Reason::InvalidCertificate,
            (InputProblem::PrivateKey(_), _) => Reason::InvalidPrivateKey,
            (InputProblem::KeyMismatch(_), _) => Reason::PrivateKeyMismatch,
            (InputProblem::NotGiven, _) => Reason::NotChecked,
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
                "{field}: Secret {name} is of type {type}, which belongs to another controller and is never used. Keep the \
                 value in a Secret of type Opaque."
            ),
            InputProblem::NotSelected(selector) => format!(
                "{field}: Secret {name} does not carry the labels that Secrets need here ({selector}), so that it is not used. \
                 Give it those labels, or refer to another Secret."
            ),
            InputProblem::NotListed => {
                let [flag, value] = kind.list();
                format!(
                    "{field}: {kind} {name} is not among those that this operator may use ({flag}). Correct the reference, or \
                     have the name added ({value} in the chart's values)."
                )
            }
            InputProblem::NoCertificate => format!(
                "{field}: key {key} of {kind} {name} holds no usable PEM certificate. Store the authority's certificates \
                 as PEM."
            ),
            InputProblem::Certificate(what) => format!(
                "{field}: key {key} of {kind} {name} {what}. Store one X.509 certificate, as PEM or as base64 of its DER."
            ),
            InputProblem::PrivateKey(what) => format!(
                "{field}: key {key} of {kind} {name} {what}. Store an RSA private key of at least 2048 bits, as PEM without a \
                 password."
            ),
            InputProblem::KeyMismatch(certificate) => format!(
                "{field}: the private key in {key} of {kind} {name} does not belong to the certificate in {certificate}. Store \
                 the two that belong together."
            ),
            InputProblem::NotGiven => {
                format!(
                    "{field}: {kind} {name} is not among the files. Add it with -f to have all checked that needs it."
                )
            }
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
            // Whether it is right cannot be told.
            InputProblem::Unavailable | InputProblem::NotGiven => Class::Transient,
            _ => Class::Input,
        }
    }
}
