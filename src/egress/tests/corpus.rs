//! URLs and names, hostile and not, with what becomes of each: what would be connected to is recorded, and nothing is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::TransportFault;
use futures::FutureExt as _;
use ipnet::IpNet;
use parking_lot::Mutex;
use url::{Host, Url};

use super::gate::Opening;
use super::{AddressPolicy, Authorities, Egress, Lookup, get, means};

const URLS: &str = include_str!("../corpus/urls.txt");
const NAMES: &str = include_str!("../corpus/names.txt");

/// Where no socket may lead to under the policy of the same name, said once more in other words than the code's.
const DENIED: &str = "0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 100.100.100.200/32 224.0.0.0/3 ::/96 \
    ::ffff:0:0/104 ::ffff:7f00:0/104 ::ffff:a9fe:0/112 ::ffff:c000:0/120 ::ffff:e000:0/99 ::ffff:0:7f00:0/104 \
    ::ffff:0:a9fe:0/112 64:ff9b::/104 64:ff9b::7f00:0/104 64:ff9b::a9fe:0/112 64:ff9b::e000:0/99 64:ff9b:1::/104 \
    64:ff9b:1::7f00:0/104 64:ff9b:1::a9fe:0/112 2002::/24 2002:7f00::/24 2002:a9fe::/32 2002:e000::/19 2001:0:7f00::/40 \
    2001:0:a9fe::/48 fd00:ec2::254/128 fd20:ce::254/128 fe80::/10 fec0::/10 ff00::/8";
const DENIED_AS_PRIVATE: &str = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 198.18.0.0/15 ::ffff:a00:0/104 \
    ::ffff:c0a8:0/112 64:ff9b::a00:0/104 64:ff9b:1::/48 2002:a00::/24 fc00::/7 2001:db8::/32";

pub(super) struct Entry {
    pub(super) section: &'static str,
    pub(super) expected: &'static str,
    pub(super) input: String,
    pub(super) line: usize,
}

/// May no socket lead here where nothing is allowed by name?
pub(in crate::egress) fn is_denied(address: IpAddr) -> bool {
    DENIED.split_whitespace().any(|network| network.parse::<IpNet>().unwrap().contains(&address))
}

/// The lines of a corpus, each under the policy of its section.
pub(super) fn entries(corpus: &'static str) -> Vec<Entry> {
    let mut section = "";
    let mut entries = Vec::new();
    for (number, line) in corpus.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.strip_suffix(']').unwrap();
        } else if let Some((expected, input)) = line.split_once('\t').filter(|_| !line.starts_with('#')) {
            entries.push(Entry { section, expected, input: with_controls(input), line: number + 1 });
        }
    }
    entries
}

/// Control characters are written as their pictures.
fn with_controls(text: &str) -> String {
    let control = |picture: char| match u32::from(picture) {
        code @ 0x2400..=0x241f => char::from_u32(code - 0x2400).unwrap(),
        _ => picture,
    };
    text.chars().map(control).collect()
}

/// An operator with the policy of a section, and what it asks the resolver for.
struct Sealed {
    egress: Egress,
    asked: Arc<Mutex<Vec<String>>>,
    /// What any name stands for.
    found: Arc<Mutex<Vec<IpAddr>>>,
    denied: Vec<IpNet>,
    /// Those that the policy names, and what stands for them in IPv6.
    named: Vec<IpNet>,
}

impl Sealed {
    fn new(section: &str) -> Self {
        let networks = |text: &str| text.split_whitespace().map(|net| net.parse().unwrap()).collect::<Vec<IpNet>>();
        let mut named = Vec::new();
        let (policy, denied) = match section.split_once(' ') {
            None if section == "default" => (AddressPolicy::default(), networks(DENIED)),
            None => {
                assert_eq!(section, "deny-private");
                let policy = AddressPolicy { deny_private: true, ..AddressPolicy::default() };
                (policy, networks(&format!("{DENIED} {DENIED_AS_PRIVATE}")))
            }
            Some((_, allowed)) => {
                named = networks(allowed);
                if let IpNet::V4(v4) = named[0] {
                    let (address, length) = (v4.addr(), 96 + v4.prefix_len());
                    named.extend(networks(&format!("::ffff:{address}/{length} 64:ff9b::{address}/{length}")));
                }
                (super::policy(&[allowed]), networks(DENIED))
            }
        };
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let found = Arc::<Mutex<Vec<IpAddr>>>::default();
        let (kept, stands_for) = (Arc::clone(&asked), Arc::clone(&found));
        let lookup: Lookup = Arc::new(move |name| {
            kept.lock().push(name);
            let found = Ok(stands_for.lock().clone());
            async { found }.boxed()
        });
        Self { egress: Egress::with(means(lookup), policy, Authorities::system_and(&[])), asked, found, denied, named }
    }

