//! The certificate authorities that the image trusts: Mozilla's, from a crate that Cargo.lock pins, and not those of the machine that
//! builds it, which may trust more.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

const HEADER: &str = "\
The certificate authorities that Mozilla trusts for TLS, as the Common CA Database publishes them.
Licence: CDLA-Permissive-2.0, https://cdla.dev/permissive-2-0/
";
/// Characters in a line (RFC 7468, section 2).
const WIDTH: usize = 64;

/// Writes them as PEM.
pub fn write(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("the file is in a folder")?)?;
    Ok(fs::write(path, pem())?)
}

fn pem() -> String {
    TLS_SERVER_ROOT_CERTS.iter().fold(HEADER.to_owned(), |text, certificate| text + &block(certificate))
}

fn block(certificate: &[u8]) -> String {
    let encoded = STANDARD.encode(certificate);
    let lines = encoded.as_bytes().chunks(WIDTH).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    format!("\n-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}

#[cfg(test)]
mod tests {
    use reqwest::Certificate;

    use super::*;

    #[test]
    fn every_root_can_be_read_back() {
        let text = pem();
        let read = Certificate::from_pem_bundle(text.as_bytes()).unwrap();
        assert_eq!(read.len(), TLS_SERVER_ROOT_CERTS.len());
        assert!(read.len() > 100, "{}", read.len());
        assert!(text.lines().filter(|line| !HEADER.contains(*line)).all(|line| line.len() <= WIDTH));
    }
}
