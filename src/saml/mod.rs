//! SAML identity providers: their metadata fetched, read and shared between resources, and what resources refer to read.

mod faults;

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::Endpoint;
use cognigy_sso_decide::{Document, Metadata, ProviderFault, SamlFault, TransportFault};
use cognigy_sso_saml as saml;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};

use crate::egress::{Bounds, CaBundle, Call, Egress, Excess, server_of};
use crate::metrics::{self, Documents, Found, Operation};
use crate::shelf::{FAULT, Shelf, Weighed, lifetime};

pub(crate) use faults::{certificate_fault, key_fault};

const BOUNDS: Bounds = Bounds { bytes: LARGEST, excess: Excess::Refuse, time: Duration::from_secs(10) };
/// The largest metadata that is read, in bytes.
pub(crate) const LARGEST: usize = 256 * 1024;
/// The longest certificate and the longest private key that Cognigy.AI takes, in characters of base64.
pub(crate) const LONGEST_VALUE: usize = 15_000;

/// How metadata is read: what is taken from it depends on this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Reading {
    /// The entity that is meant.
    pub(crate) entity: Option<String>,
    /// The certificates one of which must have signed it; `None` where no signature is asked for.
    pub(crate) trusted: Option<Vec<saml::Certificate>>,
}

impl Weighed for (Endpoint, Option<CaBundle>, Reading) {
    fn bytes(&self) -> usize {
        let (url, ca, Reading { entity, trusted }) = self;
        // Beside its text, a certificate is held in parts that are about as long.
        let trusted = trusted.iter().flatten().map(|certificate| 2 * certificate.base64.len()).sum::<usize>();
        url.as_str().len()
            + ca.as_ref().map_or(0, |ca| ca.pem().len())
            + entity.as_ref().map_or(0, String::len)
            + trusted
    }
}

impl Weighed for Metadata {
    fn bytes(&self) -> usize {
        let certificates = self.certificates.iter().map(|one| one.base64.len() + one.sha256.len());
        let logout = self.logout_endpoint.as_ref().map_or(0, |endpoint| endpoint.len());
        self.entity_id.len() + self.login_endpoint.len() + logout + certificates.sum::<usize>()
    }
}

/// All identity providers that publish their metadata. A clone shares what is kept.
#[derive(Clone, Default)]
pub(crate) struct IdentityProviders {
    shelf: Shelf<(Endpoint, Option<CaBundle>, Reading), Metadata>,
    documents: Documents,
}

impl IdentityProviders {
    /// The same, with what is needed counted here.
    #[must_use]
    pub(crate) fn counting(self, documents: Documents) -> Self {
        Self { documents, ..self }
    }

    /// What is published there, and whether it was held already; `fresh` asks for it anew.
    pub(crate) async fn get(
        &self,
        egress: &Egress,
        url: &Endpoint,
        ca: Option<&CaBundle>,
        reading: &Reading,
        interval: Duration,
        fresh: bool,
    ) -> (Arc<Result<Metadata, ProviderFault>>, Found) {
        let fetch = async {
            match fetch(egress, url, ca).await {
                Ok((text, max_age)) => {
                    let read = read(&text, reading, "spec.saml.metadataUrl");
                    let lifetime = if read.is_ok() { lifetime(max_age, interval) } else { FAULT };
                    (read, lifetime)
                }
                Err(fault) => (Err(fault), FAULT),
            }
        };
        let (found, held) = self.shelf.get((url.clone(), ca.cloned(), reading.clone()), fresh, fetch).await;
        self.documents.needed(metrics::Document::Metadata, held);
        (found, held)
    }
}

