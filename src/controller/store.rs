//! What is known of resources and of the objects that they refer to.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::SecretVersion;
use cognigy_sso_decide::{ObjectKind, Resource};

use super::horizon::Horizons;
use super::packed::Packed;
use super::referred::{Referred, targets};
use super::watches::{Object, Subject, Watch};
use crate::clock;
use crate::metrics::{Seen, Standing};
use crate::observe::Floors;
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

/// A resource between visits.
struct Entry {
    resource: Packed,
    uid: Box<str>,
    version: u64,
    standing: Standing,
    memory: Memory,
    /// How it was left before the restart, until its turn comes. Set anew by what a watch shows until a first visit ends.
    left: Option<Box<Left>>,
    /// The list, by its number, that showed it last.
    listed: u64,
}

/// A resource that there was nothing to do for, as long as these Secrets are as they were.
struct Left {
    secrets: Box<[SecretVersion]>,
    interval: Duration,
}

impl Left {
    fn of(resource: &Resource) -> Option<Box<Self>> {
        let secrets = resource.settled_with()?.into();
        let interval = resource.spec.as_ref().ok()?.interval();
        Some(Box::new(Self { secrets, interval }))
    }
}

impl Entry {
    fn new(resource: &Resource, listed: u64) -> Self {
        Self {
            resource: Packed::of(resource),
            uid: resource.uid.clone(),
            version: resource.resource_version,
            standing: Standing::of(resource),
            memory: Memory::default(),
            left: Left::of(resource),
            listed,
        }
    }

    /// The same resource stands like this now.
    fn put(&mut self, resource: &Resource) {
        self.resource = Packed::of(resource);
        self.version = resource.resource_version;
        self.standing = Standing::of(resource);
        self.left = if self.memory.core.visited { None } else { Left::of(resource) };
    }
}

/// All resources, and the objects that they refer to.
pub(super) struct Store {
    organizations: Arc<Organizations>,
    entries: HashMap<Key, Box<Entry>>,
    referred: Referred,
    /// Number of the newest list, and the number that each watch's list began at.
    lists: u64,
    begun: HashMap<Watch, u64>,
    horizons: Horizons,
}

impl Store {
    /// An empty store that keeps `organizations` in step with the resources in it.
    pub(super) fn new(organizations: Arc<Organizations>) -> Self {
        let (entries, begun) = (HashMap::new(), HashMap::new());
        let (referred, horizons) = (Referred::default(), Horizons::default());
        Self { organizations, entries, referred, lists: 0, begun, horizons }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &Key) -> Option<(Arc<Resource>, Memory)> {
        self.entries.get(key).map(|entry| (Arc::new(entry.resource.open()), entry.memory.clone()))
    }

    /// What is known of each resource.
    pub(super) fn seen(&self) -> Vec<Seen> {
        let seen = self.entries.iter().map(|(key, entry)| Seen {
            key: key.clone(),
            standing: entry.standing,
            verified: entry.memory.verified,
            expiries: Arc::clone(&entry.memory.expiries),
        });
        seen.collect()
    }

    /// Is this very resource still there, and none other of its name?
    pub(super) fn holds(&self, key: &Key, resource: &Resource) -> bool {
        self.entries.get(key).is_some_and(|entry| entry.uid == resource.uid)
    }

    /// Takes a resource as a watch shows it.
    pub(super) fn apply(&mut self, mut resource: Resource) -> Change {
        let key = Key::new(&resource.namespace, &resource.name);
        let Some(entry) = self.entries.get_mut(&key) else {
            self.insert(&key, &resource);
            return Change::ByUser;
        };
        entry.listed = self.lists;
        if resource.resource_version <= entry.version {
            return Change::None;
        }
        if resource.uid != entry.uid {
            self.remove(&key, None);
            self.insert(&key, &resource);
            return Change::ByUser;
        }
        let before = entry.resource.open();
        if entry.memory.core.unreported {
            // What was concluded and could not be written is still what holds.
            resource.status = before.status.clone();
        }
        self.replace(&key, &before, &resource)
    }

    /// Puts a newer state of a known resource in place of the former.
    fn replace(&mut self, key: &Key, before: &Resource, after: &Resource) -> Change {
        let Some(entry) = self.entries.get_mut(key) else { return Change::None };
        entry.put(after);
        if before.generation != after.generation {
            entry.memory.core.changed = Some(clock::now());
            self.referred.refer_anew(key, before, after);
        }
        self.declare(key, after);
        Change::between(before, after)
    }

