//! One request: recognised, entered in the journal, met by its fault, carried out, answered.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::{Request as HttpRequest, Response};
use serde_json::json;
use tokio::time::sleep;

use super::Inside;
use super::answer::{self, Answer};
use super::fault::{Effect, Fault};
use super::reply::{self, Severed};
use super::request::Request;
use super::site::Site;

pub(super) async fn exchange<S: Site>(
    inside: Arc<Inside<S>>,
    incoming: HttpRequest<Incoming>,
) -> Result<Response<Body>, Severed> {
    let request = Request::read(incoming).await.ok_or(Severed)?;
    let seen = inside.site.recognise(&request);
    let fault = inside.faults.next(&seen.operation, seen.subject.as_deref());
    let number = inside.journal.begin(&seen, &request);
    let reply = fault.reply.clone();
    let work = Arc::clone(&inside).carry_out(request, fault, number, seen.operation);
    // A task of its own: what has begun goes on when the caller leaves.
    let task = tokio::spawn(inside.running.clone().run_until_cancelled_owned(work));
    let truth = task.await.ok().flatten().ok_or(Severed)?;
    let response = reply::give(reply, truth).await?;
    inside.journal.note_answer(number, seen.operation, response.status().as_u16());
    Ok(response)
}

impl<S: Site> Inside<S> {
    async fn carry_out(
        self: Arc<Self>,
        request: Request,
        fault: Fault,
        number: u64,
        operation: S::Operation,
    ) -> Answer {
        pause(fault.before_millis).await;
        let truth = match fault.effect() {
            Effect::Never => answer::json(200, &json!({})),
            Effect::Once => self.perform(&request, number, operation).await,
            Effect::Twice => {
                self.perform(&request, number, operation).await;
                self.perform(&request, number, operation).await
            }
        };
        pause(fault.after_millis).await;
        truth
    }

    async fn perform(&self, request: &Request, number: u64, operation: S::Operation) -> Answer {
        let outcome = self.site.perform(request).await;
        if outcome.effect {
            self.journal.note_effect(number, operation);
        }
        outcome.answer
    }
}

/// The timer takes a millisecond for no time at all.
async fn pause(millis: u64) {
    if millis > 0 {
        sleep(Duration::from_millis(millis)).await;
    }
}
