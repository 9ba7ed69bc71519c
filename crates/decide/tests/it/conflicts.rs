//! Two resources for one organization: the older acts, the other says so.

use cognigy_sso_api::{
    AdoptionPolicy, ConditionStatus, ConditionType, DeletionPolicy, IdentityProviderConfigSpec, Mode, Organization,
    Reason,
};
use cognigy_sso_decide::{
    ChangeKind, Claimant, Claims, EventKind, LONGEST_CHANGE, Observed, Resource, Rival, may_be_anothers,
};

use crate::support::{
    EVENT, ORGANIZATION, OTHER_ORGANIZATION, STRANGER, USER, Visit, always, applied, change, condition, deleted,
    edited, history_says, later, login_differs, message, observed, ready, resource, rotated, tells, visit_at,
};

fn reset(spec: &mut IdentityProviderConfigSpec) {
    spec.deletion_policy = DeletionPolicy::Reset;
}

fn claimant(name: &str, uid: &str, seconds: i64) -> Claimant {
    Claimant::of(&Resource { name: name.into(), uid: uid.into(), created: later(seconds), ..resource(|_| {}) })
}

/// An older resource declares the same organization.
fn contested(observed: &mut Observed) {
    observed.rival = Some(Rival::Older(claimant("elder", "0a7e", -60)));
}

fn look(seconds: i64, resource: Resource, observe: impl FnOnce(&mut Observed)) -> Visit {
    visit_at(later(seconds), resource, &mut observed(observe), always(applied))
}

fn is_conflict(visit: &Visit) -> bool {
    let status = &visit.resource.status;
    condition(status, ConditionType::Ready) == Some((ConditionStatus::False, Reason::Conflict))
        && condition(status, ConditionType::Stalled) == Some((ConditionStatus::True, Reason::Conflict))
}

fn kinds(visit: &Visit) -> Vec<EventKind> {
    visit.events.iter().map(|event| event.kind).collect()
}

#[test]
fn the_younger_does_nothing_and_says_whom_it_yields_to() {
    type Observe = fn(&mut Observed);
    let observations: [(&str, Observe); 4] = [
        ("nothing new", |_| {}),
        ("a rotated secret", rotated),
        ("somebody else's configuration", |observed| observed.login = Some(login_differs())),
        ("a change by the older", |observed| {
            tells(observed, change("event-7", ChangeKind::Configure, later(30), STRANGER));
        }),
    ];
    for (what, observe) in observations {
        for before in [resource(|spec| spec.adoption_policy = AdoptionPolicy::Always), ready(|_| {})] {
            let observe = |observed: &mut Observed| {
                observe(observed);
                contested(observed);
            };
            let first = look(60, before, observe);
            assert!(first.effects.is_empty() && is_conflict(&first), "{what}: {:?}", first.effects);
            for part in ["elder", "namespace sso", "older"] {
                assert!(message(&first.resource.status, ConditionType::Configured).contains(part), "{what}: {part}");
            }
            assert_eq!(kinds(&first), [EventKind::Conflict], "{what}");
            let again = look(120, first.resource, observe);
            assert_eq!((again.writes, again.events.len()), (0, 0), "{what}: once for each happening");
        }
    }
}

#[test]
fn deleted_in_conflict_it_resets_nothing() {
    for before in [ready(reset), Resource { finalizer: true, ..resource(reset) }] {
        let contested_before = look(60, before, contested).resource;
        assert_eq!(look(120, deleted(contested_before), contested).effects, ["RemoveFinalizer"]);
    }
}

#[test]
fn when_the_older_goes_the_younger_applies_what_it_declares() {
    let waiting = look(60, resource(|_| {}), contested).resource;
    let taken_over = look(120, waiting, |_| {});
    assert!(taken_over.resource.status.is_true(ConditionType::Ready));
    assert_eq!(taken_over.effects.last(), Some(&"Configure"));
}

#[test]
fn when_the_older_leaves_its_configuration_it_is_taken_over_as_the_policy_allows() {
    let left_behind = |observed: &mut Observed| {
        tells(observed, change("event-7", ChangeKind::Configure, later(30), USER));
    };
    for (policy, effects) in [
        (AdoptionPolicy::Always, &["Record", "Adopt"][..]),
        (AdoptionPolicy::IfMatching, &[]),
        (AdoptionPolicy::Never, &[]),
    ] {
        let waiting = look(60, resource(|spec| spec.adoption_policy = policy), contested).resource;
        let visit = look(120, waiting, left_behind);
        assert_eq!(visit.effects, effects, "{policy:?}");
        assert_eq!(visit.resource.status.is_true(ConditionType::Ready), !effects.is_empty());
    }
}

