//! Judging whose API key it is.

use cognigy_sso_api::{IdentityProviderConfigSpec, Reason};

use crate::fault::Class;
use crate::finding::Finding;
use crate::observed::Account;
use crate::resource::Resource;

/// Is this an administrator of the organization that is meant?
pub(crate) fn judge(resource: &Resource, spec: &IdentityProviderConfigSpec, account: &Account) -> Finding {
    let Account { organization, .. } = account;
    if let Some(former) = former_organization(resource, account) {
        let message = format!(
            "spec.cognigy.apiKeySecretRef: the API key now belongs to organization {organization}, but this resource \
             configured {former}. Nothing is done. Use a key of {former}, or delete this resource and create it again."
        );
        return Finding::refuted(Reason::OrganizationChanged, message, Class::Input);
    }
    if let Some(expected) = spec.cognigy.organization_id.as_ref().filter(|expected| *expected != organization) {
        let message = format!(
            "spec.cognigy.organizationId is {expected}, but the API key belongs to organization {organization}. Use a key \
             of {expected}, or correct the id."
        );
        return Finding::refuted(Reason::OrganizationMismatch, message, Class::Input);
    }
    if account.disabled {
        let message =
            "spec.cognigy.apiKeySecretRef: the API key's user is disabled. Enable the user, or use another's key.";
        return Finding::refuted(Reason::UserDisabled, message, Class::Input);
    }
    if !account.is_admin {
        let message = "spec.cognigy.apiKeySecretRef: the API key's user lacks the organization-wide role admin. Give the user \
                       that role, or use another's key.";
        return Finding::refuted(Reason::NotAdmin, message, Class::Input);
    }
    Finding::verified(
        Reason::Connected,
        format!("The API key belongs to an administrator of organization {organization}."),
    )
}

impl Resource {
    /// Is the key's organization the one that this resource is for?
    #[must_use]
    pub fn is_for(&self, account: &Account) -> bool {
        let Ok(spec) = &self.spec else { return false };
        let declared = spec.cognigy.organization_id.as_ref();
        former_organization(self, account).is_none() && declared.is_none_or(|id| *id == account.organization)
    }

    /// May this user configure the organization that the resource is for?
    #[must_use]
    pub fn accepts(&self, account: &Account) -> bool {
        self.spec.as_ref().is_ok_and(|spec| judge(self, spec, account).is_true())
    }
}

/// The organization that was configured, when the key has moved to another one since.
pub(crate) fn former_organization<'a>(resource: &'a Resource, account: &Account) -> Option<&'a str> {
    let status = &resource.status;
    let touched = status.applied.is_some() || status.pending.is_some();
    let former = status.organization.as_ref().filter(|_| touched)?;
    (*former.id != *account.organization).then_some(&*former.id)
}
