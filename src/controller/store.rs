//! What is known of resources and of the objects that they refer to.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::SecretVersion;
use cognigy_sso_decide::{ObjectKind, Resource};

use super::horizon::Horizons;
use super::watches::{Object, Subject, Watch};
use crate::clock;
use crate::metrics::Seen;
use crate::observe::{Floors, References};
use crate::organizations::Organizations;
use crate::visit::{Memory, Outcome};
use crate::watched::Key;

/// How a resource has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Not at all, or in nothing that matters.
    None,
    /// In what users ask for.
    ByUser,
    /// Only in what the operator writes.
    ByOperator,
}

struct Entry {
    resource: Arc<Resource>,
    memory: Memory,
    /// The list, by its number, that showed it last.
    listed: u64,
}

/// An object that is referred to.
#[derive(Default)]
struct Referred {
    /// Names of the resources that do, in its own namespace.
    by: BTreeSet<Box<str>>,
    version: Version,
    listed: u64,
}

#[derive(Default, PartialEq, Eq)]
enum Version {
    /// No watch has shown it yet.
    #[default]
    Unknown,
    Absent,
    Present {
        uid: Box<str>,
        resource_version: Box<str>,
    },
}

/// All resources, and the objects that they refer to. Of a Secret nothing is kept but its version.
pub(super) struct Store {
    organizations: Arc<Organizations>,
    entries: HashMap<Key, Entry>,
    referred: HashMap<(ObjectKind, Key), Referred>,
    /// Number of the newest list, and the number that each watch's list began at.
    lists: u64,
    begun: HashMap<Watch, u64>,
    horizons: Horizons,
}

