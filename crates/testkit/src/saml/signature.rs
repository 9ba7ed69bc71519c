//! The signature of a document (XML Signature; SAML core, section 5.4): enveloped, over all of it, RSA with SHA-256. What the
//! document is made of is written in its canonical form to begin with, so nothing has to be brought into it.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::document::signer;
use super::keys;
use super::profile::{Flaw, Signature};
use super::style::Shape;
use super::xml::{Element, Namespace};

const EXCLUSIVE: Namespace = Namespace::new("ec", "http://www.w3.org/2001/10/xml-exc-c14n#");
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const DIGEST_SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// The same element with a signature that names it by `id`.
pub(super) fn sign(root: Element, id: &str, wanted: &Signature, shape: &Shape) -> Result<Element> {
    let info = signed_info(&root, id, shape);
    let mut signed = info.write();
    if wanted.flaw == Some(Flaw::OtherValue) {
        signed.push(' ');
    }
    let value = STANDARD.encode(keys::sign(&wanted.by, signed.as_bytes())?);
    let value = shape.dsig.element("SignatureValue").saying(value);
    let signature = shape.dsig.element("Signature").containing([info, value, signer(&wanted.by, shape)?]);
    let root = if wanted.flaw == Some(Flaw::DocumentChanged) { root.saying(" ") } else { root };
    Ok(root.beginning_with(signature))
}

fn signed_info(root: &Element, id: &str, shape: &Shape) -> Element {
    let algorithm = |name: &'static str, uri: &'static str| shape.dsig.element(name).with("Algorithm", uri);
    let prefixes = root.declared_prefixes();
    let kept = EXCLUSIVE.element("InclusiveNamespaces").with("PrefixList", prefixes.join(" "));
    let canonical = algorithm("Transform", EXCLUSIVE.uri).containing((!prefixes.is_empty()).then_some(kept));
    let transforms = shape.dsig.element("Transforms").containing([algorithm("Transform", ENVELOPED), canonical]);
    let digest = STANDARD.encode(digest(&SHA256, root.write().as_bytes()));
    let reference = shape.dsig.element("Reference").with("URI", format!("#{id}")).containing([
        transforms,
        algorithm("DigestMethod", DIGEST_SHA256),
        shape.dsig.element("DigestValue").saying(digest),
    ]);
    shape.dsig.element("SignedInfo").containing([
        algorithm("CanonicalizationMethod", EXCLUSIVE.uri),
        algorithm("SignatureMethod", RSA_SHA256),
        reference,
    ])
}
