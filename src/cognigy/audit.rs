//! Audit events, read for who last changed an organization's configuration. Of an event nothing is kept but known fields,
//! checked for their shape.

use cognigy_sso_decide::{Change, ChangeKind};
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::wire;
use crate::json::{self, Lenient, List, Text};

/// Events on a page: 3 KiB for each fit into what is read of an answer, several times their usual size.
pub(super) const PAGE: usize = 20;
/// The most events of a page that are looked at, for installations that ignore how many are asked for.
const MOST_EVENTS: usize = 200;
/// The most pages that are looked through.
pub(super) const MOST_PAGES: usize = 5;
/// The longest event id, in bytes.
const LONGEST_ID: usize = 64;
/// The longest cursor that is sent back, in bytes.
const LONGEST_CURSOR: usize = 1024;

/// What a page of audit events tells of one kind of change.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// This is the newest.
    Newest(Change),
    /// None is here, and there are more pages.
    Continued {
        /// The cursor of the next one.
        next: String,
    },
    /// None is here, and this is the last page.
    Last,
}

/// The path that asks for a page.
pub(super) fn path(kind: ChangeKind, limit: usize, cursor: Option<&str>) -> String {
    let action = kind.action_type();
    let path = format!("/v2.0/auditevents?limit={limit}&sort=timestamp:desc&type=action&actionType={action}");
    match cursor {
        Some(cursor) => format!("{path}&next={}", byte_serialize(cursor.as_bytes()).collect::<String>()),
        None => path,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(deserialize_with = "json::list")]
    items: Option<List<Lenient<Event>, MOST_EVENTS>>,
    #[serde(default)]
    next_cursor: Option<String>,
}

/// What is looked at of an event.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Event {
    action_type: Text,
    #[serde(rename = "_id")]
    id: Text,
    #[serde(rename = "id")]
    other_id: Text,
    timestamp: Text,
    user: Text,
}

/// Reads a page. Events of other kinds may be anything and are passed over.
///
/// # Errors
/// What came instead of a page, or is wrong with an event of this kind.
pub(super) fn page(body: &[u8], kind: ChangeKind) -> Result<Page, &'static str> {
    let body: Body = json::object(body).map_err(|_| "something that is not a list of audit events")?;
    let items = body.items.ok_or("something that is not a list of audit events")?;
    // One that is not looked at may be the newest.
    if items.is_cut {
        return Err("many more audit events than asked for");
    }
    let events = items.entries.into_iter().filter_map(|event| event.0);
    let found = events.filter(|event| event.action_type.as_deref() == Some(kind.action_type()));
    let found: Option<Vec<_>> = found.map(|event| change(&event, kind)).collect();
    let found = found.ok_or("an audit event that lacks a usable id, time or user")?;
    // Taking an old change for the newest would be worse than knowing none.
    if !found.is_sorted_by(|earlier, later| earlier.time >= later.time) {
        return Err("audit events that are not in the order asked for");
    }
    match (found.into_iter().next(), body.next_cursor.filter(|cursor| !cursor.is_empty())) {
        (Some(newest), _) => Ok(Page::Newest(newest)),
        (None, Some(next)) if next.len() > LONGEST_CURSOR => Err("audit events with a cursor of unusual length"),
        (None, Some(next)) => Ok(Page::Continued { next }),
        (None, None) => Ok(Page::Last),
    }
}

fn change(event: &Event, kind: ChangeKind) -> Option<Change> {
    let id = event.id.as_deref().or(event.other_id.as_deref()).filter(|id| is_event_id(id))?;
    let time = event.timestamp.as_deref()?.parse().ok()?;
    let user = wire::user_id(event.user.as_deref()?)?;
    Some(Change { id: id.into(), kind, time, user })
}

