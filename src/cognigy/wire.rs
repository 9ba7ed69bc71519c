//! What Cognigy.AI answers. Of an answer nothing is kept but known fields, checked for their shape.

use std::borrow::Cow;
use std::fmt;

use cognigy_sso_decide::{Account, CallFault, CognigyCall};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::egress::Answer;
use crate::json::{self, Number, Text};

/// The role that configuring single sign-on needs.
const ADMIN: &str = "admin";
/// The longest id of a user, in characters: 64 before the `@` and 255 behind it (RFC 5321, section 4.5.3.1).
const LONGEST_USER_ID: usize = 320;

#[derive(Deserialize)]
struct User {
    id: String,
    organisation: String,
    #[serde(default)]
    roles: Roles,
    #[serde(default)]
    disabled: bool,
}

/// The user in the answer to `GET users/me`.
///
/// # Errors
/// What came instead of a user.
pub(super) fn account(body: &[u8]) -> Result<Account, &'static str> {
    let user: User = json::object(body).map_err(|_| "something that is not a user")?;
    if !is_organization_id(&user.organisation) {
        return Err("a user without an organization id");
    }
    let user_id = user_id(&user.id).ok_or("a user without a usable id")?;
    Ok(Account { user: user_id, organization: user.organisation, is_admin: user.roles.admin, disabled: user.disabled })
}

/// A list of roles, of which one matters. However long it is, nothing else of it is kept.
#[derive(Default)]
struct Roles {
    admin: bool,
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self::default())
    }
}

impl<'de> Visitor<'de> for Roles {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of roles")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut roles: A) -> Result<Self, A::Error> {
        while let Some(role) = roles.next_element::<Cow<'de, str>>()? {
            self.admin |= role == ADMIN;
        }
        Ok(self)
    }
}

/// A user's id, an e-mail address as a rule, if it can be repeated.
pub(super) fn user_id(text: &str) -> Option<Box<str>> {
    let fits = (1..=LONGEST_USER_ID).contains(&text.chars().count());
    (fits && !text.contains(char::is_control)).then(|| text.into())
}

fn is_organization_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A problem object, reduced to what is safe to repeat. `details` may hold anything and is not read.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Problem {
    status: Number,
    code: Number,
    trace_id: Text,
}

impl Problem {
    fn read(body: &[u8]) -> Self {
        json::object(body).unwrap_or_default()
    }

    fn status(&self) -> Option<u16> {
        self.status.0?.try_into().ok()
    }

    fn code(&self) -> Option<u32> {
        self.code.0?.try_into().ok()
    }

    fn trace_id(&self) -> Option<String> {
        let trace_id = self.trace_id.as_deref()?;
        let is_plain = trace_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        (is_plain && (1..=64).contains(&trace_id.len())).then(|| trace_id.to_owned())
    }
}

/// An answer that is not a success, or one whose body is a problem object all the same, as some gateways do: then the problem
/// counts.
pub(super) fn refusal(call: CognigyCall, answer: &Answer) -> Option<CallFault> {
    let problem = Problem::read(&answer.body);
    let status = if answer.is_success() {
        problem.status().filter(|status| (400..600).contains(status))?
    } else {
        answer.status
    };
    Some(CallFault::Refused {
        call,
        status,
        code: problem.code(),
        trace_id: problem.trace_id(),
        retry_after: answer.retry_after,
    })
}

/// No body, or JSON: the API documents no useful body.
pub(super) fn is_acknowledgement(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace) || json::is_value(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORGANIZATION: &str = "5f0c0123456789abcdef0123";

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, retry_after: None, location: None, max_age: None, body: body.into() }
    }

    #[test]
    fn a_user_is_read() {
        let body = format!(r#"{{"id":"a@b.c","organisation":"{ORGANIZATION}","roles":["admin"],"disabled":false}}"#);
        let account = account(body.as_bytes()).unwrap();
        let expected =
            Account { user: "a@b.c".into(), organization: ORGANIZATION.into(), is_admin: true, disabled: false };
        assert_eq!(account, expected);
    }

    #[test]
    fn what_is_no_user_is_said() {
        for body in ["", "[]", "<html>", "{}", r#"{"organisation":"../../x"}"#, r#"{"organisation":7}"#] {
            assert!(account(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_users_id_is_kept_only_where_it_can_be_repeated() {
        let with_id =
            |id: &str| account(serde_json::json!({ "id": id, "organisation": ORGANIZATION }).to_string().as_bytes());
        assert_eq!(&*with_id(&"ä".repeat(320)).unwrap().user, "ä".repeat(320));
        for id in [String::new(), "a".repeat(321), "a\nb@c.d".to_owned(), "a\u{1b}[31m".to_owned(), "\u{85}".to_owned()]
        {
            assert_eq!(with_id(&id), Err("a user without a usable id"), "{id:?}");
        }
        let without_id = format!(r#"{{"organisation":"{ORGANIZATION}"}}"#);
        assert_eq!(account(without_id.as_bytes()), Err("something that is not a user"));
    }

    /// Lesson: grafana-operator #2667.
    #[test]
    fn a_problem_keeps_code_and_trace_id_only_in_their_shape() {
        let fault = refusal(CognigyCall::Me, &answer(400, r#"{"code":1005,"traceId":"api-12:3","detail":"x"}"#));
        let Some(CallFault::Refused { code, trace_id, .. }) = fault else { panic!("{fault:?}") };
        assert_eq!((code, trace_id.as_deref()), (Some(1005), Some("api-12:3")));
        for body in [r#"{"code":"1005","traceId":"a\nb"}"#, r#"{"code":-1,"traceId":""}"#, "nonsense"] {
            let fault = refusal(CognigyCall::Me, &answer(400, body));
            let Some(CallFault::Refused { code: None, trace_id: None, .. }) = fault else {
                panic!("{body}: {fault:?}")
            };
        }
    }

    #[test]
    fn a_problem_inside_a_success_counts() {
        let call = CognigyCall::Configure;
        assert!(refusal(call, &answer(200, r#"{"status":400,"code":1005}"#)).is_some());
        assert!(refusal(call, &answer(200, "{}")).is_none());
        assert!(refusal(call, &answer(204, "")).is_none());
    }

    #[test]
    fn a_page_is_no_acknowledgement() {
        assert!(is_acknowledgement(b"") && is_acknowledgement(b"{}\n"));
        assert!(!is_acknowledgement(b"<html>Sign in</html>"));
    }
}
