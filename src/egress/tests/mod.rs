//! What goes out, and where to: nothing here opens a socket to another machine.

mod answers;
mod collector;
mod connections;
mod corpus;
mod gate;
mod proxies;
mod raw_server;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::TransportFault;
use futures::FutureExt as _;
use reqwest::Method;
use reqwest::header::HeaderMap;

pub(super) use corpus::is_denied;
pub(super) use gate::Gate;

use super::proxies::Proxies;
use super::resolver::Lookup;
use super::{AddressPolicy, Answer, Authorities, Bounds, CaBundle, Call, Egress, Excess, Means};
use crate::metrics::Operation;

const BOUNDS: Bounds = Bounds { bytes: 64 * 1024, excess: Excess::Refuse, time: Duration::from_secs(10) };

fn policy(allowed: &[&str]) -> AddressPolicy {
    let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
    AddressPolicy { allowed, deny_private: false }
}

/// Names and what they stand for; others do not resolve.
fn names(known: &[(&str, &[&str])]) -> Lookup {
    let parsed = |texts: &[&str]| texts.iter().map(|text| text.parse::<IpAddr>().unwrap()).collect::<Vec<_>>();
    let known: HashMap<_, _> = known.iter().map(|(name, found)| ((*name).to_owned(), parsed(found))).collect();
    Arc::new(move |name| {
        let found = known.get(&name).cloned().ok_or_else(|| io::Error::other("no such name"));
        async { found }.boxed()
    })
}

fn means(lookup: Lookup) -> Means {
    Means { lookup, proxies: Proxies::none(), ..Means::of_the_system() }
}

fn trusting(pem: &str) -> Authorities {
    Authorities::system_and(&[CaBundle::parse(pem.as_bytes()).unwrap()])
}

async fn get(egress: &Egress, url: &str) -> Result<Answer, TransportFault> {
    get_within(egress, url, BOUNDS).await
}

async fn get_within(egress: &Egress, url: &str, bounds: Bounds) -> Result<Answer, TransportFault> {
    let (operation, method, headers) = (Operation::Keys, Method::GET, HeaderMap::new());
    egress.send(Call { operation, method, url, ca: None, headers, body: None, bounds }).await
}
