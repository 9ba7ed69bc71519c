//! RSA keys and their certificates, by name. A name has the same key all through a process, be it for signing or for
//! decryption. The keys are fixed, since making one takes long; they protect nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use parking_lot::Mutex;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};

type Key = PrivatePkcs8KeyDer<'static>;

static KEYS: LazyLock<Vec<Key>> =
    LazyLock::new(|| PrivatePkcs8KeyDer::pem_slice_iter(include_bytes!("keys.pem")).flatten().collect());
/// Whose the keys are, in the same order.
static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static CERTIFICATES: Mutex<BTreeMap<(String, Validity), Certificate>> = Mutex::new(BTreeMap::new());

/// When a certificate is valid, to the second; the default is from 2020 to 2120.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Validity {
    /// The first moment.
    pub not_before: Timestamp,
    /// The last moment.
    pub not_after: Timestamp,
}

impl Default for Validity {
    fn default() -> Self {
        Self { not_before: Timestamp::constant(1_577_836_800, 0), not_after: Timestamp::constant(4_733_510_400, 0) }
    }
}

impl Validity {
    /// Until this moment.
    #[must_use]
    pub fn until(not_after: Timestamp) -> Self {
        Self { not_after, ..Self::default() }
    }

    /// From this moment on.
    #[must_use]
    pub fn since(not_before: Timestamp) -> Self {
        Self { not_before, ..Self::default() }
    }
}

/// A self-signed certificate. Its common name is the name of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// PEM.
    pub pem: String,
    /// The DER in base64, in one line: as Cognigy.AI takes it.
    pub base64: String,
}

/// The certificate of a name, with the usual validity.
///
/// # Errors
/// When more names are used than there are keys.
pub fn signing_certificate(name: &str) -> Result<Certificate> {
    certificate(name, Validity::default())
}

/// A certificate of a name: the same for the same validity.
///
/// # Errors
/// When more names are used than there are keys, or the validity begins before 1970.
pub fn certificate(name: &str, validity: Validity) -> Result<Certificate> {
    let mut certificates = CERTIFICATES.lock();
    let asked_for = (name.to_owned(), validity);
    if let Some(known) = certificates.get(&asked_for) {
        return Ok(known.clone());
    }
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(validity.not_before)?;
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(validity.not_after)?;
    let key = KeyPair::from_pkcs8_der_and_sign_algo(key(name)?, &PKCS_RSA_SHA256)?;
    let made = params.self_signed(&key)?;
    let made = Certificate { pem: made.pem(), base64: STANDARD.encode(made.der()) };
    certificates.insert(asked_for, made.clone());
    Ok(made)
}

/// The private key of a name: RSA with 2048 bits, PKCS #8, PEM.
///
/// # Errors
/// When more names are used than there are keys.
pub fn decryption_key(name: &str) -> Result<String> {
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(key(name)?, &PKCS_RSA_SHA256)?.serialize_pem())
}

/// Whose private key this is: base64 of PKCS #8, as Cognigy.AI takes it.
#[must_use]
pub fn name_of_key(base64: &str) -> Option<String> {
    let der = STANDARD.decode(base64).ok()?;
    let place = KEYS.iter().position(|key| key.secret_pkcs8_der() == der)?;
    NAMES.lock().get(place).cloned()
}

/// Whose certificate this is: base64 of DER, as Cognigy.AI takes it.
#[must_use]
pub fn name_of_certificate(base64: &str) -> Option<String> {
    let certificates = CERTIFICATES.lock();
    certificates.iter().find(|(_, known)| known.base64 == base64).map(|((name, _), _)| name.clone())
}

/// The signature of a name's key: RSA with SHA-256 (RFC 8017, PKCS #1 v1.5).
pub(super) fn sign(name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let unusable = |_| anyhow!("the key of {name} cannot be used");
    let key = RsaKeyPair::from_pkcs8(key(name)?.secret_pkcs8_der()).map_err(|error| anyhow!("{name}: {error}"))?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature).map_err(unusable)?;
    Ok(signature)
}

/// The name's key; a new name takes the next one.
fn key(name: &str) -> Result<&'static Key> {
    let mut names = NAMES.lock();
    let known = names.iter().position(|known| known == name);
    let place = known.unwrap_or(names.len());
    let key = KEYS.get(place).with_context(|| format!("all {} keys have a name; {name} can have none", KEYS.len()))?;
    if known.is_none() {
        names.push(name.to_owned());
    }
    Ok(key)
}

fn since_1970(moment: Timestamp) -> Result<Duration> {
    let seconds = u64::try_from(moment.as_second()).with_context(|| format!("{moment} is before 1970"))?;
    Ok(Duration::from_secs(seconds))
}