/// The document at this address, and for how many seconds it may be kept, where its server says so.
async fn fetch(
    egress: &Egress,
    url: &Endpoint,
    ca: Option<&CaBundle>,
) -> Result<(Vec<u8>, Option<u64>), ProviderFault> {
    let (document, url) = (Document::Metadata, url.as_str());
    let transport = |fault: TransportFault| ProviderFault::Transport { document, server: server_of(url), fault };
    // SAML metadata section 4.1.1; many servers know the general type alone.
    let accepted = HeaderValue::from_static("application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8");
    let headers = HeaderMap::from_iter([(ACCEPT, accepted)]);
    let (operation, method) = (Operation::Metadata, Method::GET);
    let call = Call { operation, method, url, ca, headers, body: None, bounds: BOUNDS };
    let answer = egress.send(call).await.map_err(transport)?;
    if answer.status != 200 {
        let (status, retry_after) = (answer.status, answer.retry_after);
        // A query may hold what not everybody should read.
        let url = url.split('?').next().unwrap_or(url).to_owned();
        return Err(ProviderFault::Status { document, url, status, retry_after });
    }
    Ok((answer.body, answer.max_age))
}

/// Reads metadata. `field` says where it is.
pub(crate) fn read(text: &[u8], reading: &Reading, field: &'static str) -> Result<Metadata, ProviderFault> {
    let invalid = |what: &str| ProviderFault::Saml(SamlFault::Invalid { field, what: what.to_owned() });
    if text.len() > LARGEST {
        return Err(invalid("is larger than 256 KiB"));
    }
    let metadata = saml::Metadata::parse(text, reading.entity.as_deref(), reading.trusted.as_deref())
        .map_err(|fault| ProviderFault::Saml(faults::metadata_fault(fault, reading, field)))?;
    if metadata.certificates.iter().any(|certificate| certificate.base64.len() > LONGEST_VALUE) {
        return Err(invalid("holds a certificate that is longer than Cognigy.AI takes"));
    }
    Ok(Metadata {
        entity_id: metadata.entity_id,
        login_endpoint: metadata.login,
        logout_endpoint: metadata.logout,
        certificates: metadata.certificates.into_iter().map(certificate).collect(),
        valid_until: metadata.valid_until,
        wants_signed_requests: metadata.wants_signed_requests,
    })
}

/// What is judged of a certificate.
pub(crate) fn certificate(certificate: saml::Certificate) -> cognigy_sso_decide::Certificate {
    cognigy_sso_decide::Certificate {
        base64: certificate.base64,
        sha256: certificate.sha256,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
    }
}

#[cfg(test)]
mod tests {
    use cognigy_sso_testkit::pki::Authority;
    use cognigy_sso_testkit::saml::{FIRST, IdentityProvider, SamlStyle, signing_certificate};

    use super::*;
    use crate::egress::{AddressPolicy, Authorities};

    #[tokio::test]
    async fn what_is_held_serves_nobody_who_trusts_others() {
        let authority = Authority::new("metadata").unwrap();
        let server = IdentityProvider::start(&authority).await.unwrap();
        let url = Endpoint::parse(&server.add("acme", SamlStyle::Auth0)).unwrap();
        let ca = CaBundle::parse(authority.pem().as_bytes()).unwrap();
        let allowed = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().unwrap()).to_vec();
        let policy = AddressPolicy { allowed, deny_private: false };
        let (egress, shared) = (Egress::new(policy, Authorities::system_and(&[])), IdentityProviders::default());
        let can_read = async |ca: Option<&CaBundle>, trusted: Option<Vec<saml::Certificate>>| {
            let reading = Reading { trusted, ..Reading::default() };
            shared.get(&egress, &url, ca, &reading, Duration::from_hours(1), false).await.0.is_ok()
        };
        assert!(can_read(Some(&ca), None).await);
        assert!(!can_read(None, None).await, "its server's authority is not trusted");
        let signer = saml::Certificate::parse(signing_certificate(FIRST).unwrap().pem.as_bytes()).unwrap();
        assert!(!can_read(Some(&ca), Some(vec![signer])).await, "it is not signed");

        let missing = Endpoint::parse(&format!("{}/none?token=s3cret", url.as_str())).unwrap();
        let found =
            shared.get(&egress, &missing, Some(&ca), &Reading::default(), Duration::from_hours(1), false).await.0;
        let Err(ProviderFault::Status { url: told, status: 404, .. }) = found.as_ref() else { panic!("{found:?}") };
        assert_eq!(*told, format!("{}/none", url.as_str()), "a query may be a secret");
    }
}
