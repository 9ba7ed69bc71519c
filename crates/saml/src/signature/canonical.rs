//! The canonical form of an element (Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0).

use bergshamra_c14n::{C14nMode, C14nSink, canonicalize_doc_to};
use bergshamra_xml::NodeSet;

use super::SignatureFault;
use super::fault::algorithm;
use crate::xml::{Document, Element};

/// The longest canonical form, in bytes. Where many elements each repeat a long namespace, it outgrows the document by far.
const LONGEST: usize = 1024 * 1024;
/// How many prefixes a form may be told. Each is looked at for each element.
const MOST_PREFIXES: usize = 16;

/// A canonical form, with what it is told.
pub(super) struct Form {
    mode: C14nMode,
    /// `PrefixList`: namespaces that are kept although nothing shows that they are used.
    prefixes: Vec<String>,
}

impl Form {
    /// The form where none is named (XML Signature, section 4.4.3.2).
    pub fn default() -> Self {
        Self { mode: C14nMode::Inclusive, prefixes: Vec::new() }
    }

    /// The form that an element names; `None` when what it names is none.
    ///
    /// # Errors
    /// When it is told something else than a list of prefixes.
    pub fn read(method: Element<'_, '_>) -> Result<Option<Self>, SignatureFault> {
        let Some(mode) = C14nMode::from_uri(algorithm(method)) else { return Ok(None) };
        let mut prefixes = Vec::new();
        for parameter in method.children() {
            if !mode.is_exclusive() || !parameter.is(C14nMode::Exclusive.uri(), "InclusiveNamespaces") {
                return Err(SignatureFault::Malformed);
            }
            let list = parameter.attribute("PrefixList").unwrap_or_default();
            prefixes.extend(list.split_ascii_whitespace().map(str::to_owned));
        }
        if prefixes.len() > MOST_PREFIXES {
            return Err(SignatureFault::Malformed);
        }
        Ok(Some(Self { mode, prefixes }))
    }

    /// An element in this form. Comments are never in it: a reference by a name leaves them out (XML Signature, section
    /// 4.4.3.3), and what has one in its signature is not taken.
    ///
    /// # Errors
    /// When it is too long.
    pub fn element(
        &self,
        document: &Document<'_>,
        element: Element<'_, '_>,
        without: Option<Element<'_, '_>>,
    ) -> Result<Vec<u8>, SignatureFault> {
        let tree = document.tree();
        let mut nodes = NodeSet::tree_without_comments(element.id, tree);
        if let Some(left_out) = without {
            nodes = nodes.subtract(&NodeSet::tree_with_comments(left_out.id, tree));
        }
        let mut written = Bounded::default();
        canonicalize_doc_to(tree, self.mode, Some(&nodes), &self.prefixes, &mut written)
            .map_err(|_| SignatureFault::Malformed)?;
        written.0.ok_or(SignatureFault::TooLarge)
    }
}

/// What was written, unless it was too much.
struct Bounded(Option<Vec<u8>>);

impl Default for Bounded {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl C14nSink for Bounded {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(written) = self.0.as_mut().filter(|written| written.len() + bytes.len() <= LONGEST) {
            written.extend_from_slice(bytes);
        } else {
            self.0 = None;
        }
    }
}
