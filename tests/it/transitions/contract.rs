//! What the conditions promise, in whatever state a resource is.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigStatus, Reason};

/// What a message tells a person to do begins with one of these.
const MENDS: [&str; 12] =
    ["Choose", "Correct", "Create", "Declare", "Enable", "Give", "Have", "Put", "Set", "Take", "Use", "Write"];

/// `Ready` is there; `True` goes with neither `Stalled` nor `Reconciling`, and those two not with each other; no generation is
/// ahead of the resource's, and when it is ready all are the same.
pub fn holds(status: &IdentityProviderConfigStatus, generation: i64) -> Result<(), String> {
    let broken = |what: &str| Err(format!("{what}: {status:?}"));
    if status.condition(ConditionType::Ready).is_none() {
        return broken("there is no Ready");
    }
    let ready = status.is_true(ConditionType::Ready);
    let markers = [ConditionType::Stalled, ConditionType::Reconciling].map(|r#type| status.condition(r#type).is_some());
    match (ready, markers) {
        (true, [true, _] | [_, true]) => return broken("Ready beside Stalled or Reconciling"),
        (_, [true, true]) => return broken("Stalled beside Reconciling"),
        _ => {}
    }
    let generations = status.conditions.iter().map(|condition| condition.observed_generation);
    let mut generations = generations.chain([status.observed_generation]);
    if generations.clone().any(|observed| observed > generation) {
        return broken("an observedGeneration is ahead");
    }
    if ready && generations.any(|observed| observed != status.observed_generation) {
        return broken("Ready beside an observedGeneration that differs");
    }
    Ok(())
}

/// What is not ready says so: somebody must act, the operator is at it, or it was asked to do nothing; and the message names
/// a field or says what to do.
pub fn says_where_it_stands(status: &IdentityProviderConfigStatus) -> Result<(), String> {
    let ready = status.condition(ConditionType::Ready).ok_or("there is no Ready")?;
    if ready.status == ConditionStatus::True {
        return Ok(());
    }
    let by_request = matches!(ready.reason, Reason::Suspended | Reason::Planned);
    let is_marked = [ConditionType::Stalled, ConditionType::Reconciling].iter().any(|r#type| status.is_true(*r#type));
    let is_clear = ready.message.contains("spec.") || MENDS.iter().any(|mend| ready.message.contains(mend));
    if by_request == is_marked {
        return Err(format!("it is neither Stalled nor Reconciling nor so by request: {status:?}"));
    }
    if is_clear { Ok(()) } else { Err(format!("it neither names a field nor says what to do: {}", ready.message)) }
}
