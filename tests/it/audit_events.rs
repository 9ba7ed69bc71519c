//! The newest change of an organization's configuration, as Cognigy.AI's audit events tell.

use cognigy_sso_decide::{CallFault, Change, ChangeKind, TransportFault};
use cognigy_sso_testkit::cognigy::{AuditId, Operation, User};
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::json;

use crate::support::{API_KEY, Line, ORGANIZATION};

impl Line {
    async fn newest(&self, kind: ChangeKind) -> Result<Option<Change>, CallFault> {
        self.call(API_KEY, async |cognigy| cognigy.newest_change(kind).await).await
    }

    fn noise(&self, count: usize) {
        for _ in 0..count {
            self.stand_in.write_audit_event(ORGANIZATION, "create".to_owned(), "createFlow".to_owned(), "somebody");
        }
    }

    fn calls(&self) -> usize {
        self.stand_in.calls_of(Operation::AuditEvents).len()
    }
}

#[tokio::test]
async fn the_newest_change_of_each_kind_is_found_under_either_name_of_its_id() {
    let line = Line::open().await;
    for kind in [ChangeKind::Configure, ChangeKind::Reset] {
        assert_eq!(line.newest(kind).await, Ok(None), "nothing has happened");
    }
    line.stand_in.configure_as_stranger(ORGANIZATION, json!({}));
    line.stand_in.reset_as_stranger(ORGANIZATION);
    line.stand_in.configure_as_stranger(ORGANIZATION, json!({}));
    line.noise(1);
    for name in [AuditId::Underscored, AuditId::Plain] {
        line.stand_in.change(|settings| settings.audit_id = name);
        let configured = line.newest(ChangeKind::Configure).await.unwrap().unwrap();
        let reset = line.newest(ChangeKind::Reset).await.unwrap().unwrap();
        assert_eq!((&*configured.id, &*reset.id), (&*format!("{:024x}", 3), &*format!("{:024x}", 2)));
        assert_eq!((configured.kind, reset.kind), (ChangeKind::Configure, ChangeKind::Reset));
        assert_eq!(&*configured.user, "stranger@elsewhere.example");
        assert!(configured.time >= reset.time);
    }
}

#[tokio::test]
async fn a_filter_that_is_ignored_is_made_up_for_within_bounds() {
    let line = Line::open().await;
    line.stand_in.change(|settings| settings.audit_filter = false);
    line.noise(7);
    assert_eq!(line.newest(ChangeKind::Reset).await, Ok(None), "all was seen");
    line.stand_in.reset_as_stranger(ORGANIZATION);
    line.noise(99);
    line.stand_in.clear_calls();
    let found = line.newest(ChangeKind::Reset).await.unwrap().unwrap();
    assert_eq!((&*found.id, line.calls()), (&*format!("{:024x}", 8), 5), "it is the last event of the last page");
    line.noise(1);
    line.stand_in.clear_calls();
    assert_eq!(line.newest(ChangeKind::Reset).await, Err(CallFault::HistoryTooLong));
    assert_eq!(line.calls(), 5);
}

#[tokio::test]
async fn who_may_not_read_audit_events_is_told_so() {
    let line = Line::open().await;
    let forbidden = |found| matches!(found, Err(CallFault::Refused { status: 403, .. }));
    line.stand_in.change(|settings| settings.audit_events_allowed = false);
    assert!(forbidden(line.newest(ChangeKind::Configure).await));
    line.stand_in.change(|settings| settings.audit_events_allowed = true);
    line.stand_in.add_user(API_KEY, User { roles: Vec::new(), ..User::admin(ORGANIZATION) });
    assert!(forbidden(line.newest(ChangeKind::Configure).await));
}

#[tokio::test]
async fn events_of_unusual_size_are_asked_for_one_by_one() {
    let line = Line::open().await;
    line.stand_in.reset_as_stranger(ORGANIZATION);
    let huge = || Fault::says(200, &json!({ "items": [{ "payload": "x".repeat(70_000) }] }).to_string());
    line.stand_in.install(Plan::on(Operation::AuditEvents, [huge()]));
    assert!(line.newest(ChangeKind::Reset).await.unwrap().is_some());
    line.stand_in.install(Plan::on(Operation::AuditEvents, [huge()]).forever());
    let found = line.newest(ChangeKind::Reset).await;
    assert!(matches!(found, Err(CallFault::Transport { fault: TransportFault::TooLarge, .. })), "{found:?}");
}

#[tokio::test]
async fn what_is_no_list_of_events_is_not_taken_for_none() {
    let line = Line::open().await;
    let answers = [
        ("<html>Sign in</html>", false),
        ("{}", false),
        (r#"{"items":[{"actionType":"resetIdentityProvider"}]}"#, false),
        (r#"{"status":403,"code":403,"items":[]}"#, true),
    ];
    for (body, is_refusal) in answers {
        line.stand_in.install(Plan::on(Operation::AuditEvents, [Fault::says(200, body)]));
        match line.newest(ChangeKind::Reset).await {
            Err(CallFault::Unexpected { .. }) => assert!(!is_refusal, "{body}"),
            Err(CallFault::Refused { status: 403, .. }) => assert!(is_refusal, "{body}"),
            found => panic!("{body}: {found:?}"),
        }
    }
}
