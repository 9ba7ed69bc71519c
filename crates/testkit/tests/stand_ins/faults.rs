//! Every fault, as an ordinary client meets it.

use std::error::Error as _;
use std::io::Read as _;
use std::time::{Duration, Instant};

use crate::client::{ORGANIZATION, client, client_builder, header};
use cognigy_sso_testkit::cognigy::{Operation, StandIn, WhenConfigured};
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::server::{ConnectionFault, Fault, Plan, Reply};
use flate2::read::GzDecoder;
use reqwest::{Client, Response, Result};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(20);

struct Desk {
    authority: Authority,
    stand_in: StandIn,
    client: Client,
}

impl Desk {
    async fn open() -> Self {
        let authority = Authority::new("tests").unwrap();
        let stand_in = StandIn::start(&authority).await.unwrap();
        stand_in.add_admin("a-key", ORGANIZATION);
        let client = client(&authority);
        Self { authority, stand_in, client }
    }

    /// Each request has a connection of its own.
    async fn without_pool() -> Self {
        let desk = Self::open().await;
        let client = client_builder(&desk.authority).pool_max_idle_per_host(0).build().unwrap();
        Self { client, ..desk }
    }

    async fn with(operation: Operation, fault: Fault) -> Self {
        let desk = Self::open().await;
        desk.stand_in.install(Plan::on(operation, [fault]));
        desk
    }

    async fn me(&self) -> Result<Response> {
        self.client.get(format!("{}/v2.0/users/me", self.stand_in.api_url())).header("x-api-key", "a-key").send().await
    }

    async fn configure(&self) -> Result<Response> {
        let url = format!("{}/v2.0/identityprovider/configure", self.stand_in.api_url());
        let body = json!({
            "idpType": "oidc", "idpIssuer": "https://acme.example", "idpClientId": "i", "idpClientSecret": "s",
        });
        self.client.post(url).header("x-api-key", "a-key").json(&body).send().await
    }

    fn is_configured(&self) -> bool {
        self.stand_in.configuration(ORGANIZATION).is_some()
    }
}

#[tokio::test]
async fn an_answer_can_be_made_up_with_and_without_effect() {
    let desk = Desk::with(Operation::Configure, Fault::status(503).header("retry-after", "7")).await;
    let response = desk.configure().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (503, "7"));
    assert!(!desk.is_configured());

    desk.stand_in.install(Plan::on(Operation::Configure, [Fault::says(500, "no JSON").after_effect()]));
    let response = desk.configure().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (500, "no JSON"));
    assert!(desk.is_configured());
    let calls = desk.stand_in.calls_of(Operation::Configure);
    assert_eq!([calls[0].effect, calls[1].effect], [false, true]);
    assert_eq!([calls[0].status, calls[1].status], [Some(503), Some(500)]);
}

#[tokio::test]
async fn success_can_be_a_lie() {
    let desk = Desk::with(Operation::Configure, Fault::none().without_effect()).await;
    assert_eq!(desk.configure().await.unwrap().status(), 200);
    assert!(!desk.is_configured());
}

#[tokio::test]
async fn an_answer_can_be_late_before_and_after_the_effect() {
    let wait = Duration::from_millis(300);
    for fault in [Fault::late(wait), Fault::late_answer(wait)] {
        let desk = Desk::with(Operation::Configure, fault).await;
        let began = Instant::now();
        assert_eq!(desk.configure().await.unwrap().status(), 200);
        assert!(began.elapsed() >= wait);
        assert!(desk.is_configured());
    }
}

#[tokio::test]
async fn what_is_late_happens_though_the_caller_has_gone() {
    let desk = Desk::with(Operation::Configure, Fault::late(Duration::from_millis(300))).await;
    tokio::select! {
        _ = desk.configure() => unreachable!("it has left by then"),
        call = desk.stand_in.wait_for_call(|_| true, PATIENCE) => assert!(!call.unwrap().effect),
    }
    desk.stand_in.wait_for_call(|call| call.effect, PATIENCE).await.unwrap();
    assert!(desk.is_configured());
}

