//! Hostile headers, URLs and certificates.

use std::path::Path;
use std::time::{Duration, SystemTime};

use cognigy_sso_api::{ApiUrl, Issuer};
use cognigy_sso_decide::{Document, Fault as _, Moment, ProviderFault, next_visit};
use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;
use url::{Host, Url};

use super::answer::{parse_max_age, parse_retry_after};
use super::{AddressPolicy, Authorities, CaBundle, server_of, tests};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");

#[test]
fn headers() {
    let moment = Moment { now: "2026-01-01T00:00:00Z".parse().unwrap(), chance: 0.99 };
    try_all(&Path::new(CORPUS).join("headers"), |input| {
        let value = String::from_utf8_lossy(input);
        parse_max_age(&value);
        let retry_after = parse_retry_after(&value, SystemTime::UNIX_EPOCH);
        let fault =
            ProviderFault::Status { document: Document::Discovery, url: String::new(), status: 429, retry_after };
        let pause = next_visit([fault.class()], Duration::from_mins(10), None, moment);
        prop_assert!(pause >= Duration::from_millis(250) && pause <= Duration::from_secs(990), "{:?}", pause);
        Ok(())
    });
}

#[test]
fn urls() {
    let policy = AddressPolicy::default();
    try_all(&Path::new(CORPUS).join("urls"), |input| {
        let text = String::from_utf8_lossy(input);
        prop_assert!(server_of(&text).len() <= 3 * text.len());
        if let Ok(issuer) = Issuer::parse(&text) {
            prop_assert_eq!(issuer.as_str(), &*text);
            let (url, discovery) = (Url::parse(&text).unwrap(), Url::parse(&issuer.discovery_url()).unwrap());
            prop_assert_eq!(url.origin(), discovery.origin());
            prop_assert!(!text.contains(|c: char| c.is_control() || c.is_whitespace()), "{:?}", text);
        }
        if let Ok(api) = ApiUrl::parse(&text) {
            prop_assert_eq!(ApiUrl::parse(&api.join("")), Ok(api.clone()));
            let url = Url::parse(&api.join("/v2.0/users/me")).unwrap();
            prop_assert_eq!(url.host_str(), Some(api.host()));
            prop_assert!(url.scheme() == "https" && url.username().is_empty() && url.query().is_none());
            prop_assert_eq!(Url::parse(&api.at_root("/x")).unwrap().origin(), url.origin());
        }
        if let Some(url) = Url::parse(&text).ok().filter(|url| policy.allows_host(url)) {
            match url.host() {
                Some(Host::Ipv4(address)) => prop_assert!(!tests::is_denied(address.into()), "{}", address),
                Some(Host::Ipv6(address)) => prop_assert!(!tests::is_denied(address.into()), "{}", address),
                _ => {}
            }
        }
        Ok(())
    });
}

#[test]
fn certificates() {
    let authorities = Authorities::system_and(&[]);
    try_all(&Path::new(CORPUS).join("certificates"), |input| {
        if let Some(bundle) = CaBundle::parse(input) {
            authorities.client_config(Some(&bundle));
            prop_assert!(input.len() <= 256 * 1024);
        }
        Ok(())
    });
}
