//! Calls to Cognigy.AI and to OpenID providers.

use std::time::Duration;

use cognigy_sso_decide::TransportFault;

use super::counted::{Counters, Histograms};
use super::definition::{OUTSIDE_DURATION, OUTSIDE_REQUESTS};
use super::words::words;

words! {
    /// What is asked of somebody outside.
    pub enum Operation {
        /// Whose API key it is.
        Me = "me",
        /// To configure an organization.
        Configure = "configure",
        /// To reset an organization.
        Reset = "reset",
        /// Who changed an organization's configuration.
        AuditEvents = "audit_events",
        /// Where an organization's login URL leads.
        Login = "login",
        /// A provider's discovery document.
        Discovery = "discovery",
        /// A provider's keys.
        Keys = "keys",
        /// The metadata of a SAML identity provider.
        Metadata = "metadata",
        /// A token, to try a client.
        Token = "token",
        /// To sign in, to try a client.
        Authorize = "authorize",
        /// To take an authorization request (RFC 9126), to try a client.
        PushedAuthorization = "pushed_authorization",
    }
}

/// How a call can end: statuses that have a series of their own, classes for the rest, what kept an answer from coming, and
/// that it was not sent.
pub(super) const STATUSES: [&str; 29] = [
    "200",
    "201",
    "204",
    "302",
    "303",
    "400",
    "401",
    "403",
    "404",
    "408",
    "409",
    "412",
    "425",
    "429",
    "500",
    "502",
    "503",
    "504",
    "2xx",
    "3xx",
    "4xx",
    "5xx",
    "other",
    "unreachable",
    "untrusted",
    "timed_out",
    "cut",
    "too_large",
    PAUSED,
];

const PAUSED: &str = "paused";

/// What is known of outside calls: how they ended, and how long they took.
#[derive(Clone, Debug)]
pub(crate) struct OutsideCalls {
    pub(super) requests: Counters,
    pub(super) durations: Histograms,
}

impl Default for OutsideCalls {
    fn default() -> Self {
        Self { requests: Counters::new(&OUTSIDE_REQUESTS), durations: Histograms::new(&OUTSIDE_DURATION) }
    }
}

impl OutsideCalls {
    /// A call has ended, with this HTTP status or without a whole answer.
    pub(crate) fn ended(&self, operation: Operation, status: Result<u16, TransportFault>, took: Duration) {
        let status = status.map_or_else(TransportFault::as_str, word);
        self.requests.at(&[operation.as_str(), status]).inc();
        self.durations.at(&[operation.as_str()]).observe(took.as_secs_f64());
    }

    /// A call was not sent, since the API key may not call now.
    pub(crate) fn held_back(&self, operation: Operation) {
        self.requests.at(&[operation.as_str(), PAUSED]).inc();
    }
}

#[cfg(test)]
impl OutsideCalls {
    /// How many calls have ended like this.
    pub(crate) fn number(&self, operation: Operation, status: &'static str) -> u64 {
        assert!(STATUSES.contains(&status));
        self.requests.at(&[operation.as_str(), status]).get()
    }
}

fn word(status: u16) -> &'static str {
    let own = STATUSES.into_iter().find(|word| word.parse() == Ok(status));
    own.unwrap_or(match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_call_is_a_word_of_the_list() {
        for status in 0..=u16::MAX {
            assert!(STATUSES.contains(&word(status)), "{status}");
        }
        for (status, expected) in [(200, "200"), (202, "2xx"), (308, "3xx"), (418, "4xx"), (599, "5xx"), (999, "other")]
        {
            assert_eq!(word(status), expected);
        }
        let faults = [
            TransportFault::Unreachable,
            TransportFault::Untrusted,
            TransportFault::TimedOut,
            TransportFault::Cut,
            TransportFault::TooLarge,
        ];
        assert!(faults.into_iter().all(|one| STATUSES.contains(&one.as_str())));
    }
}
