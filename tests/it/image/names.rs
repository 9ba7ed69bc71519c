//! A name server on loopback, asked by programs that read `/etc/resolv.conf`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// The length of a message's head, in bytes (RFC 1035, section 4.1.1).
const HEAD: usize = 12;
const ADDRESS: [u8; 2] = [0, 1];

pub struct NameServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl NameServer {
    /// Knows these names, as 127.0.0.1, and no others. It has an address of its own, since the port cannot be chosen.
    pub async fn start(known: &'static [&'static str]) -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let ip = Ipv4Addr::new(127, 53, 53, NEXT.fetch_add(1, Ordering::Relaxed));
        let socket = UdpSocket::bind((ip, 53)).await.expect("port 53 of an address that nobody uses");
        let (address, asked) = (socket.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let journal = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            let mut message = [0; 512];
            while let Ok((length, peer)) = socket.recv_from(&mut message).await {
                let (name, answer) = answer(&message[..length], known);
                journal.lock().unwrap().push(name);
                let _ = socket.send_to(&answer, peer).await;
            }
        });
        Self { address, asked, serving }
    }

    /// What Kubernetes writes for a pod.
    pub fn resolv_conf(&self) -> String {
        let search = "search default.svc.cluster.local svc.cluster.local cluster.local";
        format!("{search}\nnameserver {}\noptions ndots:5\n", self.address.ip())
    }

    /// The names that it was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The name that is asked for, and the answer.
fn answer(query: &[u8], known: &[&str]) -> (String, Vec<u8>) {
    let (mut name, mut at) = (Vec::new(), HEAD);
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        name.push(String::from_utf8_lossy(&query[at + 1..end]).into_owned());
        at = end;
    }
    let (name, question) = (name.join("."), &query[HEAD..at + 5]);
    let is_known = known.contains(&name.as_str());
    let has_address = is_known && question.ends_with(&[ADDRESS, ADDRESS].concat());
    // An authoritative answer with one question; code 3: there is no such name.
    let mut answer =
        vec![query[0], query[1], 0x85, if is_known { 0x80 } else { 0x83 }, 0, 1, 0, has_address.into(), 0, 0, 0, 0];
    answer.extend_from_slice(question);
    if has_address {
        // The name as above, an IPv4 address, good for a second.
        answer.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
    }
    (name, answer)
}
