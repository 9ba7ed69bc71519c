//! What published text may look like, and how much of it is repeated.

use std::ops::RangeInclusive;

/// The longest published text that is repeated, in characters.
const LONGEST_QUOTE: usize = 200;
/// Characters that take no room and change how others look or are read: breaks, joiners, directions, tags.
const INVISIBLE: [RangeInclusive<char>; 7] = [
    '\u{ad}'..='\u{ad}',
    '\u{61c}'..='\u{61c}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{feff}'..='\u{feff}',
    '\u{e0000}'..='\u{e007f}',
];
/// The longest name of an entity, in characters (SAML metadata, section 2.2.1).
const LONGEST_ENTITY_ID: usize = 1024;

/// Published text as it may be repeated: cut to 200 characters, and without characters that control a terminal or the order of what is shown.
#[must_use]
pub fn quote(text: &str) -> Box<str> {
    text.chars().filter(|character| is_shown(*character)).take(LONGEST_QUOTE).collect()
}

/// Is it a name that an entity may have, and one that can be shown as it is?
pub(crate) fn is_entity_id(text: &str) -> bool {
    let is_plain = text.chars().all(|character| is_shown(character) && !character.is_whitespace());
    is_plain && (1..=LONGEST_ENTITY_ID).contains(&text.chars().count())
}

/// Can it be shown as it is? Neither does it control a terminal, nor does it change how others look or are read.
#[must_use]
pub fn is_shown(character: char) -> bool {
    !character.is_control() && !INVISIBLE.iter().any(|range| range.contains(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_cut_and_clean() {
        let hostile = format!("https://a\n\u{1b}[31m\u{202e}{}", "x".repeat(9999));
        assert_eq!(*quote(&hostile), format!("https://a[31m{}", "x".repeat(187)));
    }

    #[test]
    fn names_of_entities_are_plain() {
        for name in ["urn:acme.eu.auth0.com", "http://adfs.example/adfs/services/trust", "https://m\u{fc}ller.example"]
        {
            assert!(is_entity_id(name), "{name}");
        }
        for name in ["", " https://a", "https://a\n", "https://a\u{200b}", "https://\u{202e}a", &"x".repeat(1025)] {
            assert!(!is_entity_id(name), "{name:?}");
        }
    }
}
