//! XML with bounds: no DTD, so no entities and nothing from elsewhere; names are compared with their namespaces.

use uppsala::{NodeId, NodeKind, Parser, PullEvent, PullParser, XmlError};

use crate::text::quote;

/// How deep elements may lie in each other.
const DEEPEST: u32 = 64;
/// How many parts of a document (tags, texts, comments) may be there.
const MOST_PARTS: usize = 30_000;
/// How many attributes an element may have. Each is compared with each other one.
const MOST_ATTRIBUTES: usize = 100;
/// How many declarations of namespaces may hold at one place. A canonical form looks at all of them at each element.
const MOST_NAMESPACES: usize = 32;
/// The longest name of a namespace, in bytes. A canonical form repeats it where it is used.
const LONGEST_NAMESPACE: usize = 1024;

/// Why a text is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum XmlFault {
    Encoding { declared: Option<Box<str>> },
    Html,
    Doctype,
    Malformed { line: usize },
    TooComplex,
}

pub(crate) struct Document<'a>(uppsala::Document<'a>);

/// An element of a document.
#[derive(Clone, Copy)]
pub(crate) struct Element<'d, 'a> {
    document: &'d uppsala::Document<'a>,
    pub id: NodeId,
}

impl<'a> Document<'a> {
    /// # Errors
    /// When it is not well-formed, exceeds a bound, or is not in UTF-8.
    pub fn read(text: &'a [u8]) -> Result<Self, XmlFault> {
        let text = str::from_utf8(text).map_err(|_| XmlFault::Encoding { declared: None })?;
        if is_html(text) {
            return Err(XmlFault::Html);
        }
        // All attributes of an element stand between its `<` and the next one, each with two quotes.
        let quotes = |part: &str| part.bytes().filter(|byte| matches!(byte, b'"' | b'\'')).count();
        if text.split('<').any(|part| quotes(part) > 2 * MOST_ATTRIBUTES) {
            return Err(XmlFault::TooComplex);
        }
        survey(text)?;
        let document = Parser::new().with_forbid_dtd(true).parse(text).map_err(|fault| malformed(text, &fault))?;
        Ok(Self(document))
    }

    pub fn tree(&self) -> &uppsala::Document<'a> {
        &self.0
    }

    /// The root, with what stands beside it. It has no name.
    pub fn whole(&self) -> Element<'_, 'a> {
        Element { document: &self.0, id: self.0.root() }
    }

    pub fn root(&self) -> Element<'_, 'a> {
        // A document without an element is not well-formed.
        self.0.document_element().map_or(self.whole(), |id| Element { document: &self.0, id })
    }
}

impl<'d> Element<'d, '_> {
    pub fn is(self, namespace: &str, name: &str) -> bool {
        self.document.element(self.id).is_some_and(|element| element.matches_name_ns(namespace, name))
    }

    /// Its name without the namespace.
    pub fn name(self) -> &'d str {
        self.document.element(self.id).map_or("", |element| &element.name.local_name)
    }

    /// An attribute, of those that belong to the element itself: one in a namespace is another one.
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        let attributes = &self.document.element(self.id)?.attributes;
        let own = attributes.iter().find(|attribute| attribute.name.matches(None, name));
        own.map(|attribute| &*attribute.value)
    }

    /// The elements right below it, in their order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let children = self.document.children_iter(self.id);
        let elements = children.filter(|id| self.document.element(*id).is_some());
        elements.map(move |id| Self { document: self.document, id })
    }

    /// Those of its children that have this name.
    pub fn named(self, namespace: &str, name: &str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.is(namespace, name))
    }

    /// The one child that has this name. `None` when there is none, or more than one.
    pub fn only(self, namespace: &str, name: &str) -> Option<Self> {
        let mut children = self.named(namespace, name);
        children.next().filter(|_| children.next().is_none())
    }

    /// It and all elements that it lies in, the outermost last.
    pub fn outwards(self) -> impl Iterator<Item = Self> {
        let outer = |element: &Self| {
            let id = element.document.parent(element.id)?;
            Some(Self { document: element.document, id })
        };
        std::iter::successors(Some(self), outer)
    }

    /// It and all elements below it, in their order.
    pub fn tree(self) -> impl Iterator<Item = Self> {
        let below = self.document.descendants(self.id).into_iter().map(move |id| Self { document: self.document, id });
        std::iter::once(self).chain(below.filter(|node| node.document.element(node.id).is_some()))
    }

    /// Its text. `None` when anything else is in it: where a comment parts a text, readers differ in what they take for it.
    pub fn text(self) -> Option<String> {
        let parts = self.document.children_iter(self.id).map(|id| match self.document.node_kind(id) {
            Some(NodeKind::Text(text) | NodeKind::CData(text)) => Some(&**text),
            _ => None,
        });
        parts.collect()
    }
}