#[tokio::test]
async fn the_connection_can_be_cut_before_and_after_the_effect() {
    for (fault, configured) in [(Fault::cut(), false), (Fault::cut().after_effect(), true)] {
        let desk = Desk::with(Operation::Configure, fault).await;
        assert!(desk.configure().await.is_err());
        assert_eq!(desk.is_configured(), configured);
        let calls = desk.stand_in.calls();
        assert_eq!((calls.len(), calls[0].status, calls[0].effect), (1, None, configured));
    }
}

#[tokio::test]
async fn there_can_be_silence_before_and_after_the_effect() {
    for (fault, configured) in [(Fault::silence(), false), (Fault::silence().after_effect(), true)] {
        let desk = Desk::with(Operation::Configure, fault).await;
        let arrived = desk.stand_in.wait_for_call(|call| call.effect == configured, PATIENCE);
        tokio::select! {
            _ = desk.configure() => unreachable!("there is no answer"),
            call = arrived => assert_eq!(call.unwrap().status, None),
        }
        assert_eq!(desk.is_configured(), configured);
    }
}

#[tokio::test]
async fn a_request_can_be_delivered_twice() {
    let desk = Desk::with(Operation::Configure, Fault::none().twice()).await;
    assert_eq!(desk.configure().await.unwrap().status(), 409, "the second one finds the first");
    desk.stand_in.change(|settings| settings.when_configured = WhenConfigured::Overwrite);
    desk.stand_in.install(Plan::on(Operation::Configure, [Fault::none().twice()]));
    assert_eq!(desk.configure().await.unwrap().status(), 200);
    assert_eq!(desk.stand_in.counts()[&Operation::Configure].effects, 3);
}

#[tokio::test]
async fn a_body_can_break_off_in_the_middle() {
    let desk = Desk::with(Operation::Me, Fault::reply(Reply::Half)).await;
    let mut response = desk.me().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.chunk().await.unwrap().is_some_and(|half| half.starts_with(b"{")));
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn a_body_can_come_one_byte_a_second() {
    let desk = Desk::with(Operation::Me, Fault::reply(Reply::Drip)).await;
    let mut response = desk.me().await.unwrap();
    let began = Instant::now();
    let two = [response.chunk().await.unwrap().unwrap(), response.chunk().await.unwrap().unwrap()];
    assert_eq!(two.map(|chunk| chunk.len()), [1, 1]);
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_body_can_be_endless() {
    let desk = Desk::with(Operation::Me, Fault::reply(Reply::Endless)).await;
    let mut response = desk.me().await.unwrap();
    let mut length = 0;
    while length < 20 << 20 {
        length += response.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn a_body_can_be_as_long_as_it_says() {
    let desk = Desk::with(Operation::Me, Fault::reply(Reply::Announced(10_000_000_000))).await;
    let mut response = desk.me().await.unwrap();
    assert_eq!(response.content_length(), Some(10_000_000_000));
    assert!(response.chunk().await.unwrap().is_some());
    let desk = Desk::with(Operation::Me, Fault::reply(Reply::Announced(100_000))).await;
    assert_eq!(desk.me().await.unwrap().bytes().await.unwrap().len(), 100_000);
}

#[tokio::test]
async fn a_body_can_be_a_bomb() {
    let desk = Desk::with(Operation::Me, Fault::reply(Reply::GzipBomb(64))).await;
    let response = desk.me().await.unwrap();
    assert_eq!(header(&response, "content-encoding"), "gzip");
    let packed = response.bytes().await.unwrap();
    assert!(packed.len() < 256 << 10, "{} bytes are no bomb", packed.len());
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked.len(), 64 << 20);
}

#[tokio::test]
async fn a_body_can_be_garbage_or_a_page_and_an_answer_a_redirection() {
    let faults = [Fault::reply(Reply::Garbage), Fault::page(200), Fault::redirect("https://elsewhere.example/")];
    let desk = Desk::open().await;
    desk.stand_in.install(Plan::on(Operation::Me, faults));
    let garbage = desk.me().await.unwrap();
    assert!(header(&garbage, "content-type").starts_with("application/json"));
    assert!(garbage.json::<Value>().await.is_err());
    let page = desk.me().await.unwrap();
    assert!(header(&page, "content-type").starts_with("text/html"));
    let elsewhere = desk.me().await.unwrap();
    assert_eq!((elsewhere.status().as_u16(), header(&elsewhere, "location")), (302, "https://elsewhere.example/"));
    assert_eq!(desk.me().await.unwrap().status(), 200, "each fault is met once");
}

#[tokio::test]
async fn faults_come_in_turn_so_often_as_said_and_where_said() {
    let desk = Desk::open().await;
    let in_turn = [Fault::status(500), Fault::none()];
    desk.stand_in.install(Plan::on(Operation::Me, in_turn.clone()).forever());
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(desk.me().await.unwrap().status().as_u16());
    }
    assert_eq!(told, [500, 200, 500, 200]);

    desk.stand_in.clear_faults();
    desk.stand_in.install(Plan::on_all([Fault::status(502)]).of("another organization").forever());
    assert_eq!(desk.me().await.unwrap().status(), 200);
    desk.stand_in.install(Plan::on_all([Fault::status(502)]).of(ORGANIZATION).times(2));
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(desk.me().await.unwrap().status().as_u16());
    }
    assert_eq!(told, [502, 502, 200]);
}

