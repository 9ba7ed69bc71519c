//! Proxies are the administrator's choice, and go wherever they are; what is asked of them is still checked.

use std::net::Ipv4Addr;
use std::process::Stdio;
use std::sync::Arc;

use cognigy_sso_decide::TransportFault;
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::raw_server::RawServer;
use super::{Egress, Lookup, Means, Proxies, get, means, names, policy, trusting};

/// `user:password`.
const CREDENTIALS: &str = "Basic dXNlcjpwYXNzd29yZA==";

/// A proxy on 127.0.0.1 that leads to this machine, whatever host is asked for.
struct ConnectProxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ConnectProxy {
    async fn start(asks_for_password: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(relay(socket, asks_for_password, Arc::clone(&kept)));
            }
        });
        Self { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().clone()
    }
}

async fn relay(socket: TcpStream, asks_for_password: bool, heads: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut caller = BufReader::new(socket);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if caller.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    heads.lock().push(head.clone());
    if asks_for_password && !head.contains(CREDENTIALS) {
        let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\n\r\n";
        return caller.write_all(refusal).await.ok();
    }
    let port = head.split_whitespace().nth(1)?.rsplit(':').next()?.parse().ok()?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    caller.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
    copy_bidirectional(&mut caller, &mut server).await.ok().map(drop)
}

async fn server() -> RawServer {
    RawServer::start(|_| vec![(std::time::Duration::ZERO, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec())])
        .await
}

fn egress(lookup: Lookup, proxy: &str, except: &str, server: &RawServer) -> Egress {
    let means = Means { proxies: Proxies::through(proxy, except), ..means(lookup) };
    Egress::with(means, policy(&[]), trusting(&server.pem))
}

#[tokio::test]
async fn a_proxy_may_be_where_calls_may_not_go() {
    let (server, proxy) = (server().await, ConnectProxy::start(false).await);
    let lookup = || names(&[("proxy.corp", &["127.0.0.1"])]);
    let url = format!("https://idp.example:{}/", server.port);
    for host in ["127.0.0.1", "proxy.corp", "PROXY.corp"] {
        let egress = egress(lookup(), &format!("http://{host}:{}", proxy.port), "", &server);
        assert_eq!(get(&egress, &url).await.unwrap().status, 200, "{host}");
        assert_eq!(
            egress.means.gate.take_handed_out(),
            Vec::<Vec<std::net::IpAddr>>::new(),
            "the target is not looked up here"
        );
    }
    let target = format!("CONNECT idp.example:{} HTTP/1.1\r\n", server.port);
    assert!(proxy.heads().iter().all(|head| head.starts_with(&target)), "{:?}", proxy.heads());
}

#[tokio::test]
async fn a_proxy_is_not_asked_for_denied_addresses() {
    let (server, proxy) = (server().await, ConnectProxy::start(false).await);
    let egress = egress(names(&[]), &format!("http://127.0.0.1:{}", proxy.port), "", &server);
    for host in ["127.0.0.1", "169.254.169.254", "0x7f.1", "[::ffff:169.254.169.254]", "[64:ff9b::7f00:1]", "localhost"]
    {
        let answer = get(&egress, &format!("https://{host}:{}/", server.port)).await;
        assert!(matches!(answer, Err(TransportFault::Unreachable)), "{host}");
    }
    assert_eq!((proxy.heads().len(), server.requests().len(), egress.means.gate.take_attempts()), (0, 0, 0));
}

#[tokio::test]
async fn what_goes_without_the_proxy_is_checked_even_if_it_has_the_proxys_name() {
    let (server, proxy) = (server().await, ConnectProxy::start(false).await);
    let lookup = names(&[("idp.example", &["127.0.0.1"]), ("other.example", &["127.0.0.1"])]);
    let egress = egress(lookup, &format!("http://idp.example:{}", proxy.port), "idp.example", &server);
    let through = get(&egress, &format!("https://other.example:{}/", server.port)).await;
    assert!(matches!(through, Err(TransportFault::Untrusted)), "the server has another name");
    assert_eq!(proxy.heads().len(), 1);
    let straight = get(&egress, &format!("https://idp.example:{}/", server.port)).await;
    assert!(matches!(straight, Err(TransportFault::Unreachable)));
    assert_eq!((proxy.heads().len(), egress.means.gate.take_handed_out()), (1, vec![vec![]]));
}

#[tokio::test]
async fn a_proxy_that_asks_for_a_password_gets_it_where_there_is_one() {
    let (server, proxy) = (server().await, ConnectProxy::start(true).await);
    let url = format!("https://idp.example:{}/", server.port);
    let without = egress(names(&[]), &format!("http://127.0.0.1:{}", proxy.port), "", &server);
    assert!(matches!(get(&without, &url).await, Err(TransportFault::Unreachable)));
    let with = egress(names(&[]), &format!("http://user:password@127.0.0.1:{}", proxy.port), "", &server);
    assert_eq!(get(&with, &url).await.unwrap().status, 200);
    let seen = server.requests().concat().to_ascii_lowercase();
    assert!(!seen.contains("proxy-auth"), "the password is for the proxy alone: {seen}");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_not_passed_by() {
    let server = server().await;
    let url = format!("https://idp.example:{}/", server.port);
    for proxy in ["socks5://127.0.0.1:1", "socks5h://proxy.corp", "http://proxy.corp:1", "http://127.0.0.1:1"] {
        let egress = egress(names(&[("idp.example", &["127.0.0.1"])]), proxy, "", &server);
        assert!(matches!(get(&egress, &url).await, Err(TransportFault::Unreachable)), "{proxy}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn the_environment_names_the_proxy() {
    let (server, proxy) = (server().await, ConnectProxy::start(false).await);
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.crt");
    std::fs::write(&authority, &server.pem).unwrap();
    let url = format!("https://idp.example:{}/", server.port);
    for (variable, except, calls) in [("HTTPS_PROXY", "", 1), ("https_proxy", "", 1), ("HTTPS_PROXY", "example", 0)] {
        let before = proxy.heads().len();
        let child = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "egress::tests::proxies::a_call_in_a_process_of_its_own", "--ignored"])
            .env_remove("NO_PROXY")
            .env_remove("HTTPS_PROXY")
            .env(variable, format!("http://127.0.0.1:{}", proxy.port))
            .env("NO_PROXY", except)
            .env("EGRESS_TEST_URL", &url)
            .env("EGRESS_TEST_CA", &authority)
            .stdout(Stdio::null())
            .status();
        assert_eq!(child.await.unwrap().success(), calls == 1, "{variable} {except}");
        assert_eq!(proxy.heads().len() - before, calls, "{variable} {except}");
    }
}

#[tokio::test]
#[ignore = "another test starts it in a process of its own, with a proxy in its environment"]
async fn a_call_in_a_process_of_its_own() {
    let (Ok(url), Ok(authority)) = (std::env::var("EGRESS_TEST_URL"), std::env::var("EGRESS_TEST_CA")) else { return };
    let authorities = trusting(&std::fs::read_to_string(authority).unwrap());
    let means = Means { lookup: names(&[]), ..Means::of_the_system() };
    let egress = Egress::with(means, policy(&[]), authorities);
    assert_eq!(get(&egress, &url).await.unwrap().status, 200);
}