impl Store {
    /// An empty store that keeps `organizations` in step with the resources in it.
    pub(super) fn new(organizations: Arc<Organizations>) -> Self {
        let (entries, referred) = (HashMap::new(), HashMap::new());
        Self { organizations, entries, referred, lists: 0, begun: HashMap::new(), horizons: Horizons::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &Key) -> Option<(Arc<Resource>, Memory)> {
        self.entries.get(key).map(|entry| (Arc::clone(&entry.resource), entry.memory.clone()))
    }

    /// What is known of each resource.
    pub(super) fn seen(&self) -> Vec<Seen> {
        let seen = |Entry { resource, memory, .. }: &Entry| Seen {
            resource: Arc::clone(resource),
            verified: memory.verified,
            expiries: Arc::clone(&memory.expiries),
        };
        self.entries.values().map(seen).collect()
    }

    /// Is this very resource still there, and none other of its name?
    pub(super) fn holds(&self, key: &Key, resource: &Resource) -> bool {
        self.entries.get(key).is_some_and(|entry| entry.resource.uid == resource.uid)
    }

    /// Takes a resource as a watch shows it.
    pub(super) fn apply(&mut self, mut resource: Resource) -> Change {
        let key = Key { namespace: resource.namespace.clone(), name: resource.name.clone() };
        let listed = self.lists;
        let Some(entry) = self.entries.get_mut(&key) else {
            self.insert(&key, resource);
            return Change::ByUser;
        };
        entry.listed = listed;
        if resource.resource_version <= entry.resource.resource_version {
            return Change::None;
        }
        if resource.uid != entry.resource.uid {
            self.remove(&key, None);
            self.insert(&key, resource);
            return Change::ByUser;
        }
        if entry.memory.core.unreported {
            // What was concluded and could not be written is still what holds.
            resource.status = entry.resource.status.clone();
        }
        self.replace(&key, resource)
    }

    /// Puts a newer state of a known resource in place of the former.
    fn replace(&mut self, key: &Key, resource: Resource) -> Change {
        let Some(entry) = self.entries.get_mut(key) else { return Change::None };
        let after = Arc::new(resource);
        let before = std::mem::replace(&mut entry.resource, Arc::clone(&after));
        if before.generation != after.generation {
            entry.memory.core.changed = Some(clock::now());
            if targets(key, &before) != targets(key, &after) {
                self.unrefer(key, &before);
                self.refer(key, &after);
            }
        }
        self.declare(key);
        Change::between(&before, &after)
    }

    /// Notes which organization the resource declares. One whose key has moved to another organization declares none. Before
    /// its status says which it is, the visit knows better.
    fn declare(&self, key: &Key) {
        let Some(Entry { resource, memory, .. }) = self.entries.get(key) else { return };
        if resource.status.organization.is_none() && resource.acts() {
            return;
        }
        let claim = resource.claim().filter(|_| !memory.core.moved);
        self.organizations.note(resource, claim);
    }

    /// The resource stands as it was left before the restart, and rests so long once it is remembered what it was made from.
    pub(super) fn note_rest(&mut self, key: &Key, rest: Duration) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.memory.core.visited = true;
            entry.memory.rest = Some(rest);
        }
    }

    fn insert(&mut self, key: &Key, resource: Resource) {
        self.refer(key, &resource);
        let entry = Entry { resource: Arc::new(resource), memory: Memory::default(), listed: self.lists };
        self.entries.insert(key.clone(), entry);
        self.declare(key);
    }

    /// Takes a resource out that is gone as of `version`; says whether it was there. A newer one of the same name stays.
    pub(super) fn remove(&mut self, key: &Key, version: Option<u64>) -> bool {
        let is_newer = |entry: &Entry| version.is_some_and(|version| entry.resource.resource_version > version);
        if self.entries.get(key).is_none_or(is_newer) {
            return false;
        }
        if let Some(entry) = self.entries.remove(key) {
            self.unrefer(key, &entry.resource);
            self.organizations.note(&entry.resource, None);
        }
        true
    }

    /// Takes what a visit ended with, unless a watch has shown something newer meanwhile. Says whether another visit is due at
    /// once: the resource was edited meanwhile, or somebody else has changed what the operator alone writes.
    pub(super) fn conclude(&mut self, key: &Key, outcome: Outcome) -> bool {
        let (Some(entry), Some(resource)) = (self.entries.get_mut(key), outcome.resource) else { return false };
        if entry.resource.uid != resource.uid {
            return false;
        }
        let changed = entry.memory.core.changed;
        entry.memory = outcome.memory;
        entry.memory.core.changed = changed;
        if resource.resource_version >= entry.resource.resource_version {
            // The answer to a write may show an edit that no watch has shown yet.
            return self.replace(key, resource) == Change::ByUser;
        } else if entry.memory.core.unreported {
            let status = resource.status;
            entry.resource = Arc::new(Resource { status, ..(*entry.resource).clone() });
        } else {
            return Change::between(&resource, &entry.resource) == Change::ByOperator;
        }
        false
    }

    /// Takes a Secret or ConfigMap as a watch shows it, and answers with the resources to visit. What the first lists show is no
    /// news: for how long something fails counts on over a restart.
    pub(super) fn note_object(&mut self, kind: ObjectKind, object: Object, is_news: bool) -> Vec<Key> {
        let target = (kind, object.key);
        let Some(referred) = self.referred.get_mut(&target) else { return Vec::new() };
        referred.listed = self.lists;
        let version = object
            .version
            .map_or(Version::Absent, |(uid, resource_version)| Version::Present { uid, resource_version });
        if referred.version == version {
            return Vec::new();
        }
        referred.version = version;
        let dependents =
            referred.by.iter().map(|name| Key { namespace: target.1.namespace.clone(), name: name.clone() });
        let dependents: Vec<_> = dependents.collect();
        if is_news {
            self.note_change(&dependents);
        }
        dependents
    }

    fn note_change(&mut self, keys: &[Key]) {
        let now = clock::now();
        for key in keys {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.memory.core.changed = Some(now);
            }
        }
    }

    /// A watch of Secrets or ConfigMaps shows this, whether anybody refers to it or not.
    pub(super) fn note_seen(&mut self, watch: &Watch, object: &Object) {
        self.horizons.note(watch, object);
    }

    /// Which objects need not be read as they are this very moment, but only not older than a watch has shown them: those that
    /// are there, for a resource that nobody has touched since they were listed, since the list shows what was written before.
    /// One that goes comes off with that as well. Whatever a watch shows later leads to another visit.
    pub(super) fn floors(&self, key: &Key, resource: &Resource, memory: &Memory) -> Floors {
        let Some(entry) = self.entries.get(key) else { return Floors::default() };
        let is_first = !memory.core.visited || memory.rest.is_some();
        let floor = |target: &(ObjectKind, Key)| {
            let horizon = self.horizons.of(target.0, &target.1)?;
            let is_enough = resource.deleting || (is_first && entry.listed < horizon.began);
            let is_there = matches!(self.referred.get(target)?.version, Version::Present { .. });
            (is_enough && is_there).then_some(horizon.newest)
        };
        let floors = targets(key, resource).into_iter().filter_map(|target| Some((floor(&target)?, target)));
        Floors(floors.map(|(floor, (kind, key))| ((kind, key.name), floor)).collect())
    }

    /// A watch begins to list.
    pub(super) fn begin_list(&mut self, watch: &Watch) {
        self.lists += 1;
        self.begun.insert(watch.clone(), self.lists);
        self.horizons.begin(watch, self.lists);
    }

    /// A list is complete: the resources, or the objects referred to, that it should have shown and did not.
    pub(super) fn missing(&mut self, watch: &Watch) -> Vec<Key> {
        self.horizons.complete(watch);
        let Some(begun) = self.begun.remove(watch) else { return Vec::new() };
        let in_scope = |key: &Key| watch.covers(key);
        match &watch.subject {
            Subject::Resources => {
                let unlisted = self.entries.iter().filter(|(key, entry)| in_scope(key) && entry.listed < begun);
                unlisted.map(|(key, _)| key.clone()).collect()
            }
            Subject::Objects(kind) => {
                let unlisted = self.referred.iter().filter(|((of, key), referred)| {
                    of == kind
                        && in_scope(key)
                        && referred.listed < begun
                        && matches!(referred.version, Version::Present { .. })
                });
                unlisted.map(|((_, key), _)| key.clone()).collect()
            }
        }
    }

    /// The version of a Secret that a resource refers to, where it is known.
    pub(super) fn secret_version(&self, namespace: &str, name: &str) -> Option<SecretVersion> {
        let key = Key { namespace: namespace.into(), name: name.into() };
        match &self.referred.get(&(ObjectKind::Secret, key))?.version {
            Version::Present { uid, resource_version } => {
                Some(SecretVersion { name: name.into(), uid: uid.clone(), resource_version: resource_version.clone() })
            }
            Version::Unknown | Version::Absent => None,
        }
    }

    fn refer(&mut self, key: &Key, resource: &Resource) {
        for target in targets(key, resource) {
            self.referred.entry(target).or_default().by.insert(key.name.clone());
        }
    }

    fn unrefer(&mut self, key: &Key, resource: &Resource) {
        for target in targets(key, resource) {
            let Some(referred) = self.referred.get_mut(&target) else { continue };
            referred.by.remove(&key.name);
            if referred.by.is_empty() {
                self.referred.remove(&target);
            }
        }
    }
}

fn targets(key: &Key, resource: &Resource) -> Vec<(ObjectKind, Key)> {
    let Ok(spec) = &resource.spec else { return Vec::new() };
    let names = References::of(spec).0.into_iter();
    names.map(|(kind, name)| (kind, Key { namespace: key.namespace.clone(), name })).collect()
}

impl Change {
    fn between(before: &Resource, after: &Resource) -> Self {
        let asked = |resource: &Resource| (resource.generation, resource.deleting, resource.requested_at.clone());
        if asked(before) != asked(after) {
            Self::ByUser
        } else if before.status != after.status || before.finalizer != after.finalizer {
            Self::ByOperator
        } else {
            Self::None
        }
    }
}

#[cfg(test)]
mod tests;
