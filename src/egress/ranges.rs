//! What the registries of special-purpose addresses (IANA, RFC 6890) say about an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Networks that lead to the machine itself, to its link, to a cloud's metadata, to many or to nobody.
const SPECIAL: [IpNet; 13] = [
    // "This network" (RFC 791) and unspecified; Linux takes 0.0.0.0 for the machine itself.
    v4([0, 0, 0, 0], 8),
    // Loopback (RFC 1122).
    v4([127, 0, 0, 0], 8),
    // Link-local (RFC 3927): most clouds' metadata.
    v4([169, 254, 0, 0], 16),
    // Protocol assignments (RFC 6890): Oracle's metadata is 192.0.0.192.
    v4([192, 0, 0, 0], 24),
    // Alibaba's metadata, inside the shared address space.
    v4([100, 100, 100, 200], 32),
    // Multicast (RFC 5771), then what is reserved (RFC 1112) and broadcast.
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
    // Unspecified and loopback (RFC 4291).
    v6([0, 0, 0, 0, 0, 0, 0, 0], 127),
    // Link-local (RFC 4291), and site-local, which is deprecated (RFC 3879).
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    // Multicast (RFC 4291).
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
    // Amazon's and Google's metadata, inside the unique local addresses.
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128),
    v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128),
];

/// Networks that the public Internet does not reach: private ones, and those for tests and examples.
const PRIVATE: [IpNet; 20] = [
    // Private (RFC 1918) and shared (RFC 6598) address space.
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    v4([100, 64, 0, 0], 10),
    // Benchmarking (RFC 2544), documentation (RFC 5737), relays of 6to4, which are deprecated (RFC 7526).
    v4([198, 18, 0, 0], 15),
    v4([192, 0, 2, 0], 24),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([192, 88, 99, 0], 24),
    // Unique local addresses (RFC 4193).
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    // Translation inside a network (RFC 8215).
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    // Discard (RFC 6666) and dummy (RFC 9780) prefixes.
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64),
    // Benchmarking (RFC 5180), ORCHID and ORCHIDv2 (RFC 4843, RFC 7343), drone identifiers (RFC 9374).
    v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48),
    v6([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28),
    v6([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28),
    v6([0x2001, 0x30, 0, 0, 0, 0, 0, 0], 28),
    // Documentation (RFC 3849, RFC 9637).
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    // Segment routing (RFC 9602).
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),
];

const fn v4(octets: [u8; 4], length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::from_octets(octets), length))
}

const fn v6(segments: [u16; 8], length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from_segments(segments), length))
}

/// Is nothing there that anybody could mean?
pub(super) fn is_special(address: IpAddr) -> bool {
    SPECIAL.iter().any(|network| network.contains(&address))
}

/// Does the public Internet not reach it?
pub(super) fn is_private(address: IpAddr) -> bool {
    PRIVATE.iter().any(|network| network.contains(&address))
}

/// The address, and the IPv4 addresses that an IPv6 address stands for.
pub(super) fn meanings(address: IpAddr) -> Vec<IpAddr> {
    let IpAddr::V6(v6) = address else { return vec![address] };
    let embedded = match v6.segments() {
        // Unspecified and loopback are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => vec![],
        // Compatible, mapped (RFC 4291) and translated (RFC 2765), and the well-known prefix of NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            vec![low_bits(v6, 0)]
        }
        [0x64, 0xff9b, 1, ..] => local_nat64(v6),
        // 6to4 (RFC 3056).
        [0x2002, ..] => vec![low_bits(v6, 80)],
        // Teredo (RFC 4380): the server, and the client with its bits turned.
        [0x2001, 0, ..] => vec![low_bits(v6, 64), low_bits(Ipv6Addr::from_bits(!v6.to_bits()), 0)],
        // ISATAP (RFC 5214).
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => vec![low_bits(v6, 0)],
        _ => vec![],
    };
    embedded.into_iter().map(IpAddr::V4).chain([address]).collect()
}

/// The prefix for translation inside a network has 48, 56, 64 or 96 bits, nobody knows which, and bits 64 to 71 are left out (RFC
/// 6052 section 2.2): all are looked at. Where nothing is but zeros, the prefix is another one.
fn local_nat64(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let bits = address.to_bits();
    let without_gap = (bits >> 64 << 56) | (bits & u128::from(u64::MAX >> 8));
    let at = |prefix: u32| low_bits(Ipv6Addr::from_bits(without_gap), 120 - 32 - prefix);
    let others = [48, 56, 64].map(at).into_iter().filter(|found| found.octets().first() != Some(&0));
    others.chain([low_bits(address, 0)]).collect()
}

/// 32 bits, so many places from the low end.
fn low_bits(address: Ipv6Addr, places: u32) -> Ipv4Addr {
    let bits = (address.to_bits() >> places) & u128::from(u32::MAX);
    Ipv4Addr::from_bits(u32::try_from(bits).unwrap_or_default())
}
