//! Members that may be of any type, of which one is taken.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The most entries of a list of texts that are kept.
const LONGEST_LIST: usize = 100;

/// The longest text that is kept whole, in bytes. What is compared or used is shorter, so that the beginning of a longer one is as
/// good as all of it.
const LONGEST_TEXT: usize = 8192;

/// What is taken of a JSON value; whatever is not taken leaves the default.
pub(crate) trait Taken: Default {
    fn text(_: &str) -> Self {
        Self::default()
    }

    fn number(_: u64) -> Self {
        Self::default()
    }

    fn list<'de, A: SeqAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        while entries.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn object<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

struct Taking<T>(PhantomData<T>);

impl<'de, T: Taken> Visitor<'de> for Taking<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::text(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::list(entries)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::object(members)
    }
}

pub(super) fn take<'de, T: Taken, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Taking(PhantomData))
}

macro_rules! deserialize_taken {
    ($($taken:ty),*) => {$(
        impl<'de> Deserialize<'de> for $taken {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                take(deserializer)
            }
        }
    )*};
}

deserialize_taken!(Text, Number, Texts);

/// A text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Option<Box<str>>);

impl Taken for Text {
    fn text(text: &str) -> Self {
        Self(text.get(..text.floor_char_boundary(LONGEST_TEXT)).map(Into::into))
    }
}

impl Deref for Text {
    type Target = Option<Box<str>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// A whole number from 0 up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Option<u64>);

impl Taken for Number {
    fn number(number: u64) -> Self {
        Self(Some(number))
    }
}

/// The texts among the first 100 entries of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Option<Vec<Box<str>>>);

impl Taken for Texts {
    fn list<'de, A: SeqAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        let List::<Text, LONGEST_LIST> { entries, .. } = List::of(entries)?;
        Ok(Self(Some(entries.into_iter().filter_map(|text| text.0).collect())))
    }
}

/// An object, or `None` for anything else.
#[derive(Clone, Debug)]
pub(crate) struct Lenient<T>(pub(crate) Option<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: DeserializeOwned> Taken for Lenient<T> {
    fn object<'de, A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Some).map(Self)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        take(deserializer)
    }
}

/// The first entries of a list; the others are passed over.
#[derive(Clone, Debug)]
pub(crate) struct List<T, const MOST: usize> {
    pub(crate) entries: Vec<T>,
    /// Were there more?
    pub(crate) is_cut: bool,
}

impl<T: DeserializeOwned, const MOST: usize> List<T, MOST> {
    fn of<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut entries = Vec::new();
        while entries.len() < MOST {
            let Some(entry) = list.next_element()? else { return Ok(Self { entries, is_cut: false }) };
            entries.push(entry);
        }
        let mut is_cut = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            is_cut = true;
        }
        Ok(Self { entries, is_cut })
    }
}

impl<T: DeserializeOwned, const MOST: usize> Taken for Option<List<T, MOST>> {
    fn list<'de, A: SeqAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        List::of(entries).map(Some)
    }
}

/// For a member that is a list, or taken for absent.
pub(crate) fn list<'de, T, D, const MOST: usize>(deserializer: D) -> Result<Option<List<T, MOST>>, D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    take(deserializer)
}