#[test]
fn what_the_younger_had_applied_itself_is_in_force_again_or_restored() {
    let yielded = look(60, ready(|_| {}), contested).resource;
    let untouched = look(120, yielded.clone(), |_| {});
    assert!(untouched.effects.is_empty() && untouched.resource.status.is_true(ConditionType::Ready));
    let replaced = look(120, yielded, |observed| {
        tells(observed, change("event-7", ChangeKind::Configure, later(90), USER));
    });
    assert_eq!(replaced.effects, ["Record", "Correct"]);
    assert!(replaced.resource.status.is_true(ConditionType::Ready));
}

#[test]
fn a_conflict_while_nobody_may_read_audit_events_is_the_same() {
    let visit = look(60, ready(|_| {}), |observed| {
        history_says(observed, 403);
        contested(observed);
    });
    assert!(is_conflict(&visit) && visit.effects.is_empty());
}

#[test]
fn while_nobody_can_tell_who_else_is_there_nothing_is_changed() {
    for before in [resource(|spec| spec.adoption_policy = AdoptionPolicy::Always), ready(|_| {})] {
        let visit = look(60, before, |observed| {
            tells(observed, change("event-7", ChangeKind::Configure, later(30), STRANGER));
            observed.rival = Some(Rival::Untold);
        });
        let status = &visit.resource.status;
        let unknown = Some((ConditionStatus::Unknown, Reason::OutcomeUnknown));
        assert_eq!((&*visit.effects, condition(status, ConditionType::Configured)), (&[] as &[&str], unknown));
        assert!(message(status, ConditionType::Configured).contains("renew it"));
        assert!(!status.is_true(ConditionType::Stalled), "it may pass");
    }
}

#[test]
fn while_nobody_can_tell_who_else_is_there_what_is_ones_own_is_reset_all_the_same() {
    for (user, effects) in [(USER, &["Reset", "RemoveFinalizer"][..]), (STRANGER, &["RemoveFinalizer"])] {
        let event = if user == USER { EVENT } else { "event-7" };
        let visit = look(60, deleted(ready(reset)), |observed| {
            tells(observed, change(event, ChangeKind::Configure, later(30), user));
            observed.rival = Some(Rival::Untold);
        });
        assert_eq!(visit.effects, effects, "{user}");
    }
}

#[test]
fn what_a_resource_is_not_known_to_have_applied_may_be_anothers() {
    type Observe = fn(&mut Observed);
    fn configured(observed: &mut Observed, id: &str, user: &str) {
        tells(observed, change(id, ChangeKind::Configure, later(30), user));
    }
    let table: [(&str, Observe, bool, bool); 6] = [
        ("nothing shows", |_| {}, false, false),
        ("the event of what was applied", |observed| configured(observed, EVENT, USER), true, false),
        ("an event of the same user", |observed| configured(observed, "event-7", USER), true, true),
        ("a stranger's event", |observed| configured(observed, "event-7", STRANGER), true, true),
        ("a login URL that leads somewhere", |observed| observed.login = Some(login_differs()), true, false),
        ("a refusal, since there is one", |observed| observed.already_configured = true, true, false),
    ];
    for (what, observe, for_new, for_applied) in table {
        let is = |resource: &Resource| may_be_anothers(resource, &observed(observe), later(60 * 60));
        assert_eq!((is(&resource(|_| {})), is(&ready(|_| {}))), (for_new, for_applied), "{what}");
    }
}

#[test]
fn a_reset_may_be_half_a_change_of_anothers_for_as_long_as_one_takes() {
    let by_the_clock_at_most = LONGEST_CHANGE.as_secs() + 60;
    let table = [
        ("just now", 1, true),
        ("by a clock that is ahead", -59, true),
        ("while a change may take", by_the_clock_at_most, true),
        ("long ago", by_the_clock_at_most + 1, false),
    ];
    let seen_foreign = || {
        let mut resource = resource(|_| {});
        resource.status.saw_foreign = true;
        resource
    };
    for (what, seconds, is_half) in table {
        let reset =
            |observed: &mut Observed| tells(observed, change("event-7", ChangeKind::Reset, later(600), STRANGER));
        let shows = |observed: &mut Observed| {
            reset(observed);
            observed.login = Some(login_differs());
        };
        let is = |resource: &Resource, observed| may_be_anothers(resource, &observed, later(600 + seconds));
        for resource in [resource(|_| {}), ready(|_| {})] {
            assert_eq!(is(&resource, observed(reset)), is_half, "{what}");
            assert!(is(&resource, observed(shows)), "{what}: it has something after all");
        }
        assert!(is(&seen_foreign(), observed(reset)), "{what}: one that had to yield asks whether it still has to");
    }
}

#[test]
fn what_somebody_reset_long_ago_is_applied_again_though_nobody_else_is_asked_for() {
    let reset = |observed: &mut Observed| tells(observed, change("event-7", ChangeKind::Reset, later(600), USER));
    let hour = 60 * 60;
    assert!(!may_be_anothers(&ready(|_| {}), &observed(reset), later(hour)));
    let visit = look(hour, ready(|_| {}), reset);
    assert_eq!(visit.effects, ["Record", "Correct"]);
    assert!(visit.resource.status.is_true(ConditionType::Ready));
}

