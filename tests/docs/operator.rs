//! The operator's binary, where a cluster would run its pod.

use std::path::{Path, PathBuf};
use std::process::Command;

use cognigy_sso_testkit::control_plane::guard::{Guarded, Sink};

/// It dies with the value.
pub struct Operator {
    _process: Guarded,
    log: PathBuf,
}

impl Operator {
    /// Starts it alone, with no port that another may have.
    pub async fn start(mut command: Command, folder: &Path) -> Self {
        let log = folder.join(".operator.log");
        command.args(["run", "--leader-elect=false", "--health-address", "127.0.0.1:0"]);
        command.env("COGNIGY_SSO_METRICS_ADDRESS", "127.0.0.1:0");
        let process = Guarded::spawn(&command, Sink::Null, Sink::File(log.clone())).await.unwrap();
        Self { _process: process, log }
    }

    pub fn log(&self) -> &Path {
        &self.log
    }
}
