//! What a deletion asks first. As a rule that is all that it asks.
//!
//! The API key is remembered as long as the operator runs, and the Secret that it came from is still there and the same, or a
//! watch would have led to another visit. With an audit event that tells of what was applied, neither its Secret nor its user can
//! add anything: the event shows in no other organization.

use cognigy_sso_api::IdentityProviderConfigSpec;
use cognigy_sso_decide::{InputFault, InputProblem, Inputs, ObjectKind, Observed, Resource, shows_applied};
use secrecy::SecretString;

use super::{Floors, Observation, Observer, Sources};
use crate::egress::CaBundle;

/// What a reset on deletion needs, remembered in case that the Secret goes first.
#[derive(Clone, Debug)]
pub(crate) struct Keepsake {
    pub(crate) api_key: SecretString,
    pub(crate) cognigy_ca: Option<CaBundle>,
}

impl Keepsake {
    /// Puts in place what is gone by now and was there before.
    pub(super) fn recall(&self, inputs: &mut Inputs, sources: &mut Sources) {
        let is_gone =
            |fault: &InputFault| matches!(fault.problem, InputProblem::ObjectAbsent | InputProblem::KeyAbsent);
        if inputs.api_key.as_ref().is_err_and(is_gone) {
            inputs.api_key = Ok(self.api_key.clone());
        }
        if sources.cognigy_ca.as_ref().is_err_and(is_gone) {
            sources.cognigy_ca = Ok(self.cognigy_ca.clone());
        }
    }
}

impl Observer {
    /// What the organization of a resource that goes has, asked for with the API key that is remembered. `None` where that does
    /// not tell whose it is: then all is read and asked for that there is.
    pub(super) async fn leaving(
        &self,
        resource: &Resource,
        spec: &IdentityProviderConfigSpec,
        keepsake: &Keepsake,
        floors: &Floors,
    ) -> Option<Observation> {
        let organization = resource.leaves_behind()?;
        let key = (ObjectKind::Secret, spec.cognigy.api_key_secret_ref.name.as_str().into());
        floors.0.get(&key)?;
        let client_id = spec.oidc.as_ref().and_then(|oidc| oidc.client_id.clone()).unwrap_or_default();
        let inputs = Inputs { api_key: Ok(keepsake.api_key.clone()), client_id: Ok(client_id), ..Inputs::unread() };
        let sources = Sources { cognigy_ca: Ok(keepsake.cognigy_ca.clone()), ..Sources::default() };
        let mut observed = Observed { inputs, ..Observed::nothing() };
        let turn = self.organizations.turn(organization).await;
        observed.rival = self.organizations.rival(resource, organization);
        if observed.rival.is_none() {
            (observed.login, observed.history) = self.look_at(&organization.id, resource, &observed, &sources).await;
        }
        let is_told = observed.rival.is_some() || shows_applied(resource, &observed);
        is_told.then_some(Observation { observed, sources, turn: Some(turn) })
    }
}
