//! What the controller sees, looked up when somebody asks.
//!
//! The controller's task owns all that is known of resources, so it is asked by a message. While no controller runs here, on a
//! replica that stands by, nobody answers, and nothing is seen.

use std::sync::Arc;

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_decide::{Expiry, Resource};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::watched::Key;

/// Questions that wait to be answered.
const BACKLOG: usize = 4;

/// What the controller sees.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// Resources whose visit is due and has not begun.
    pub(crate) queued: usize,
    /// Visits that are under way.
    pub(crate) active: usize,
    pub(crate) resources: Vec<Seen>,
}

/// What the controller sees of a resource.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) key: Key,
    pub(crate) standing: Standing,
    /// When a visit last found its provider verified.
    pub(crate) verified: Option<Timestamp>,
    /// When the Secrets expire that it refers to.
    pub(crate) expiries: Arc<[Expiry]>,
}

/// What metrics tell of a status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// Those of the conditions, in the order of all types.
    statuses: [ConditionStatus; ConditionType::ALL.len()],
    /// The reasons of `Ready` and `Stalled`.
    ready: Reason,
    stalled: Reason,
    /// When the identity provider's certificate ends to be valid.
    pub(super) certificate_expiry: Option<Timestamp>,
}

impl Standing {
    pub(crate) fn of(Resource { status, .. }: &Resource) -> Self {
        let status_of = |r#type: ConditionType| {
            status.condition(r#type).map_or_else(|| r#type.when_absent(), |condition| condition.status)
        };
        // Without a reason nobody has dealt with it yet.
        let reason_of = |r#type| status.condition(r#type).map_or(Reason::Progressing, |condition| condition.reason);
        Self {
            statuses: ConditionType::ALL.map(status_of),
            ready: reason_of(ConditionType::Ready),
            stalled: reason_of(ConditionType::Stalled),
            certificate_expiry: status.saml.as_ref().map(|saml| saml.certificate.not_after),
        }
    }

    pub(super) fn status(&self, r#type: ConditionType) -> ConditionStatus {
        self.statuses.get(r#type as usize).copied().unwrap_or(r#type.when_absent())
    }

    /// Status and reason of `Ready`, where it is not true.
    pub(super) fn not_ready(&self) -> Option<(ConditionStatus, Reason)> {
        let status = self.status(ConditionType::Ready);
        (status != ConditionStatus::True).then_some((status, self.ready))
    }

    /// Why a person must act, where one must.
    pub(super) fn stalled(&self) -> Option<Reason> {
        (self.status(ConditionType::Stalled) == ConditionStatus::True).then_some(self.stalled)
    }
}

/// Asks what the controller sees.
pub(crate) type Question = oneshot::Sender<Sight>;

/// The way to the controller, if one runs here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookout(Arc<Mutex<Option<mpsc::Sender<Question>>>>);

impl Lookout {
    /// From now on questions come here, until the receiver is dropped.
    pub(crate) fn take_up(&self) -> mpsc::Receiver<Question> {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        *self.0.lock() = Some(sender);
        receiver
    }

    /// What the controller sees; nothing where none runs.
    pub(super) async fn look(&self) -> Sight {
        let Some(controller) = self.0.lock().clone() else { return Sight::default() };
        let (question, answer) = oneshot::channel();
        match controller.send(question).await {
            Ok(()) => answer.await.unwrap_or_default(),
            Err(_) => Sight::default(),
        }
    }
}