    /// What a call to this URL would do, in the words of the corpus. No connection is let through.
    async fn call(&self, url: &str, found: Vec<IpAddr>) -> (String, Vec<Vec<IpAddr>>) {
        *self.found.lock() = found;
        let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "https");
        let host = parsed.and_then(|url| url.host().map(|host| host.to_owned()));
        let literal = match &host {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(*address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(*address)),
            _ => None,
        };
        if let Some(Host::Domain(name)) = &host {
            assert!(name.parse::<IpAddr>().is_err(), "{url}: {name} would be taken for an address");
        }
        // A name goes to the resolver, whose findings are recorded and not handed on; an address goes nowhere.
        self.egress.means.gate.set(if literal.is_none() { Opening::NamesOnly } else { Opening::Shut });
        let answer = tokio::time::timeout(Duration::from_secs(5), get(&self.egress, url)).await.unwrap();
        assert!(matches!(answer, Err(TransportFault::Unreachable)), "{url}: {:?}", answer.err());
        let handed_out = self.egress.means.gate.take_handed_out();
        let did = match (self.egress.means.gate.take_attempts(), literal, std::mem::take(&mut *self.asked.lock())) {
            (0, _, asked) if asked.is_empty() => "refused".to_owned(),
            (1, Some(address), asked) if asked.is_empty() => format!("={address}"),
            (1, None, asked) if asked.len() == 1 => format!("?{}", asked.concat()),
            other => format!("{other:?}"),
        };
        (did, handed_out)
    }

    fn assert_allowed(&self, address: IpAddr, what: &str) {
        if self.named.iter().any(|named| named.contains(&address)) {
            return;
        }
        let within = self.denied.iter().find(|denied| denied.contains(&address));
        assert_eq!(within, None, "{what}: a socket to {address}");
    }
}

/// Lesson: Kyverno CVE-2026-4789.
#[tokio::test]
async fn of_every_url_it_is_known_what_it_leads_to() {
    let (mut wrong, mut connections, mut by_section) = (Vec::new(), 0, HashMap::new());
    for Entry { section, expected, input, line } in entries(URLS) {
        let sealed = by_section.entry(section).or_insert_with(|| Sealed::new(section));
        let metadata = vec!["169.254.169.254".parse().unwrap(), "127.0.0.1".parse().unwrap()];
        let (did, handed_out) = sealed.call(&input, metadata).await;
        if did != expected {
            wrong.push(format!("line {line}, {input}: {did} and not {expected}"));
        }
        if let Some(address) = did.strip_prefix('=') {
            sealed.assert_allowed(address.parse().unwrap(), &input);
            connections += 1;
        }
        handed_out.concat().into_iter().for_each(|address| sealed.assert_allowed(address, &input));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(connections > 50, "the recorder sees what is allowed: {connections}");
}

#[tokio::test]
async fn of_every_name_only_allowed_addresses_are_connected_to() {
    let addresses = |text: &str| match text {
        "-" => Vec::new(),
        text => text.split(' ').map(|address| address.parse::<IpAddr>().unwrap()).collect(),
    };
    let (mut wrong, mut connections, mut by_section) = (Vec::new(), 0, HashMap::new());
    for Entry { section, expected, input, line } in entries(NAMES) {
        let sealed = by_section.entry(section).or_insert_with(|| Sealed::new(section));
        let (did, handed_out) = sealed.call("https://idp.example/", addresses(&input)).await;
        if did != "?idp.example" || handed_out != [addresses(expected)] {
            wrong.push(format!("line {line}, {input}: {handed_out:?}"));
        }
        connections += handed_out.concat().len();
        handed_out.concat().into_iter().for_each(|address| sealed.assert_allowed(address, &input));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(connections > 20, "the recorder sees what is allowed: {connections}");
}

#[test]
fn the_corpora_hold_over_400_entries_and_none_twice() {
    let mut number = 0;
    for corpus in [URLS, NAMES, super::answers::ANSWERS] {
        let mut inputs: Vec<_> = entries(corpus).into_iter().map(|entry| (entry.section, entry.input)).collect();
        number += inputs.len();
        inputs.sort();
        let twice: Vec<_> = inputs.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
    assert!(number >= 400, "{number}");
}
