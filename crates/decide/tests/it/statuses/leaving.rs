//! Resources that are being deleted and have not gone.

use cognigy_sso_api::{DeletionPolicy, IdentityProviderConfigSpec};
use cognigy_sso_decide::{CognigyCall, Effect, Observed, Receipt};

use super::{Recorded, recorded};
use crate::support::{always, cognigy_unknown, deleted, edited, now, observed, ready, refused, resource, visit_at};

fn reset(spec: &mut IdentityProviderConfigSpec) {
    spec.deletion_policy = DeletionPolicy::Reset;
}

pub(super) fn statuses() -> Vec<Recorded> {
    let leave = |resource, observe: fn(&mut Observed), answer: fn(&Effect) -> Receipt| {
        visit_at(now(), deleted(resource), &mut observed(observe), always(answer)).resource
    };
    let applied = crate::support::applied;
    let unauthorized = |observed: &mut Observed| observed.account = Some(Err(refused(CognigyCall::Me, 401)));
    vec![
        recorded("deleted-and-not-yet-noticed", deleted(ready(reset))),
        recorded("deletion-blocked", leave(ready(reset), unauthorized, applied)),
        recorded("deletion-waits", leave(ready(reset), cognigy_unknown, applied)),
        recorded(
            "deletion-refused",
            leave(ready(reset), |_| {}, |_| Receipt::Refused(refused(CognigyCall::Reset, 403))),
        ),
        recorded("deletion-done", leave(ready(reset), |_| {}, applied)),
        recorded(
            "deleted-while-suspended",
            leave(edited(resource(reset), |spec| spec.suspend = true), |_| {}, applied),
        ),
    ]
}
