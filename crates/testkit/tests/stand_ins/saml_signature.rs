//! Signatures over metadata, as a reader verifies them that canonicalizes by itself.

use cognigy_sso_saml::{MetadataFault, SignatureFault, Signed};
use cognigy_sso_testkit::saml::{FIRST, Flaw, SamlStyle, Signature};

use crate::saml_desk::{Desk, known};

const STYLES: [SamlStyle; 5] =
    [SamlStyle::Auth0, SamlStyle::EntraId, SamlStyle::Okta, SamlStyle::Adfs, SamlStyle::Keycloak];

#[tokio::test]
async fn a_signature_in_any_shape_is_that_of_its_key_alone() {
    for style in STYLES {
        let desk = Desk::open(style).await;
        desk.edit(|profile| {
            profile.signature = Some(Signature::by("trusted"));
            profile.entity_id = "urn:a&b<c>\"d'e".to_owned();
            profile.valid_until = Some("2050-01-01T00:00:00Z".to_owned());
            profile.padding = 100;
        });
        let metadata = desk.read_trusting("trusted", None).await.unwrap();
        assert_eq!((metadata.signed, &*metadata.entity_id), (Signed::Verified, "urn:a&b<c>\"d'e"), "{style:?}");
        let refused = desk.read_trusting(FIRST, None).await.unwrap_err();
        let signer = Some(known("trusted").sha256);
        assert_eq!(refused, MetadataFault::Signature(SignatureFault::Untrusted { signer }), "{style:?}");
    }
}

#[tokio::test]
async fn microsoft_signs_by_itself() {
    for style in STYLES {
        let desk = Desk::open(style).await;
        let signs = matches!(style, SamlStyle::EntraId | SamlStyle::Adfs);
        let expected =
            if signs { Ok(Signed::Verified) } else { Err(MetadataFault::Signature(SignatureFault::Missing)) };
        assert_eq!(desk.read_trusting(FIRST, None).await.map(|metadata| metadata.signed), expected, "{style:?}");
    }
}

#[tokio::test]
async fn a_list_is_signed_as_a_whole() {
    for style in STYLES {
        let desk = Desk::open(style).await;
        for other in STYLES {
            desk.provider.add("other", other);
            desk.edit(|profile| {
                profile.signature = Some(Signature::by("trusted"));
                profile.beside = vec!["other".to_owned()];
            });
            let entity_id = desk.provider.profile("other").unwrap().entity_id;
            let metadata = desk.read_trusting("trusted", Some(&entity_id)).await.unwrap();
            assert_eq!(
                (metadata.signed, &*metadata.entity_id),
                (Signed::Verified, entity_id.as_str()),
                "{style:?} {other:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_signature_can_be_wrong() {
    for flaw in [Flaw::DocumentChanged, Flaw::OtherValue] {
        let desk = Desk::open(SamlStyle::Adfs).await;
        desk.edit(|profile| profile.signature = Some(Signature::by("trusted").with(flaw)));
        let refused = desk.read_trusting("trusted", None).await.unwrap_err();
        assert_eq!(refused, MetadataFault::Signature(SignatureFault::Changed), "{flaw:?}");
    }
}
