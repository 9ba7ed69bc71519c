//! What an OpenID provider publishes: fetched, checked for its form, and shared between resources.

mod cache;
mod client;
mod discovery;
#[cfg(test)]
mod fuzz;
mod keys;

use std::time::Duration;

use cognigy_sso_decide::{Document, ProviderFault, TransportFault};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;

use crate::egress::{Answer, Bounds, CaBundle, Call, Egress, Excess, server_of};
use crate::json;
use crate::metrics::Operation;

pub use cache::Providers;
pub use client::{Client, Trials, try_client};

const TIME: Duration = Duration::from_secs(10);
const DISCOVERY: Kind = Kind {
    document: Document::Discovery,
    operation: Operation::Discovery,
    bounds: Bounds { bytes: 64 * 1024, excess: Excess::Refuse, time: TIME },
};
const KEYS: Kind = Kind {
    document: Document::Keys,
    operation: Operation::Keys,
    bounds: Bounds { bytes: 256 * 1024, excess: Excess::Refuse, time: TIME },
};

/// A kind of document, and how it is fetched.
struct Kind {
    document: Document,
    operation: Operation,
    bounds: Bounds,
}

/// Fetches a document that must be a JSON object.
async fn fetch<T: DeserializeOwned>(
    egress: &Egress,
    kind: Kind,
    url: &str,
    ca: Option<&CaBundle>,
) -> Result<(T, Answer), ProviderFault> {
    let Kind { document, operation, bounds } = kind;
    let transport = |fault: TransportFault| ProviderFault::Transport { document, server: server_of(url), fault };
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let call = Call { operation, method: Method::GET, url, ca, headers, body: None, bounds };
    let mut answer = egress.send(call).await.map_err(transport)?;
    if answer.status != 200 {
        let retry_after = answer.retry_after;
        return Err(ProviderFault::Status { document, url: url.to_owned(), status: answer.status, retry_after });
    }
    let body = std::mem::take(&mut answer.body);
    let object = json::object(&body).map_err(|refusal| malformed(document, url, refusal.to_string()))?;
    Ok((object, answer))
}

fn malformed(document: Document, url: &str, what: impl Into<String>) -> ProviderFault {
    ProviderFault::Malformed { document, url: url.to_owned(), what: what.into() }
}
