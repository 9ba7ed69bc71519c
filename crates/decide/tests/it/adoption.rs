//! First configurations: what is done with a configuration that the organization has already.

use cognigy_sso_api::{AdoptionPolicy, ConditionStatus, ConditionType, Operation, Reason};
use cognigy_sso_decide::{EventKind, Login, Receipt, Resource};

use crate::STRATEGY;
use crate::support::{
    Held, NAME, ORGANIZATION, Organization, Visit, always, applied, begun, condition, leads_to, login_differs,
    login_matches, message, now, observed, resource, visit,
};

use AdoptionPolicy::{Always, IfMatching, Never};

/// What the login URL shows, and whether `configure` finds a configuration.
#[derive(Clone, Copy, Debug)]
enum Shown {
    Nothing,
    Matching,
    Other,
    OnlyTheAnswer,
}

use Shown::{Matching, Nothing, OnlyTheAnswer, Other};

fn fresh(policy: AdoptionPolicy) -> Resource {
    resource(|spec| spec.adoption_policy = policy)
}

fn first_visit(resource: Resource, shown: Shown) -> Visit {
    let mut observed = observed(|observed| {
        observed.login = Some(match shown {
            Matching => login_matches(),
            Other => login_differs(),
            Nothing | OnlyTheAnswer => Login::Silent,
        });
    });
    let mut answers = 0;
    visit(resource, &mut observed, |effect| {
        answers += 1;
        let conflicts = matches!(shown, OnlyTheAnswer) && answers == 1;
        if conflicts { Receipt::AlreadyConfigured } else { applied(effect) }
    })
}

#[test]
fn every_policy_with_everything_that_can_show() {
    let table: [(AdoptionPolicy, Shown, &[&str], bool); 12] = [
        (Never, Nothing, &["Record", "Configure"], true),
        (Never, Matching, &[], false),
        (Never, Other, &[], false),
        (Never, OnlyTheAnswer, &["Record", "Configure"], false),
        (IfMatching, Nothing, &["Configure"], true),
        (IfMatching, Matching, &["Record", "Adopt"], true),
        (IfMatching, Other, &[], false),
        (IfMatching, OnlyTheAnswer, &["Configure"], false),
        (Always, Nothing, &["Configure"], true),
        (Always, Matching, &["Record", "Adopt"], true),
        (Always, Other, &["Record", "Adopt"], true),
        (Always, OnlyTheAnswer, &["Configure", "Record", "Adopt"], true),
    ];
    for (policy, shown, effects, ready) in table {
        let visit = first_visit(fresh(policy), shown);
        assert_eq!(visit.effects, effects, "{policy:?} {shown:?}");
        let expected = if ready {
            (ConditionStatus::True, Reason::Ready)
        } else {
            (ConditionStatus::False, Reason::AlreadyConfigured)
        };
        let status = &visit.resource.status;
        assert_eq!(condition(status, ConditionType::Ready), Some(expected), "{policy:?} {shown:?}");
        assert_eq!(status.condition(ConditionType::Stalled).is_some(), !ready);
        let kinds: Vec<_> = visit.events.iter().map(|event| event.kind).collect();
        let adopted = effects.contains(&"Adopt");
        let expected: &[EventKind] = match (ready, adopted) {
            (true, true) => &[EventKind::Adopted, EventKind::Configured],
            (true, false) => &[EventKind::Configured],
            (false, _) => &[],
        };
        assert_eq!(kinds, expected, "{policy:?} {shown:?}");
    }
}

