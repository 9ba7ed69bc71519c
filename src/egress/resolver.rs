//! Name resolution that hands out allowed addresses only: what is checked is what is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::AddressPolicy;

/// The most addresses of a name that are tried.
const MOST_ADDRESSES: usize = 16;

/// What a name stands for, asked once for each connection.
pub(super) type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The system's resolver.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// Hands out those addresses of a name that may be connected to.
pub(super) struct CheckedResolver {
    pub(super) lookup: Lookup,
    pub(super) policy: Arc<AddressPolicy>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, policy) = ((self.lookup)(name.as_str().to_owned()), Arc::clone(&self.policy));
        Box::pin(async move { given(found.await?.into_iter().filter(|address| policy.allows(*address))) })
    }
}

/// Hands out the addresses of a proxy, which the administrator has chosen, and of nothing else.
pub(super) struct ProxyResolver {
    pub(super) lookup: Lookup,
    pub(super) host: String,
}

impl Resolve for ProxyResolver {
    fn resolve(&self, name: Name) -> Resolving {
        if !name.as_str().eq_ignore_ascii_case(&self.host) {
            return Box::pin(async { given([]) });
        }
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move { given(found.await?) })
    }
}

fn given(addresses: impl IntoIterator<Item = IpAddr>) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
    let addresses: Vec<_> = addresses.into_iter().take(MOST_ADDRESSES).collect();
    if addresses.is_empty() {
        return Err(io::Error::from(io::ErrorKind::NetworkUnreachable).into());
    }
    Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))))
}
