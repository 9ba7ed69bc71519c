//! Telling how a call failed.

use std::error::Error;
use std::io;

use cognigy_sso_decide::TransportFault;

pub(super) fn classify(error: &reqwest::Error) -> TransportFault {
    if error.is_timeout() && !error.is_connect() {
        return TransportFault::TimedOut;
    }
    if is_untrusted(error) {
        return TransportFault::Untrusted;
    }
    if error.is_connect() {
        return TransportFault::Unreachable;
    }
    TransportFault::Cut
}

fn is_untrusted(error: &reqwest::Error) -> bool {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = source {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()).or_else(|| cause.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) = tls {
            return true;
        }
        source = cause.source();
    }
    false
}
