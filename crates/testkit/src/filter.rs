//! Programs that read their input to its end, and then answer.

use std::process::{Output, Stdio};

use anyhow::Context as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Runs one with this input. One that ends without having read all says itself why.
///
/// # Errors
/// When it cannot be started or waited for.
pub async fn run(mut command: Command, input: &[u8]) -> anyhow::Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut program =
        command.spawn().with_context(|| format!("starting {}", command.as_std().get_program().display()))?;
    let mut stdin = program.stdin.take().context("standard input is piped")?;
    let feeding = async move {
        let _not_all_was_wanted = stdin.write_all(input).await;
    };
    let ((), output) = tokio::join!(feeding, program.wait_with_output());
    Ok(output?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_it_reads_comes_back_and_what_it_does_not_read_hurts_nobody() {
        let input = "x".repeat(1 << 20);
        let output = run(Command::new("cat"), input.as_bytes()).await.unwrap();
        assert_eq!(output.stdout, input.as_bytes());
        assert!(!run(Command::new("false"), input.as_bytes()).await.unwrap().status.success());
    }
}
