//! Which addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

/// Loopback, link-local (the cloud's metadata address is one), multicast and unspecified addresses are refused unless
/// allowed by name; private ones are allowed, since on-premises providers live there, unless denied.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    /// Networks that are allowed whatever they are.
    pub allowed: Vec<IpNet>,
    /// Are private networks (RFC 1918, RFC 4193, RFC 6598) refused?
    pub deny_private: bool,
}

impl AddressPolicy {
    /// May this address be connected to?
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = embedded(address);
        let is_named = self.allowed.iter().any(|network| network.contains(&address));
        is_named || !(is_special(address) || (self.deny_private && is_private(address)))
    }

    /// Is the host of this URL a name, or an address that may be connected to? A literal address never reaches the
    /// resolver, so it is checked here; parsing has brought every spelling of it into one form.
    #[must_use]
    pub fn allows_host(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            None => false,
        }
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped (RFC 4291), NAT64 (RFC 6052) or 6to4 (RFC 3056).
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let ipv4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] if !is_unspecified_or_loopback(v6) => ipv4(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => ipv4(high, low),
        _ => address,
    }
}

fn is_unspecified_or_loopback(address: Ipv6Addr) -> bool {
    address.is_unspecified() || address.is_loopback()
}

/// Metadata addresses of clouds that lie in private ranges (Amazon's by IPv6, Alibaba's).
const METADATA: [IpAddr; 2] =
    [IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)), IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200))];

fn is_special(address: IpAddr) -> bool {
    if METADATA.contains(&address) {
        return true;
    }
    match address {
        IpAddr::V4(v4) => {
            let this_network = v4.octets().first() == Some(&0);
            v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || this_network
        }
        IpAddr::V6(v6) => is_unspecified_or_loopback(v6) || v6.is_unicast_link_local() || v6.is_multicast(),
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || matches!(v4.octets(), [100, 64..=127, _, _]),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(policy: &AddressPolicy, address: &str) -> bool {
        policy.allows(address.parse().unwrap())
    }

    #[test]
    fn special_addresses_are_refused_in_every_form() {
        let policy = AddressPolicy::default();
        for address in [
            "127.0.0.1",
            "0.0.0.0",
            "169.254.169.254",
            "100.100.100.200",
            "fd00:ec2::254",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(!allows(&policy, address), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_allowed_unless_denied() {
        let denying = AddressPolicy { deny_private: true, ..AddressPolicy::default() };
        for address in ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1"] {
            assert!(allows(&AddressPolicy::default(), address), "{address}");
            assert!(!allows(&denying, address), "{address}");
        }
        assert!(allows(&denying, "93.184.216.34"));
    }

    #[test]
    fn a_named_network_is_allowed() {
        let policy = AddressPolicy { allowed: vec!["127.0.0.0/8".parse().unwrap()], deny_private: true };
        assert!(allows(&policy, "127.0.0.1"));
        assert!(!allows(&policy, "169.254.169.254"));
    }

    #[test]
    fn literal_hosts_are_checked_in_every_spelling() {
        let policy = AddressPolicy::default();
        for url in ["https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::ffff:a9fe:a9fe]/"] {
            assert!(!policy.allows_host(&Url::parse(url).unwrap()), "{url}");
        }
    }
}
