//! PEM (RFC 7468) and the base64 in it. Both may hold a private key: each buffer has its size from the start and is wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// One section of a PEM text.
#[derive(Clone, Copy)]
pub(crate) struct Section<'a> {
    /// What the section says that it is.
    pub label: &'a str,
    /// The lines between the first and the last.
    pub body: &'a str,
}

/// The sections of a text; none where it is no PEM. What stands between them is passed over.
///
/// `None` when a section does not end, or ends as another.
pub(crate) fn sections(text: &str) -> Option<Vec<Section<'_>>> {
    let mut sections = Vec::new();
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, begun) = begun.split_once("-----")?;
        let (body, begun) = begun.split_once("-----END ")?;
        rest = begun.strip_prefix(label)?.strip_prefix("-----")?;
        sections.push(Section { label, body });
    }
    Some(sections)
}

/// The bytes that base64 stands for, with line breaks or without. `None` when it is none, or stands for nothing.
pub(crate) fn decode(base64: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut packed = Zeroizing::new(Vec::with_capacity(base64.len()));
    packed.extend(base64.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(packed.len())]);
    let length = STANDARD.decode_slice(&*packed, &mut bytes).ok()?;
    bytes.truncate(length);
    (length > 0).then_some(bytes)
}

/// Bytes as base64, in one line.
pub(crate) fn encode(bytes: &[u8]) -> Option<String> {
    let mut base64 = vec![0; base64::encoded_len(bytes.len(), true)?];
    STANDARD.encode_slice(bytes, &mut base64).ok()?;
    String::from_utf8(base64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_between_other_text() {
        let text = "subject=acme\n-----BEGIN A-----\r\nAAAA\r\n-----END A-----\r\n\n-----BEGIN B C-----\nBBBB\n-----END B C-----";
        let found: Vec<_> =
            sections(text).unwrap().iter().map(|section| (section.label, section.body.trim())).collect();
        assert_eq!(found, [("A", "AAAA"), ("B C", "BBBB")]);
        assert!(sections("AAAA").unwrap().is_empty());
    }

    #[test]
    fn sections_end_as_they_began() {
        for text in ["-----BEGIN A-----\nAAAA", "-----BEGIN A-----\nAAAA\n-----END B-----", "-----BEGIN A\nAAAA"] {
            assert!(sections(text).is_none(), "{text}");
        }
    }

    #[test]
    fn base64_is_read_into_buffers_that_never_grew() {
        for length in [1, 2, 3, 100, 2001] {
            let bytes = vec![7; length];
            let base64 = encode(&bytes).unwrap();
            assert_eq!(base64.capacity(), base64.len());
            let lines: String =
                base64.as_bytes().chunks(64).flat_map(|line| [str::from_utf8(line).unwrap(), "\r\n"]).collect();
            assert_eq!(*decode(&lines).unwrap(), bytes);
        }
        for text in ["", "\n", "AAA", "AA=A", "AAAA-", "AAB="] {
            assert!(decode(text).is_none(), "{text}");
        }
    }
}
