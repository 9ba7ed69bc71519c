//! What the API server may let through of `spec.saml` and is refused all the same.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigSpec, KeySource, Reason};

use crate::provider::{by_endpoint, source};
use crate::support::strategy::saml;
use crate::support::{always, applied, condition, message, observed, resource, visit};

type Edit = fn(&mut IdentityProviderConfigSpec);

#[test]
fn a_source_that_is_missing_double_or_no_url_is_refused_by_name() {
    let table: [(Edit, &str); 14] = [
        (|spec| saml(spec).metadata_url = None, "set exactly one of loginEndpoint, metadataUrl and metadataRef"),
        (
            |spec| saml(spec).login_endpoint = Some("https://idp.example/sso".to_owned()),
            "set exactly one of loginEndpoint, metadataUrl and metadataRef",
        ),
        (
            |spec| saml(spec).metadata_ref = Some(source()),
            "set exactly one of loginEndpoint, metadataUrl and metadataRef",
        ),
        (
            |spec| {
                by_endpoint(spec);
                saml(spec).certificate = None;
            },
            "spec.saml.certificate is missing",
        ),
        (|spec| saml(spec).metadata_url = Some("https://256.256.256.256/".to_owned()), "metadataUrl is not a URL"),
        (
            |spec| {
                by_endpoint(spec);
                saml(spec).login_endpoint = Some("http://idp.example/sso".to_owned());
            },
            "loginEndpoint is not an https URL",
        ),
        (
            |spec| {
                by_endpoint(spec);
                saml(spec).logout_endpoint = Some("https://idp.example/slo#end".to_owned());
            },
            "logoutEndpoint has a user name or a fragment",
        ),
        (
            |spec| saml(spec).logout_endpoint = Some("https://idp.example/slo".to_owned()),
            "spec.saml.logoutEndpoint means nothing without loginEndpoint",
        ),
        (
            |spec| {
                by_endpoint(spec);
                saml(spec).entity_id = Some("https://idp.example".to_owned());
            },
            "spec.saml.entityId means nothing without metadataUrl or metadataRef",
        ),
        (
            |spec| {
                by_endpoint(spec);
                saml(spec).metadata_certificate = Some(source());
            },
            "spec.saml.metadataCertificate means nothing without metadataUrl or metadataRef",
        ),
        (
            |spec| {
                by_endpoint(spec);
                saml(spec).ca_bundle = Some(source());
            },
            "spec.saml.caBundle means nothing without metadataUrl",
        ),
        (
            |spec| saml(spec).ca_bundle = Some(KeySource { config_map_ref: None, ..source() }),
            "spec.saml.caBundle: set exactly",
        ),
        (
            |spec| {
                let secret_ref = source().config_map_ref;
                saml(spec).certificate = Some(KeySource { secret_ref, ..source() });
            },
            "spec.saml.certificate: set exactly one of configMapRef and secretRef",
        ),
        (
            |spec| {
                by_endpoint(spec);
                saml(spec).certificate = Some(KeySource { config_map_ref: None, ..source() });
            },
            "spec.saml.certificate: set exactly one of configMapRef and secretRef",
        ),
    ];
    for (edit, says) in table {
        let refused = resource(edit);
        assert!(!refused.needs_observation(), "{says}");
        let status = visit(refused, &mut observed(|_| {}), always(applied)).resource.status;
        assert_eq!(condition(&status, ConditionType::Stalled), Some((ConditionStatus::True, Reason::InvalidSpec)));
        let text = message(&status, ConditionType::Stalled);
        assert!(text.contains(says) && text.contains("spec.saml"), "{says}: {text}");
    }
}

#[test]
fn a_query_is_part_of_an_endpoint() {
    let declared: [Edit; 2] = [
        |spec| saml(spec).metadata_url = Some("https://idp.example/metadata?appid=1".to_owned()),
        |spec| {
            by_endpoint(spec);
            saml(spec).login_endpoint = Some("https://idp.example/sso?idp=1".to_owned());
        },
    ];
    assert!(declared.into_iter().all(|edit| resource(edit).needs_observation()));
}
