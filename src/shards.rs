//! Resources that another operator looks after, since their labels are others.

use cognigy_sso_api::Organization;
use cognigy_sso_decide::{Claimant, Observed, Resource, Rival, may_be_anothers};
use futures::future::try_join_all;
use kube::api::ListParams;
use kube::{Api, Client};

use crate::clock;
use crate::controller::Scope;
use crate::organizations::organization_of;
use crate::watched::Watched;

/// Where resources of all shards are; nowhere if no selector leaves any to others. Nothing is kept of them: they are asked for
/// when what an organization has may be the work of one, which is seldom.
#[derive(Default)]
pub(crate) struct Shards {
    places: Vec<Api<Watched>>,
}

impl Shards {
    /// This scope and what is beside it.
    pub(crate) fn around(scope: &Scope, client: &Client) -> Self {
        if scope.selector.is_none() {
            return Self::default();
        }
        let named = scope.namespaces.iter().map(|namespace| Api::namespaced(client.clone(), namespace));
        let everywhere = scope.namespaces.is_empty().then(|| Api::all(client.clone()));
        Self { places: named.chain(everywhere).collect() }
    }

    /// The older resource that acts for the organization, if there may be one, and the audit event of the newest change, if
    /// another has that on record as its own.
    pub(crate) async fn others(&self, resource: &Resource, observed: &Observed) -> (Option<Rival>, Option<Box<str>>) {
        let may_be_anothers = !self.places.is_empty() && may_be_anothers(resource, observed, clock::now());
        let spec = resource.spec.as_ref().ok().filter(|_| may_be_anothers);
        let organization = spec.and_then(|spec| organization_of(observed.user()?, spec));
        let Some(organization) = organization else { return (None, None) };
        match self.acting_for(&organization).await {
            Ok(others) => {
                let oldest = others.iter().map(Claimant::of).min();
                let rival = oldest.filter(|oldest| *oldest < Claimant::of(resource)).map(Rival::Older);
                let is_theirs = |event: &&str| others.iter().any(|other| other.applied_event() == Some(*event));
                let newest = observed.newest_change().map(|newest| &*newest.id);
                (rival, newest.filter(is_theirs).map(Into::into))
            }
            Err(error) => {
                let organization = &organization.id;
                tracing::warn!(%organization, %error, "the resources of all shards that declare it cannot be listed");
                (Some(Rival::Untold), None)
            }
        }
    }

    /// All that act for the organization.
    async fn acting_for(&self, organization: &Organization) -> kube::Result<Vec<Resource>> {
        let wanted = ListParams::default().fields(&format!("status.organization.id={}", organization.id));
        let lists = try_join_all(self.places.iter().map(|place| place.list(&wanted))).await?;
        let found = lists.into_iter().flatten().map(Resource::from);
        Ok(found.filter(|resource| resource.acts_for(organization)).collect())
    }
}
