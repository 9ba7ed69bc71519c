//! What is connected to: what was checked, once, and nothing else.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::{Fault as _, TransportFault};
use futures::FutureExt as _;
use parking_lot::Mutex;
use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::raw_server::{Parts, RawServer};
use super::{
    Authorities, BOUNDS, Bounds, CaBundle, Call, Egress, Lookup, Means, get, get_within, means, names, policy, trusting,
};
use crate::metrics::Operation;
use crate::openid::Providers;

const PATIENCE: Duration = Duration::from_millis(300);

fn at_once(answer: &str) -> Parts {
    vec![(Duration::ZERO, answer.as_bytes().to_vec())]
}

fn ok(_: &str) -> Parts {
    at_once("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
}

/// Gives these answers in turn, and counts the questions.
fn in_turn(answers: &[&[&str]]) -> (Lookup, Arc<AtomicUsize>) {
    let parsed = |texts: &&[&str]| texts.iter().map(|text| text.parse::<IpAddr>().unwrap()).collect::<Vec<_>>();
    let answers: Mutex<VecDeque<_>> = Mutex::new(answers.iter().map(parsed).collect());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        let found = answers.lock().pop_front().ok_or_else(|| io::Error::other("asked too often"));
        async { found }.boxed()
    });
    (lookup, asked)
}

