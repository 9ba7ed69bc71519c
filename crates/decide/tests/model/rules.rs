//! The rules, as an onlooker who sees everything checks them: at each call, and at the end of each visit.

use cognigy_sso_api::{
    AdoptionPolicy, Condition, ConditionStatus, ConditionType, DeletionPolicy, DriftPolicy,
    IdentityProviderConfigStatus, Reason,
};
use cognigy_sso_decide::Login;

use crate::cognigy::{Body, By, Held};
use crate::setting::Setting;
use crate::strategy::Strategy;
use crate::world::{Mood, World};

/// The rules of the operator's contract, by their number where they have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// 1: a stranger's configuration is neither reset nor overwritten, except as the policies allow.
    Strangers,
    /// 2: a working configuration is not given up for one that could not be checked.
    Working,
    /// 3: whatever happened, the next visits converge, and own work is known as such.
    Converges,
    /// 4: no change, no write.
    Quiet,
    /// 5: of two resources the older acts.
    OneActs,
    /// 7: a deletion resets what the resource applied and is still there, if that is asked for, and goes through.
    Deletion,
    /// 8: what is refused after a reset gives way to what was there before.
    RollsBack,
    /// `Configured=True` only while the organization was given what is declared.
    Truthful,
    /// The contract of the conditions.
    Conditions,
}

/// A rule that is broken, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broken {
    pub rule: Rule,
    pub by: String,
}

impl Rule {
    pub fn broken_by(self, by: impl Into<String>) -> Broken {
        Broken { rule: self, by: by.into() }
    }
}

/// What the rules need to know of the visit that is going on.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Facts {
    pub deleting: bool,
    /// What was declared when it began.
    pub declared: Body,
    pub provider: Mood,
    /// Could a stranger's configuration be known by what was read last?
    pub told: bool,
    /// Could this resource's own configuration be known by it?
    pub knows_own: bool,
    /// Has it begun something, and shares its user with another resource? Then the other's work passes for its own.
    pub confuses: bool,
    /// What the login URL showed then.
    pub login: Login,
    /// Has a stranger come between since?
    pub surprised: bool,
    /// Was the configuration reset in order to change it?
    pub has_reset: bool,
    /// What was refused for good after that.
    pub refused: Option<Body>,
    /// Did a mishap hit the putting back of the former one, or the way there?
    pub hindered: bool,
    /// Could the secret or the SAML identity provider not be read, so that what is declared is known in part only?
    pub unreadable: bool,
}

/// What is about to be sent.
#[derive(Clone, Copy, Debug)]
pub enum Sent<'a> {
    /// A reset; with what is to be applied next.
    Reset(Option<&'a Body>),
    /// Is it what was in force before?
    Configure { puts_back: bool },
}

/// A call is about to reach Cognigy.AI.
pub fn judge_call(setting: Setting, world: &World, number: usize, facts: &Facts, sent: Sent<'_>) -> Option<Broken> {
    judge_rival(world, number)
        .or_else(|| judge_strangers(setting, world, number, facts, sent))
        .or_else(|| judge_checks(world, number, facts, sent))
        .or_else(|| judge_refused(world, number, sent))
}

fn judge_rival(world: &World, number: usize) -> Option<Broken> {
    let acts = |older: usize| world.get(older).is_some_and(|older| older.server.claim().is_some());
    let rival = (0..number).find(|older| acts(*older))?;
    Some(Rule::OneActs.broken_by(format!("resource {number} acts beside the older resource {rival}")))
}

fn judge_strangers(setting: Setting, world: &World, number: usize, facts: &Facts, sent: Sent<'_>) -> Option<Broken> {
    let destroys = matches!(sent, Sent::Reset(_)) || setting.overwrites;
    let held = world.organization.holds.as_ref().filter(|held| destroys && held.by == By::Stranger)?;
    if !facts.told || facts.surprised {
        return None;
    }
    if facts.deleting {
        return Some(Rule::Deletion.broken_by("a deletion resets a stranger's configuration"));
    }
    let declared = world.get(number)?;
    let matches = facts.login == declared.login();
    let may_adopt = match setting.adoption {
        AdoptionPolicy::Always => true,
        AdoptionPolicy::IfMatching => matches && held.leads_to(declared.spec()),
        AdoptionPolicy::Never => false,
    };
    let may_correct = setting.drift == DriftPolicy::Correct && world.organization.was_ours;
    (!may_adopt && !may_correct)
        .then(|| Rule::Strangers.broken_by("a stranger's configuration is reset or overwritten"))
}

