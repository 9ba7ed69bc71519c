//! Which certificate authorities are trusted.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{RootCertStore, SupportedProtocolVersion, version};

/// The largest CA bundle that is looked at, in bytes.
const LARGEST_BUNDLE: usize = 256 * 1024;
const VERSIONS: [&SupportedProtocolVersion; 2] = [&version::TLS13, &version::TLS12];

/// The bundles that somebody holds. Thousands of resources may refer to one: it is read once, and held once.
static HELD: Mutex<BTreeSet<CaBundle>> = Mutex::new(BTreeSet::new());

/// The certificates of a private authority, PEM, known to hold at least one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaBundle(Arc<[u8]>);

impl CaBundle {
    /// Takes PEM text; `None` when it holds no certificate that can be trusted, one that cannot be read, or is larger than
    /// 256 KiB.
    #[must_use]
    pub fn parse(pem: &[u8]) -> Option<Self> {
        if pem.len() > LARGEST_BUNDLE {
            return None;
        }
        if let Some(held) = HELD.lock().get(pem) {
            return Some(held.clone());
        }
        let bundle = Self::read(pem)?;
        let mut held = HELD.lock();
        held.retain(Self::is_shared);
        held.insert(bundle.clone());
        Some(bundle)
    }

    fn read(pem: &[u8]) -> Option<Self> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            store.add(certificate.ok()?).ok()?;
        }
        (!store.is_empty()).then(|| Self(pem.into()))
    }

    /// Does anybody hold it beside this one?
    fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// The PEM text.
    pub(crate) fn pem(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for CaBundle {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

/// The authorities that all outside calls trust. The system's are some hundred, and read when the first call is made: who calls
/// nobody neither waits for them nor keeps them.
pub struct Authorities {
    extra: Arc<[CaBundle]>,
    roots: Arc<OnceLock<Arc<RootCertStore>>>,
    provider: Arc<CryptoProvider>,
}

impl Authorities {
    /// The system's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured), and those given.
    #[must_use]
    pub fn system_and(extra: &[CaBundle]) -> Self {
        Self {
            extra: extra.into(),
            roots: Arc::default(),
            provider: Arc::new(rustls::crypto::ring::default_provider()),
        }
    }

    /// Reads them, unless that was done before, on a thread of its own.
    pub(super) async fn read(&self) {
        if self.roots.get().is_some() {
            return;
        }
        let (extra, roots) = (Arc::clone(&self.extra), Arc::clone(&self.roots));
        // Should it not come to that, whoever needs them reads them.
        drop(tokio::task::spawn_blocking(move || drop(Arc::clone(roots.get_or_init(|| all(&extra))))).await);
    }

    pub(super) fn client_config(&self, ca: Option<&CaBundle>) -> ClientConfig {
        let mut roots = Arc::clone(self.roots.get_or_init(|| all(&self.extra)));
        if let Some(bundle) = ca {
            add(Arc::make_mut(&mut roots), bundle);
        }
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider)).with_protocol_versions(&VERSIONS);
        // Both versions are compiled in, so the provider supports them.
        #[allow(clippy::expect_used)]
        builder.expect("ring supports TLS 1.2 and 1.3").with_root_certificates(roots).with_no_client_auth()
    }
}

/// The system's authorities, and those given.
fn all(extra: &[CaBundle]) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for bundle in extra {
        add(&mut roots, bundle);
    }
    if roots.is_empty() {
        tracing::warn!("no certificate authority is trusted: set --extra-ca-file, or SSL_CERT_FILE");
    }
    Arc::new(roots)
}

fn add(roots: &mut RootCertStore, bundle: &CaBundle) {
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&bundle.0).flatten());
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use cognigy_sso_testkit::pki::Authority;

    use super::*;

    const AUTHORITY: &str = include_str!("../../tests/corpus/certificates/authority.pem");

    #[tokio::test]
    async fn nothing_is_read_before_it_is_needed() {
        let authorities = Authorities::system_and(&[CaBundle::parse(AUTHORITY.as_bytes()).unwrap()]);
        assert!(authorities.roots.get().is_none());
        authorities.read().await;
        assert!(authorities.roots.get().is_some_and(|roots| !roots.is_empty()));
    }

    #[test]
    fn what_many_refer_to_is_held_once_and_no_longer_than_by_one_of_them() {
        let [one, other] = ["one", "other"].map(|name| Authority::new(name).unwrap().pem().to_owned());
        let is_held = || HELD.lock().contains(one.as_bytes());
        let [first, second] = [(); 2].map(|()| CaBundle::parse(one.as_bytes()).unwrap());
        assert!(Arc::ptr_eq(&first.0, &second.0));
        drop(first);
        assert!(CaBundle::parse(other.as_bytes()).is_some());
        assert!(is_held());
        drop(second);
        assert!(CaBundle::parse(other.repeat(2).as_bytes()).is_some());
        assert!(!is_held());
    }

    /// Lesson: cert-manager CVE-2024-12401.
    #[test]
    fn crafted_bundles_cost_no_time() {
        let begin = "-----BEGIN CERTIFICATE-----\n";
        let valid = AUTHORITY;
        let filled = |part: &str| part.repeat(LARGEST_BUNDLE / part.len());
        let crafted = [
            filled(valid),
            filled(begin),
            filled("-----BEGIN X-----\n-----END X-----\n"),
            filled("-"),
            filled("\n"),
            format!("{begin}{}", "A".repeat(250_000)),
            format!("{begin}{}", "A\n".repeat(120_000)),
            format!("{begin}{}-----END CERTIFICATE-----\n", "MIIB\n".repeat(50_000)),
        ];
        for (number, pem) in crafted.iter().enumerate() {
            let start = Instant::now();
            // A whole system's bundle, some hundred certificates, is one like any other.
            assert_eq!(CaBundle::parse(pem.as_bytes()).is_some(), number == 0);
            assert!(start.elapsed() < Duration::from_secs(2), "{number}: {:?}", start.elapsed());
        }
        assert!(CaBundle::parse(valid.repeat(LARGEST_BUNDLE / valid.len() + 1).as_bytes()).is_none());
    }
}
