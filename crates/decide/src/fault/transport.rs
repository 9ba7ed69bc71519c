//! What can go wrong below HTTP.

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

/// The fields that say where a server is and whom it is trusted by.
pub(super) struct Fields {
    pub url: &'static str,
    pub authority: &'static str,
}

impl TransportFault {
    /// The word for it in metrics and spans.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Untrusted => "untrusted",
            Self::TimedOut => "timed_out",
            Self::Cut => "cut",
            Self::TooLarge => "too_large",
        }
    }

    pub(super) fn text(self, server: &str, fields: &Fields) -> String {
        let Fields { url, authority } = fields;
        match self {
            Self::Unreachable => format!(
                "{server} cannot be reached. Check {url} and that the operator's network may go there; it is tried again."
            ),
            Self::Untrusted => format!(
                "the certificate of {server} is not trusted, is expired or is for another name. For a private authority set \
                 {authority}; it is tried again."
            ),
            Self::TimedOut => format!("{server} does not answer in time. It is tried again."),
            Self::Cut => format!("{server} ended the connection inside its answer. It is tried again."),
            Self::TooLarge => format!("{server} sends an answer that is larger than allowed. Check {url}."),
        }
    }
}