fn causes(error: &reqwest::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

#[tokio::test]
async fn connections_can_fail_before_the_first_request() {
    let desk = Desk::without_pool().await;
    for (fault, expected) in [
        (ConnectionFault::Expired, "certificate expired"),
        (ConnectionFault::OtherHost, "certificate not valid for name"),
        (ConnectionFault::UnknownAuthority, "UnknownIssuer"),
        (ConnectionFault::Reset, "reset by peer"),
        (ConnectionFault::NotHttp, "invalid HTTP version parsed"),
    ] {
        desk.stand_in.install_on_connections(fault, Some(1));
        let told = causes(&desk.me().await.unwrap_err());
        assert!(told.contains(expected), "{fault:?}: {told}");
        assert_eq!(desk.me().await.unwrap().status(), 200, "{fault:?} is over");
    }
    desk.stand_in.install_on_connections(ConnectionFault::Silence, None);
    assert!(tokio::time::timeout(Duration::from_millis(200), desk.me()).await.is_err());
    desk.stand_in.clear_faults();
    assert_eq!(desk.me().await.unwrap().status(), 200);
}

#[tokio::test]
async fn open_connections_can_be_cut() {
    let desk = Desk::with(Operation::Me, Fault::silence()).await;
    let (answer, ()) = tokio::join!(desk.me(), async {
        desk.stand_in.wait_for_call(|_| true, PATIENCE).await.unwrap();
        desk.stand_in.cut_connections();
    });
    assert!(answer.is_err());
    assert_eq!(desk.me().await.unwrap().status(), 200, "new ones are served");
}

#[tokio::test]
async fn nobody_answers_when_the_server_is_dropped() {
    let Desk { stand_in, client, .. } = Desk::open().await;
    let url = stand_in.origin();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 404);
    drop(stand_in);
    assert!(client.get(&url).send().await.is_err());
}

#[tokio::test]
async fn the_journal_holds_requests_or_counts_alone() {
    let desk = Desk::open().await;
    desk.configure().await.unwrap();
    let call = &desk.stand_in.calls_of(Operation::Configure)[0];
    assert_eq!((call.number, call.subject.as_deref()), (1, Some(ORGANIZATION)));
    assert_eq!(call.user, Some(format!("admin@{ORGANIZATION}.example")));
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/new/v2.0/identityprovider/configure"));
    assert_eq!((&call.body["idpClientSecret"], call.headers["x-api-key"].as_str()), (&json!("s"), "a-key"));
    assert!(call.effect && call.status == Some(200) && call.ended.is_some_and(|ended| ended >= call.began));
    assert!(desk.stand_in.wait_for_call(|call| call.operation == Operation::Reset, Duration::ZERO).await.is_err());

    desk.stand_in.keep_counts_only(true);
    desk.configure().await.unwrap();
    assert_eq!(desk.stand_in.calls().len(), 1);
    let count = desk.stand_in.counts()[&Operation::Configure];
    assert_eq!((count.calls, count.effects, count.refused), (2, 1, 1));
    desk.stand_in.clear_calls();
    assert!(desk.stand_in.calls().is_empty() && desk.stand_in.counts().is_empty());
}
