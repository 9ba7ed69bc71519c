//! Ctrl-C, and SIGTERM.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Resolves when the program is told to end.
///
/// # Errors
/// When signals cannot be waited for.
pub async fn told_to_end() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}
