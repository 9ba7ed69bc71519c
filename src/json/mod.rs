//! JSON from outside (RFC 8259). Its nesting and the number of its values are bounded before it is parsed, and it is parsed into
//! types that take known members only, so that the others cost no memory.

mod lenient;

use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;

pub(crate) use lenient::{Lenient, List, Number, Text, Texts, list};

/// The deepest nesting that is read. What providers and Cognigy.AI publish is nested three or four deep.
const DEEPEST: usize = 32;
/// The most values that are read, those inside others counted too. A key set of 200 keys has about 2,000.
const MOST_VALUES: usize = 10_000;

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not JSON in UTF-8, or no object, or a member that matters is of another type.
    NoObject,
    /// It is nested too deeply.
    TooDeep,
    /// It holds too many values.
    TooMany,
    /// It has a member that matters more than once (RFC 8259 section 4: what it means is anybody's guess).
    Repeated,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoObject => formatter.write_str("is not a JSON object"),
            Self::TooDeep => write!(formatter, "is JSON nested deeper than {DEEPEST} levels"),
            Self::TooMany => write!(formatter, "is JSON of more than {MOST_VALUES} values"),
            Self::Repeated => formatter.write_str("is a JSON object that names a member twice"),
        }
    }
}

/// Reads an object.
///
/// # Errors
/// When it is none, or beyond the bounds.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Refusal> {
    let text = str::from_utf8(text).map_err(|_| Refusal::NoObject)?;
    check_bounds(text)?;
    // An array would pass for an object whose members come in the order of the type's fields.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Refusal::NoObject);
    }
    serde_json::from_str(text).map_err(|error| {
        let is_repeated = error.is_data() && error.to_string().starts_with("duplicate field");
        if is_repeated { Refusal::Repeated } else { Refusal::NoObject }
    })
}

/// Is it any JSON value within the bounds?
pub(crate) fn is_value(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    check_bounds(text).is_ok() && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Goes through the text once, without recursion. What is no JSON passes, and is refused by the parser.
fn check_bounds(text: &str) -> Result<(), Refusal> {
    let (mut depth, mut values) = (0_usize, 1_usize);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Refusal::TooDeep);
        }
        if values > MOST_VALUES {
            return Err(Refusal::TooMany);
        }
    }
    Ok(())
}

/// To behind the closing quotation mark.
fn skip_string(bytes: &mut impl Iterator<Item = u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Example {
        text: Text,
        number: Number,
        texts: Texts,
    }

    fn read(text: &str) -> Result<Example, Refusal> {
        object(text.as_bytes())
    }

    #[test]
    fn a_member_of_another_type_is_as_one_that_is_not_there() {
        for other in ["null", "true", "7", "-7", "7.5", "1e400", r#"{"a":[1]}"#, r#"[[{"a":"b"}]]"#, r#""x""#] {
            let text = format!(r#"{{"text":{other},"number":{other},"texts":{other},"unknown":{other}}}"#);
            let Ok(example) = read(&text) else {
                assert_eq!(other, "1e400", "no number that there is");
                continue;
            };
            assert_eq!(example.text.as_deref(), (other == r#""x""#).then_some("x"), "{other}");
            assert_eq!(example.number.0, (other == "7").then_some(7), "{other}");
            assert_eq!(example.texts.0.is_some(), other.starts_with('['), "{other}");
        }
        assert_eq!(read(r#"{"texts":["a",7,null,["b"],"c"]}"#).unwrap().texts.0.unwrap(), ["a", "c"].map(Box::from));
    }

    #[test]
    fn of_a_long_text_the_beginning_is_kept() {
        let kept = read(&format!(r#"{{"text":"{}"}}"#, "ä".repeat(5000))).unwrap().text.0.unwrap();
        assert_eq!(&*kept, "ä".repeat(4096));
    }

    #[test]
    fn nesting_is_bounded_wherever_it_is() {
        let nested = |open: &str, close: &str, levels: usize| {
            format!(r#"{{"unknown":{}{}}}"#, open.repeat(levels - 1), close.repeat(levels - 1))
        };
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let close_of = |levels| nested(open, close, levels).replace(":}", ":1}");
            assert!(read(&close_of(DEEPEST)).is_ok());
            assert_eq!(read(&close_of(DEEPEST + 1)), Err(Refusal::TooDeep));
            assert!(!is_value(close_of(DEEPEST + 1).as_bytes()));
        }
        assert_eq!(read(&"[".repeat(1 << 18)), Err(Refusal::TooDeep));
        let brackets_in_text = format!(r#"{{"text":"{}\"[["}}"#, "[".repeat(1000));
        assert!(read(&brackets_in_text).is_ok());
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let with = |values: usize| format!(r#"{{"unknown":[{}7]}}"#, "7,".repeat(values - 3));
        assert!(read(&with(MOST_VALUES)).is_ok());
        assert_eq!(read(&with(MOST_VALUES + 1)), Err(Refusal::TooMany));
        assert!(!is_value("[],".repeat(MOST_VALUES).as_bytes()));
    }

    #[test]
    fn a_member_that_matters_comes_once() {
        assert_eq!(read(r#"{"text":"a","text":"a"}"#), Err(Refusal::Repeated));
        assert_eq!(read(r#"{"text":"a","t\u0065xt":"b"}"#), Err(Refusal::Repeated));
        assert!(read(r#"{"unknown":1,"unknown":2,"text":"a"}"#).is_ok());
    }

    #[test]
    fn only_an_object_is_one() {
        let bom = "\u{feff}{}";
        for text in [
            "",
            " ",
            "[]",
            r#"["text", 7]"#,
            "null",
            "7",
            r#""{}""#,
            "{",
            "{}{}",
            "{} x",
            "{'text':1}",
            "{text:1}",
            bom,
        ] {
            assert_eq!(read(text), Err(Refusal::NoObject), "{text}");
        }
        assert_eq!(object::<Example>(b"{\"text\":\"\xff\"}"), Err(Refusal::NoObject));
        assert_eq!(object::<Example>(b"{\"unknown\":\"\xff\"}"), Err(Refusal::NoObject));
        assert!(read(" \n{}\r\n").is_ok());
    }
}
