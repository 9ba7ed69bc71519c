//! The API server: versions that rise, conflicts, finalizers, and a log that watches are told from.

use std::collections::BTreeMap;
use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigSpec, IdentityProviderConfigStatus, SecretVersion};
use cognigy_sso_decide::Resource;

use crate::time::{Millis, to_the_second};

/// Name of an object; all are in one namespace, but for those of another that is part of the name.
pub type Name = Box<str>;

/// A Secret.
#[derive(Clone, Debug)]
pub struct Secret {
    uid: Box<str>,
    version: u64,
    /// Its values.
    pub data: BTreeMap<Box<str>, Vec<u8>>,
}

/// One entry of the log: what a watch shows.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A resource as it is now.
    Resource(Arc<Resource>),
    /// A resource is gone, as of this version.
    Gone(Name, u64),
    /// A Secret's uid and version; `None` when it is gone.
    Secret(Name, Option<SecretVersion>),
}

/// What a write answers.
#[derive(Debug)]
pub enum Written {
    /// It stands; the resource is this now.
    Done(Box<Resource>),
    /// It was written to by somebody else before.
    Conflict,
    /// There is none of this name.
    NotFound,
    /// The API server refuses it or fails.
    Failed(&'static str),
}

/// The API server and what it stores.
#[derive(Debug, Default)]
pub struct Kubernetes {
    version: u64,
    uids: u64,
    resources: BTreeMap<Name, Resource>,
    secrets: BTreeMap<Name, Secret>,
    log: Vec<Shown>,
    /// How long the log was after the operator's last write.
    written: usize,
}

impl Kubernetes {
    /// The resource of this name.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.get(name)
    }

