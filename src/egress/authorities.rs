//! Which certificate authorities are trusted.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{RootCertStore, SupportedProtocolVersion, version};

/// The largest CA bundle that is looked at, in bytes.
const LARGEST_BUNDLE: usize = 256 * 1024;
const VERSIONS: [&SupportedProtocolVersion; 2] = [&version::TLS13, &version::TLS12];

/// The certificates of a private authority, PEM, known to hold at least one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaBundle(Arc<[u8]>);

impl CaBundle {
    /// Takes PEM text; `None` when it holds no certificate that can be trusted, one that cannot be read, or is larger than
    /// 256 KiB.
    #[must_use]
    pub fn parse(pem: &[u8]) -> Option<Self> {
        if pem.len() > LARGEST_BUNDLE {
            return None;
        }
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            store.add(certificate.ok()?).ok()?;
        }
        (!store.is_empty()).then(|| Self(pem.into()))
    }

    /// The PEM text.
    pub(crate) fn pem(&self) -> &[u8] {
        &self.0
    }
}

/// The authorities that all outside calls trust.
pub struct Authorities {
    roots: RootCertStore,
    provider: Arc<CryptoProvider>,
}

impl Authorities {
    /// The system's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured), and those given.
    #[must_use]
    pub fn system_and(extra: &[CaBundle]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for bundle in extra {
            add(&mut roots, bundle);
        }
        Self { roots, provider: Arc::new(rustls::crypto::ring::default_provider()) }
    }

    /// Is no authority trusted at all, so that no outside call can succeed?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    pub(super) fn client_config(&self, ca: Option<&CaBundle>) -> ClientConfig {
        let mut roots = self.roots.clone();
        if let Some(bundle) = ca {
            add(&mut roots, bundle);
        }
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider)).with_protocol_versions(&VERSIONS);
        // Both versions are compiled in, so the provider supports them.
        #[allow(clippy::expect_used)]
        builder.expect("ring supports TLS 1.2 and 1.3").with_root_certificates(roots).with_no_client_auth()
    }
}

fn add(roots: &mut RootCertStore, bundle: &CaBundle) {
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&bundle.0).flatten());
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// Lesson: cert-manager CVE-2024-12401.
    #[test]
    fn crafted_bundles_cost_no_time() {
        let begin = "-----BEGIN CERTIFICATE-----\n";
        let valid = include_str!("../../tests/corpus/certificates/authority.pem");
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
