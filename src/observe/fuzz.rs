//! Hostile values of Secrets: what is used is clean, and what is not is not told.

use std::path::Path;

use cognigy_sso_api::KeyRef;
use cognigy_sso_decide::{Fault as _, ObjectKind};
use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;

use super::inputs::{fault, usable_text};

#[test]
fn secret_values() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/secret-values");
    let key = KeyRef { name: "acme-oidc".to_owned(), key: "clientSecret".to_owned() };
    try_all(Path::new(folder), |input| {
        match usable_text(input) {
            Ok(text) => {
                prop_assert_eq!(text.as_bytes(), input);
                prop_assert!((1..=5000).contains(&text.chars().count()));
                prop_assert!(text.trim() == text && !text.contains(char::is_control));
            }
            Err(problem) => {
                let message = fault("spec.oidc.clientSecretRef", ObjectKind::Secret, &key, problem).message();
                let value = String::from_utf8_lossy(input);
                // Every eight characters of it: shorter parts stand in any text.
                let parts = value.as_bytes().chunks(8).filter(|part| part.len() == 8);
                let told = parts.filter_map(|part| str::from_utf8(part).ok()).find(|part| message.contains(*part));
                prop_assert!(told.is_none() && message.len() < 1000, "{:?} in {}", told, message);
            }
        }
        Ok(())
    });
}
