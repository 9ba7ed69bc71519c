//! What a visit writes to the Kubernetes API: on the way, and at its end where the conclusion differs from what stands there.

use cognigy_sso_api::{ConditionType, IdentityProviderConfigStatus};
use cognigy_sso_decide::{Conclusion, Resource, Write};

use crate::drive::{Drive, Stop};
use crate::mishap::{Mishap, WRITING};
use crate::rules::{judge_conditions, judge_end, judge_letting_go};

impl Drive {
    /// Writes the conclusion, and answers with the seconds until the next visit.
    pub fn report(&mut self, resource: &Resource, conclusion: Conclusion) -> Result<i64, Stop> {
        let Conclusion { status, next, .. } = conclusion;
        let next = i64::try_from(next.as_secs()).unwrap().max(1);
        if resource.deleting && !resource.finalizer {
            return Ok(next);
        }
        if let Some(broken) = judge_end(&self.world, self.number, &self.facts, &status) {
            self.world.breaks(broken);
        }
        self.learn(&status);
        let declared = self.declared();
        if !declared.memory.unreported && status == resource.status {
            declared.declare();
            return Ok(next);
        }
        let written = self.write(&Write::Status(Box::new(status.clone())));
        let declared = self.declared();
        declared.memory.unreported = written.is_err();
        declared.unsaved = written.is_err().then_some(status);
        declared.declare();
        written.map(|_| next)
    }

    /// What this process now holds in memory, should the next configuration be refused.
    fn learn(&mut self, status: &IdentityProviderConfigStatus) {
        let (is_configured, body) = (status.is_true(ConditionType::Configured), self.facts.declared.clone());
        let is_known = !self.facts.unreadable;
        if is_configured && self.facts.confuses {
            // From now on it is taken for given, until something else shows.
            self.declared().known.given = Some(body.clone());
        }
        let previous = &mut self.declared().known.previous;
        if status.applied.is_none() {
            *previous = None;
        } else if is_configured && is_known {
            *previous = Some(body);
        }
    }

    /// Writes to the Kubernetes API, and answers with the resource as it is now.
    pub fn write(&mut self, write: &Write) -> Result<Resource, Stop> {
        let what = match write {
            Write::Finalizer(true) => "put the finalizer on",
            Write::Finalizer(false) => "take the finalizer off",
            Write::Status(status) if status.pending.is_some() => "write the status, with what is begun",
            Write::Status(_) => "write the status",
        };
        self.writes += 1;
        let mishap = self.meet(what, WRITING);
        match mishap {
            Some(Mishap::Dies) => return Err(Stop::Died),
            Some(Mishap::WriteFails) => return Err(Stop::Interrupted),
            Some(Mishap::Edited) => self.world.get_mut(self.number).unwrap().edit_name(),
            _ => {}
        }
        if *write == Write::Finalizer(false)
            && self.facts.deleting
            && let Some(broken) = judge_letting_go(&self.world, self.number, &self.facts)
        {
            self.world.breaks(broken);
        }
        let server = &mut self.world.get_mut(self.number).unwrap().server;
        match write {
            Write::Finalizer(present) => server.finalizer = *present,
            Write::Status(status) => server.status = (**status).clone(),
        }
        let now = server.clone();
        if let Some(broken) = judge_conditions(&now.status) {
            self.world.breaks(broken);
        }
        match mishap {
            Some(Mishap::DiesAfter) => Err(Stop::Died),
            Some(Mishap::WriteLost) => Err(Stop::Interrupted),
            _ => Ok(now),
        }
    }
}
