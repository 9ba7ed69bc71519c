//! Telling whether two configurations are the same without keeping either.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};

use crate::desired::Desired;

/// 16 random bytes.
pub type Salt = [u8; 16];

/// Memory of one hash in KiB. A client secret that a provider issued has 128 bits or more and cannot be guessed at any
/// price; the cost is there for those that people made up, and one hash is due for each change of each resource.
const MEMORY_KIB: u32 = 256;
const PASSES: u32 = 1;
/// The most that a stored fingerprint may ask for, so that forged statuses can exhaust neither memory nor time, many of them
/// at once included.
const MEMORY_KIB_LIMIT: u32 = 8 * 1024;
const PASSES_LIMIT: u32 = 8;

/// What one hash costs. It is part of the stored fingerprint, which can be checked at any cost within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// What the operator spends.
    pub const STANDARD: Self = Self { memory_kib: MEMORY_KIB, passes: PASSES };
    /// The least that Argon2 allows, for simulations of millions of changes. It protects nothing.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };
}

/// A salted Argon2id hash of a configuration, as a PHC string (RFC 9106).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(Box<str>);

impl Fingerprint {
    /// Hashes a configuration; `None` only if the hash function refuses its own parameters.
    #[must_use]
    pub fn of(desired: &Desired, salt: &Salt, cost: Cost) -> Option<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).ok()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password_with_salt(desired.identity().expose_secret().as_bytes(), salt).ok()?;
        Some(Self(hash.to_string().into()))
    }

    /// Was `stored` made from this configuration? A text that is no fingerprint, or asks for more than a fingerprint may
    /// cost, matches nothing.
    #[must_use]
    pub fn matches(stored: &str, desired: &Desired) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return false };
        let Ok(params) = Params::try_from(&hash) else { return false };
        if params.m_cost() > MEMORY_KIB_LIMIT || params.t_cost() > PASSES_LIMIT {
            return false;
        }
        Argon2::default().verify_password(desired.identity().expose_secret().as_bytes(), &hash).is_ok()
    }

    /// A fingerprint as it was stored.
    pub(crate) fn stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The PHC string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was compared in one visit, so that nothing is hashed twice in it: each step is planned afresh and asks the same again.
#[derive(Debug, Default)]
pub struct Compared(Mutex<Vec<Comparison>>);

#[derive(Debug)]
struct Comparison {
    stored: Box<str>,
    identity: SecretString,
    is_same: bool,
}

impl Compared {
    /// As [`Fingerprint::matches`], and hashes only what was not compared before.
    #[must_use]
    pub fn matches(&self, stored: &str, desired: &Desired) -> bool {
        let identity = desired.identity();
        let is_it = |comparison: &&Comparison| {
            &*comparison.stored == stored && comparison.identity.expose_secret() == identity.expose_secret()
        };
        let mut comparisons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = comparisons.iter().find(is_it) {
            return known.is_same;
        }
        let is_same = Fingerprint::matches(stored, desired);
        comparisons.push(Comparison { stored: stored.into(), identity, is_same });
        is_same
    }

    /// This fingerprint was made from this configuration just now.
    pub(crate) fn note(&self, made: &Fingerprint, desired: &Desired) {
        let made = Comparison { stored: made.0.clone(), identity: desired.identity(), is_same: true };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    }
}
