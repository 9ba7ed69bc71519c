//! What is known of resources and of the Secrets that they refer to: as `src/controller/store.rs`, in one namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use cognigy_sso_api::SecretVersion;
use cognigy_sso_decide::Resource;
use jiff::Timestamp;

use super::inputs::secrets;
use super::organizations::Organizations;
use super::visit::{Memory, Outcome};
use crate::kubernetes::{Name, Shown};
use crate::world::Precaution;

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
}

#[derive(Default)]
struct Referred {
    by: BTreeSet<Name>,
    version: Version,
}

#[derive(Default, PartialEq)]
enum Version {
    /// No watch has shown it yet.
    #[default]
    Unknown,
    Absent,
    Present(SecretVersion),
}

/// All resources, and the versions of the Secrets that they refer to.
pub(super) struct Store {
    organizations: Rc<Organizations>,
    without: Option<Precaution>,
    entries: BTreeMap<Name, Entry>,
    referred: BTreeMap<Name, Referred>,
}

impl Store {
    pub(super) fn new(organizations: Rc<Organizations>, without: Option<Precaution>) -> Self {
        Self { organizations, without, entries: BTreeMap::new(), referred: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &Name) -> Option<(Arc<Resource>, Memory)> {
        self.entries.get(key).map(|entry| (Arc::clone(&entry.resource), entry.memory.clone()))
    }

    /// Is it there, and not another of its name?
    pub(super) fn has(&self, resource: &Resource) -> bool {
        self.entries.get(&resource.name).is_some_and(|entry| entry.resource.uid == resource.uid)
    }

    /// Takes a resource as a watch shows it.
    pub(super) fn apply(&mut self, mut resource: Resource, now: Timestamp) -> Change {
        let key = resource.name.clone();
        let Some(entry) = self.entries.get_mut(&key) else {
            self.insert(&key, resource);
            return Change::ByUser;
        };
        if resource.resource_version <= entry.resource.resource_version {
            return Change::None;
        }
        if resource.uid != entry.resource.uid {
            self.remove(&key, None);
            self.insert(&key, resource);
            return Change::ByUser;
        }
        if entry.memory.core.unreported {
            resource.status = entry.resource.status.clone();
        }
        self.replace(&key, resource, now)
    }

    fn replace(&mut self, key: &Name, resource: Resource, now: Timestamp) -> Change {
        let Some(entry) = self.entries.get_mut(key) else { return Change::None };
        let after = Arc::new(resource);
        let before = std::mem::replace(&mut entry.resource, Arc::clone(&after));
        if before.generation != after.generation {
            entry.memory.core.changed = Some(now);
            self.unrefer(key, &before);
            self.refer(key, &after);
        }
        self.declare(key);
        Change::between(&before, &after)
    }

    fn declare(&self, key: &Name) {
        let Some(Entry { resource, memory }) = self.entries.get(key) else { return };
        // Precaution: as long as no status names its organization, what its visit has claimed stays.
        let keeps = self.without != Some(Precaution::KeepsClaim);
        if keeps && resource.status.organization.is_none() && resource.acts() {
            return;
        }
        let claim = resource.claim().filter(|_| !memory.core.moved);
        self.organizations.note(resource, claim);
    }

    pub(super) fn note_rest(&mut self, key: &Name) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.memory.core.visited = true;
        }
    }

    fn insert(&mut self, key: &Name, resource: Resource) {
        self.refer(key, &resource);
        let entry = Entry { resource: Arc::new(resource), memory: Memory::default() };
        self.entries.insert(key.clone(), entry);
        self.declare(key);
    }

    /// Takes a resource out that is gone as of `version`; says whether it was there. A newer one of the same name stays.
    pub(super) fn remove(&mut self, key: &Name, version: Option<u64>) -> bool {
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

    /// Takes what a visit ended with, unless a watch has shown something newer meanwhile. Says whether another visit is due.
    pub(super) fn conclude(&mut self, key: &Name, outcome: Outcome, now: Timestamp) -> bool {
        let (Some(entry), Some(resource)) = (self.entries.get_mut(key), outcome.resource) else { return false };
        if entry.resource.uid != resource.uid {
            return false;
        }
        let changed = entry.memory.core.changed;
        entry.memory = outcome.memory;
        entry.memory.core.changed = changed;
        if resource.resource_version >= entry.resource.resource_version {
            return self.replace(key, resource, now) == Change::ByUser;
        } else if entry.memory.core.unreported {
            let status = resource.status;
            entry.resource = Arc::new(Resource { status, ..(*entry.resource).clone() });
        } else {
            return Change::between(&resource, &entry.resource) == Change::ByOperator;
        }
        false
    }

    /// Takes a Secret as a watch shows it, and answers with the resources to visit.
    pub(super) fn note_secret(
        &mut self,
        name: &Name,
        version: Option<SecretVersion>,
        is_news: bool,
        now: Timestamp,
    ) -> Vec<Name> {
        let Some(referred) = self.referred.get_mut(name) else { return Vec::new() };
        let version = version.map_or(Version::Absent, Version::Present);
        if referred.version == version {
            return Vec::new();
        }
        referred.version = version;
        let dependents: Vec<_> = referred.by.iter().cloned().collect();
        // Precaution: what the first list shows has not changed just now, so that attempts survive a restart.
        let forgets = self.without == Some(Precaution::KeepsAttempts);
        for key in dependents.iter().filter(|_| is_news || forgets) {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.memory.core.changed = Some(now);
            }
        }
        dependents
    }

    /// Resources and Secrets that a list should have shown and did not.
    pub(super) fn missing(&self, list: &[Shown]) -> (Vec<Name>, Vec<Name>) {
        let shows_resource = |name: &Name| list.iter().any(|s| matches!(s, Shown::Resource(r) if r.name == *name));
        let shows_secret = |name: &Name| list.iter().any(|s| matches!(s, Shown::Secret(n, Some(_)) if n == name));
        let is_present = |referred: &Referred| matches!(referred.version, Version::Present(_));
        let resources = self.entries.keys().filter(|name| !shows_resource(name)).cloned().collect();
        let secrets = self.referred.iter().filter(|(name, referred)| is_present(referred) && !shows_secret(name));
        (resources, secrets.map(|(name, _)| name.clone()).collect())
    }

    pub(super) fn is_current(&self, version: &SecretVersion) -> bool {
        let referred = self.referred.get(&version.name);
        referred.is_some_and(|referred| matches!(&referred.version, Version::Present(known) if known == version))
    }

    /// Is there such a Secret, as far as is known?
    pub(super) fn shows(&self, secret: &str) -> bool {
        self.referred.get(secret).is_some_and(|referred| matches!(referred.version, Version::Present(_)))
    }

    fn refer(&mut self, key: &Name, resource: &Resource) {
        for target in targets(resource) {
            self.referred.entry(target).or_default().by.insert(key.clone());
        }
    }

    fn unrefer(&mut self, key: &Name, resource: &Resource) {
        for target in targets(resource) {
            let Some(referred) = self.referred.get_mut(&target) else { continue };
            referred.by.remove(key);
            if referred.by.is_empty() {
                self.referred.remove(&target);
            }
        }
    }
}

/// The Secrets that a resource refers to.
fn targets(resource: &Resource) -> BTreeSet<Name> {
    let Ok(spec) = &resource.spec else { return BTreeSet::new() };
    secrets(spec).into_iter().map(Into::into).collect()
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
