//! Resources that another operator looks after, since their labels are others.

use cognigy_sso_api::Organization;
use cognigy_sso_decide::{Claimant, Observed, Resource, Rival, may_be_anothers};
use futures::future::try_join_all;
use kube::api::ListParams;
use kube::{Api, Client};

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

    /// The older resource that acts for the organization, if there may be one.
    pub(crate) async fn rival(&self, resource: &Resource, observed: &Observed) -> Option<Rival> {
        if self.places.is_empty() || !may_be_anothers(resource, observed) {
            return None;
        }
        let organization = organization_of(observed.user()?, resource.spec.as_ref().ok()?)?;
        match self.oldest(&organization).await {
            Ok(oldest) => oldest.filter(|oldest| *oldest < Claimant::of(resource)).map(Rival::Older),
            Err(error) => {
                let organization = &organization.id;
                tracing::warn!(%organization, %error, "the resources of all shards that declare it cannot be listed");
                Some(Rival::Untold)
            }
        }
    }

    async fn oldest(&self, organization: &Organization) -> kube::Result<Option<Claimant>> {
        let wanted = ListParams::default().fields(&format!("status.organization.id={}", organization.id));
        let lists = try_join_all(self.places.iter().map(|place| place.list(&wanted))).await?;
        let found = lists.into_iter().flatten().map(Resource::from);
        Ok(found.filter(|resource| resource.acts_for(organization)).map(|resource| Claimant::of(&resource)).min())
    }
}
