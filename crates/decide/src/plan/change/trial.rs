//! When the client is tried at its provider, and what `ClientVerified` says of it.

use std::time::Duration;

use cognigy_sso_api::{
    ClientCheck, Condition, ConditionStatus, ConditionType, Oidc, Operation, Reason, VerificationMode,
};

use super::super::{Cause, Effect};
use super::Case;
use crate::client::{Registration, Trial, encoding_matters, may_be_told_later};
use crate::fault::Class;
use crate::finding::Finding;
use crate::strategy::Strategy;

impl Case<'_> {
    /// What `ClientVerified` says.
    pub(super) fn client(&self) -> Finding {
        let oidc = match self.strategy {
            Strategy::Oidc(oidc) => oidc,
            Strategy::Saml(_) => {
                return Finding::not_checked(
                    "Not checked: SAML has no credentials that could be tried before somebody signs in.",
                );
            }
        };
        if self.spec.verification.client_check == ClientCheck::Never {
            return Finding::not_checked("Not checked, since spec.verification.clientCheck is Never.");
        }
        if self.observed.rival.is_some() {
            return Finding::not_checked("Not checked: see the condition Configured.");
        }
        match (&self.observed.trial, self.found_before()) {
            (Some(trial), _) => self.with_the_way_on(self.words_on(oidc, trial)),
            (None, Some(condition)) => Finding::said(condition),
            (None, None) => Finding::not_checked("The client is tried at the provider as soon as all else is known."),
        }
    }

    /// What was refuted is not tried again by itself: each try is a failed login in the provider's logs.
    fn with_the_way_on(&self, finding: Finding) -> Finding {
        if !finding.is_false() || self.spec.verification.client_check == ClientCheck::Periodic {
            return finding;
        }
        let message = format!(
            "{} If it is mended at the provider, ask for a check: set the annotation {} to a new value.",
            finding.message,
            cognigy_sso_api::RECONCILE_REQUESTED_AT
        );
        Finding { message, ..finding }
    }

    fn words_on(&self, oidc: &Oidc, trial: &Trial) -> Finding {
        let organization = self.desired.as_ref().map_or("", |desired| &desired.organization);
        let callback = self.spec.cognigy.callback(organization).unwrap_or_default();
        let encoding_matters = encoding_matters(oidc.token_endpoint_auth_method, &self.observed.inputs);
        trial.finding(Registration { oidc, callback: &callback, encoding_matters })
    }

    /// What was found before of what is declared now. While that cannot be read, it is what it was as far as anybody knows.
    fn found_before(&self) -> Option<&Condition> {
        let status = &self.resource.status;
        let is_same = match &status.tried {
            Some(tried) => self.desired.is_none() || self.is_what(tried),
            None => self.is_applied,
        };
        status.condition(ConditionType::ClientVerified).filter(|_| is_same)
    }

    /// Is the client to be tried before anything else is done?
    pub(super) fn wants_trial(&self, effect: Option<&Effect>) -> bool {
        let may = matches!(self.strategy, Strategy::Oidc(_))
            && self.spec.verification.client_check != ClientCheck::Never
            && self.observed.trial.is_none()
            && self.observed.rival.is_none()
            && self.desired.is_some()
            && self.findings.connection.is_true()
            && self.knows_endpoints();
        may && !puts_back(effect) && self.is_trial_due(effect)
    }

    /// A provider whose discovery was refuted is asked nothing more, unless that is only a warning.
    fn knows_endpoints(&self) -> bool {
        let is_published = self.observed.provider.as_deref().is_some_and(Result::is_ok);
        is_published && (self.findings.issuer.is_true() || self.spec.verification.mode == VerificationMode::Warn)
    }

    /// It is tried once for each configuration. Later on it is tried when somebody asks for it, and no more often than once in an
    /// interval: where that is declared, before somebody else's change is corrected, and while nothing could be told.
    fn is_trial_due(&self, effect: Option<&Effect>) -> bool {
        let before = self.found_before().filter(|before| before.reason != Reason::NotChecked);
        let Some(before) = before else { return true };
        let is_periodic = self.spec.verification.client_check == ClientCheck::Periodic;
        let is_open = may_be_told_later(before.reason);
        self.resource.is_asked_for() || (!self.was_tried_lately() && (is_periodic || is_open || corrects(effect)))
    }

    fn was_tried_lately(&self) -> bool {
        // Intervals are cut short by up to a tenth, so that visits spread.
        let pause = self.spec.interval().mul_f64(0.9);
        let since = self.observed.last_tried.map(|tried| self.now.duration_since(tried));
        since.is_some_and(|since| Duration::try_from(since).unwrap_or_default() < pause)
    }
}

/// Where the former configuration goes back, nobody can sign in until it does.
fn puts_back(effect: Option<&Effect>) -> bool {
    let application = effect.and_then(Effect::application);
    application.is_some_and(|application| application.cause == Cause::PutBack)
}

/// A correction is on record before it is made.
fn corrects(effect: Option<&Effect>) -> bool {
    matches!(effect, Some(Effect::Record { pending, .. }) if pending.operation == Operation::Correct)
}

impl Finding {
    /// What a condition said. What was refuted waits for a person.
    fn said(condition: &Condition) -> Self {
        let class = (condition.status == ConditionStatus::False).then_some(Class::Input);
        let message = condition.message.to_string();
        Self { status: condition.status, reason: condition.reason, message, class }
    }
}
