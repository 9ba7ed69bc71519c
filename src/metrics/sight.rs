//! What the controller sees, looked up when somebody asks.
//!
//! The controller's task owns all that is known of resources, so it is asked by a message, and answers with references to what
//! it holds. While no controller runs here, on a replica that stands by, nobody answers, and nothing is seen.

use std::sync::Arc;

use cognigy_sso_decide::{Expiry, Resource};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

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
    pub(crate) resource: Arc<Resource>,
    /// When a visit last found its provider verified.
    pub(crate) verified: Option<Timestamp>,
    /// When the Secrets expire that it refers to.
    pub(crate) expiries: Arc<[Expiry]>,
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
