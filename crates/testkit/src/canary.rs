//! Looks for secrets in what comes out, in whatever form they may have taken on the way.

use std::fmt::Write as _;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use url::form_urlencoded;

/// The least length of a half that is sought by itself, in characters: a shorter one might be found by chance.
const SHORTEST_HALF: usize = 8;

/// A secret, and every form that it is sought in: whole, and each half of it, for what was cut.
pub struct Canary {
    name: String,
    forms: Vec<(&'static str, String)>,
}

impl Canary {
    /// A secret that findings call by this name.
    ///
    /// # Panics
    /// When it has fewer than 16 characters.
    #[must_use]
    pub fn new(name: &str, secret: &str) -> Self {
        let characters: Vec<char> = secret.chars().collect();
        let (first, second) = characters.split_at(characters.len() / 2);
        assert!(first.len() >= SHORTEST_HALF, "{name} is too short to be sought");
        let halves = [first, second].map(|half| half.iter().collect::<String>());
        let forms = halves.iter().flat_map(|half| forms(half)).collect();
        Self { name: name.to_owned(), forms }
    }

    /// Where a text holds it: in which form, and what stands around it.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<String> {
        self.forms.iter().find_map(|(form, sought)| {
            let place = text.find(sought)?;
            let start = text.floor_char_boundary(place.saturating_sub(200));
            let end = text.ceil_char_boundary((place + sought.len() + 200).min(text.len()));
            Some(format!("{} ({form}) is in: {}", self.name, &text.get(start..end)?))
        })
    }
}

fn forms(text: &str) -> Vec<(&'static str, String)> {
    let in_form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let json = serde_json::Value::from(text).to_string();
    let twice = serde_json::Value::from(inner(&json)).to_string();
    let list = format!("{:?}", text.as_bytes());
    let mut forms = vec![
        ("plain", text.to_owned()),
        ("form-encoded", in_form.clone()),
        ("form-encoded, in small letters", lower_escapes(&in_form)),
        ("percent-encoded", in_form.replace('+', "%20")),
        ("percent-encoded, in small letters", lower_escapes(&in_form.replace('+', "%20"))),
        ("JSON", inner(&json).to_owned()),
        ("JSON in JSON", inner(&twice).to_owned()),
        ("as Go writes JSON", inner(&json).replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")),
        ("Debug", inner(&format!("{text:?}")).to_owned()),
        ("Debug of bytes", text.as_bytes().escape_ascii().to_string()),
        ("a list of bytes", list.trim_matches(['[', ']']).to_owned()),
        ("hex", hex(text, false)),
        ("hex in capitals", hex(text, true)),
    ];
    // Basic credentials (RFC 7617) are base64 of the bare or of the form-encoded text, after something of any length.
    for text in [text, &in_form] {
        for shift in 0..3 {
            forms.push(("base64", base64(text, shift, &BASE64_STANDARD_NO_PAD)));
            forms.push(("base64url", base64(text, shift, &BASE64_URL_SAFE_NO_PAD)));
        }
    }
    forms
}

fn inner(quoted: &str) -> &str {
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(quoted)
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut escape = 0;
    let lowered = text.chars().map(|character| {
        escape = if character == '%' { 2 } else { i32::max(escape - 1, -1) };
        if escape >= 0 { character.to_ascii_lowercase() } else { character }
    });
    lowered.collect()
}

fn hex(text: &str, capitals: bool) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _never_fails = if capitals { write!(hex, "{byte:02X}") } else { write!(hex, "{byte:02x}") };
        hex
    })
}

/// The characters that stand for the text alone when it begins `shift` bytes after a group of three.
fn base64(text: &str, shift: usize, engine: &impl Engine) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(text.as_bytes());
    let encoded = engine.encode(&bytes);
    let (first, last) = ((8 * shift).div_ceil(6), 8 * bytes.len() / 6);
    encoded.get(first..last).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

    use super::*;

    const SECRET: &str = r#"kü"y\+/=%&:? <>~canary 9f3b"#;

    #[test]
    fn it_is_found_in_every_form_and_where_it_was_cut() {
        let canary = Canary::new("the key", SECRET);
        let json = serde_json::json!({ "body": SECRET }).to_string();
        let form = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>();
        let mut texts = vec![
            format!("key={SECRET}."),
            SECRET.chars().take(14).collect(),
            SECRET.chars().skip(12).collect(),
            form.clone(),
            form.to_lowercase().replace('+', "%20"),
            json.clone(),
            serde_json::json!({ "line": json }).to_string(),
            format!("{SECRET:?}"),
            format!("{:?}", bytes::Bytes::from(SECRET)),
            format!("{:?}", SECRET.as_bytes()),
            hex(SECRET, false),
            hex(SECRET, true),
        ];
        for id in ["", "a", "ab", "abc"] {
            texts.push(BASE64_STANDARD.encode(format!("{id}:{SECRET}:x")));
            texts.push(BASE64_URL_SAFE.encode(format!("{id}:{form}")));
        }
        for text in texts {
            assert!(canary.find(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn it_is_not_found_where_it_is_not() {
        let canary = Canary::new("the key", SECRET);
        for text in ["", "canary", "k\u{fc}", "SecretBox<str>([REDACTED])"] {
            assert_eq!(canary.find(text), None);
        }
    }
}
