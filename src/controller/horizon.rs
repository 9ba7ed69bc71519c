//! How far the watches of Secrets and ConfigMaps have come: what is read from an API server must not be older than that.

use std::collections::HashMap;

use cognigy_sso_decide::ObjectKind;

use super::watches::{Object, Subject, Watch};
use crate::watched::Key;

/// How far one watch has come.
pub(super) struct Horizon {
    /// Number of its newest list.
    pub(super) began: u64,
    /// The newest version that it has shown since, of any object. Etcd goes back to lower ones with a backup, and then every
    /// watch begins with a list.
    pub(super) newest: u64,
    is_listing: bool,
}

/// How far each watch has come.
#[derive(Default)]
pub(super) struct Horizons(HashMap<Watch, Horizon>);

impl Horizons {
    /// The list of this number begins.
    pub(super) fn begin(&mut self, watch: &Watch, began: u64) {
        self.0.insert(watch.clone(), Horizon { began, newest: 0, is_listing: true });
    }

    /// It is complete.
    pub(super) fn complete(&mut self, watch: &Watch) {
        if let Some(horizon) = self.0.get_mut(watch) {
            horizon.is_listing = false;
        }
    }

    /// The watch shows this.
    pub(super) fn note(&mut self, watch: &Watch, object: &Object) {
        let version = object.version.as_ref().and_then(|(_, version)| version.parse().ok());
        if let Some((horizon, version)) = self.0.get_mut(watch).zip(version) {
            horizon.newest = horizon.newest.max(version);
        }
    }

    /// How far the watch has come that would show this object, unless it lists: then it may be behind what it has shown before.
    pub(super) fn of(&self, kind: ObjectKind, key: &Key) -> Option<&Horizon> {
        let shows = |watch: &Watch| watch.subject == Subject::Objects(kind) && watch.covers(key);
        let (_, horizon) = self.0.iter().find(|(watch, _)| shows(watch))?;
        (!horizon.is_listing && horizon.newest > 0).then_some(horizon)
    }
}
