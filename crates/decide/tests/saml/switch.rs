//! From one way of signing in to the other, in both directions.

use cognigy_sso_api::{
    AdoptionPolicy, ConditionStatus, ConditionType, ExpiringKind, IdentityProviderConfigSpec, Operation, Reason,
};
use cognigy_sso_decide::{
    ChangeKind, CognigyCall, Effect, Expiry, Inputs, Memory, Observed, ProviderFault, Receipt, Resource, SamlFault,
};
use secrecy::ExposeSecret;

use crate::provider::describe;
use crate::support::{
    NAME, OIDC, SAML, SECRET, STRANGER, Strategy, USER, Visit, always, applied, change, condition, edited,
    history_says, later, observed, refused, resource, tells, version, visit_with,
};

use ConditionStatus::{False, True};

const WAYS: [(&Strategy, &Strategy); 2] = [(&OIDC, &SAML), (&SAML, &OIDC)];

fn declares(strategy: &Strategy) -> impl Fn(&mut IdentityProviderConfigSpec) + use<> {
    strategy.declare
}

/// All is well for a resource that declares this.
fn seen(strategy: &Strategy, observe: impl FnOnce(&mut Observed)) -> Observed {
    observed(|observed| {
        (strategy.other().unread)(observed);
        (strategy.observe)(observed);
        observed.inputs.versions = vec![version(strategy.secret, "1"), version("cognigy-api", "1")];
        observe(observed);
    })
}

/// A resource that declares this and is in sync.
fn settled(strategy: &Strategy) -> Visit {
    let fresh = resource(declares(strategy));
    visit_with(Memory::default(), later(0), fresh, &mut seen(strategy, |_| {}), always(applied))
}

fn switched(visit: Visit, to: &Strategy) -> Visit {
    Visit { resource: edited(visit.resource, declares(to)), ..visit }
}

fn go_on(seconds: i64, before: Visit, mut observed: Observed, answer: impl FnMut(&Effect) -> Receipt) -> Visit {
    visit_with(before.memory, later(seconds), before.resource, &mut observed, answer)
}

