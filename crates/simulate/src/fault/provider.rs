//! What faults make of providers.

use cognigy_sso_decide::{Document, ProviderFault, TransportFault};

use super::Fault;
use crate::openid::{key, publishes};
use crate::time::SECOND;
use crate::weather::Publishes;

impl Fault {
    /// How calls break below HTTP.
    pub(super) fn transport(self) -> Option<TransportFault> {
        Some(match self {
            Self::D1 | Self::D3 | Self::D4 | Self::D5 | Self::D9 => TransportFault::Unreachable,
            Self::D2 => TransportFault::TimedOut,
            Self::D6 | Self::D7 | Self::D8 => TransportFault::Untrusted,
            Self::D10 => TransportFault::Cut,
            _ => return None,
        })
    }

    /// What a provider seems to publish when its calls break below HTTP.
    pub(super) fn provider_by_transport(self) -> Publishes {
        match self {
            Self::D2 => |issuer, _| Err(transport(issuer, TransportFault::TimedOut)),
            Self::D4 => |issuer, now| {
                if (now / SECOND).is_multiple_of(2) {
                    publishes(issuer)
                } else {
                    Err(transport(issuer, TransportFault::Unreachable))
                }
            },
            Self::D6 | Self::D7 | Self::D8 => |issuer, _| Err(transport(issuer, TransportFault::Untrusted)),
            Self::D10 => |issuer, _| Err(transport(issuer, TransportFault::Cut)),
            _ => |issuer, _| Err(transport(issuer, TransportFault::Unreachable)),
        }
    }

    /// What the provider publishes.
    pub(super) fn publishes(self) -> Option<Publishes> {
        Some(match self {
            Self::O1 => |issuer, _| Err(status(issuer, 404)),
            Self::O2 => |issuer, _| Err(status(issuer, 503)),
            Self::O3 => |issuer, _| Err(mismatch(issuer, "https://another.example")),
            Self::O4 => |_, _| Err(ProviderFault::Endpoint { member: "token_endpoint", present: true }),
            Self::O5 => |issuer, _| Err(status(issuer, 302)),
            Self::O6 | Self::O8 => |issuer, _| Err(malformed(issuer)),
            Self::O7 => |issuer, _| Err(transport(issuer, TransportFault::TooLarge)),
            Self::O9 => |issuer, _| Err(transport(issuer, TransportFault::TimedOut)),
            Self::O10 => |_, _| Err(ProviderFault::Endpoint { member: "jwks_uri", present: false }),
            Self::O11 => |issuer, _| {
                let mut provider = publishes(issuer)?;
                provider.keys = Ok(vec![key("EC")]);
                Ok(provider)
            },
            Self::O12 => |issuer, _| Err(mismatch(issuer, &format!("{issuer}/"))),
            Self::O13 => |issuer, now| {
                if (now / (7 * SECOND)).is_multiple_of(2) {
                    publishes(issuer)
                } else {
                    Err(mismatch(issuer, "https://b.example"))
                }
            },
            _ => return None,
        })
    }
}

fn url(issuer: &str) -> String {
    format!("{issuer}/.well-known/openid-configuration")
}

fn status(issuer: &str, status: u16) -> ProviderFault {
    ProviderFault::Status { document: Document::Discovery, url: url(issuer), status, retry_after: None }
}

fn malformed(issuer: &str) -> ProviderFault {
    let what = "is not a JSON object".to_owned();
    ProviderFault::Malformed { document: Document::Discovery, url: url(issuer), what }
}

fn mismatch(issuer: &str, published: &str) -> ProviderFault {
    ProviderFault::IssuerMismatch { declared: issuer.to_owned(), published: published.to_owned() }
}

fn transport(issuer: &str, fault: TransportFault) -> ProviderFault {
    let server = issuer.trim_start_matches("https://").to_owned();
    ProviderFault::Transport { document: Document::Discovery, server, fault }
}
