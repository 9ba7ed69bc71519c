//! Which resource acts for an organization: of all that declare it, the oldest.

use std::collections::HashMap;
use std::sync::Arc;

use cognigy_sso_api::{ConditionType, Mode, Organization, Reason};
use jiff::Timestamp;

use crate::resource::Resource;

/// A resource that declares an organization. Older ones come first; of those of one second, the uid decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claimant {
    created: Timestamp,
    uid: Box<str>,
    /// `metadata.namespace`.
    pub namespace: Box<str>,
    /// `metadata.name`.
    pub name: Box<str>,
}

impl Claimant {
    /// The resource as a claimant.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        Self {
            created: resource.created,
            uid: resource.uid.clone(),
            namespace: resource.namespace.clone(),
            name: resource.name.clone(),
        }
    }
}

/// Who acts for an organization in place of a resource that declares it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rival {
    /// This older one.
    Older(Claimant),
    /// Perhaps one that another operator looks after: what there is of those could not be read.
    Untold,
}

/// Who declares which organization. Each is kept once, and shared.
#[derive(Debug, Default)]
pub struct Claims {
    /// The claimants of each organization, the oldest first: hardly ever more than one.
    claimants: HashMap<Arc<Organization>, Vec<Arc<Claimant>>>,
    held: HashMap<Arc<Claimant>, Arc<Organization>>,
}

impl Claims {
    /// Notes the organization that a resource declares, or that it declares none any more. Answers with the others whom
    /// that concerns: those of the organization that it came to, and of the one that it left.
    pub fn note(&mut self, claimant: &Claimant, organization: Option<&Organization>) -> Vec<Claimant> {
        if self.held.get(claimant).map(Arc::as_ref) == organization {
            return Vec::new();
        }
        let mut concerned = self.leave(claimant);
        if let Some(organization) = organization {
            concerned.extend(self.join(claimant, organization));
        }
        concerned
    }

    /// Answers with the others of the organization.
    fn join(&mut self, claimant: &Claimant, organization: &Organization) -> Vec<Claimant> {
        let (claimant, organization) = (Arc::new(claimant.clone()), Arc::new(organization.clone()));
        let claimants = self.claimants.entry(Arc::clone(&organization)).or_insert_with(|| Vec::with_capacity(1));
        let others = claimants.iter().map(|other| other.as_ref().clone()).collect();
        let place = claimants.partition_point(|other| *other < claimant);
        claimants.insert(place, Arc::clone(&claimant));
        self.held.insert(claimant, organization);
        others
    }

    fn leave(&mut self, claimant: &Claimant) -> Vec<Claimant> {
        let Some(organization) = self.held.remove(claimant) else { return Vec::new() };
        let Some(others) = self.claimants.get_mut(&organization) else { return Vec::new() };
        others.retain(|other| **other != *claimant);
        let concerned = others.iter().map(|other| other.as_ref().clone()).collect();
        if others.is_empty() {
            self.claimants.remove(&organization);
        }
        concerned
    }

    /// The resource that acts for the organization in place of this one, if there is one.
    #[must_use]
    pub fn rival(&self, claimant: &Claimant, organization: &Organization) -> Option<&Claimant> {
        self.claimants.get(organization)?.first().map(Arc::as_ref).filter(|oldest| *oldest < claimant)
    }
}

impl Resource {
    /// The organization that this resource declares, as its status tells.
    #[must_use]
    pub fn claim(&self) -> Option<&Organization> {
        self.status.organization.as_ref().filter(|_| self.acts())
    }

    /// Does its status tell that it acts for this organization? One whose API key has moved to another can do nothing there.
    #[must_use]
    pub fn acts_for(&self, organization: &Organization) -> bool {
        let connection = self.status.condition(ConditionType::ConnectionReady);
        let has_moved = connection.is_some_and(|connection| connection.reason == Reason::OrganizationChanged);
        self.claim() == Some(organization) && !has_moved
    }

    /// Does it act for the organization of its API key? One that only plans, or cannot be read, and never applied anything does
    /// not. One that is suspended does: what it applied shall stay.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.spec.as_ref().is_ok_and(|spec| spec.mode == Mode::Manage) || self.owns_configuration()
    }
}
