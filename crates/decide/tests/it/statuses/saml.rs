//! Resources that declare SAML: the usual course, and what is SAML's own.

use std::sync::Arc;

use cognigy_sso_api::IdentityProviderConfigSpec;
use cognigy_sso_decide::{
    Document, InputFault, InputProblem, Inputs, Metadata, Observed, ProviderFault, Resource, SamlFault,
};

use super::{Recorded, recorded};
use crate::support::{
    SAML, always, applied, certificate, edited, input_fault, later, metadata, now, observed, ready, resource, version,
    visit_at,
};

const DAY: i64 = 86_400;

pub(super) fn statuses() -> Vec<Recorded> {
    course().into_iter().chain(references()).chain(documents()).chain(certificates()).collect()
}

fn declared(spec: &mut IdentityProviderConfigSpec) {
    (SAML.declare)(spec);
}

/// What is read of a resource that declares SAML.
fn seen(change: impl FnOnce(&mut Observed)) -> Observed {
    observed(|observed| {
        let inputs = std::mem::replace(&mut observed.inputs, Inputs::unread());
        let versions = vec![version(SAML.secret, "1"), version("cognigy-api", "1")];
        observed.inputs = Inputs { api_key: inputs.api_key, versions, expiries: inputs.expiries, ..Inputs::unread() };
        observed.provider = None;
        (SAML.observe)(observed);
        change(observed);
    })
}

fn look(seconds: i64, resource: Resource, change: impl FnOnce(&mut Observed)) -> Resource {
    visit_at(later(seconds), resource, &mut seen(change), always(applied)).resource
}

fn first(name: &str, change: impl FnOnce(&mut Observed)) -> Recorded {
    recorded(name, look(0, resource(declared), change))
}

fn describes(change: impl FnOnce(&mut Metadata)) -> impl FnOnce(&mut Observed) {
    move |observed| observed.metadata = Some(Arc::new(Ok(metadata(change))))
}

fn course() -> Vec<Recorded> {
    let ready_with_saml = || look(0, resource(declared), |_| {});
    let rolled = describes(|metadata| metadata.certificates = vec![certificate("MIICNext")]);
    let warned = describes(|metadata| metadata.wants_signed_requests = true);
    let expires = describes(|metadata| metadata.certificates[0].not_after = later(2 * DAY));
    let down = |observed: &mut Observed| {
        let (document, server) = (Document::Metadata, "idp.acme.example".to_owned());
        let fault = cognigy_sso_decide::TransportFault::TimedOut;
        (SAML.says)(observed, ProviderFault::Transport { document, server, fault });
    };
    vec![
        recorded("saml-ready", ready_with_saml()),
        recorded("saml-ready-after-another-certificate", look(600, ready_with_saml(), rolled)),
        recorded("saml-ready-while-metadata-is-unreachable", look(600, ready_with_saml(), down)),
        recorded("saml-ready-and-warned", look(0, resource(declared), warned)),
        recorded("saml-ready-and-certificate-expires-soon", look(0, resource(declared), expires)),
        recorded("saml-edited", edited(ready_with_saml(), |spec| (SAML.edit)(spec))),
        recorded("saml-in-place-of-oidc", look(600, edited(ready(|_| {}), declared), |_| {})),
    ]
}

fn references() -> Vec<Recorded> {
    let key = |problem| {
        move |observed: &mut Observed| {
            let fault = InputFault { key: "tls.key".to_owned(), ..input_fault(SAML.secret_field, problem) };
            (SAML.read_secret)(&mut observed.inputs, Err(fault));
        }
    };
    let certificate = |observed: &mut Observed| {
        let problem = InputProblem::Certificate("holds no X.509 certificate".to_owned());
        observed.inputs.saml.certificate = Some(Err(input_fault("spec.saml.certificate", problem)));
    };
    let small = InputProblem::PrivateKey("holds an RSA key of 1024 bits, where 2048 must be".to_owned());
    vec![
        first("saml-invalid-certificate", certificate),
        first("saml-invalid-private-key", key(small)),
        first("saml-private-key-mismatch", key(InputProblem::KeyMismatch("tls.crt"))),
    ]
}

fn documents() -> Vec<Recorded> {
    let says = |name, fault| first(name, |observed| (SAML.says)(observed, fault));
    let saml = |name, fault| says(name, ProviderFault::Saml(fault));
    let url = "https://idp.acme.example/saml/metadata".to_owned();
    let described = || vec!["https://idp.acme.example/one".to_owned(), "https://idp.acme.example/two".to_owned()];
    let field = "spec.saml.metadataUrl";
    vec![
        says(
            "metadata-not-found",
            ProviderFault::Status { document: Document::Metadata, url, status: 404, retry_after: None },
        ),
        saml("metadata-invalid", SamlFault::Invalid { field, what: "holds no signing certificate".to_owned() }),
        saml("signature-invalid", SamlFault::Unsigned { what: "is not signed".to_owned() }),
        saml(
            "entity-not-found",
            SamlFault::EntityNotFound { declared: "https://idp".to_owned(), similar: None, described: described() },
        ),
        saml("entity-ambiguous", SamlFault::EntityAmbiguous { described: described() }),
        saml("binding-not-supported", SamlFault::Binding { offered: vec!["HTTP-POST".to_owned()] }),
        first("metadata-expired", describes(|metadata| metadata.valid_until = Some(now()))),
    ]
}

fn certificates() -> Vec<Recorded> {
    let pinned = |observed: &mut Observed| observed.inputs.saml.certificate = Some(Ok(certificate("MIICFormer")));
    vec![
        first("certificate-not-published", pinned),
        first("certificate-ambiguous", describes(|metadata| metadata.certificates.push(certificate("MIICNext")))),
        first("certificate-not-yet-valid", describes(|metadata| metadata.certificates[0].not_before = later(DAY))),
        first("certificate-expired", describes(|metadata| metadata.certificates[0].not_after = later(-DAY))),
    ]
}