    /// Notes which organization the resource declares. One whose key has moved to another organization declares none. Before
    /// its status says which it is, the visit knows better.
    fn declare(&self, key: &Key, resource: &Resource) {
        if resource.status.organization.is_none() && resource.acts() {
            return;
        }
        let is_moved = self.entries.get(key).is_some_and(|entry| entry.memory.core.moved);
        self.organizations.note(resource, resource.claim().filter(|_| !is_moved));
    }

    /// Its interval, where it is not visited before that, since the resource stands as it was left before the restart. Asked once.
    pub(super) fn rests(&mut self, key: &Key) -> Option<Duration> {
        let left = self.entries.get_mut(key)?.left.take()?;
        let is_current = |secret| self.referred.is_current(key.namespace(), secret);
        left.secrets.iter().all(is_current).then_some(left.interval)
    }

    /// The resource rests so long once it is remembered what it was made from.
    pub(super) fn note_rest(&mut self, key: &Key, rest: Duration) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.memory.core.visited = true;
            entry.memory.rest = Some(rest);
        }
    }

    fn insert(&mut self, key: &Key, resource: &Resource) {
        self.referred.refer(key, targets(resource));
        self.entries.insert(key.clone(), Box::new(Entry::new(resource, self.lists)));
        self.declare(key, resource);
    }

    /// Takes a resource out that is gone as of `version`; says whether it was there. A newer one of the same name stays.
    pub(super) fn remove(&mut self, key: &Key, version: Option<u64>) -> bool {
        if self.entries.get(key).is_none_or(|entry| version.is_some_and(|version| entry.version > version)) {
            return false;
        }
        if let Some(entry) = self.entries.remove(key) {
            let resource = entry.resource.open();
            self.referred.unrefer(key, targets(&resource));
            self.organizations.note(&resource, None);
        }
        true
    }

    /// Takes what a visit ended with, unless a watch has shown something newer meanwhile. Says whether another visit is due at
    /// once: the resource was edited meanwhile, or somebody else has changed what the operator alone writes.
    pub(super) fn conclude(&mut self, key: &Key, outcome: Outcome) -> bool {
        let (Some(entry), Some(resource)) = (self.entries.get_mut(key), outcome.resource) else { return false };
        if entry.uid != resource.uid {
            return false;
        }
        let changed = entry.memory.core.changed;
        (entry.memory, entry.left) = (outcome.memory, None);
        entry.memory.core.changed = changed;
        let is_unreported = entry.memory.core.unreported;
        if resource.resource_version == entry.version && !is_unreported {
            // It is what a watch has shown already.
            self.declare(key, &resource);
            return false;
        }
        let mut shown = entry.resource.open();
        if resource.resource_version >= shown.resource_version {
            // The answer to a write may show an edit that no watch has shown yet.
            return self.replace(key, &shown, &resource) == Change::ByUser;
        }
        if is_unreported {
            shown.status = resource.status;
            entry.put(&shown);
            return false;
        }
        Change::between(&resource, &shown) == Change::ByOperator
    }

    /// Takes a Secret or ConfigMap as a watch shows it, and answers with the resources to visit. What the first lists show is no
    /// news: for how long something fails counts on over a restart.
    pub(super) fn note_object(&mut self, kind: ObjectKind, object: Object, is_news: bool) -> Vec<Key> {
        let dependents = self.referred.note(kind, object, self.lists);
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
        let floor = |(kind, object): &(ObjectKind, Key)| {
            let horizon = self.horizons.of(*kind, object)?;
            let is_enough = resource.deleting || (is_first && entry.listed < horizon.began);
            is_enough.then_some(horizon.newest)
        };
        let there = targets(resource).filter(|target| self.referred.is_there(target));
        let floors = there.filter_map(|target| Some((floor(&target)?, target)));
        Floors(floors.map(|(floor, (kind, object))| ((kind, object.name().into()), floor)).collect())
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
        match &watch.subject {
            Subject::Resources => {
                let unlisted = self.entries.iter().filter(|(key, entry)| watch.covers(key) && entry.listed < begun);
                unlisted.map(|(key, _)| key.clone()).collect()
            }
            Subject::Objects(kind) => self.referred.missing(*kind, watch, begun),
        }
    }
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
