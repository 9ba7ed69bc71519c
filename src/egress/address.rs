//! Which addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

use super::ranges;

/// Loopback, link-local (the cloud's metadata address is one), multicast, reserved and unspecified addresses are refused unless
/// allowed by name; private ones are allowed, since on-premises providers live there, unless denied.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    /// Networks that are allowed whatever they are.
    pub allowed: Vec<IpNet>,
    /// Are networks refused that are private (RFC 1918, RFC 4193, RFC 6598) or else not reached from the public Internet?
    pub deny_private: bool,
}

impl AddressPolicy {
    /// May this address be connected to? Of an IPv6 address that stands for an IPv4 address, both must be allowed, or itself
    /// by name.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        self.names(address) || ranges::meanings(address).into_iter().all(|meant| self.allows_itself(meant))
    }

    fn allows_itself(&self, address: IpAddr) -> bool {
        self.names(address) || !(ranges::is_special(address) || (self.deny_private && ranges::is_private(address)))
    }

    fn names(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|network| network.contains(&address))
    }

    /// Is the host of this URL a name, or an address that may be connected to? A literal address never reaches the
    /// resolver, so it is checked here; parsing has brought every spelling of it into one form. The names of the machine
    /// itself (RFC 6761 section 6.3) count as addresses: a proxy would take them for its own.
    #[must_use]
    pub fn allows_host(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) if is_this_machine(name) => {
                self.allows(Ipv4Addr::LOCALHOST.into()) || self.allows(Ipv6Addr::LOCALHOST.into())
            }
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            None => false,
        }
    }
}

fn is_this_machine(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
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
            "192.0.0.192",
            "240.0.0.1",
            "fec0::1",
            "fd20:ce::254",
            "::ffff:0:169.254.169.254",
            "64:ff9b:1::169.254.169.254",
            "64:ff9b:1:a9fe:a9:fe00::",
            "64:ff9b:1:a9:fe:a9fe::",
            "64:ff9b:1:0:a9:fea9:fe00:0",
            "2001:0:a9fe:a9fe::1",
            "2001:0:4136:e378:8000:63bf:5601:5601",
            "2001:db8::5efe:169.254.169.254",
            "2001:db8::200:5efe:127.0.0.1",
        ] {
            assert!(!allows(&policy, address), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_allowed_unless_denied() {
        let denying = AddressPolicy { deny_private: true, ..AddressPolicy::default() };
        for address in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "fd00::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::93.184.216.34",
            "2002:a00:1::1",
        ] {
            assert!(allows(&AddressPolicy::default(), address), "{address}");
            assert!(!allows(&denying, address), "{address}");
        }
        for address in ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::93.184.216.34"] {
            assert!(allows(&denying, address), "{address}");
        }
    }

    #[test]
    fn a_named_network_is_allowed() {
        let policy = AddressPolicy { allowed: vec!["127.0.0.0/8".parse().unwrap()], deny_private: true };
        assert!(allows(&policy, "127.0.0.1"));
        assert!(allows(&policy, "::ffff:127.0.0.1"));
        assert!(!allows(&policy, "169.254.169.254"));
    }

    #[test]
    fn naming_a_network_allows_nothing_that_hides_in_it() {
        let policy = AddressPolicy { allowed: vec!["10.0.0.0/8".parse().unwrap()], deny_private: false };
        assert!(!allows(&policy, "2001:0:a00:1:0:0:5601:5601"), "its server is allowed, its client is not");
        let policy = AddressPolicy { allowed: vec!["64:ff9b:1::/48".parse().unwrap()], deny_private: true };
        assert!(allows(&policy, "64:ff9b:1::10.0.0.1"), "named as it is");
    }

    #[test]
    fn names_of_the_machine_itself_are_its_addresses() {
        let here = AddressPolicy { allowed: vec!["127.0.0.0/8".parse().unwrap()], deny_private: false };
        for host in ["localhost", "LOCALHOST", "localhost.", "a.localhost", "a.localhost."] {
            let url = Url::parse(&format!("https://{host}/")).unwrap();
            assert!(!AddressPolicy::default().allows_host(&url) && here.allows_host(&url), "{host}");
        }
        assert!(AddressPolicy::default().allows_host(&Url::parse("https://notlocalhost/").unwrap()));
    }

    /// Lesson: names checked and then connected to by name again (several).
    #[test]
    fn literal_hosts_are_checked_in_every_spelling() {
        let policy = AddressPolicy::default();
        for url in ["https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::ffff:a9fe:a9fe]/"] {
            assert!(!policy.allows_host(&Url::parse(url).unwrap()), "{url}");
        }
    }
}
