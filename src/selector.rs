//! Label selectors, as Kubernetes reads them.

use std::fmt;
use std::str::FromStr;

/// The longest prefix of a label's key, and the longest name or value, in bytes.
const LONGEST_PREFIX: usize = 253;
const LONGEST_NAME: usize = 63;

/// A label selector that the API server accepts, for example `app=sso,tier in (a, b),!legacy`. It asks for something: an empty
/// one is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabelSelector(Box<str>);

impl LabelSelector {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for LabelSelector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("it is empty and would select everything: leave the flag out".to_owned());
        }
        requirements(text).into_iter().try_for_each(requirement)?;
        Ok(Self(text.into()))
    }
}

/// The parts between commas, but for those between parentheses.
fn requirements(text: &str) -> Vec<&str> {
    let mut inside = false;
    let parts = text.split(|character| {
        inside = match character {
            '(' => true,
            ')' => false,
            _ => inside,
        };
        character == ',' && !inside
    });
    parts.map(str::trim).collect()
}

fn requirement(text: &str) -> Result<(), String> {
    if let Some(absent) = text.strip_prefix('!') {
        return key(absent);
    }
    if let Some((left, values)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let (name, operator) = left.trim().rsplit_once(char::is_whitespace).unwrap_or_default();
        if !matches!(operator, "in" | "notin") {
            return Err(format!("`{text}` is none of `key in (a, b)` and `key notin (a, b)`"));
        }
        key(name)?;
        return values.split(',').try_for_each(value);
    }
    for operator in ["!=", "==", "="] {
        if let Some((name, wanted)) = text.split_once(operator) {
            return key(name).and_then(|()| value(wanted));
        }
    }
    key(text)
}

/// A label's key: a name, with the domain before it that it belongs to, if there is one.
fn key(text: &str) -> Result<(), String> {
    let text = text.trim();
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let is_domain = |prefix: &str| {
        let is_part =
            |part: &str| is_enclosed(part) && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        prefix.len() <= LONGEST_PREFIX && prefix.split('.').all(is_part)
    };
    if prefix.is_none_or(is_domain) && is_name(name) { Ok(()) } else { Err(format!("`{text}` is no label's key")) }
}

fn value(text: &str) -> Result<(), String> {
    let text = text.trim();
    if text.is_empty() || is_name(text) { Ok(()) } else { Err(format!("`{text}` is no label's value")) }
}

fn is_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.len() <= LONGEST_NAME && is_enclosed(text) && text.bytes().all(is_inner)
}

/// Does it begin and end with a letter or a digit?
fn is_enclosed(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().last()];
    ends.into_iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_takes_is_taken() {
        for text in [
            "app",
            "!app",
            "app=sso",
            "app==sso",
            "app!=sso",
            "app=",
            "sso.cognigy.ai/use=true",
            "app in (a, b),tier notin (c),x",
            "app in (a)",
            "app in(a,)",
            "A_b.c-d = 1.x_Y",
        ] {
            assert_eq!(text.parse::<LabelSelector>().unwrap().as_str(), text);
        }
        assert_eq!(" app=sso ".parse::<LabelSelector>().unwrap().to_string(), "app=sso");
    }

    #[test]
    fn everything_else_is_refused_and_what_is_wrong_is_named() {
        let long = "x".repeat(64);
        for (text, named) in [
            ("", "empty"),
            (" ", "empty"),
            ("app=a b", "`a b`"),
            ("app=-a", "`-a`"),
            ("=a", "``"),
            ("app,", "``"),
            ("app in a", "`app in a`"),
            ("app within (a)", "`app within (a)`"),
            ("app in (a", "`app in (a`"),
            ("in (a)", "`in (a)`"),
            ("Example.com/app", "`Example.com/app`"),
            ("/app", "`/app`"),
            ("a/b/c", "`a/b/c`"),
            ("app=a&watch=1", "`a&watch=1`"),
            (long.as_str(), long.as_str()),
        ] {
            let error = text.parse::<LabelSelector>().unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
