//! What can go wrong before the first request.

use std::collections::VecDeque;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// A misbehaviour before the first request: it concerns new connections, whatever they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionFault {
    /// The connection is reset in the TLS handshake.
    Reset,
    /// The handshake is never answered.
    Silence,
    /// The certificate ran out.
    Expired,
    /// The certificate has another host's name.
    OtherHost,
    /// The certificate comes from an authority that nobody knows.
    UnknownAuthority,
    /// What is spoken after the handshake is not HTTP.
    NotHttp,
}

/// What new connections meet: the head of the queue, for `Some` number of connections or for ever.
#[derive(Default)]
pub(super) struct ConnectionFaults(Mutex<VecDeque<(ConnectionFault, Option<u32>)>>);

impl ConnectionFaults {
    pub(super) fn install(&self, fault: ConnectionFault, times: Option<u32>) {
        if times != Some(0) {
            self.0.lock().push_back((fault, times));
        }
    }

    pub(super) fn clear(&self) {
        self.0.lock().clear();
    }

    pub(super) fn next(&self) -> Option<ConnectionFault> {
        let mut queue = self.0.lock();
        let (fault, left) = queue.front_mut()?;
        let fault = *fault;
        if let Some(left) = left {
            *left -= 1;
            if *left == 0 {
                queue.pop_front();
            }
        }
        Some(fault)
    }
}
