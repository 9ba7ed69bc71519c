//! Good resources that between them have every field.

use serde_json::{Value, json};

/// Resources that nothing is wrong with, of every kind: each strategy, each way to name a client and a certificate.
#[must_use]
pub fn bases() -> Vec<Value> {
    let specs = [
        smallest(),
        everything(),
        secret_signs(),
        secret_names_the_client(),
        by_endpoint(),
        by_endpoint_and_secret(),
        by_metadata_url("secretRef"),
        by_metadata_url("configMapRef"),
        by_metadata_in("secretRef"),
        by_metadata_in("configMapRef"),
    ];
    specs.iter().map(resource).collect()
}

fn resource(spec: &Value) -> Value {
    json!({
        "apiVersion": "sso.cognigy.ai/v1alpha1",
        "kind": "IdentityProviderConfig",
        "metadata": { "name": "acme" },
        "spec": spec,
    })
}

fn cognigy() -> Value {
    json!({
        "apiUrl": "https://api-trial.cognigy.ai/new",
        "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
    })
}

fn smallest() -> Value {
    json!({
        "cognigy": cognigy(),
        "oidc": {
            "issuer": "https://acme.eu.auth0.com/",
            "clientId": "abc123",
            "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
        },
    })
}

fn everything() -> Value {
    json!({
        "cognigy": {
            "apiUrl": "https://api-trial.cognigy.ai/new",
            "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
            "organizationId": "5f0c0123456789abcdef0123",
            "frontendUrl": "https://trial.cognigy.ai",
            "caBundle": { "configMapRef": { "name": "ca", "key": "ca.crt" } },
        },
        "oidc": {
            "issuer": "https://acme.eu.auth0.com/",
            "clientIdSecretRef": { "name": "acme-oidc", "key": "clientId" },
            "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
            "idTokenSignedResponseAlg": "RS256",
            "tokenEndpointAuthMethod": "client_secret_basic",
            "additionalScopes": ["groups", "https://acme.example.com/roles"],
            "frontChannelLogoutUrl": "https://acme.example.com/logout",
            "caBundle": { "secretRef": { "name": "ca", "key": "ca.crt" } },
        },
        "verification": { "mode": "Enforce", "clientCheck": "OnChange" },
        "mode": "Manage",
        "adoptionPolicy": "IfMatching",
        "driftPolicy": "Correct",
        "deletionPolicy": "Retain",
        "interval": "10m",
        "suspend": false,
    })
}

fn secret_signs() -> Value {
    json!({
        "cognigy": {
            "apiUrl": "https://api-trial.cognigy.ai/new/",
            "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
            "caBundle": { "secretRef": { "name": "ca", "key": "ca.crt" } },
        },
        "oidc": {
            "issuer": "https://acme.eu.auth0.com/",
            "clientId": "abc123",
            "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
            "idTokenSignedResponseAlg": "HS256",
            "caBundle": { "configMapRef": { "name": "ca", "key": "ca.crt" } },
        },
        "verification": { "mode": "Warn" },
        "adoptionPolicy": "Always",
        "deletionPolicy": "Reset",
        "interval": "1h30m",
    })
}

fn secret_names_the_client() -> Value {
    json!({
        "cognigy": cognigy(),
        "oidc": {
            "issuer": "https://acme.eu.auth0.com/",
            "clientIdSecretRef": { "name": "acme-oidc", "key": "clientId" },
            "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
            "tokenEndpointAuthMethod": "client_secret_post",
            "additionalScopes": ["groups"],
        },
        "verification": { "clientCheck": "Never" },
        "adoptionPolicy": "Never",
    })
}

fn saml(saml: &Value) -> Value {
    json!({ "cognigy": cognigy(), "saml": saml })
}

fn by_endpoint() -> Value {
    saml(&json!({
        "issuer": "cognigy",
        "loginEndpoint": "https://login.example.com/saml/sso",
        "logoutEndpoint": "https://login.example.com/saml/slo",
        "certificate": { "configMapRef": { "name": "acme-saml", "key": "tls.crt" } },
        "wantAuthnResponseSigned": true,
        "decryptionPrivateKeySecretRef": { "name": "acme-saml", "key": "tls.key" },
        "disableRequestedAuthnContext": true,
    }))
}

fn by_endpoint_and_secret() -> Value {
    saml(&json!({
        "issuer": "cognigy",
        "loginEndpoint": "https://login.example.com/saml?idpid=C01",
        "certificate": { "secretRef": { "name": "acme-saml", "key": "tls.crt" } },
    }))
}

fn by_metadata_url(kind: &str) -> Value {
    saml(&json!({
        "issuer": "cognigy",
        "entityId": "https://login.example.com/saml",
        "metadataUrl": "https://login.example.com/saml/metadata",
        "certificate": { kind: { "name": "acme-saml", "key": "tls.crt" } },
        "metadataCertificate": { kind: { "name": "acme-saml", "key": "signer.pem" } },
        "caBundle": { kind: { "name": "ca", "key": "ca.crt" } },
    }))
}

fn by_metadata_in(kind: &str) -> Value {
    saml(&json!({ "issuer": "cognigy", "metadataRef": { kind: { "name": "acme-saml", "key": "metadata.xml" } } }))
}
