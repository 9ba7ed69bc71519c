//! A fingerprint tells whether a configuration is still the one it was made of, and nothing else of it.

use std::time::{Duration, Instant};

use argon2::password_hash::PasswordHasher;
use argon2::{Argon2, Params};
use cognigy_sso_decide::{Compared, Cost, Desired, Fingerprint};
use secrecy::ExposeSecret;

use crate::support::{NAME, ORGANIZATION, SALT, SECRET, desired, edit, resource};

const HOST: &str = "api-trial.cognigy.ai";

/// What is sent for a resource.
fn sent() -> Desired {
    desired(&resource(|_| {}))
}

#[test]
fn the_same_configuration_matches_whatever_the_salt() {
    let first = sent();
    let fingerprints = [SALT, [0; 16], [0xff; 16]].map(|salt| Fingerprint::of(&first, &salt, Cost::STANDARD).unwrap());
    assert_ne!(fingerprints[0], fingerprints[1]);
    for fingerprint in fingerprints {
        assert!(Fingerprint::matches(fingerprint.as_str(), &sent()));
        assert!(!Fingerprint::matches(fingerprint.as_str(), &desired(&resource(edit))));
    }
}

#[test]
fn what_was_compared_before_is_answered_for_what_it_was_compared_with_alone() {
    let (declared, edited) = (sent(), desired(&resource(edit)));
    let stored = |desired: &Desired| Fingerprint::of(desired, &SALT, Cost::LEAST).unwrap();
    let (of_declared, of_edited) = (stored(&declared), stored(&edited));
    let compared = Compared::default();
    for _ in 0..2 {
        for (fingerprint, desired, is_same) in [
            (&of_declared, &declared, true),
            (&of_declared, &edited, false),
            (&of_edited, &declared, false),
            (&of_edited, &edited, true),
        ] {
            assert_eq!(compared.matches(fingerprint.as_str(), desired), is_same);
        }
    }
}

#[test]
fn what_is_stored_tells_no_secret() {
    let stored = Fingerprint::of(&sent(), &SALT, Cost::STANDARD).unwrap();
    assert!(stored.as_str().starts_with("$argon2id$v=19$m="), "{}", stored.as_str());
    for secret in [SECRET, NAME, ORGANIZATION] {
        assert!(!stored.as_str().contains(secret) && !format!("{:?}", sent()).contains(SECRET));
    }
}

/// A fingerprint of this configuration at another cost, as another version of the operator might make it.
fn at_cost(desired: &Desired, memory_kib: u32, passes: u32) -> String {
    let argon2 = Argon2::from(Params::new(memory_kib, passes, 1, None).unwrap());
    let identity = format!("{HOST}\n{ORGANIZATION}\n{}", desired.body().expose_secret());
    argon2.hash_password_with_salt(identity.as_bytes(), &SALT).unwrap().to_string()
}

#[test]
fn a_higher_cost_still_matches_up_to_the_limits() {
    let desired = sent();
    for (memory_kib, passes, matches) in
        [(1024, 2, true), (512, 1, true), (8192, 8, true), (8193, 2, false), (1024, 9, false)]
    {
        let stored = at_cost(&desired, memory_kib, passes);
        assert_eq!(Fingerprint::matches(&stored, &desired), matches, "{stored}");
    }
}

#[test]
fn what_is_forged_matches_nothing_and_costs_little() {
    let desired = sent();
    let rest = "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let forged = [
        format!("$argon2id$v=19$m=4294967295,t=2,p=1{rest}"),
        format!("$argon2id$v=19$m=1048576,t=2,p=1{rest}"),
        format!("$argon2id$v=19$m=65536,t=16,p=1{rest}"),
        format!("$argon2id$v=19$m=1024,t=4294967295,p=1{rest}"),
        format!("$argon2id$v=19$m=1024,t=2,p=16777215{rest}"),
        format!("$argon2id$v=19$m=8192,t=8,p=1{rest}"),
        format!("$argon2id$v=19$m=-1,t=2,p=1{rest}"),
        format!("$argon2id$v=19$m=1024,t=2,p=1,x=1{rest}"),
        format!("$argon2id$m=1024,t=2,p=1{rest}"),
        format!("$scrypt$ln=30,r=8,p=1{rest}"),
        "$argon2id$v=19$m=1024,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        "$argon2id$v=19$m=1024,t=2,p=1".to_owned(),
        "$argon2id".to_owned(),
        String::new(),
        "$".repeat(100_000),
        "\u{1F680}\0\n".repeat(1000),
    ];
    for text in forged {
        let began = Instant::now();
        assert!(!Fingerprint::matches(&text, &desired), "{}", text.get(..60).unwrap_or(&text));
        // Unoptimized code on a busy machine takes its time too; what was asked for would take minutes or the memory.
        assert!(began.elapsed() < Duration::from_secs(5), "{}", text.get(..60).unwrap_or(&text));
    }
}
