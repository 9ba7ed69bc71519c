//! Which of a document's entities is meant.

use super::METADATA;
use super::fault::MetadataFault;
use crate::text::quote;
use crate::xml::Element;

const SAML2: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// How many entities a fault names.
const NAMED: usize = 5;

/// An entity of a document, with its role as an identity provider.
#[derive(Clone, Copy)]
pub(super) struct Found<'d, 'a> {
    pub entity: Element<'d, 'a>,
    pub role: Element<'d, 'a>,
}

/// The identity provider that is meant.
pub(super) fn choose<'d, 'a>(root: Element<'d, 'a>, name: Option<&str>) -> Result<Found<'d, 'a>, MetadataFault> {
    if !root.is(METADATA, "EntityDescriptor") && !root.is(METADATA, "EntitiesDescriptor") {
        return Err(MetadataFault::NotMetadata { root: quote(root.name()) });
    }
    let mut entities = Vec::new();
    collect(root, &mut entities);
    let is_meant = |entity: &Element<'_, '_>| name.is_none_or(|name| id(*entity) == name);
    let meant: Vec<_> = entities.iter().copied().filter(is_meant).collect();
    let providers: Vec<_> = meant.iter().copied().filter_map(provider).collect();
    match (name, meant.as_slice(), providers.as_slice()) {
        (_, _, [provider]) => Ok(*provider),
        (Some(name), [], _) => Err(not_found(name, &entities)),
        (_, meant, []) => Err(no_provider(meant)),
        (Some(_), ..) => Err(MetadataFault::EntityTwice),
        (None, _, several) => Err(MetadataFault::SeveralIdentityProviders {
            published: several.iter().take(NAMED).map(|found| quote(id(found.entity))).collect(),
            count: several.len(),
        }),
    }
}

pub(super) fn id<'d>(entity: Element<'d, '_>) -> &'d str {
    entity.attribute("entityID").unwrap_or_default()
}

/// All entities at or below an element. How deep they lie is bounded by the document.
fn collect<'d, 'a>(element: Element<'d, 'a>, entities: &mut Vec<Element<'d, 'a>>) {
    if element.is(METADATA, "EntityDescriptor") {
        entities.push(element);
    } else if element.is(METADATA, "EntitiesDescriptor") {
        element.children().for_each(|child| collect(child, entities));
    }
}

fn provider<'d, 'a>(entity: Element<'d, 'a>) -> Option<Found<'d, 'a>> {
    let speaks_saml2 = |role: &Element<'_, '_>| {
        let protocols = role.attribute("protocolSupportEnumeration").unwrap_or_default();
        protocols.split_ascii_whitespace().any(|protocol| protocol == SAML2)
    };
    let role = entity.named(METADATA, "IDPSSODescriptor").find(speaks_saml2)?;
    Some(Found { entity, role })
}

fn no_provider(entities: &[Element<'_, '_>]) -> MetadataFault {
    let is_service_provider = entities.iter().any(|entity| entity.named(METADATA, "SPSSODescriptor").next().is_some());
    MetadataFault::NoIdentityProvider { is_service_provider }
}

fn not_found(name: &str, entities: &[Element<'_, '_>]) -> MetadataFault {
    let published: Vec<_> = entities.iter().copied().filter_map(provider).map(|found| id(found.entity)).collect();
    if published.is_empty() {
        return no_provider(entities);
    }
    let plain = |name: &str| name.trim_end_matches('/').to_lowercase();
    MetadataFault::EntityNotFound {
        similar: published.iter().find(|id| plain(id) == plain(name)).map(|id| quote(id)),
        published: published.into_iter().take(NAMED).map(quote).collect(),
    }
}
