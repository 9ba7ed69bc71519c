//! What is found of a client, as one finding: the two parts weighed, and each seen in the light of the other.

use cognigy_sso_api::{ConditionStatus, Reason};

use super::{Callback, Credentials, Registration, Trial};
use crate::finding::Finding;

impl Trial {
    /// Both parts as one finding: what is refuted first, then what is not known.
    #[must_use]
    pub fn finding(&self, client: Registration<'_>) -> Finding {
        let mut parts = self.findings(client);
        parts.sort_by_key(rank);
        let [first, second] = parts;
        // What is refuted is not tried again by itself, and neither is what goes with it.
        if first.is_false() && (second.reason == first.reason || may_be_told_later(second.reason)) {
            return first;
        }
        Finding { message: format!("{} {}", first.message, second.message), ..first }
    }

    /// What is found of the credentials, and of the callback.
    #[must_use]
    pub fn findings(&self, client: Registration<'_>) -> [Finding; 2] {
        let callback = match &self.callback {
            Callback::ClientUnknown if self.credentials.knows_client() => client.id_doubtful(),
            callback => client.callback(callback),
        };
        [self.credentials(client), callback]
    }

    /// The authorization endpoint helps to tell which of id and secret is wrong.
    fn credentials(&self, client: Registration<'_>) -> Finding {
        let Credentials::Refused(refusal) = &self.credentials else { return client.credentials(&self.credentials) };
        match &self.callback {
            Callback::ClientUnknown => client.id_refused(Some(refusal)),
            callback if callback.knows_client() => client.secret_refused(refusal),
            _ => client.refused(refusal),
        }
    }
}

/// What a person must mend comes first, then what may be told later: its reason says that it is tried again. Then what is not
/// known.
fn rank(finding: &Finding) -> u8 {
    match finding.status {
        ConditionStatus::False => 0,
        ConditionStatus::Unknown if may_be_told_later(finding.reason) => 1,
        ConditionStatus::Unknown => 2,
        ConditionStatus::True => 3,
    }
}

/// Was it not told for a reason that may pass?
pub(crate) fn may_be_told_later(reason: Reason) -> bool {
    matches!(reason, Reason::Retrying | Reason::Throttled | Reason::ServerError | Reason::Unreachable)
}