fn judge_checks(world: &World, number: usize, facts: &Facts, sent: Sent<'_>) -> Option<Broken> {
    let puts_back = matches!(sent, Sent::Configure { puts_back: true });
    let is_proved = match facts.provider {
        Mood::Verified => true,
        // SAML has no client that could be refused before somebody signs in.
        Mood::ClientRefused if Strategy::of(world.get(number)?.spec()) == Strategy::Saml => true,
        Mood::ClientRefused => world.get(number)?.known.proved.contains(&facts.declared),
        Mood::Refuted | Mood::Unknown => false,
    };
    if facts.deleting || puts_back || is_proved {
        return None;
    }
    match sent {
        Sent::Reset(_) if world.organization.holds.is_none() => None,
        _ => Some(Rule::Working.broken_by(format!("it is sent while the provider's check is {:?}", facts.provider))),
    }
}

/// What was refused is not tried again as it is: each try takes the sign-in away for a moment.
fn judge_refused(world: &World, number: usize, sent: Sent<'_>) -> Option<Broken> {
    let Sent::Reset(Some(body)) = sent else { return None };
    let is_refused = world.get(number)?.known.refused.as_ref() == Some(body) && world.organization.holds.is_some();
    is_refused.then(|| Rule::RollsBack.broken_by("what was refused is tried again at the price of a reset"))
}

/// A visit has ended, and its conclusion is this.
pub fn judge_end(world: &World, number: usize, facts: &Facts, status: &IdentityProviderConfigStatus) -> Option<Broken> {
    let declared = world.get(number)?;
    // What cannot be read just now has not changed as far as anybody knows.
    let is_configured = status.is_true(ConditionType::Configured) && !facts.deleting && !facts.unreadable;
    let holds = world.organization.holds.as_ref().map(|held| &held.body);
    // Two resources may declare the same.
    let is_given = [declared.known.given.as_ref(), holds].contains(&Some(&facts.declared));
    if is_configured && !is_given && !facts.confuses {
        let given = declared.known.given.as_deref().unwrap_or("nothing");
        return Some(Rule::Truthful.broken_by(format!("Configured is True, but the organization was given {given}")));
    }
    judge_rollback(world, number, facts).or_else(|| judge_leaving(declared.server.finalizer, facts, status))
}

fn judge_rollback(world: &World, number: usize, facts: &Facts) -> Option<Broken> {
    let refused = facts.refused.as_ref().filter(|_| !facts.hindered)?;
    let previous = world.get(number)?.known.previous.as_ref().filter(|previous| *previous != refused)?;
    let is_back = world.organization.holds.as_ref().is_some_and(|held| held.body == *previous);
    (!is_back).then(|| Rule::RollsBack.broken_by(format!("{refused} was refused, and {previous} is not put back")))
}

fn judge_leaving(finalizer: bool, facts: &Facts, status: &IdentityProviderConfigStatus) -> Option<Broken> {
    let says_why = status
        .condition(ConditionType::Configured)
        .is_some_and(|configured| configured.reason == Reason::DeletionBlocked);
    (facts.deleting && finalizer && !says_why).then(|| Rule::Deletion.broken_by("a deletion is held up without a word"))
}

/// The finalizer of a resource that is being deleted is about to be taken off.
pub fn judge_letting_go(world: &World, number: usize, facts: &Facts) -> Option<Broken> {
    let declared = world.get(number)?;
    let asked = declared.spec().deletion_policy == DeletionPolicy::Reset;
    let is_its_own = |held: &Held| held.by == By::Resource(number);
    let leaves = world.organization.holds.as_ref().is_some_and(is_its_own) && asked && facts.knows_own;
    leaves.then(|| Rule::Deletion.broken_by("it goes and leaves its configuration behind"))
}

/// What holds for the conditions of every status that was reported.
pub fn judge_conditions(status: &IdentityProviderConfigStatus) -> Option<Broken> {
    let present = |r#type| status.condition(r#type).is_some_and(|it: &Condition| it.status == ConditionStatus::True);
    let (reconciling, stalled) = (present(ConditionType::Reconciling), present(ConditionType::Stalled));
    let ready = status.condition(ConditionType::Ready);
    let faults = [
        (!status.conditions.is_empty() && ready.is_none(), "Ready is missing"),
        (reconciling && stalled, "Reconciling and Stalled stand side by side"),
        (
            status.is_true(ConditionType::Ready) && (reconciling || stalled),
            "Ready is True beside Reconciling or Stalled",
        ),
    ];
    let (_, fault) = faults.into_iter().find(|(is_so, _)| *is_so)?;
    Some(Rule::Conditions.broken_by(fault))
}