/// Lesson: names checked and then connected to by name again (several).
#[tokio::test]
async fn a_name_that_is_bound_anew_is_asked_for_once_a_connection() {
    let server = RawServer::start(ok).await;
    let (lookup, asked) = in_turn(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let egress = Egress::with(means(lookup), policy(&["127.0.0.1/32"]), trusting(&server.pem));
    let url = format!("https://idp.example:{}/", server.port);
    assert_eq!(get(&egress, &url).await.unwrap().status, 200);
    assert_eq!((asked.load(Ordering::SeqCst), egress.means.gate.take_handed_out()), (1, vec![vec![localhost()]]));
    // The server closes after each answer: the next connection asks anew, and what it finds is refused.
    assert!(matches!(get(&egress, &url).await, Err(TransportFault::Unreachable)));
    assert_eq!((asked.load(Ordering::SeqCst), egress.means.gate.take_handed_out()), (2, vec![vec![]]));
    assert_eq!(server.requests().len(), 1);
}

fn localhost() -> IpAddr {
    Ipv4Addr::LOCALHOST.into()
}

/// Lesson: cert-manager GHSA-gx3x-vq4p-mhhv.
#[tokio::test]
async fn of_a_mixed_list_the_allowed_ones_are_tried_whatever_their_order() {
    let server = RawServer::start(ok).await;
    // On the same port of an address that is not allowed.
    let denied = TcpListener::bind(("127.0.0.2", server.port)).await.unwrap();
    let lists: [&[&str]; 5] = [
        &["127.0.0.2", "127.0.0.1"],
        &["127.0.0.1", "127.0.0.2"],
        &["127.0.0.3", "::1", "127.0.0.2", "127.0.0.1", "127.255.0.1"],
        &["127.0.0.2", "127.0.0.1", "127.0.0.2", "127.0.0.2"],
        &["::ffff:127.0.0.2", "::ffff:127.0.0.3", "127.0.0.2", "127.0.0.1"],
    ];
    let (lookup, _) = in_turn(&lists);
    let egress = Egress::with(means(lookup), policy(&["127.0.0.1/32"]), trusting(&server.pem));
    for list in lists {
        let answer = get(&egress, &format!("https://idp.example:{}/", server.port)).await;
        assert_eq!(answer.unwrap().status, 200, "{list:?}");
        assert_eq!(egress.means.gate.take_handed_out(), [[localhost()]], "{list:?}");
    }
    let nobody_came = tokio::time::timeout(Duration::from_millis(50), denied.accept()).await;
    assert!(nobody_came.is_err());
}

#[tokio::test]
async fn a_broken_address_family_keeps_nobody_from_the_other() {
    let server = RawServer::start(ok).await;
    // Nobody listens on ::1 at this port.
    let lookup = names(&[("idp.example", &["::1", "127.0.0.1"])]);
    let egress = Egress::with(means(lookup), policy(&["127.0.0.1/32", "::1/128"]), trusting(&server.pem));
    assert_eq!(get(&egress, &format!("https://idp.example:{}/", server.port)).await.unwrap().status, 200);
}

/// Lesson: cert-manager GHSA-gx3x-vq4p-mhhv.
#[tokio::test]
async fn of_very_many_addresses_some_are_tried() {
    let many: Vec<String> = (1..=255).map(|host| format!("127.0.1.{host}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let egress = Egress::with(
        Means { connect: PATIENCE, ..means(names(&[("idp.example", &many)])) },
        policy(&["127.0.0.0/8"]),
        Authorities::system_and(&[]),
    );
    let closed = closed_port().await;
    assert!(matches!(get(&egress, &format!("https://idp.example:{closed}/")).await, Err(TransportFault::Unreachable)));
    assert_eq!(egress.means.gate.take_handed_out()[0].len(), 16);
}

async fn closed_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port()
}

/// A port on which nobody ever answers: as many wait already as may.
async fn filtered_port() -> (u16, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await {
        waiting.push(stream);
    }
    (address.port(), listener, waiting)
}

/// The message about an issuer at this host and port, with both replaced: what is left must be the same.
async fn message(lookup: Lookup, allowed: &[&str], host: &str, port: u16) -> String {
    let means = Means { connect: PATIENCE, ..means(lookup) };
    let egress = Egress::with(means, policy(allowed), Authorities::system_and(&[]));
    let issuer = Issuer::parse(&format!("https://{host}:{port}")).unwrap();
    let hour = Duration::from_hours(1);
    let (found, _) = Providers::default().get(&egress, &issuer, None, hour, true).await;
    let fault = found.as_ref().as_ref().unwrap_err();
    format!("{:?} {}", fault.reason(), fault.message()).replace(&format!("{host}:{port}"), "SERVER")
}

/// Lesson: Kyverno CVE-2026-4789.
#[tokio::test]
async fn refused_filtered_denied_and_unknown_are_one_fault_with_one_text() {
    // Whoever takes a check away shall not meet another machine: what is denied is loopback too.
    let here = &["127.0.0.1/32", "::1/128"];
    let known = |found: &[&str]| names(&[("idp.example", found)]);
    let (closed, (filtered, _listener, _waiting)) = (closed_port().await, filtered_port().await);
    let never: Lookup = Arc::new(|_| futures::future::pending().boxed());
    let found = [
        ("refused", message(known(&["127.0.0.1"]), here, "idp.example", closed).await),
        ("filtered", message(known(&["127.0.0.1"]), here, "idp.example", filtered).await),
        ("filtered, then refused", message(known(&["127.0.0.1", "::1"]), here, "idp.example", filtered).await),
        ("denied", message(known(&["127.0.0.1"]), &[], "idp.example", closed).await),
        ("denied while somebody listens", message(known(&["127.0.0.1"]), &[], "idp.example", filtered).await),
        ("another that is denied", message(known(&["127.0.0.2"]), here, "idp.example", closed).await),
        ("no address", message(known(&[]), here, "idp.example", closed).await),
        ("no such name", message(names(&[]), here, "idp.example", closed).await),
        ("a resolver that hangs", message(never, here, "idp.example", closed).await),
        ("a denied literal", message(names(&[]), here, "127.0.0.2", closed).await),
        ("another spelling", message(names(&[]), here, "[::ffff:7f00:2]", closed).await),
        ("a refused literal", message(names(&[]), here, "127.0.0.1", closed).await),
        ("a filtered literal", message(names(&[]), here, "127.0.0.1", filtered).await),
        ("the machine itself", message(names(&[]), &[], "localhost", closed).await),
    ];
    for (name, message) in &found {
        assert_eq!(*message, found[0].1, "{name}");
    }
    assert!(found[0].1.contains("SERVER cannot be reached"), "{}", found[0].1);
}

#[tokio::test]
async fn an_answer_that_pauses_is_given_up_before_its_deadline() {
    let beginning = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec();
    let server =
        RawServer::start(move |_| vec![(Duration::ZERO, beginning.clone()), (Duration::from_mins(1), b"}".to_vec())])
            .await;
    let means = Means { idle: PATIENCE, ..means(names(&[])) };
    let egress = Egress::with(means, policy(&["127.0.0.0/8"]), trusting(&server.pem));
    let began = Instant::now();
    let answer = get(&egress, &format!("https://127.0.0.1:{}/", server.port)).await;
    assert!(matches!(answer, Err(TransportFault::TimedOut)));
    assert!(began.elapsed() < BOUNDS.time / 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_answer_that_never_pauses_for_long_ends_by_the_deadline_of_the_whole_call() {
    let server = RawServer::start(|_| {
        let head = (Duration::ZERO, b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec());
        std::iter::once(head).chain((0..1000).map(|_| (Duration::from_millis(50), b" ".to_vec()))).collect()
    })
    .await;
    let means = Means { idle: PATIENCE, ..means(names(&[])) };
    let egress = Egress::with(means, policy(&["127.0.0.0/8"]), trusting(&server.pem));
    let (began, bounds) = (Instant::now(), Bounds { time: Duration::from_secs(1), ..BOUNDS });
    let answer = get_within(&egress, &format!("https://127.0.0.1:{}/", server.port), bounds).await;
    assert!(matches!(answer, Err(TransportFault::TimedOut)));
    assert!((1.0..5.0).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
}

/// Lesson: edp-keycloak-operator #128.
#[tokio::test]
async fn calls_with_the_same_authority_share_a_client_and_its_connections() {
    use cognigy_sso_testkit::pki::Authority;
    use cognigy_sso_testkit::provider::{Provider, Style};

    let authority = Authority::new("private").unwrap();
    let provider = Provider::start(&authority).await.unwrap();
    let issuer = provider.add("acme", Style::OidcProvider, Vec::new());
    let egress = Egress::with(
        means(names(&[("localhost", &["127.0.0.1"])])),
        policy(&["127.0.0.0/8"]),
        Authorities::system_and(&[]),
    );
    let attempts = async |ca: Option<&CaBundle>| {
        let url = Issuer::parse(&issuer).unwrap().discovery_url();
        let (operation, method, headers) = (Operation::Keys, Method::GET, HeaderMap::new());
        let call = Call { operation, method, url: &url, ca, headers, body: None, bounds: BOUNDS };
        let answer = egress.send(call).await;
        (egress.means.gate.take_attempts(), answer.map(|answer| answer.status))
    };
    // Each reconcile parses its bundle anew.
    let bundle = || CaBundle::parse(authority.pem().as_bytes()).unwrap();
    assert_eq!(attempts(Some(&bundle())).await, (1, Ok(200)));
    assert_eq!(attempts(Some(&bundle())).await, (0, Ok(200)));
    // Whom one resource trusts, another does not: neither its client nor its connections are lent.
    assert_eq!(attempts(None).await, (1, Err(TransportFault::Untrusted)));
    let other = Authority::new("another").unwrap();
    let other = CaBundle::parse(other.pem().as_bytes()).unwrap();
    assert_eq!(attempts(Some(&other)).await, (1, Err(TransportFault::Untrusted)));
    assert_eq!(attempts(Some(&bundle())).await, (0, Ok(200)));
}

/// Lessons: Kyverno CVE-2026-41323; edp-keycloak-operator #128.
#[test]
fn nothing_else_goes_out() {
    let mut files = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let (text, name) = (std::fs::read_to_string(&path).unwrap(), path.display().to_string());
        let is_egress = name.contains("/src/egress/");
        // The way to the API server that the kubeconfig or the pod names.
        let is_to_kubernetes = name.ends_with("/src/cli/cluster.rs");
        if !is_egress && !is_to_kubernetes {
            for client in ["reqwest::Client", "Client::builder", "TcpStream::connect", "lookup_host", "hyper_util"] {
                assert!(!text.contains(client), "{name}: {client}");
            }
        }
        assert!(!is_egress || name.contains("/tests/") || !text.contains("kube::"), "{name} knows of Kubernetes");
    }
}
