//! Each file in `examples/` is taken by the API server as it stands, and does what it says once it names servers that exist.

use std::path::Path;

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfig, Mode, Reason};
use cognigy_sso_testkit::provider::{AuthMethod, Client as Registered, Style};
use cognigy_sso_testkit::saml::{IdentityProvider, SamlStyle};
use kube::Api;
use kube::api::{DynamicObject, Patch, PatchParams};
use kube::core::discovery::ApiResource;
use serde_json::{Value, json};

use crate::support::{ORGANIZATION, SECRET, World};

/// The files, each with the kind of provider that it names.
const EXAMPLES: [(&str, Kind); 9] = [
    ("quickstart", Kind::OpenId(Style::Auth0)),
    ("01-auth0", Kind::OpenId(Style::Auth0)),
    ("02-keycloak-private-ca", Kind::OpenId(Style::Keycloak)),
    ("03-entra", Kind::OpenId(Style::Entra)),
    ("04-plan-only", Kind::OpenId(Style::Okta)),
    ("05-review-environment", Kind::OpenId(Style::Auth0)),
    ("06-nobody-locked-out", Kind::OpenId(Style::Auth0)),
    ("07-saml-entra", Kind::Saml(SamlStyle::EntraId)),
    ("08-saml-endpoints", Kind::Saml(SamlStyle::Adfs)),
];

#[derive(Clone, Copy)]
enum Kind {
    OpenId(Style),
    Saml(SamlStyle),
}

/// What the issuer is called at the stand-in; it stands in all messages.
const ISSUER: &str = "example";

#[test]
fn every_file_is_tried() {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut found: Vec<_> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let mut tried = EXAMPLES.map(|(name, _)| name.to_owned()).to_vec();
    found.sort();
    tried.sort();
    assert_eq!(found, tried);
}

#[tokio::test]
async fn every_example_is_taken_as_it_stands() {
    let world = World::new("examples").await;
    for (name, _) in EXAMPLES {
        for document in documents(name) {
            let strictly = PatchParams::apply("test").dry_run().validation_strict();
            let object: DynamicObject = serde_json::from_value(document.clone()).unwrap();
            let (group_version, kind) = (text(&document, "/apiVersion"), text(&document, "/kind"));
            let kind = kind_of(group_version, kind);
            let api = Api::<DynamicObject>::namespaced_with(world.client.clone(), &world.namespace, &kind);
            let taken = api.patch(text(&document, "/metadata/name"), &strictly, &Patch::Apply(object)).await;
            assert!(taken.is_ok(), "{name}: {}", taken.unwrap_err());
        }
    }
}

#[tokio::test]
async fn every_example_does_what_it_says() {
    for (name, kind) in EXAMPLES {
        let world = World::new("example").await;
        let identity_provider = IdentityProvider::start(&world.authority).await.unwrap();
        world.put_config_map("company-ca", &[("ca.crt", world.authority.pem())]).await;
        let mut documents = documents(name);
        let resource = documents.pop().unwrap();
        for document in &documents {
            store(&world, document).await;
        }
        let mut resource = settle(&world, &documents, resource);
        match kind {
            Kind::OpenId(style) => settle_oidc(&world, &documents, &mut resource, style),
            Kind::Saml(style) => settle_saml(&identity_provider, &mut resource["spec"]["saml"], style),
        }
        let resource: IdentityProviderConfig = serde_json::from_value(resource).unwrap();
        let _operator = world.operator().await;
        world.idps().create(&kube::api::PostParams::default(), &resource).await.unwrap();
        let id = resource.metadata.name.as_deref().unwrap();
        if resource.spec.mode == Mode::Plan {
            world.condition(id, ConditionType::Configured, ConditionStatus::False, Reason::Planned).await;
            assert!(world.changes().is_empty(), "{name}");
        } else {
            world.ready(id).await;
        }
    }
}

/// Stores a Secret or a `ConfigMap`.
async fn store(world: &World, document: &Value) {
    let (kind, name) = (text(document, "/kind"), text(document, "/metadata/name"));
    if kind == "Secret" {
        world.will_have([name]);
    } else {
        world.will_have_config_map(name);
    }
    let object: DynamicObject = serde_json::from_value(document.clone()).unwrap();
    let kind = kind_of(text(document, "/apiVersion"), kind);
    let api = Api::<DynamicObject>::namespaced_with(world.client.clone(), &world.namespace, &kind);
    api.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(object)).await.unwrap();
}

/// Makes Cognigy.AI know the key, and the resource trust the servers' authority where it names no other.
fn settle(world: &World, secrets: &[Value], mut resource: Value) -> Value {
    if let Some(secret) = secrets.iter().find(|secret| secret["metadata"]["name"] == "cognigy-api") {
        let organization = resource["spec"]["cognigy"]["organizationId"].as_str().unwrap_or(ORGANIZATION);
        world.cognigy.add_admin(text(secret, "/stringData/apiKey"), organization);
    }
    let ca = json!({ "configMapRef": { "name": "ca", "key": "ca.crt" } });
    for part in ["/spec/cognigy", "/spec/oidc", "/spec/saml"] {
        let Some(part) = resource.pointer_mut(part).filter(|part| part.get("loginEndpoint").is_none()) else {
            continue;
        };
        if part["caBundle"].is_null() {
            part["caBundle"] = ca.clone();
        }
    }
    resource["spec"]["cognigy"]["apiUrl"] = world.cognigy.api_url().into();
    resource
}

/// Brings the provider that the example names into being, and names it in the resource.
fn settle_oidc(world: &World, secrets: &[Value], resource: &mut Value, style: Style) {
    let in_secrets = |reference: &str, unless: &str| {
        let reference = resource.pointer(reference);
        let find = |reference: &Value| {
            let secret = secrets.iter().find(|secret| secret["metadata"]["name"] == reference["name"])?;
            Some(text(secret, &format!("/stringData/{}", reference["key"].as_str()?)).to_owned())
        };
        reference.and_then(find).unwrap_or_else(|| unless.to_owned())
    };
    let id = resource["spec"]["oidc"]["clientId"].as_str().map(str::to_owned);
    let id = id.unwrap_or_else(|| in_secrets("/spec/oidc/clientIdSecretRef", ""));
    let mut client = Registered::new(&id, &in_secrets("/spec/oidc/clientSecretRef", SECRET));
    client.redirect_uris = vec![format!("{}/auth/oidc/login/callback/*", world.cognigy.origin())];
    if resource["spec"]["oidc"]["tokenEndpointAuthMethod"] == "client_secret_post" {
        client.auth_method = AuthMethod::ClientSecretPost;
    }
    resource["spec"]["oidc"]["issuer"] = world.provider.add(ISSUER, style, vec![client]).into();
}

fn settle_saml(identity_provider: &IdentityProvider, saml: &mut Value, style: SamlStyle) {
    let metadata = identity_provider.add(ISSUER, style);
    if let Some(url) = saml.get_mut("metadataUrl") {
        *url = metadata.into();
    }
    for (member, path) in [("loginEndpoint", "sso"), ("logoutEndpoint", "slo")] {
        if let Some(url) = saml.get_mut(member) {
            *url = format!("{}/{path}", identity_provider.base(ISSUER)).into();
        }
    }
}

/// The resource comes last.
fn documents(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap();
    text.split("\n---\n").map(|document| serde_saphyr::from_str(document).unwrap()).collect()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn kind_of(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&kube::core::GroupVersionKind::gvk(group, version, kind))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap()
}
