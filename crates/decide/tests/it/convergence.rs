//! Whatever goes wrong on the way: nothing of somebody else's is touched, and when faults stop, the right state is reached.

use cognigy_sso_api::{AdoptionPolicy, ConditionType, DeletionPolicy, Reason};
use cognigy_sso_decide::{CognigyCall, Effect, Observed, Receipt, Resource};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use secrecy::ExposeSecret;

use crate::support::{
    Held, Organization, Visit, attempt, condition, deleted, desired, edited, later, observed, oidc, refused, resource,
};

/// How a call goes. What is lost may be a reset, a configuration, or both that make a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Works,
    Refused,
    RefusedForNow,
    LostBefore,
    LostAfterReset,
    RefusedAfterReset,
    RefusedForNowAfterReset,
    LostAfter,
    DiesBefore,
    DiesAfterReset,
    DiesAfter,
}

/// Fates that a change meets between reset and configuration. A first configuration takes effect.
const BETWEEN: [Fate; 4] =
    [Fate::LostAfterReset, Fate::RefusedAfterReset, Fate::RefusedForNowAfterReset, Fate::DiesAfterReset];

#[derive(Clone, Copy, Debug)]
enum Step {
    Visit(Fate),
    /// The client secret is another one.
    Rotate,
    /// A scope more, or one less.
    Edit,
}

struct World {
    resource: Resource,
    organization: Organization,
    rotations: usize,
    seconds: i64,
}

impl World {
    fn call(&mut self, fate: Fate, effect: &Effect) -> Option<Receipt> {
        let fault = |status| refused(CognigyCall::Configure, status);
        let replaces = matches!(effect, Effect::Replace { .. });
        if BETWEEN.contains(&fate) && replaces {
            self.organization.holds = None;
        } else if BETWEEN.contains(&fate) || matches!(fate, Fate::LostAfter | Fate::DiesAfter) {
            self.organization.answer(effect);
        }
        match fate {
            Fate::Works => Some(self.organization.answer(effect)),
            Fate::Refused => Some(Receipt::Refused(fault(403))),
            Fate::RefusedForNow => Some(Receipt::Refused(fault(429))),
            Fate::RefusedAfterReset if replaces => Some(Receipt::RefusedAfterReset(fault(400))),
            Fate::RefusedForNowAfterReset if replaces => Some(Receipt::RefusedAfterReset(fault(429))),
            Fate::DiesBefore | Fate::DiesAfterReset | Fate::DiesAfter => None,
            _ => Some(Receipt::Open(fault(504))),
        }
    }

    fn observe(&self) -> Observed {
        observed(|observed| {
            if self.rotations > 0 {
                observed.inputs.client_secret = Ok(format!("canary-{}", self.rotations).into());
                observed.inputs.versions[0].resource_version = (self.rotations + 1).to_string().into();
            }
            observed.login = self.resource.status.applied.is_none().then(|| self.organization.login());
        })
    }

    fn visit(&mut self, fate: Fate) -> Visit {
        self.seconds += 60;
        let (now, resource) = (later(self.seconds), self.resource.clone());
        let visit = attempt(now, resource, &mut self.observe(), |effect| self.call(fate, effect));
        self.resource = visit.resource.clone();
        visit
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Visit(fate) => drop(self.visit(fate)),
            Step::Rotate => self.rotations += 1,
            Step::Edit => {
                self.resource = edited(self.resource.clone(), |spec| {
                    let scopes = &mut oidc(spec).additional_scopes;
                    if scopes.pop().is_none() {
                        scopes.push("groups".to_owned());
                    }
                });
            }
        }
    }

    /// Does the organization hold what is declared now?
    fn holds_what_is_declared(&self) -> bool {
        let Some(Held::Sent(body)) = &self.organization.holds else { return false };
        let mut declared: serde_json::Value =
            serde_json::from_str(desired(&self.resource).body().expose_secret()).unwrap();
        if self.rotations > 0 {
            declared["idpClientSecret"] = format!("canary-{}", self.rotations).into();
        }
        serde_json::from_str::<serde_json::Value>(body).unwrap() == declared
    }

    fn reason(&self) -> Option<Reason> {
        condition(&self.resource.status, ConditionType::Ready).map(|(_, reason)| reason)
    }
}

