//! Hostile documents: nothing panics, and what is kept or said is bounded and clean.

use std::path::Path;
use std::time::Duration;

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::{Fault as _, ProviderFault};
use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::{discovery, keys};
use crate::json;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
const URL: &str = "https://idp.example/.well-known/openid-configuration";

fn is_clean(text: &str) -> bool {
    !text.contains(|character: char| character.is_control() || ('\u{202a}'..='\u{202e}').contains(&character))
}

fn says_little(fault: &ProviderFault) -> Result<(), TestCaseError> {
    let message = fault.message();
    prop_assert!(message.chars().count() < 1000 && is_clean(&message), "{}", message);
    Ok(())
}

#[test]
fn discovery() {
    let issuer = Issuer::parse("https://idp.example").unwrap();
    try_all(&Path::new(CORPUS).join("discovery"), |input| {
        let Ok(published) = json::object(input) else { return Ok(()) };
        let provider = match discovery::parse(&issuer, URL, published) {
            Ok(provider) => provider,
            Err(fault) => return says_little(&fault),
        };
        let pushed = provider.pushed_authorization_request_endpoint.as_deref();
        let needed = [&*provider.authorization_endpoint, &*provider.token_endpoint, &*provider.jwks_uri];
        for endpoint in needed.into_iter().chain(pushed) {
            let url = url::Url::parse(endpoint).unwrap();
            prop_assert!(url.scheme() == "https" && endpoint.len() <= 2048 && is_clean(endpoint), "{:?}", endpoint);
            prop_assert!(!endpoint.contains(char::is_whitespace), "{:?}", endpoint);
        }
        let lists = [Some(&provider.algorithms), provider.auth_methods.as_ref(), Some(&provider.response_types)];
        for list in lists.into_iter().flatten().chain(provider.scopes.as_ref()) {
            prop_assert!(list.len() <= 100);
            prop_assert!(list.iter().all(|entry| entry.chars().count() <= 200 && is_clean(entry)));
        }
        Ok(())
    });
}

#[test]
fn keys() {
    try_all(&Path::new(CORPUS).join("keys"), |input| {
        let Ok(published) = json::object(input) else { return Ok(()) };
        match keys::parse(URL, published) {
            Ok(keys) => {
                prop_assert!(keys.len() <= 200);
                prop_assert!(keys.iter().all(|key| key.key_type.len() <= 4096));
            }
            Err(fault) => says_little(&fault)?,
        }
        Ok(())
    });
}

proptest! {
    #[test]
    fn documents_are_kept_from_a_minute_to_the_interval(max_age: Option<u64>, interval: u32) {
        let interval = Duration::from_secs(interval.into());
        let kept = crate::shelf::lifetime(max_age, interval);
        prop_assert!(kept >= Duration::from_mins(1) && kept <= interval.max(Duration::from_mins(1)));
    }
}
