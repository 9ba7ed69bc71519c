//! What a visit reads, and what may go wrong with that.

use cognigy_sso_decide::{
    CallFault, Change, CognigyCall, InputFault, InputProblem, Inputs, Login, ObjectKind, Observed, Resource,
    shows_applied,
};
use secrecy::SecretString;

use crate::drive::Drive;
use crate::mishap::{READING_ACCOUNT, READING_HISTORY, READING_LOGIN, READING_SECRETS};
use crate::samples::{account, inputs, metadata, provider, refused};
use crate::strategy::Strategy;

impl Drive {
    /// Reads all that planning needs, in the operator's order.
    pub fn observe(&mut self, resource: &Resource) -> Observed {
        if !resource.needs_observation() {
            return Observed::nothing();
        }
        if let Some(observed) = self.leaving(resource) {
            return observed;
        }
        let mut observed = Observed { inputs: self.inputs(), ..Observed::nothing() };
        if !resource.deleting {
            match Strategy::of(self.declared().spec()) {
                Strategy::Oidc => observed.provider = Some(provider(self.world.provider)),
                Strategy::Saml => observed.metadata = Some(metadata(self.world.provider, self.world.certificate)),
            }
        }
        observed.account = Some(Ok(account()));
        if self.meet("visit", READING_ACCOUNT).is_some() {
            observed.account = Some(Err(refused(CognigyCall::Me, 503)));
            observed.rival = resource.claim().and_then(|_| self.world.rival(self.number));
        } else {
            self.declared().claims = resource.acts();
            observed.rival = self.world.rival(self.number);
            if observed.rival.is_none() {
                (observed.login, observed.history) = self.look(resource);
            }
        }
        if let Some(bug) = self.bug {
            bug.observed(resource, &mut observed);
        }
        observed
    }

    /// What a deletion asks first, where that tells whose it is.
    fn leaving(&mut self, resource: &Resource) -> Option<Observed> {
        resource.leaves_behind()?;
        let inputs = Inputs { versions: Vec::new(), ..inputs(self.declared().spec(), 0, Ok(SecretString::default())) };
        let mut observed = Observed { inputs, rival: self.world.rival(self.number), ..Observed::nothing() };
        if observed.rival.is_none() {
            (observed.login, observed.history) = self.look(resource);
        }
        if let Some(bug) = self.bug {
            bug.observed(resource, &mut observed);
        }
        (observed.rival.is_some() || shows_applied(resource, &observed)).then_some(observed)
    }

    fn inputs(&mut self) -> Inputs {
        let mut secret = Ok(SecretString::from(self.world.secret.in_words()));
        if self.script.choose(READING_SECRETS).is_some() {
            self.say("the secret cannot be read");
            self.facts.unreadable = true;
            secret = Err(unreadable());
        }
        let version = self.world.secret.version;
        inputs(self.declared().spec(), version, secret)
    }

    /// What the organization has, as far as it shows.
    pub fn look(&mut self, resource: &Resource) -> (Option<Login>, Option<Result<Option<Change>, CallFault>>) {
        let login = self.login();
        let history = self.history(resource);
        self.facts.surprised = false;
        self.facts.knows_own = (history.is_ok() && !self.setting.two) || self.knows_own(&login, resource);
        self.facts.told = history.is_ok() || self.is_told_by(&login, resource);
        self.facts.login = login.clone();
        (Some(login), Some(history))
    }

    fn login(&mut self) -> Login {
        if !self.setting.shows {
            return Login::Silent;
        }
        if self.script.choose(READING_LOGIN).is_some() {
            self.say("the login URL does not answer");
            return Login::Silent;
        }
        self.world.organization.login()
    }

    fn history(&mut self, resource: &Resource) -> Result<Option<Change>, CallFault> {
        if !self.setting.audit {
            return Err(refused(CognigyCall::AuditEvents, 403));
        }
        if self.script.choose(READING_HISTORY).is_some() {
            self.say("GET auditevents answers 503");
            return Err(refused(CognigyCall::AuditEvents, 503));
        }
        let is_first = resource.status.applied.is_none() && resource.status.pending.is_none();
        Ok(self.world.organization.newest_change(is_first))
    }

    /// Does the login URL give a stranger's configuration away? What it should lead to is known only while what is declared is
    /// what was applied, or nothing was done yet.
    fn is_told_by(&mut self, login: &Login, resource: &Resource) -> bool {
        if *login == Login::Silent {
            return false;
        }
        let is_first = resource.status.applied.is_none() && resource.status.pending.is_none();
        let body = self.facts.declared.clone();
        let declared = self.declared();
        let is_settled = resource.status.pending.is_none();
        let in_force = is_settled && declared.known.given.as_ref() == Some(&body);
        is_first || (in_force && *login != declared.login())
    }

    /// Can this resource's own configuration be told from others? Where there are no audit events, what leads elsewhere than
    /// to the declared client may be anybody's.
    fn knows_own(&mut self, login: &Login, resource: &Resource) -> bool {
        let leads_elsewhere = *login != Login::Silent && *login != self.declared().login();
        resource.status.applied.is_some() && !leads_elsewhere
    }
}

fn unreadable() -> InputFault {
    let (name, key) = ("acme-sso".to_owned(), "secret".to_owned());
    let (field, kind, problem) = ("spec.oidc.clientSecretRef", ObjectKind::Secret, InputProblem::Unavailable);
    InputFault { field, kind, name, key, problem }
}