#[test]
fn the_refusal_names_organization_policy_and_mend() {
    for (policy, name, shown, says) in [
        (Never, "(now Never)", Matching, "configuration for the same provider and"),
        (IfMatching, "(now IfMatching)", Other, "not known to be for the same provider and"),
    ] {
        let visit = first_visit(fresh(policy), shown);
        let message = message(&visit.resource.status, ConditionType::Stalled);
        for part in [ORGANIZATION, NAME, "spec.adoptionPolicy", name, "to Always", "reset it in Cognigy.AI", says] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
}

#[test]
fn an_organization_that_stays_configured_costs_no_more_writes() {
    for policy in [Never, IfMatching] {
        for shown in [Matching, Other, OnlyTheAnswer] {
            if matches!((policy, shown), (IfMatching, Matching)) {
                continue;
            }
            let first = first_visit(fresh(policy), shown);
            // From then on each try is on record, and with it all that there is to write.
            let second = first_visit(first.resource, shown);
            let third = first_visit(second.resource.clone(), shown);
            assert_eq!(third.resource.status, second.resource.status, "{policy:?} {shown:?}");
            assert_eq!((third.writes, third.events.len()), (0, 0), "{policy:?} {shown:?}");
        }
    }
}

#[test]
fn when_the_other_configuration_is_gone_the_declared_one_is_applied() {
    for policy in [Never, IfMatching] {
        let stalled = first_visit(fresh(policy), OnlyTheAnswer).resource;
        let after = first_visit(stalled, Nothing).resource;
        assert!(after.status.is_true(ConditionType::Ready), "{policy:?}");
        assert_eq!(after.status.pending, None);
    }
}

#[test]
fn a_first_configuration_that_was_begun_is_known_by_what_the_login_url_shows() {
    for policy in [Never, IfMatching, Always] {
        let mut left = fresh(policy);
        left.status.pending = Some(begun(Operation::Configure, now()));
        let visit = first_visit(left, Matching);
        assert_eq!(visit.effects, ["Record", "Replace"], "{policy:?}: its own work is not adopted");
        assert_eq!(visit.resource.status.pending, None);
    }
}

#[test]
fn a_first_configuration_that_was_begun_entitles_to_nothing_else() {
    for policy in [Never, IfMatching] {
        for shown in [Other, OnlyTheAnswer] {
            let mut left = fresh(policy);
            left.status.pending = Some(begun(Operation::Configure, now()));
            let visit = first_visit(left, shown);
            assert!(!visit.effects.contains(&"Replace"), "{policy:?} {shown:?}: {:?}", visit.effects);
            assert_eq!(
                condition(&visit.resource.status, ConditionType::Stalled),
                Some((ConditionStatus::True, Reason::AlreadyConfigured))
            );
        }
    }
}

#[test]
fn an_endpoint_is_compared_without_its_query() {
    for query in ["?p=b2c_1_signin", "#here"] {
        let mut observed = observed(|observed| {
            (STRATEGY.publish_endpoint)(observed, &format!("{}{query}", STRATEGY.endpoint));
            observed.login = Some(login_matches());
        });
        assert_eq!(visit(fresh(IfMatching), &mut observed, always(applied)).effects, ["Record", "Adopt"]);
    }
}

/// The login URL is read as a URL, and what is declared or published may be another spelling of it.
#[test]
fn an_endpoint_matches_in_whatever_spelling() {
    let place = STRATEGY.endpoint.strip_prefix("https://").unwrap();
    let (host, path) = place.split_once('/').unwrap();
    for spelling in
        [format!("HTTPS://{}:443/{path}", host.to_uppercase()), format!("https://{host}/elsewhere/../{path}#top")]
    {
        let mut observed = observed(|observed| {
            (STRATEGY.publish_endpoint)(observed, &spelling);
            observed.login = Some(login_matches());
        });
        assert_eq!(visit(fresh(IfMatching), &mut observed, always(applied)).effects, ["Record", "Adopt"], "{spelling}");
    }
}

#[test]
fn a_name_a_provider_or_a_strategy_that_differs_does_not_match() {
    let table = [
        leads_to(STRATEGY.endpoint, "abc1234"),
        leads_to("https://other.example/authorize", NAME),
        leads_to("", NAME),
        Login::Redirect { endpoint: STRATEGY.endpoint.to_owned(), party: (STRATEGY.other().party)(NAME.to_owned()) },
    ];
    for login in table {
        let mut observed = observed(|observed| observed.login = Some(login.clone()));
        assert!(visit(fresh(IfMatching), &mut observed, always(applied)).effects.is_empty(), "{login:?}");
    }
}

#[test]
fn a_strangers_configuration_survives_whatever_cognigy_answers() {
    for policy in [Never, IfMatching] {
        for status in [400, 408, 429, 500, 503] {
            let mut organization = Organization::of_a_stranger();
            let fault = crate::support::refused(cognigy_sso_decide::CognigyCall::Configure, status);
            let first = visit(fresh(policy), &mut observed(|_| {}), |_| {
                let open = fault.leaves_outcome_open();
                if open { Receipt::Open(fault.clone()) } else { Receipt::Refused(fault.clone()) }
            });
            let mut next = first.resource;
            for _ in 0..3 {
                next = visit(next, &mut observed(|_| {}), |effect| organization.answer(effect)).resource;
            }
            assert_eq!(organization.holds, Some(Held::Stranger), "{policy:?} after {status}");
        }
    }
}
