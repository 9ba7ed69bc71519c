//! A certificate authority of one's own and the certificates it gives to servers on this machine.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

/// The names under which every server of this crate is reached.
pub const LOCAL_NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

const CERTIFICATE_FILE: &str = "ca.crt";
const KEY_FILE: &str = "ca.key";

/// What is wrong with a server's certificate, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// Nothing.
    Good,
    /// It ran out years ago.
    Expired,
    /// It is somebody else's: its only name is `elsewhere.example`.
    OtherHost,
}

/// A certificate authority whose key is held in memory.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new authority with a key of its own.
    ///
    /// # Errors
    /// When no key can be generated.
    pub fn new(name: &str) -> Result<Self> {
        let mut params = parameters(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let (pem, key) = (issuer.pem(), issuer.key().serialize_pem());
        Self::from_pem(pem, &key)
    }

    /// The authority kept in `folder`; where there is none, a new one is made and kept. Programs that start at the
    /// same time with one folder end up with one authority.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or holds something else.
    pub fn load_or_create(folder: &Path, name: &str) -> Result<Self> {
        if !folder.join(CERTIFICATE_FILE).exists() {
            Self::new(name)?.publish(folder)?;
        }
        let read = |file: &str| {
            let path = folder.join(file);
            fs::read_to_string(&path)
                .with_context(|| format!("the certificate authority's {} is needed", path.display()))
        };
        Self::from_pem(read(CERTIFICATE_FILE)?, &read(KEY_FILE)?)
    }

    /// Writes `ca.crt` and `ca.key` into `folder`, which is created if need be.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn save(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join(CERTIFICATE_FILE), &self.pem)?;
        fs::write(folder.join(KEY_FILE), self.issuer.key().serialize_pem())?;
        Ok(())
    }

    /// Moves a complete folder into place, so that whoever comes second finds both files or is the first.
    fn publish(&self, folder: &Path) -> Result<()> {
        let parent = folder.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let draft = tempfile::Builder::new().prefix(".ca-").tempdir_in(parent)?;
        self.save(draft.path())?;
        match fs::rename(draft.path(), folder) {
            Err(_) if folder.join(CERTIFICATE_FILE).exists() => Ok(()),
            outcome => outcome.with_context(|| format!("{} must be absent or empty", folder.display())),
        }
    }

    fn from_pem(pem: String, key: &str) -> Result<Self> {
        let issuer = Issuer::from_ca_cert_pem(&pem, KeyPair::from_pem(key)?)?;
        Ok(Self { pem, issuer })
    }

    /// The authority's certificate, for those who shall trust it.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// TLS for a server that is called by one of `names` (DNS names or addresses) and speaks HTTP/1.1.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate.
    pub fn issue(&self, names: &[&str], leaf: Leaf) -> Result<Arc<ServerConfig>> {
        let (certificate, key) = self.certify(names, leaf)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(crypto())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// The same certificate and its private key as PEM, for servers that read files.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate.
    pub fn issue_pem(&self, names: &[&str], leaf: Leaf) -> Result<(String, String)> {
        let (certificate, key) = self.certify(names, leaf)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }

    fn certify(&self, names: &[&str], leaf: Leaf) -> Result<(Certificate, KeyPair)> {
        let names = if leaf == Leaf::OtherHost { &["elsewhere.example"] } else { names };
        let mut params = parameters("a server on this machine", names)?;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if leaf == Leaf::Expired {
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?, key))
    }
}

/// A client's TLS that trusts the authorities in `pems` (each may hold several certificates) and nobody else.
///
/// # Errors
/// When one of them is not PEM.
pub fn client_config<P: AsRef<[u8]>>(pems: &[P]) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for pem in pems {
        for certificate in CertificateDer::pem_slice_iter(pem.as_ref()) {
            roots.add(certificate?)?;
        }
    }
    Ok(ClientConfig::builder_with_provider(crypto())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Named here so that nothing depends on what the process has installed.
fn crypto() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn parameters(name: &str, names: &[&str]) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    Ok(params)
}
