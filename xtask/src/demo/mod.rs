//! `cargo xtask demo`: brings a cluster, a Cognigy.AI stand-in, a real OpenID provider and the operator up, and shows what
//! becomes of a resource. Each thing shown is also checked: it succeeds only if all of it happened.

mod cluster;
mod company;
mod invitation;
mod kubectl;
mod operator;
mod report;
mod screen;
mod stage;
mod story;

use std::future::Future;
use std::process::ExitCode;
use std::time::Instant;

use crate::interruption::told_to_end;
use stage::Stage;

/// As shells count a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

#[derive(clap::Args)]
pub struct Demo {
    /// Stay up after the last step, to look around, until Ctrl-C
    #[arg(long)]
    keep: bool,
}

impl Demo {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let begun = Instant::now();
        screen::title("Single sign-on for Cognigy.AI, declared in Kubernetes");
        screen::say(
            "This demo brings a cluster, a stand-in for Cognigy.AI and an OpenID provider of its own, all on 127.0.0.1. It \
             reads and changes nothing of yours, and all of it goes when the demo ends. It takes about 15 seconds, and some \
             minutes the first time, while the programs are built.",
        );
        screen::line("");
        let Some(mut stage) = unless_told_to_end(Box::pin(Stage::set())).await? else { return Ok(stopped()) };
        let story = Box::pin(async { Ok(story::play(&mut stage).await) });
        let Some(outcome) = unless_told_to_end(story).await? else { return Ok(stopped()) };
        let code = end(&outcome, &mut stage, begun).await;
        if self.keep {
            invitation::show(&stage).await?;
            told_to_end().await?;
            stopped();
        }
        stage.strike().await?;
        Ok(code)
    }
}

/// `None` when Ctrl-C came first; what `work` had started ends then.
async fn unless_told_to_end<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<Option<T>> {
    tokio::select! {
        done = work => done.map(Some),
        told = told_to_end() => Ok(told.map(|()| None)?),
    }
}

fn stopped() -> ExitCode {
    screen::line("\nStopped, and everything that the demo had started.");
    INTERRUPTED.into()
}

async fn end(outcome: &anyhow::Result<()>, stage: &mut Stage, begun: Instant) -> ExitCode {
    let took = screen::spoken(begun.elapsed());
    match outcome {
        Ok(()) => {
            screen::title(&format!("Every step happened as told. It took {took}."));
            ExitCode::SUCCESS
        }
        Err(error) => {
            screen::failure(&format!("{error}: this did not happen as it should."));
            error.chain().skip(1).for_each(|cause| screen::quote(&cause.to_string()));
            let fate =
                stage.operator.end().await.map_or("is running".to_owned(), |code| format!("ended with code {code}"));
            screen::say(&format!("The operator {fate}. Its last log lines:"));
            screen::quote(&stage.operator.last_lines());
            ExitCode::FAILURE
        }
    }
}
