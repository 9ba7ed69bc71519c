//! Hostile answers: nothing panics, and what is kept or said is bounded and clean.

use std::path::Path;

use cognigy_sso_decide::{ChangeKind, CognigyCall, Fault as _, Login, Party};
use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;

use super::audit::{self, Page};
use super::{redirect, wire};
use crate::egress::Answer;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");

#[test]
fn users() {
    try_all(&Path::new(CORPUS).join("users"), |input| {
        if let Ok(account) = wire::account(input) {
            prop_assert!((1..=320).contains(&account.user.chars().count()) && !account.user.contains(char::is_control));
            let is_id = account.organization.len() == 24 && account.organization.bytes().all(|b| b.is_ascii_hexdigit());
            prop_assert!(is_id, "{}", account.organization);
        }
        Ok(())
    });
}

#[test]
fn audit_events() {
    try_all(&Path::new(CORPUS).join("audit-events"), |input| {
        for kind in [ChangeKind::Configure, ChangeKind::Reset] {
            match audit::page(input, kind) {
                Ok(Page::Newest(change)) => {
                    prop_assert!((1..=64).contains(&change.id.len()) && change.id.is_ascii() && change.kind == kind);
                    prop_assert!(change.user.chars().count() <= 320 && !change.user.contains(char::is_control));
                }
                Ok(Page::Continued { next }) => {
                    let path = audit::path(kind, 20, Some(&next));
                    prop_assert!(next.len() <= 1024 && path.bytes().all(|byte| byte.is_ascii_graphic()), "{}", path);
                }
                Ok(Page::Last) | Err(_) => {}
            }
        }
        Ok(())
    });
}

#[test]
fn problems() {
    try_all(&Path::new(CORPUS).join("problems"), |input| {
        wire::is_acknowledgement(input);
        for status in [200, 204, 302, 400, 404, 429, 503] {
            let answer = Answer { status, retry_after: None, location: None, max_age: None, body: input.to_vec() };
            let refusal = wire::refusal(CognigyCall::Configure, &answer);
            prop_assert!(refusal.is_some() || (200..300).contains(&status));
            let message = refusal.map(|refusal| refusal.message()).unwrap_or_default();
            prop_assert!(message.len() < 1000 && !message.contains(char::is_control), "{}", message);
        }
        Ok(())
    });
}

#[test]
fn login_redirects() {
    try_all(&Path::new(CORPUS).join("locations"), |input| {
        let Some(Login::Redirect { endpoint, party }) = redirect(&String::from_utf8_lossy(input)) else {
            return Ok(());
        };
        prop_assert!(!endpoint.contains(['?', '#']), "{}", endpoint);
        let (Party::Client(name) | Party::Issuer(name)) = party;
        // What is compressed may be long, within what is read of it.
        prop_assert!(name.len() <= (3 * input.len()).max(64 * 1024));
        Ok(())
    });
}
