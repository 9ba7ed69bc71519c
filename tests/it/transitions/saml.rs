//! A SAML identity provider, and what must be sent for it.

use std::sync::Arc;

use cognigy_sso_api::{Endpoint, IdentityProviderConfigSpec, KeySource, Saml};
use cognigy_sso_decide::{Certificate, Inputs, Metadata, Observed, ProviderFault, SamlFault, SamlInputs};
use serde_json::{Value, json};

use super::decisions::{value, versions};

const ENTITY: &str = "https://login.example.com/saml";
const LOGIN_ENDPOINT: &str = "https://login.example.com/saml/login";
const LOGOUT_ENDPOINT: &str = "https://login.example.com/saml/logout";

/// What is sent is what is declared, or what the metadata says.
pub fn is_what_is_declared(sent: &Value, saml: &Saml) -> Result<(), String> {
    let (login, logout) = match &saml.login_endpoint {
        Some(login) => (login.as_str(), saml.logout_endpoint.as_deref()),
        None => (LOGIN_ENDPOINT, Some(LOGOUT_ENDPOINT)),
    };
    for (field, url) in [("loginEndpoint", Some(login)), ("logoutEndpoint", logout)] {
        if let Some(Err(fault)) = url.map(Endpoint::parse) {
            return Err(format!("it is Ready, and spec.saml.{field} {fault}"));
        }
    }
    let key = saml.decryption_private_key_secret_ref.as_ref().map(value);
    let members = [
        ("idpIssuer", json!(saml.issuer)),
        ("idpLoginEndpoint", json!(login)),
        ("idpLogoutEndpoint", json!(logout)),
        ("idpCertificate", json!(certificate().base64)),
        ("decryptionPrivateKey", json!(key)),
        ("wantAuthnResponseSigned", json!(saml.want_authn_response_signed)),
        ("idpDisableRequestedAuthnContext", json!(saml.disable_requested_authn_context.then_some(true))),
    ];
    match members.iter().find(|(member, declared)| sent[*member] != *declared) {
        Some((member, declared)) => Err(format!("it is Ready, and {member} is not {declared}: {sent}")),
        None => Ok(()),
    }
}

pub fn observed(spec: &IdentityProviderConfigSpec, saml: &Saml, common: Observed) -> Observed {
    let sources = [&saml.certificate, &saml.metadata_ref, &saml.metadata_certificate];
    let secrets = sources.map(|source| source.as_ref().and_then(|source: &KeySource| source.secret_ref.as_ref()));
    let key = saml.decryption_private_key_secret_ref.as_ref();
    let references = [Some(&spec.cognigy.api_key_secret_ref), key].into_iter().chain(secrets);
    let inputs = Inputs {
        api_key: Ok("api-key".into()),
        versions: versions(references),
        expiries: Some(Vec::new()),
        saml: SamlInputs {
            certificate: saml.certificate.as_ref().map(|_| Ok(certificate())),
            decryption_key: key.map(|key| Ok(value(key).into())),
            documents: Vec::new(),
        },
        ..Inputs::unread()
    };
    let metadata = saml.login_endpoint.is_none().then(|| Arc::new(metadata(saml)));
    Observed { inputs, metadata, ..common }
}

/// It describes one identity provider, whichever is asked for.
fn metadata(saml: &Saml) -> Result<Metadata, ProviderFault> {
    if let Some(declared) = saml.entity_id.as_deref().filter(|declared| *declared != ENTITY) {
        let (declared, described) = (declared.to_owned(), vec![ENTITY.to_owned()]);
        return Err(ProviderFault::Saml(SamlFault::EntityNotFound { declared, similar: None, described }));
    }
    Ok(Metadata {
        entity_id: ENTITY.into(),
        login_endpoint: LOGIN_ENDPOINT.into(),
        logout_endpoint: Some(LOGOUT_ENDPOINT.into()),
        certificates: vec![certificate()],
        valid_until: None,
        wants_signed_requests: false,
    })
}

fn certificate() -> Certificate {
    Certificate {
        base64: "MIIC".into(),
        sha256: "5f2b".into(),
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2120-01-01T00:00:00Z".parse().unwrap(),
    }
}
