//! Resources as they are kept between visits: packed, since most of what one says another says too.

use cognigy_sso_decide::Resource;
use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};

/// One of each kind, Ready, the commonest last: what two of them say is found in the later one. What a resource has in common
/// with them takes next to no room.
const MODELS: &[u8] = include_bytes!("models.jsonl");

/// A resource in a tenth of its room. It holds no secret: none is in a resource.
#[derive(PartialEq, Eq)]
pub(super) struct Packed(Box<[u8]>);

impl Packed {
    pub(super) fn of(resource: &Resource) -> Self {
        // Texts, numbers, times and lists of them always serialize.
        let json = serde_json::to_vec(resource).unwrap_or_default();
        Self(compress_prepend_size_with_dict(&json, MODELS).into())
    }

    /// The resource as it was packed.
    #[expect(clippy::expect_used, reason = "what was packed here can be unpacked, as a test shows of any")]
    pub(super) fn open(&self) -> Resource {
        let json = decompress_size_prepended_with_dict(&self.0, MODELS).expect("it was compressed by the same models");
        serde_json::from_slice(&json).expect("it was serialized from the same type")
    }
}

#[cfg(test)]
mod tests {
    use cognigy_sso_api::IdentityProviderConfigStatus;
    use jiff::Timestamp;

    use super::*;

    fn models() -> impl Iterator<Item = Resource> {
        MODELS.split_inclusive(|byte| *byte == b'\n').map(|model| serde_json::from_slice(model).unwrap())
    }

    /// Another one of that kind, of another organization with other Secrets.
    fn other(model: &Resource) -> Resource {
        let mut text = serde_json::to_string(model).unwrap();
        for (word, other) in [
            ("acme", "globex-corporation"),
            ("cognigy-api", "globex-corporation-api"),
            ("5f0c0123456789abcdef0123", "b7e4d91c02f8a63e5d17c940"),
            ("00000000-0000-4000-8000-000000000000", "78747e5f-726a-42bb-96cc-599a7b25d5a8"),
            ("AAAAAAAAAAAAAAAAAAAAAA$", "CfO+Zo6WSg7M/TyQrWrBtQ$"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "bpZhjfA/ESi+F5WLi3DuNNUEphfqNYXj8awh7pt5IaU"),
            ("2026-01-01T00:00:00Z", "2027-03-19T17:42:05Z"),
        ] {
            text = text.replace(word, other);
        }
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn one_like_others_takes_a_fraction_of_its_text() {
        for resource in models().map(|model| other(&model)) {
            let (whole, packed) = (serde_json::to_vec(&resource).unwrap().len(), Packed::of(&resource).0.len());
            assert!(6 * packed < whole, "{packed} of {whole} bytes");
        }
    }

    #[test]
    fn any_is_unpacked_as_it_was_packed() {
        let model = models().next().unwrap();
        let mut strange = other(&model);
        strange.spec = Err("it holds \"quotes\", \\ and \u{1f511}".into());
        (strange.created, strange.requested_at) = (Timestamp::MIN, Some("\u{0}".into()));
        strange.status.last_handled_reconcile_at = Some("x".repeat(100_000).into());
        let bare = Resource { status: IdentityProviderConfigStatus::default(), spec: Err("".into()), ..model.clone() };
        for resource in models().chain([other(&model), strange, bare]) {
            let packed = Packed::of(&resource);
            assert_eq!(packed.open(), resource);
            assert!(packed == Packed::of(&resource));
        }
    }

    #[test]
    fn models_are_what_resources_are_packed_from() {
        for model in MODELS.split_inclusive(|byte| *byte == b'\n') {
            let resource: Resource = serde_json::from_slice(model).unwrap();
            assert_eq!(serde_json::to_string(&resource).unwrap() + "\n", str::from_utf8(model).unwrap());
        }
    }
}