#[test]
fn one_whose_key_has_moved_away_acts_for_its_former_organization_no_more() {
    let organization = organization(ORGANIZATION);
    let acting = ready(|_| {});
    assert!(acting.acts_for(acting.claim().unwrap()));
    assert!(!acting.acts_for(&Organization { id: OTHER_ORGANIZATION.into(), ..organization }));
    let moved = look(60, acting, |observed| {
        observed.account.as_mut().unwrap().as_mut().unwrap().organization = OTHER_ORGANIZATION.into();
    });
    assert_eq!(moved.resource.claim().unwrap().id, ORGANIZATION.into());
    assert!(!moved.resource.acts_for(moved.resource.claim().unwrap()));
}

fn organization(id: &str) -> Organization {
    Organization { id: id.into(), api_host: "api-trial.cognigy.ai".into() }
}

#[test]
fn the_older_has_no_rival_and_ties_go_by_uid() {
    let table = [
        ("by age", claimant("a", "9", 0), claimant("b", "1", 1)),
        ("by uid", claimant("b", "1", 0), claimant("a", "2", 0)),
        ("by age, in whatever namespace", claimant("z", "9", -1), claimant("a", "1", 0)),
    ];
    let organization = organization(ORGANIZATION);
    for (what, older, younger) in table {
        for order in [[&older, &younger], [&younger, &older]] {
            let mut claims = Claims::default();
            for claimant in order {
                claims.note(claimant, Some(&organization));
            }
            assert_eq!(claims.rival(&older, &organization), None, "{what}");
            assert_eq!(claims.rival(&younger, &organization), Some(&older), "{what}");
        }
    }
}

#[test]
fn whoever_comes_moves_or_leaves_concerns_the_others_there() {
    let [a, b, c] = ["a", "b", "c"].map(|name| claimant(name, name, 0));
    let (here, there) = (organization(ORGANIZATION), organization(OTHER_ORGANIZATION));
    let mut claims = Claims::default();
    assert_eq!(claims.note(&a, Some(&here)), []);
    assert_eq!(claims.note(&b, Some(&here)), std::slice::from_ref(&a));
    assert_eq!(claims.note(&b, Some(&here)), [], "that is no news");
    assert_eq!(claims.note(&c, Some(&there)), []);
    assert_eq!(claims.note(&a, Some(&there)), [b.clone(), c.clone()], "moved");
    assert_eq!((claims.rival(&b, &here), claims.rival(&c, &there)), (None, Some(&a)));
    assert_eq!(claims.note(&a, None), std::slice::from_ref(&c), "left");
    assert_eq!(claims.note(&a, None), []);
    assert_eq!(claims.rival(&c, &there), None);
}

#[test]
fn one_organization_on_two_hosts_is_two() {
    let elsewhere = Organization { api_host: "api.example".into(), ..organization(ORGANIZATION) };
    let mut claims = Claims::default();
    claims.note(&claimant("a", "a", 0), Some(&organization(ORGANIZATION)));
    let younger = claimant("b", "b", 1);
    assert_eq!(claims.note(&younger, Some(&elsewhere)), []);
    assert_eq!(claims.rival(&younger, &elsewhere), None);
}

#[test]
fn whoever_may_not_even_be_told_of_a_claim_has_its_rival_all_the_same() {
    let (older, organization) = (claimant("a", "a", 0), organization(ORGANIZATION));
    let mut claims = Claims::default();
    claims.note(&older, Some(&organization));
    assert_eq!(claims.rival(&claimant("b", "b", 1), &organization), Some(&older), "before it is noted itself");
}

#[test]
fn who_declares_an_organization() {
    let planning = |spec: &mut IdentityProviderConfigSpec| spec.mode = Mode::Plan;
    let unreadable = |resource: Resource| Resource { spec: Err("missing field `oidc`".into()), ..resource };
    let located = |resource| look(0, resource, crate::support::issuer_refuted).resource;
    let table = [
        ("fresh", resource(|_| {}), false),
        ("located", located(resource(|_| {})), true),
        ("ready", ready(|_| {}), true),
        ("suspended", edited(ready(|_| {}), |spec| spec.suspend = true), true),
        ("only planning", located(resource(planning)), false),
        ("planning what it applied before", edited(ready(|_| {}), planning), true),
        ("unreadable", unreadable(located(resource(|_| {}))), false),
        ("unreadable by now", unreadable(ready(|_| {})), true),
        ("being deleted", deleted(ready(|_| {})), true),
    ];
    for (what, resource, claims) in table {
        assert_eq!(resource.claim().is_some(), claims, "{what}");
    }
}