/// What is sent, and what goes back should that be refused, by their type.
fn types(effect: &Effect) -> Option<(String, Option<String>)> {
    let r#type = |desired: &cognigy_sso_decide::Desired| {
        let body: serde_json::Value = serde_json::from_str(desired.body().expose_secret()).unwrap();
        body["idpType"].as_str().unwrap().to_owned()
    };
    let Effect::Apply(application) = effect else { return None };
    Some((r#type(&application.desired), application.previous.as_deref().map(r#type)))
}

fn assert_in_force(resource: &Resource, strategy: &Strategy) {
    let status = &resource.status;
    assert_eq!(condition(status, ConditionType::Ready), Some((True, Reason::Ready)), "{}", strategy.path);
    let is_saml = strategy.path == SAML.path;
    assert_eq!((status.saml.is_some(), status.issuer.is_some()), (is_saml, !is_saml), "{}", strategy.path);
    assert_eq!(status.applied.as_ref().unwrap().saml.is_some(), is_saml);
    let urls = status.urls.as_ref().unwrap();
    assert!(urls.login.contains(&format!("/auth/{}/login/", strategy.path)));
    assert_eq!((urls.callback.is_some(), urls.documentation.is_some()), (!is_saml, is_saml));
}

#[test]
fn it_is_checked_first_and_then_reset_and_configured_at_once() {
    for (from, to) in WAYS {
        let before = settled(from);
        assert_in_force(&before.resource, from);
        let mut sent = Vec::new();
        let visit = go_on(60, switched(before, to), seen(to, |_| {}), |effect| {
            sent.extend(types(effect));
            applied(effect)
        });
        assert_eq!(visit.effects, ["Record", "Replace"], "to {}", to.path);
        assert_eq!(sent, [(to.path.to_owned(), Some(from.path.to_owned()))]);
        assert_in_force(&visit.resource, to);
        let again = go_on(120, visit, seen(to, |_| {}), |effect| panic!("{effect:?}"));
        assert_eq!((again.writes, again.events.len()), (0, 0));
        let back = go_on(180, switched(again, from), seen(from, |_| {}), always(applied));
        assert_in_force(&back.resource, from);
    }
}

#[test]
fn what_cannot_be_verified_leaves_the_former_one_in_force() {
    type Spoil = fn(&Strategy, &mut Observed);
    let spoils: [Spoil; 2] = [
        |strategy, observed| (strategy.refute)(observed),
        |strategy, observed| {
            let fault = ProviderFault::Saml(SamlFault::Unsigned { what: "is not signed".to_owned() });
            (strategy.says)(observed, fault);
        },
    ];
    for ((from, to), spoil) in WAYS.into_iter().flat_map(|way| spoils.map(|spoil| (way, spoil))) {
        let before = settled(from);
        let applied_before = before.resource.status.applied.clone();
        let visit =
            go_on(60, switched(before, to), seen(to, |observed| spoil(to, observed)), |effect| panic!("{effect:?}"));
        let status = &visit.resource.status;
        assert_eq!(status.applied, applied_before, "to {}", to.path);
        assert_ne!(condition(status, ConditionType::Configured).unwrap().0, True);
        let restored = go_on(120, switched(visit, from), seen(from, |_| {}), |effect| panic!("{effect:?}"));
        assert_in_force(&restored.resource, from);
    }
}

#[test]
fn what_is_refused_gives_way_to_the_former_one_of_the_other_strategy() {
    for (from, to) in WAYS {
        let rolled_back = |_: &Effect| Receipt::RolledBack {
            fault: refused(CognigyCall::Configure, 400),
            event: Some("event-3".into()),
        };
        let told = |observed: &mut Observed| tells(observed, change("event-3", ChangeKind::Configure, later(60), USER));
        let before = settled(from);
        let record = before.resource.status.applied.clone().unwrap();
        let visit = go_on(60, switched(before, to), seen(to, |_| {}), rolled_back);
        let status = &visit.resource.status;
        assert_eq!(condition(status, ConditionType::Configured), Some((False, Reason::RolledBack)), "to {}", to.path);
        let applied = status.applied.as_ref().unwrap();
        assert_eq!((&applied.fingerprint, &applied.saml), (&record.fingerprint, &record.saml));
        let again = go_on(600, visit, seen(to, told), |effect| panic!("{effect:?}"));
        assert_eq!((again.writes, again.events.len()), (0, 0), "it is not tried again");
        // What went back is remembered still.
        let mut carried = Vec::new();
        let asked = Visit { resource: Resource { requested_at: Some("now".into()), ..again.resource }, ..again };
        go_on(660, asked, seen(to, told), |effect| {
            carried.extend(types(effect));
            rolled_back(effect)
        });
        assert_eq!(carried, [(to.path.to_owned(), Some(from.path.to_owned()))]);
    }
}

#[test]
fn a_putting_back_that_was_begun_goes_on_in_the_other_strategy() {
    for (from, to) in WAYS {
        let fault = || refused(CognigyCall::Configure, 400);
        let not_yet =
            |_: &Effect| Receipt::NotPutBack { fault: fault(), put_back: refused(CognigyCall::Configure, 429) };
        let visit = go_on(60, switched(settled(from), to), seen(to, |_| {}), not_yet);
        assert_eq!(visit.resource.status.pending.as_ref().unwrap().operation, Operation::PutBack);
        let mut sent = Vec::new();
        let reset = |observed: &mut Observed| tells(observed, change("event-2", ChangeKind::Reset, later(60), USER));
        let done = go_on(120, visit, seen(to, reset), |effect| {
            sent.extend(types(effect));
            Receipt::Applied { event: Some("event-3".into()) }
        });
        assert_eq!((done.effects.as_slice(), sent), (&["PutBack"][..], vec![(from.path.to_owned(), None)]));
        assert_eq!(condition(&done.resource.status, ConditionType::Configured), Some((False, Reason::RolledBack)));
    }
}

#[test]
fn after_a_restart_what_was_in_force_is_remembered_from_its_record() {
    for (from, to) in WAYS {
        let before = settled(from).resource;
        let mut memory = Memory::default();
        memory.remember(&before, seen(from, |_| {}).inputs);
        let mut carried = Vec::new();
        let mut observed = seen(to, |_| {});
        visit_with(memory, later(60), edited(before, declares(to)), &mut observed, |effect| {
            carried.extend(types(effect));
            applied(effect)
        });
        assert_eq!(carried, [(to.path.to_owned(), Some(from.path.to_owned()))]);
    }
}

#[test]
fn what_is_declared_now_is_not_remembered_for_what_was_applied() {
    for (from, to) in WAYS {
        let edited = edited(settled(from).resource, declares(to));
        let inputs: Inputs = seen(to, |_| {}).inputs;
        let mut memory = Memory::default();
        memory.remember(&edited, inputs);
        let mut carried = Vec::new();
        visit_with(memory, later(60), edited, &mut seen(to, |_| {}), |effect| {
            carried.extend(types(effect));
            applied(effect)
        });
        assert_eq!(carried, [(to.path.to_owned(), None)], "nothing is there to be put back");
    }
}

#[test]
fn one_that_somebody_else_applied_does_not_match_for_being_named_alike() {
    for (from, to) in WAYS {
        let stranger = |observed: &mut Observed| {
            let endpoint = to.endpoint.to_owned();
            observed.login =
                Some(cognigy_sso_decide::Login::Redirect { endpoint, party: (from.party)(NAME.to_owned()) });
        };
        let fresh = resource(|spec| {
            declares(to)(spec);
            spec.adoption_policy = AdoptionPolicy::IfMatching;
        });
        let mut observed = seen(to, stranger);
        let visit = visit_with(Memory::default(), later(0), fresh, &mut observed, |effect| panic!("{effect:?}"));
        let configured = condition(&visit.resource.status, ConditionType::Configured);
        assert_eq!(configured, Some((False, Reason::AlreadyConfigured)), "to {}", to.path);
    }
}

#[test]
fn what_leads_to_the_other_strategy_is_somebody_elses_change() {
    for (from, to) in WAYS {
        let elsewhere = |observed: &mut Observed| {
            history_says(observed, 403);
            let endpoint = to.endpoint.to_owned();
            observed.login = Some(cognigy_sso_decide::Login::Redirect { endpoint, party: (to.party)(NAME.to_owned()) });
        };
        let corrected = go_on(600, settled(from), seen(from, elsewhere), always(applied));
        assert_eq!(corrected.effects, ["Record", "Correct"], "from {}", from.path);
        let told = |observed: &mut Observed| {
            tells(observed, change("event-7", ChangeKind::Configure, later(500), STRANGER));
        };
        let both = go_on(600, switched(settled(from), to), seen(to, told), always(applied));
        assert_in_force(&both.resource, to);
    }
}

#[test]
fn of_the_former_provider_nothing_is_said_any_more_even_before_the_new_one_is_known() {
    for (from, to) in WAYS {
        let outage = |observed: &mut Observed| {
            let (document, server) = (to.document, "idp.example".to_owned());
            let fault = cognigy_sso_decide::TransportFault::TimedOut;
            (to.says)(observed, ProviderFault::Transport { document, server, fault });
        };
        let visit = go_on(60, switched(settled(from), to), seen(to, outage), |effect| panic!("{effect:?}"));
        let status = &visit.resource.status;
        assert_eq!((&status.issuer, &status.saml), (&None, &None), "to {}", to.path);
        let urls = status.urls.as_ref().unwrap();
        assert!(urls.login.contains(&format!("/auth/{}/", to.path)), "what must be registered is told at once");
    }
}

#[test]
fn a_certificate_that_is_used_no_longer_is_not_warned_of() {
    let soon = |observed: &mut Observed| {
        describe(observed, |metadata| metadata.certificates[0].not_after = later(86_400));
        observed.inputs.expiries = Some(vec![Expiry::read(SAML.secret, &later(86_400).to_string())]);
    };
    let warned = go_on(60, settled(&SAML), seen(&SAML, soon), always(applied));
    let kinds: Vec<_> = warned.resource.status.expiring.iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, [ExpiringKind::Secret, ExpiringKind::Certificate]);
    let visit = go_on(120, switched(warned, &OIDC), seen(&OIDC, |_| {}), always(applied));
    assert!(visit.resource.status.expiring.is_empty());
    assert!(!format!("{:?}", visit.memory).contains(SECRET));
}
