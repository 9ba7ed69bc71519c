//! Whose key it is, who acts for that organization, and what it has.

use cognigy_sso_api::{ApiUrl, ConditionType, IdentityProviderConfigSpec, Organization};
use cognigy_sso_decide::{Account, CallFault, Change, ChangeKind, Inputs, Login, Observed, Resource};

use super::{Observer, Sources};
use crate::cognigy::{Cognigy, LoginPath};
use crate::organizations::{Turn, organization_of};

/// What is seen of an organization: where its login URL leads, and the newest change that the audit events tell of.
pub(crate) type Seen = (Option<Login>, Option<Result<Option<Change>, CallFault>>);

/// What an organization has, asked for before it is known whether the key is still that organization's.
struct Ahead {
    organization: Organization,
    turn: Turn,
    seen: Seen,
}

impl Observer {
    /// Whose key it is, who acts for that organization, and what it has.
    pub(super) async fn organization(
        &self,
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        observed: &mut Observed,
        sources: &Sources,
    ) -> Option<Turn> {
        let account = self.account(spec, &observed.inputs, sources);
        let (account, ahead) = futures::join!(account, self.look_ahead(resource, observed, sources));
        observed.account = account;
        let Some(organization) = self.declared(resource, spec, observed) else {
            let known = resource.claim();
            observed.rival = known.and_then(|organization| self.organizations.rival(resource, organization));
            return None;
        };
        self.organizations.note(resource, Some(&organization).filter(|_| resource.acts()));
        let (turn, seen) = match ahead.filter(|ahead| ahead.organization == organization) {
            Some(Ahead { turn, seen, .. }) => (turn, Some(seen)),
            None => (self.organizations.turn(&organization).await, None),
        };
        observed.rival = self.organizations.rival(resource, &organization);
        if observed.rival.is_none() {
            let is_accepted = observed.user().is_some_and(|account| resource.accepts(account));
            (observed.login, observed.history) = match seen.filter(|_| is_accepted) {
                Some(seen) => seen,
                None => self.look(resource, observed, sources).await,
            };
            (observed.rival, observed.theirs) = self.shards.others(resource, observed).await;
        }
        Some(turn)
    }

    /// What the organization has that the key was for at the last visit: as a rule it is for that one still, and then no time is
    /// lost until that is known.
    async fn look_ahead(&self, resource: &Resource, observed: &Observed, sources: &Sources) -> Option<Ahead> {
        let is_connected = resource.status.is_true(ConditionType::ConnectionReady);
        let organization = resource.claim().filter(|_| is_connected && !resource.deleting)?.clone();
        let turn = self.organizations.turn(&organization).await;
        if self.organizations.rival(resource, &organization).is_some() {
            return None;
        }
        let seen = self.look_at(&organization.id, resource, observed, sources).await;
        Some(Ahead { organization, turn, seen })
    }

    /// The organization that the resource declares, where Cognigy.AI told whose the key is. A key that has moved to another
    /// one declares none.
    fn declared(
        &self,
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        observed: &Observed,
    ) -> Option<Organization> {
        let account = observed.user()?;
        if !resource.is_for(account) {
            self.organizations.note(resource, None);
            return None;
        }
        organization_of(account, spec)
    }

    /// What the organization has, as far as it shows.
    pub(crate) async fn look(&self, resource: &Resource, observed: &Observed, sources: &Sources) -> Seen {
        match observed.user().filter(|account| resource.accepts(account)) {
            Some(account) => self.look_at(&account.organization, resource, observed, sources).await,
            None => (None, None),
        }
    }

    /// What this organization has, as far as it shows.
    pub(super) async fn look_at(
        &self,
        organization: &str,
        resource: &Resource,
        observed: &Observed,
        sources: &Sources,
    ) -> Seen {
        let Ok(spec) = &resource.spec else { return (None, None) };
        let api = ApiUrl::parse(&spec.cognigy.api_url);
        let Some(Ok(cognigy)) = self.cognigy(&observed.inputs.api_key, sources, &api) else { return (None, None) };
        let is_first = resource.status.applied.is_none() && resource.status.pending.is_none();
        let path = if spec.saml.is_some() { LoginPath::Saml } else { LoginPath::Oidc };
        let (login, history) = futures::join!(cognigy.login(path, organization), newest_change(&cognigy, is_first));
        (Some(login), Some(history))
    }

    async fn account(
        &self,
        spec: &IdentityProviderConfigSpec,
        inputs: &Inputs,
        sources: &Sources,
    ) -> Option<Result<Account, CallFault>> {
        match self.cognigy(&inputs.api_key, sources, &ApiUrl::parse(&spec.cognigy.api_url))? {
            Ok(cognigy) => Some(cognigy.me().await),
            Err(fault) => Some(Err(fault)),
        }
    }
}

/// The newest change, whatever it was. Where nothing was applied yet, one that was never configured is not asked for resets;
/// else both are asked for at once, since that is before a change that somebody waits for.
async fn newest_change(cognigy: &Cognigy<'_>, is_first: bool) -> Result<Option<Change>, CallFault> {
    let (mut configured, reset) = if is_first {
        let Some(configured) = cognigy.newest_change(ChangeKind::Configure).await? else { return Ok(None) };
        (Some(configured), cognigy.newest_change(ChangeKind::Reset).await?)
    } else {
        futures::try_join!(cognigy.newest_change(ChangeKind::Configure), cognigy.newest_change(ChangeKind::Reset))?
    };
    if is_after(reset.as_ref(), configured.as_ref()) {
        // Who configured between the two questions shall not be taken for reset.
        configured = cognigy.newest_change(ChangeKind::Configure).await?;
    }
    Ok(if is_after(reset.as_ref(), configured.as_ref()) { reset } else { configured })
}

fn is_after(one: Option<&Change>, other: Option<&Change>) -> bool {
    one.is_some_and(|one| other.is_none_or(|other| one.is_after(other)))
}