/// Goes through the document once without keeping anything of it.
fn survey(text: &str) -> Result<(), XmlFault> {
    let mut namespaces = 0;
    for (count, event) in PullParser::new(text).enumerate() {
        match event.map_err(|fault| malformed(text, &fault))? {
            PullEvent::StartElement { depth, .. } if depth >= DEEPEST => return Err(XmlFault::TooComplex),
            PullEvent::StartNamespace { uri, .. } if uri.len() > LONGEST_NAMESPACE => return Err(XmlFault::TooComplex),
            _ if count > MOST_PARTS || namespaces > MOST_NAMESPACES => return Err(XmlFault::TooComplex),
            PullEvent::StartNamespace { .. } => namespaces += 1,
            PullEvent::EndNamespace => namespaces -= 1,
            PullEvent::Doctype(_) => return Err(XmlFault::Doctype),
            PullEvent::XmlDeclaration(declaration) => {
                let encoding = declaration.encoding.unwrap_or("utf-8".into());
                if !["utf-8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
                    return Err(XmlFault::Encoding { declared: Some(quote(&encoding)) });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_html(text: &str) -> bool {
    let begins = |with: &str| {
        let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
        text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    begins("<!doctype html") || begins("<html")
}

fn malformed(text: &str, fault: &XmlError) -> XmlFault {
    let line = match fault {
        XmlError::WellFormedness(fault) => fault.line,
        XmlError::Namespace(fault) => fault.line,
        XmlError::Parse(fault) => fault.line,
        // It ends too early.
        _ => text.lines().count(),
    };
    XmlFault::Malformed { line: line.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: impl AsRef<[u8]>) -> Option<XmlFault> {
        Document::read(text.as_ref()).err()
    }

    fn numbered(count: usize, part: impl Fn(usize) -> String) -> String {
        (0..count).map(part).collect()
    }

    fn nested(levels: usize) -> String {
        format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels))
    }

    #[test]
    fn what_is_no_document_is_told_apart() {
        let line = |line| Some(XmlFault::Malformed { line });
        for (text, expected) in [
            ("", line(1)),
            ("\u{feff}", line(1)),
            ("{\"issuer\": 1}", line(1)),
            ("<a>\n<b></a>", line(2)),
            ("<a>\n\n<b>", line(3)),
            ("<a/><b/>", line(1)),
            ("<a b='1' b='2'/>", line(1)),
            ("<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", line(1)),
            ("<x:a/>", line(1)),
            ("<a>&nbsp;</a>", line(1)),
            ("<a>\u{1}</a>", line(1)),
            ("<!DOCTYPE html>\n<html></html>", Some(XmlFault::Html)),
            ("\n <HTML lang='en'><body>", Some(XmlFault::Html)),
            ("<!DOCTYPE a><a/>", Some(XmlFault::Doctype)),
            ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", Some(XmlFault::Doctype)),
            ("<!DOCTYPE a [<!ENTITY e SYSTEM 'https://evil.example/'>]><a>&e;</a>", Some(XmlFault::Doctype)),
            (
                "<?xml version='1.0' encoding='utf-16'?><a/>",
                Some(XmlFault::Encoding { declared: Some("utf-16".into()) }),
            ),
            ("<?xml version='1.0' encoding='UTF-8'?><a/>", None),
            ("<?xml version='1.0' encoding='US-ASCII'?><a/>", None),
            ("\u{feff}<?xml version='1.0'?><a/>", None),
        ] {
            assert_eq!(fault(text), expected, "{text}");
        }
        let utf16: Vec<u8> = "\u{feff}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(fault(utf16), Some(XmlFault::Encoding { declared: None }));
    }

    #[test]
    fn entities_that_multiply_are_not_looked_at() {
        let entity = |level| format!("<!ENTITY l{} '{}'>", level + 1, format!("&l{level};").repeat(10));
        let text = format!("<!DOCTYPE lolz [<!ENTITY l0 'lol'>{}]><a>&l99;</a>", numbered(99, entity));
        assert_eq!(fault(text), Some(XmlFault::Doctype));
    }

    #[test]
    fn depth_and_counts_are_bounded() {
        let siblings = numbered(1000, |number| format!("<b xmlns:a='u' a{number}=''/>"));
        for text in [nested(64), format!("<a>{siblings}</a>")] {
            assert_eq!(fault(text), None);
        }
        for text in [
            nested(65),
            nested(40_000),
            "<a>".repeat(80_000),
            format!("<a>{}</a>", "<b/>".repeat(60_000)),
            format!("<a {}/>", numbered(101, |number| format!("a{number}='' "))),
            format!("<a {}/>", numbered(34, |number| format!("xmlns:a{number}='u' "))),
            format!("<a xmlns:a='{}'/>", "u".repeat(1025)),
        ] {
            assert_eq!(fault(text), Some(XmlFault::TooComplex));
        }
    }

    #[test]
    fn names_are_compared_with_their_namespaces() {
        let document = Document::read(b"<a xmlns='u' xmlns:v='v' v:id='1'><v:b/><b/><c xmlns=''/></a>").unwrap();
        let root = document.root();
        assert!(root.is("u", "a") && !root.is("v", "a"));
        assert_eq!(root.attribute("id"), None);
        assert_eq!(root.named("u", "b").count(), 1);
        assert!(root.only("v", "b").is_some() && root.only("u", "c").is_none());
    }

    #[test]
    fn text_is_text_alone() {
        for (text, expected) in [
            ("<a>b&amp;<![CDATA[<c>]]>&#100;</a>", Some("b&<c>d")),
            ("<a/>", Some("")),
            ("<a>b<!-- -->c</a>", None),
            ("<a>b<?c d?></a>", None),
            ("<a>b<c/></a>", None),
        ] {
            assert_eq!(Document::read(text.as_bytes()).unwrap().root().text().as_deref(), expected, "{text}");
        }
    }
}
