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
    // Nothing was sent, be it for want of a connection or of a request that can be sent.
    if error.is_connect() || error.is_builder() {
        return TransportFault::Unreachable;
    }
    TransportFault::Cut
}

fn is_untrusted(error: &reqwest::Error) -> bool {
    let causes = std::iter::successors(Some(error as &(dyn Error + 'static)), |cause| cause_of(*cause));
    causes
        .filter_map(|cause| cause.downcast_ref())
        .any(|tls| matches!(tls, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented))
}

/// What caused this. An `io::Error` that wraps another error names that error's cause as its own, and would skip it.
fn cause_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
