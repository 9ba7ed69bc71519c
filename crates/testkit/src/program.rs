//! What the stand-ins have in common when they run as programs of their own.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::pki::Authority;

/// The flags of every stand-in.
#[derive(Debug, Args)]
pub struct Flags {
    /// Port of the stand-in on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,

    /// Port on 127.0.0.1 by which it is steered, plain HTTP; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub control_port: u16,

    /// Folder of the certificate authority (ca.crt, ca.key). It is made where it is missing; stand-ins may share it.
    #[arg(long)]
    pub ca_dir: PathBuf,

    /// Count requests instead of keeping each.
    #[arg(long)]
    pub counts_only: bool,

    /// Stop when the standard input is closed, as happens when the parent dies.
    #[arg(long)]
    pub stop_with_parent: bool,
}

impl Flags {
    /// The authority in `ca_dir`.
    ///
    /// # Errors
    /// When it can neither be read nor made.
    pub fn authority(&self) -> Result<Authority> {
        Authority::load_or_create(&self.ca_dir, "stand-ins on this machine")
    }

    /// Prints `ready` as one line of JSON, then waits for SIGTERM, Ctrl-C, or the parent's end if that was asked for.
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub async fn announce_and_wait(&self, ready: &Value) -> Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let parent_gone = self.stop_with_parent.then(standard_input_closed);
        println!("{ready}");
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            Some(_) = async { Some(parent_gone?.await) } => {}
        }
        Ok(())
    }
}

/// Files of certificate authorities, read whole.
///
/// # Errors
/// When one cannot be read.
pub fn read_all(files: &[PathBuf]) -> Result<Vec<String>> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).with_context(|| shown(path));
    files.iter().map(read).collect()
}

fn shown(path: &Path) -> String {
    format!("{} cannot be read", path.display())
}

/// A thread, since a blocked read in the runtime would keep it from ending.
fn standard_input_closed() -> oneshot::Receiver<()> {
    let (closed, waiting) = oneshot::channel();
    std::thread::spawn(move || {
        let mut ignored = [0; 1024];
        while !matches!(io::stdin().read(&mut ignored), Ok(0) | Err(_)) {}
        drop(closed);
    });
    waiting
}
