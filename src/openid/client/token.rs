//! The token endpoint (RFC 6749 section 3.2).

use cognigy_sso_decide::{Grant, Manner, NoAnswer, Refusal, SentSecret, TokenAnswer, TokenQuestion, TransportFault};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::credentials::{Form, Presented};
use super::{BOUNDS, Client, error_code, made_up};
use crate::egress::{Answer, Call, Egress};
use crate::metrics::Operation;

/// What stands in the callback's place while that is not known: the code is looked at first everywhere.
const NO_CALLBACK: &str = "https://callback.invalid/";

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Asks for a token that nobody can get.
pub(super) async fn ask(
    egress: &Egress,
    client: &Client<'_>,
    secret: &SecretString,
    question: TokenQuestion,
) -> TokenAnswer {
    let random = made_up();
    let secret = match question.secret {
        SentSecret::Configured => secret.expose_secret(),
        SentSecret::Random => &random,
    };
    let form = match question.grant {
        Grant::AuthorizationCode => Form::default()
            .with("grant_type", "authorization_code")
            .with("code", &made_up())
            .with("redirect_uri", client.callback.unwrap_or(NO_CALLBACK)),
        Grant::RefreshToken => Form::default().with("grant_type", "refresh_token").with("refresh_token", &made_up()),
    };
    let endpoint = Endpoint { operation: Operation::Token, url: &client.provider.token_endpoint };
    match post(egress, client, endpoint, secret, question.manner, form).await {
        Ok(answer) => read(&answer),
        Err(fault) => TokenAnswer::None(NoAnswer::Transport(fault)),
    }
}

/// An endpoint that the client authenticates at, and what it is asked there.
pub(super) struct Endpoint<'a> {
    pub(super) operation: Operation,
    pub(super) url: &'a str,
}

/// Posts a form to an endpoint that the client authenticates at.
pub(super) async fn post(
    egress: &Egress,
    client: &Client<'_>,
    Endpoint { operation, url }: Endpoint<'_>,
    secret: &str,
    manner: Manner,
    form: Form,
) -> Result<Answer, TransportFault> {
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, FORM), (ACCEPT, JSON)]);
    let presented = Presented { id: client.id, secret, audience: &client.provider.token_endpoint };
    let body = Some(presented.show(manner, &mut headers, form).into_body());
    egress.send(Call { operation, method: Method::POST, url, ca: client.ca, headers, body, bounds: BOUNDS }).await
}

/// The error of an answer, under the name that RFC 6749 gives it or the one that some use instead.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    error: Option<String>,
    error_code: Option<String>,
}

/// Of an answer nothing is kept but its status and its error.
pub(super) fn read(answer: &Answer) -> TokenAnswer {
    let status = answer.status;
    match (NoAnswer::of_status(status), status) {
        (Some(none), _) => TokenAnswer::None(none),
        (None, 200..300) => TokenAnswer::Issued,
        (None, 400..500) => match error(&answer.body) {
            Some(error) => TokenAnswer::Refused(Refusal { status, error }),
            None => TokenAnswer::Wordless { status },
        },
        _ => TokenAnswer::None(NoAnswer::Status(status)),
    }
}

fn error(body: &[u8]) -> Option<Box<str>> {
    let body: ErrorBody = serde_json::from_slice(body).ok()?;
    error_code(&body.error.or(body.error_code)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> TokenAnswer {
        read(&Answer { status, retry_after: None, location: None, max_age: None, body: body.into() })
    }

    fn refused(status: u16, error: &str) -> TokenAnswer {
        TokenAnswer::Refused(Refusal { status, error: error.into() })
    }

    #[test]
    fn of_an_answer_only_status_and_error_are_kept() {
        assert_eq!(answer(400, r#"{"error":"invalid_grant","error_description":"x"}"#), refused(400, "invalid_grant"));
        assert_eq!(answer(401, r#"{"errorCode":"invalid_client","errorSummary":"x"}"#), refused(401, "invalid_client"));
        assert_eq!(answer(200, r#"{"access_token":"x"}"#), TokenAnswer::Issued);
        let own = refused(401, "an error of its own");
        assert_eq!(answer(401, r#"{"error":"client_secret s3cret is wrong"}"#), own, "it may hold what it was sent");
        for body in ["", "<html>", "[]", "{}", r#"{"error":7}"#, r#"{"error":""}"#, "{\"error\":\"a\\nb\"}"] {
            assert_eq!(answer(401, body), TokenAnswer::Wordless { status: 401 }, "{body}");
        }
        let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(65));
        assert_eq!(answer(400, &long), TokenAnswer::Wordless { status: 400 });
    }

    #[test]
    fn what_speaks_of_the_server_is_no_answer() {
        for status in [301, 302, 408, 425, 429, 500, 503] {
            let body = r#"{"error":"invalid_client"}"#;
            assert_eq!(answer(status, body), TokenAnswer::None(NoAnswer::Status(status)));
        }
    }
}