fn step() -> impl Strategy<Value = Step> {
    let fates = select(vec![
        Fate::Works,
        Fate::Refused,
        Fate::RefusedForNow,
        Fate::LostBefore,
        Fate::LostAfterReset,
        Fate::RefusedAfterReset,
        Fate::RefusedForNowAfterReset,
        Fate::LostAfter,
        Fate::DiesBefore,
        Fate::DiesAfterReset,
        Fate::DiesAfter,
    ]);
    prop_oneof![6 => fates.prop_map(Step::Visit), 1 => Just(Step::Rotate), 1 => Just(Step::Edit)]
}

fn start(adoption: AdoptionPolicy, deletion: DeletionPolicy, organization: Organization) -> World {
    let resource = resource(|spec| {
        spec.adoption_policy = adoption;
        spec.deletion_policy = deletion;
    });
    World { resource, organization, rotations: 0, seconds: 0 }
}

fn adoption() -> impl Strategy<Value = AdoptionPolicy> {
    select(vec![AdoptionPolicy::Never, AdoptionPolicy::IfMatching, AdoptionPolicy::Always])
}

fn deletion() -> impl Strategy<Value = DeletionPolicy> {
    select(vec![DeletionPolicy::Retain, DeletionPolicy::Reset])
}

fn organization() -> impl Strategy<Value = Organization> {
    let holds = proptest::option::weighted(0.3, Just(Held::Stranger));
    (holds, any::<bool>()).prop_map(|(holds, shows)| Organization { holds, shows })
}

proptest! {
    #![proptest_config(Config { cases: 2000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn when_faults_stop_it_converges_and_stays(
        adoption in adoption(),
        deletion in deletion(),
        organization in organization(),
        steps in proptest::collection::vec(step(), 0..10),
    ) {
        let shows = organization.shows;
        let may_touch = organization.holds.is_none() || adoption == AdoptionPolicy::Always;
        let mut world = start(adoption, deletion, organization);
        for step in steps {
            world.take(step);
            prop_assert!(may_touch || world.organization.holds == Some(Held::Stranger), "after {:?}", step);
        }
        for _ in 0..3 {
            world.visit(Fate::Works);
        }
        let reason = world.reason();
        if !may_touch {
            prop_assert_eq!(reason, Some(Reason::AlreadyConfigured));
        } else if reason == Some(Reason::AlreadyConfigured) {
            // What does not show cannot be told from somebody else's: the one case that takes a person.
            prop_assert!(!shows && adoption != AdoptionPolicy::Always);
        } else {
            prop_assert_eq!(reason, Some(Reason::Ready));
            prop_assert!(world.holds_what_is_declared(), "{:?}", world.organization);
            prop_assert_eq!(&world.resource.status.pending, &None);
        }
        let before = world.resource.clone();
        let visit = world.visit(Fate::Works);
        prop_assert_eq!((visit.writes, visit.events.len()), (0, 0));
        prop_assert_eq!(&world.resource, &before);
    }

    #[test]
    fn whenever_it_is_deleted_it_goes_and_takes_only_what_it_applied(
        adoption in adoption(),
        deletion in deletion(),
        organization in organization(),
        steps in proptest::collection::vec(step(), 0..10),
        last in proptest::option::of(step()),
    ) {
        let may_touch = organization.holds.is_none() || adoption == AdoptionPolicy::Always;
        let mut world = start(adoption, deletion, organization);
        for step in steps {
            world.take(step);
        }
        let held = world.organization.holds.clone();
        let was_applied = world.resource.status.applied.is_some();
        world.resource = deleted(world.resource);
        if let Some(Step::Visit(fate)) = last {
            world.visit(fate);
        }
        world.visit(Fate::Works);
        prop_assert!(!world.resource.finalizer);
        let held_after = world.organization.holds.clone();
        prop_assert!(may_touch || held_after == Some(Held::Stranger));
        if deletion == DeletionPolicy::Retain {
            prop_assert_eq!(held_after, held);
        } else if was_applied {
            prop_assert_eq!(held_after, None);
        }
    }
}
