//! Hostile token and authorization endpoints: of what they send nothing is kept but what is bounded and allowed.

use std::path::Path;

use cognigy_sso_decide::{Arrival, Returned, TokenAnswer};
use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;
use url::Url;

use super::redirect::Request;
use super::{page, token};
use crate::egress::Answer;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
const ISSUER: &str = "https://idp.example/";

fn is_allowed(error: &str) -> bool {
    (1..=64).contains(&error.len()) && error.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && !b"\"\\".contains(&byte))
}

#[test]
fn token_answers() {
    try_all(&Path::new(CORPUS).join("token-answers"), |input| {
        page::named(input);
        for status in [200, 302, 400, 401, 404, 503] {
            let answer = Answer { status, retry_after: None, location: None, max_age: None, body: input.to_vec() };
            if let TokenAnswer::Refused(refusal) = token::read(&answer) {
                prop_assert!((400..500).contains(&refusal.status) && is_allowed(&refusal.error), "{:?}", refusal);
            }
        }
        Ok(())
    });
}

#[test]
fn redirects() {
    let url = |text: &str| Url::parse(text).unwrap();
    let (redirect_uri, issuer, asked) = (url("https://app.example/cb/1"), url(ISSUER), url("https://idp.example/a/b"));
    try_all(&Path::new(CORPUS).join("redirects"), |input| {
        let location = String::from_utf8_lossy(input);
        let (redirect_uri, issuer, asked) = (&redirect_uri, &issuer, &asked);
        let request = Request { redirect_uri, state: "s-1", issuer, callback: redirect_uri, status: 302, asked };
        match request.arrival(&location, ISSUER) {
            Arrival::Onward(onward) => prop_assert_eq!(url(&onward).origin(), issuer.origin()),
            Arrival::Returned(returned) => {
                let url = asked.join(&location).unwrap();
                prop_assert_eq!((url.origin(), url.path()), (redirect_uri.origin(), redirect_uri.path()));
                if let Returned::Error(error) = returned {
                    prop_assert!(is_allowed(&error), "{:?}", error);
                }
            }
            Arrival::Away | Arrival::Page { names: None, .. } => {}
            arrival => prop_assert!(false, "{:?}", arrival),
        }
        Ok(())
    });
}