fn is_event_id(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_plain && (1..=LONGEST_ID).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const CONFIGURE: ChangeKind = ChangeKind::Configure;

    fn event(change: impl FnOnce(&mut Value)) -> Value {
        let mut event = json!({
            "_id": "5f0c",
            "timestamp": "2026-01-01T12:00:00.000Z",
            "type": "action",
            "actionType": "configureIdentityProvider",
            "user": "admin@acme.example",
            "organisationReference": "5f0c0123456789abcdef0123",
        });
        change(&mut event);
        event
    }

    fn read(items: &[Value], cursor: &Value) -> Result<Page, &'static str> {
        page(json!({ "items": items, "total": 1, "nextCursor": cursor }).to_string().as_bytes(), CONFIGURE)
    }

    fn newest(change: impl FnOnce(&mut Value)) -> Result<Page, &'static str> {
        read(&[event(change)], &Value::Null)
    }

    #[test]
    fn the_first_of_the_kind_is_the_newest() {
        let reset = event(|event| event["actionType"] = json!("resetIdentityProvider"));
        let earlier = event(|event| event["timestamp"] = json!("2025-12-31T23:00:00-02:00"));
        let expected = Change {
            id: "5f0c".into(),
            kind: CONFIGURE,
            time: "2026-01-01T12:00:00Z".parse().unwrap(),
            user: "admin@acme.example".into(),
        };
        assert_eq!(read(&[reset, event(|_| {}), earlier], &json!("more")), Ok(Page::Newest(expected)));
    }

    #[test]
    fn an_id_has_one_of_two_names_and_a_shape() {
        let id = |item: Value| match read(&[item], &Value::Null) {
            Ok(Page::Newest(change)) => Some(change.id.to_string()),
            _ => None,
        };
        let renamed = |value: Value| {
            event(|event| {
                event.as_object_mut().unwrap().remove("_id");
                event["id"] = value;
            })
        };
        assert_eq!(id(renamed(json!("a-Z_9"))).as_deref(), Some("a-Z_9"));
        assert_eq!(id(event(|event| event["id"] = json!("other"))).as_deref(), Some("5f0c"));
        assert_eq!(id(event(|event| event["_id"] = json!("x".repeat(64)))).map(|id| id.len()), Some(64));
        for value in [json!(""), json!("x".repeat(65)), json!("a/b"), json!("a\nb"), json!("ä"), json!(7), json!({})] {
            assert_eq!(id(renamed(value.clone())), None, "{value}");
        }
    }

    #[test]
    fn an_event_of_the_kind_that_cannot_be_read_spoils_the_answer() {
        let unusable = [
            ("timestamp", vec![json!("yesterday"), json!("2026-01-01T12:00:00"), json!(0), Value::Null]),
            ("user", vec![json!(""), json!("x".repeat(321)), json!("a\u{1b}[31m"), json!({ "id": 1 }), Value::Null]),
            ("_id", vec![Value::Null, json!("../x")]),
        ];
        for (member, values) in unusable {
            for value in values {
                let page = newest(|event| event[member] = value.clone());
                assert_eq!(page, Err("an audit event that lacks a usable id, time or user"), "{member}: {value}");
            }
        }
    }

    #[test]
    fn other_events_may_be_anything() {
        let others = [json!(null), json!([]), json!("x"), json!({}), json!({ "actionType": 7, "_id": {} })];
        let near = event(|event| event["actionType"] = json!("ConfigureIdentityProvider"));
        assert_eq!(read(&[&others[..], &[near]].concat(), &Value::Null), Ok(Page::Last));
        let decorated = newest(|event| event["payload"] = json!({ "secret": "x".repeat(60_000) }));
        assert!(matches!(decorated, Ok(Page::Newest(_))), "unknown members are passed over");
    }

    #[test]
    fn events_in_another_order_tell_nothing() {
        let later = event(|event| event["timestamp"] = json!("2026-01-01T12:00:01Z"));
        assert!(read(&[event(|_| {}), later], &Value::Null).is_err());
    }

    #[test]
    fn of_very_many_events_none_is_taken_for_the_newest() {
        let page_of = |others: usize| read(&[vec![json!({}); others], vec![event(|_| {})]].concat(), &Value::Null);
        assert!(matches!(page_of(MOST_EVENTS - 1), Ok(Page::Newest(_))));
        assert_eq!(page_of(MOST_EVENTS), Err("many more audit events than asked for"));
    }

    #[test]
    fn a_cursor_leads_on_where_there_is_one() {
        assert_eq!(read(&[], &json!("a+b/c=&x")), Ok(Page::Continued { next: "a+b/c=&x".to_owned() }));
        assert!(path(CONFIGURE, 20, Some("a+b/c=&x\r\n")).ends_with("&next=a%2Bb%2Fc%3D%26x%0D%0A"));
        for end in [Value::Null, json!("")] {
            assert_eq!(read(&[], &end), Ok(Page::Last));
        }
        assert!(read(&[], &json!("x".repeat(1025))).is_err() && read(&[], &json!(7)).is_err());
        assert_eq!(page(br#"{"items":[]}"#, CONFIGURE), Ok(Page::Last));
    }

    #[test]
    fn what_is_no_page_is_said() {
        let deep = format!(r#"{{"items":[{}]}}"#, "[".repeat(30_000));
        for body in [
            "",
            "[]",
            "{}",
            "<html>",
            r#"{"items":{}}"#,
            r#"{"items":null}"#,
            r#"{"items":[{}"#,
            r#"{"items":[],"items":[]}"#,
            "[[],null]",
            &deep,
        ] {
            assert!(page(body.as_bytes(), CONFIGURE).is_err(), "{body:.40}");
        }
    }
}