    /// Every resource.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// The Secret of this name.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name)
    }

    /// All that happened.
    #[must_use]
    pub fn log(&self) -> &[Shown] {
        &self.log
    }

    /// The place in the log after the last write of the operator: a list that was asked for later holds at least that.
    #[must_use]
    pub fn written(&self) -> usize {
        self.written
    }

    /// A list as of a place in the log: what was there then.
    #[must_use]
    pub fn list(&self, until: usize) -> Vec<Shown> {
        let mut shown: BTreeMap<(bool, Name), Shown> = BTreeMap::new();
        for entry in self.log.iter().take(until) {
            match entry {
                Shown::Resource(resource) => shown.insert((false, resource.name.clone()), entry.clone()),
                Shown::Gone(name, _) => shown.remove(&(false, name.clone())),
                Shown::Secret(name, Some(_)) => shown.insert((true, name.clone()), entry.clone()),
                Shown::Secret(name, None) => shown.remove(&(true, name.clone())),
            };
        }
        shown.into_values().collect()
    }

    /// A user creates a resource.
    pub fn create(&mut self, name: &str, spec: Result<IdentityProviderConfigSpec, Box<str>>, now: Millis) {
        let resource = Resource {
            namespace: "sso".into(),
            name: name.into(),
            uid: self.next_uid(),
            generation: 1,
            resource_version: 0,
            created: to_the_second(now),
            deleting: false,
            finalizer: false,
            requested_at: None,
            spec: spec.map(Box::new),
            status: IdentityProviderConfigStatus::default(),
        };
        self.store(resource);
    }

    /// A user changes the spec.
    pub fn edit(&mut self, name: &str, change: impl FnOnce(&mut IdentityProviderConfigSpec)) {
        let Some(mut resource) = self.resources.get(name).cloned() else { return };
        let Ok(spec) = &mut resource.spec else { return };
        let before = spec.clone();
        change(spec);
        if *spec != before {
            resource.generation += 1;
            self.store(resource);
        }
    }

    /// A user asks for a check.
    pub fn request_check(&mut self, name: &str, at: Millis) {
        if let Some(mut resource) = self.resources.get(name).cloned() {
            resource.requested_at = Some(at.to_string().into());
            self.store(resource);
        }
    }

    /// Another version of the operator has written the status.
    pub fn rewrite_status(&mut self, name: &str, change: impl FnOnce(&mut IdentityProviderConfigStatus)) {
        if let Some(mut resource) = self.resources.get(name).cloned() {
            change(&mut resource.status);
            self.store(resource);
        }
    }

    /// A user deletes a resource: it goes at once, or when its finalizer goes.
    pub fn delete(&mut self, name: &str) {
        let Some(mut resource) = self.resources.get(name).cloned() else { return };
        if !resource.finalizer {
            self.remove(name);
        } else if !resource.deleting {
            resource.deleting = true;
            resource.generation += 1;
            self.store(resource);
        }
    }

    /// Puts a value into a Secret, creating it if need be.
    pub fn put(&mut self, name: &str, key: &str, value: &[u8]) {
        let (uid, mut data) = match self.secrets.get(name) {
            Some(secret) => (secret.uid.clone(), secret.data.clone()),
            None => (self.next_uid(), BTreeMap::new()),
        };
        data.insert(key.into(), value.to_vec());
        self.store_secret(name, uid, data);
    }

    /// Takes a key out of a Secret.
    pub fn take_out(&mut self, name: &str, key: &str) {
        let Some(Secret { uid, mut data, .. }) = self.secrets.get(name).cloned() else { return };
        data.remove(key);
        self.store_secret(name, uid, data);
    }

    /// Deletes a Secret.
    pub fn delete_secret(&mut self, name: &str) {
        if self.secrets.remove(name).is_some() {
            self.version += 1;
            self.log.push(Shown::Secret(name.into(), None));
        }
    }

    /// Replaces a status of this version.
    pub fn write_status(&mut self, name: &str, version: u64, status: IdentityProviderConfigStatus) -> Written {
        self.write(name, version, |resource| resource.status = status)
    }

    /// Puts the finalizer on or takes it off.
    pub fn write_finalizer(&mut self, name: &str, version: u64, present: bool) -> Written {
        self.write(name, version, |resource| resource.finalizer = present)
    }

    fn write(&mut self, name: &str, version: u64, change: impl FnOnce(&mut Resource)) -> Written {
        let Some(before) = self.resources.get(name) else { return Written::NotFound };
        if before.resource_version != version {
            return Written::Conflict;
        }
        let mut after = before.clone();
        change(&mut after);
        if after.deleting && !after.finalizer {
            let gone = after.clone();
            self.remove(name);
            self.written = self.log.len();
            return Written::Done(Box::new(gone));
        }
        // What changes nothing makes no new version.
        if after == *before {
            return Written::Done(Box::new(after));
        }
        let stored = self.store(after);
        self.written = self.log.len();
        Written::Done(Box::new(stored))
    }

    fn store(&mut self, mut resource: Resource) -> Resource {
        self.version += 1;
        resource.resource_version = self.version;
        self.log.push(Shown::Resource(Arc::new(resource.clone())));
        self.resources.insert(resource.name.clone(), resource.clone());
        resource
    }

    fn remove(&mut self, name: &str) {
        if self.resources.remove(name).is_some() {
            self.version += 1;
            self.log.push(Shown::Gone(name.into(), self.version));
        }
    }

    fn store_secret(&mut self, name: &str, uid: Box<str>, data: BTreeMap<Box<str>, Vec<u8>>) {
        self.version += 1;
        let secret = Secret { uid, version: self.version, data };
        self.log.push(Shown::Secret(name.into(), Some(secret.as_version(name))));
        self.secrets.insert(name.into(), secret);
    }

    fn next_uid(&mut self) -> Box<str> {
        self.uids += 1;
        format!("uid-{:04}", self.uids).into()
    }
}

impl Secret {
    /// The version as a resource records it.
    #[must_use]
    pub fn as_version(&self, name: &str) -> SecretVersion {
        SecretVersion { name: name.into(), uid: self.uid.clone(), resource_version: self.version.to_string().into() }
    }
}
