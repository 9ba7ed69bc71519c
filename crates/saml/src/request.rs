//! The request that a redirect carries to an identity provider (SAML bindings, section 3.4.4.1).

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::armour::decode;
use crate::text::is_entity_id;
use crate::xml::Document;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The largest request that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// What a service provider asks for when a user logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnRequest {
    /// The service provider, by the name that the identity provider knows.
    pub issuer: Box<str>,
}

impl AuthnRequest {
    /// Reads the value of the parameter `SAMLRequest`, without its percent-encoding. `None` when it is no request, or a
    /// hostile one.
    #[must_use]
    pub fn read(parameter: &str) -> Option<Self> {
        let deflated = Some(parameter).filter(|text| text.len() <= LARGEST).and_then(decode)?;
        let text = decompress_to_vec_with_limit(&deflated, LARGEST).ok()?;
        let document = Document::read(&text).ok()?;
        let request = Some(document.root()).filter(|root| root.is(PROTOCOL, "AuthnRequest"))?;
        let issuer = request.only(ASSERTION, "Issuer")?.text()?;
        let issuer = Some(issuer.trim_ascii()).filter(|issuer| is_entity_id(issuer))?;
        Some(Self { issuer: issuer.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::armour::encode;

    fn sent(xml: &str) -> String {
        encode(&miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6)).unwrap()
    }

    fn request(content: &str) -> String {
        format!("<p:AuthnRequest xmlns:p='{PROTOCOL}' xmlns:a='{ASSERTION}'>{content}</p:AuthnRequest>")
    }

    fn issuer(content: &str) -> Option<Box<str>> {
        AuthnRequest::read(&sent(&request(content))).map(|request| request.issuer)
    }

    #[test]
    fn the_issuer_is_read() {
        let xml = request("<a:Issuer>\n  urn:cognigy:acme\n</a:Issuer><p:NameIDPolicy AllowCreate='true'/>");
        let expected = AuthnRequest { issuer: "urn:cognigy:acme".into() };
        assert_eq!(AuthnRequest::read(&sent(&xml)), Some(expected.clone()));
        let in_lines: String =
            sent(&xml).as_bytes().chunks(76).flat_map(|line| [str::from_utf8(line).unwrap(), "\r\n"]).collect();
        assert_eq!(AuthnRequest::read(&in_lines), Some(expected));
    }

    #[test]
    fn an_issuer_is_one_plain_text_in_its_namespace() {
        for content in [
            "",
            "<a:Issuer/>",
            "<Issuer>x</Issuer>",
            "<p:Issuer>x</p:Issuer>",
            "<p:Extensions><a:Issuer>x</a:Issuer></p:Extensions>",
            "<a:Issuer>x</a:Issuer><a:Issuer>y</a:Issuer>",
            "<a:Issuer>https://acme.example<!-- -->.evil.example</a:Issuer>",
            "<a:Issuer>x\u{202e}y</a:Issuer>",
        ] {
            assert_eq!(issuer(content), None, "{content}");
        }
        assert_eq!(issuer("<a:Issuer>x</a:Issuer>").as_deref(), Some("x"));
    }

    #[test]
    fn what_is_no_request_is_none() {
        let good = request("<a:Issuer>x</a:Issuer>");
        let response = good.replace("AuthnRequest", "Response");
        let with_dtd = format!("<!DOCTYPE a>{good}");
        let plain = encode(good.as_bytes()).unwrap();
        for parameter in ["", "%", "AAAA", &plain, &sent(&response), &sent(&with_dtd), &sent("")] {
            assert_eq!(AuthnRequest::read(parameter), None, "{parameter}");
        }
    }

    #[test]
    fn what_grows_without_bound_is_not_inflated() {
        let padded = |spaces| sent(&request(&format!("<a:Issuer>x</a:Issuer>{}", " ".repeat(spaces))));
        assert!(AuthnRequest::read(&padded(LARGEST / 2)).is_some());
        for spaces in [LARGEST, 10_000_000] {
            let bomb = padded(spaces);
            assert!(bomb.len() < LARGEST && AuthnRequest::read(&bomb).is_none());
        }
        let long = |spaces| padded(0) + &" ".repeat(spaces);
        assert!(AuthnRequest::read(&long(LARGEST / 2)).is_some() && AuthnRequest::read(&long(LARGEST)).is_none());
    }
}
