//! The Secrets and ConfigMaps that resources refer to. Nothing is kept of one but a mark of its version.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use cognigy_sso_api::SecretVersion;
use cognigy_sso_decide::{ObjectKind, Resource};

use super::watches::{Object, Watch};
use crate::observe::References;
use crate::watched::Key;

/// An object that a resource refers to.
pub(super) type Target = (ObjectKind, Key);

/// Who refers to what, and what is known of that.
#[derive(Default)]
pub(super) struct Referred {
    // In boxes, since up to half of the table is empty.
    objects: HashMap<Target, Box<Known>>,
    marks: RandomState,
}

#[derive(Default)]
struct Known {
    version: Version,
    /// The list, by its number, that showed it last.
    listed: u64,
    /// The resources that refer to it, in order: hardly ever more than one of a Secret, and all of them of an authority's bundle.
    referrers: Vec<Key>,
}

impl Known {
    fn of_one() -> Self {
        Self { referrers: Vec::with_capacity(1), ..Self::default() }
    }

    fn refer(&mut self, key: &Key) {
        if let Err(place) = self.referrers.binary_search(key) {
            self.referrers.insert(place, key.clone());
        }
    }

    fn unrefer(&mut self, key: &Key) {
        if let Ok(place) = self.referrers.binary_search(key) {
            self.referrers.remove(place);
        }
    }
}

#[derive(Default, PartialEq, Eq)]
enum Version {
    /// No watch has shown it yet.
    #[default]
    Unknown,
    Absent,
    /// A hash of uid and resourceVersion, under a key of this process.
    Present(u64),
}

impl Referred {
    /// Takes an object as a watch shows it in this list or later, and answers with the resources that this concerns: none,
    /// where nothing is new.
    pub(super) fn note(&mut self, kind: ObjectKind, object: Object, listed: u64) -> Vec<Key> {
        let Some(known) = self.objects.get_mut(&(kind, object.key)) else { return Vec::new() };
        known.listed = listed;
        let mark = |(uid, version): (Box<str>, Box<str>)| self.marks.hash_one((uid, version));
        let version = object.version.map_or(Version::Absent, |version| Version::Present(mark(version)));
        if known.version == version {
            return Vec::new();
        }
        known.version = version;
        known.referrers.clone()
    }

    /// The objects of this watch that are there, as far as is known, and that no list has shown since `begun`.
    pub(super) fn missing(&self, kind: ObjectKind, watch: &Watch, begun: u64) -> Vec<Key> {
        let unlisted = self.objects.iter().filter(|((of, key), known)| {
            *of == kind && watch.covers(key) && known.listed < begun && matches!(known.version, Version::Present(_))
        });
        unlisted.map(|((_, key), _)| key.clone()).collect()
    }

    /// Is a Secret of this namespace known to be as it was then?
    pub(super) fn is_current(
        &self,
        namespace: &str,
        SecretVersion { name, uid, resource_version }: &SecretVersion,
    ) -> bool {
        let mark = self.marks.hash_one((uid, resource_version));
        let known = self.objects.get(&(ObjectKind::Secret, Key::new(namespace, name)));
        known.is_some_and(|known| known.version == Version::Present(mark))
    }

    /// A resource that is new refers to these.
    pub(super) fn refer(&mut self, key: &Key, targets: impl IntoIterator<Item = Target>) {
        for target in targets {
            self.objects.entry(target).or_insert_with(|| Box::new(Known::of_one())).refer(key);
        }
    }

    /// A resource refers to these no more. What nobody refers to is forgotten.
    pub(super) fn unrefer(&mut self, key: &Key, targets: impl IntoIterator<Item = Target>) {
        for target in targets {
            let Some(known) = self.objects.get_mut(&target) else { continue };
            known.unrefer(key);
            if known.referrers.is_empty() {
                self.objects.remove(&target);
            }
        }
    }

    /// A resource refers to what it does now. What it went on referring to stays known.
    pub(super) fn refer_anew(&mut self, key: &Key, before: &Resource, after: &Resource) {
        let (before, after) = (targets(before).collect(), targets(after).collect());
        self.unrefer(key, BTreeSet::difference(&before, &after).cloned());
        self.refer(key, BTreeSet::difference(&after, &before).cloned());
    }

    /// Is there such an object, as far as is known?
    pub(super) fn is_there(&self, target: &Target) -> bool {
        self.objects.get(target).is_some_and(|known| matches!(known.version, Version::Present(_)))
    }
}

/// What a resource refers to.
pub(super) fn targets(resource: &Resource) -> impl Iterator<Item = Target> {
    let references = resource.spec.as_deref().map(References::of).unwrap_or_default();
    references.0.into_iter().map(|(kind, name)| (kind, Key::new(&resource.namespace, &name)))
}
