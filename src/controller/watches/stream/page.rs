//! A page of a list.

use std::ops::Range;
use std::vec;

use kube::Client;
use kube::core::ListMeta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// A page as it came, of which each object is decoded when its turn comes: until then it costs its text alone.
pub(super) struct Page {
    text: String,
    meta: ListMeta,
    /// Where the objects are in the text that are still to be decoded.
    objects: vec::IntoIter<Range<usize>>,
}

#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(default)]
    metadata: ListMeta,
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

impl Page {
    /// Asks for one.
    pub(super) async fn read(client: &Client, request: http::Request<Vec<u8>>) -> kube::Result<Self> {
        Self::of(client.request_text(request).await?).map_err(kube::Error::SerdeError)
    }

    fn of(text: String) -> serde_json::Result<Self> {
        let parts: Parts<'_> = serde_json::from_str(&text)?;
        let place = |object: &RawValue| {
            let from = object.get().as_ptr().addr() - text.as_ptr().addr();
            from..from + object.get().len()
        };
        let objects: Vec<_> = parts.items.into_iter().flatten().map(place).collect();
        Ok(Self { meta: parts.metadata, objects: objects.into_iter(), text })
    }

    /// What to ask for the next page with, if there is one.
    pub(super) fn more(&self) -> Option<&str> {
        self.meta.continue_.as_deref().filter(|more| !more.is_empty())
    }

    /// The version that the list is of.
    pub(super) fn version(self) -> String {
        self.meta.resource_version.unwrap_or_default()
    }

    /// The next object.
    pub(super) fn next<K: DeserializeOwned>(&mut self) -> Option<kube::Result<K>> {
        let object = self.text.get(self.objects.next()?)?;
        Some(serde_json::from_str(object).map_err(kube::Error::SerdeError))
    }
}
