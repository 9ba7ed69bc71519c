//! XML, written in its canonical form (Exclusive XML Canonicalization 1.0): what is sent is, byte for byte, what is signed.

use std::iter;

/// A namespace and the one prefix that it has in a document; empty for the default one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Namespace {
    pub prefix: &'static str,
    pub uri: &'static str,
}

/// An element and all that is in it.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    namespace: Namespace,
    name: &'static str,
    attributes: Vec<Attribute>,
    declared: Option<Namespace>,
    children: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Attribute {
    namespace: Option<Namespace>,
    name: &'static str,
    value: String,
}

#[derive(Clone, Debug)]
enum Node {
    Element(Element),
    Text(String),
}

impl Namespace {
    pub const fn new(prefix: &'static str, uri: &'static str) -> Self {
        Self { prefix, uri }
    }

    /// An empty element.
    pub fn element(self, name: &'static str) -> Element {
        Element { namespace: self, name, attributes: Vec::new(), declared: None, children: Vec::new() }
    }

    fn qualify(self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}:{name}", self.prefix) }
    }

    /// The attribute that declares it.
    fn declaration(self) -> String {
        let name = if self.prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{}", self.prefix) };
        format!(" {name}=\"{}\"", escape_attribute(self.uri))
    }
}

impl Element {
    /// The same with an attribute.
    pub fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with_attribute(None, name, value.into())
    }

    /// The same with an attribute, if it has a value.
    pub fn with_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with an attribute of a namespace.
    pub fn with_qualified(self, namespace: Namespace, name: &'static str, value: &str) -> Self {
        self.with_attribute(Some(namespace), name, value.to_owned())
    }

    fn with_attribute(mut self, namespace: Option<Namespace>, name: &'static str, value: String) -> Self {
        self.attributes.push(Attribute { namespace, name, value });
        self
    }

    /// The same with a namespace that only values need.
    pub fn declaring(self, namespace: Namespace) -> Self {
        Self { declared: Some(namespace), ..self }
    }

    /// The same with elements at its end.
    pub fn containing(mut self, elements: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(elements.into_iter().map(Node::Element));
        self
    }

    /// The same with text at its end.
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    /// The same with an element before all others.
    pub fn beginning_with(mut self, element: Self) -> Self {
        self.children.insert(0, Node::Element(element));
        self
    }

    /// The prefixes of the namespaces that only values need: the `PrefixList`, without which the canonical form has none of
    /// them.
    pub fn declared_prefixes(&self) -> Vec<&'static str> {
        let elements = self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        });
        let own = self.declared.map(|namespace| namespace.prefix);
        let mut prefixes: Vec<_> = elements.flat_map(Self::declared_prefixes).chain(own).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    /// The canonical text.
    pub fn write(&self) -> String {
        let mut text = String::new();
        self.write_below(&[], &mut text);
        text
    }

    /// `declared` are the namespaces of the elements around it, the innermost last.
    fn write_below(&self, declared: &[Namespace], text: &mut String) {
        let tag = self.namespace.qualify(self.name);
        let new = self.undeclared(declared);
        text.extend(["<", &tag]);
        text.extend(new.iter().map(|namespace| namespace.declaration()));
        let mut attributes: Vec<_> = self.attributes.iter().collect();
        attributes.sort_by_key(|attribute| (attribute.namespace.map(|namespace| namespace.uri), attribute.name));
        text.extend(attributes.into_iter().map(Attribute::write));
        text.push('>');
        let declared = [declared, &new].concat();
        for child in &self.children {
            match child {
                Node::Element(element) => element.write_below(&declared, text),
                Node::Text(said) => text.push_str(&escape_text(said)),
            }
        }
        text.extend(["</", &tag, ">"]);
    }

    /// The namespaces that have to be declared here, in canonical order.
    fn undeclared(&self, declared: &[Namespace]) -> Vec<Namespace> {
        let used = self.attributes.iter().filter_map(|attribute| attribute.namespace);
        let used = used.chain(self.declared).chain(iter::once(self.namespace));
        let is_known =
            |namespace: &Namespace| declared.iter().rfind(|known| known.prefix == namespace.prefix) == Some(namespace);
        let mut new: Vec<_> = used.filter(|namespace| !is_known(namespace)).collect();
        new.sort();
        new.dedup();
        new
    }
}

impl Attribute {
    fn write(&self) -> String {
        let name = self.namespace.map_or_else(|| self.name.to_owned(), |namespace| namespace.qualify(self.name));
        format!(" {name}=\"{}\"", escape_attribute(&self.value))
    }
}

fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#xD;")
}

fn escape_attribute(value: &str) -> String {
    let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    escaped.replace('\t', "&#x9;").replace('\n', "&#xA;").replace('\r', "&#xD;")
}
