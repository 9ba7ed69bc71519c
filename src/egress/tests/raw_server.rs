//! A TLS server that answers with the bytes it is told, whatever they are.

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_testkit::pki::{Authority, Leaf};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What is answered: these parts, one after the other with the pause before each; then the connection is closed.
pub(super) type Parts = Vec<(Duration, Vec<u8>)>;

/// Answers on 127.0.0.1, as `localhost` and `idp.example`.
pub(super) struct RawServer {
    pub(super) port: u16,
    pub(super) pem: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl RawServer {
    pub(super) async fn start(answer: impl Fn(&str) -> Parts + Send + Sync + 'static) -> Self {
        let authority = Authority::new("raw answers").unwrap();
        let acceptor =
            TlsAcceptor::from(authority.issue(&["localhost", "127.0.0.1", "idp.example"], Leaf::Good).unwrap());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let (kept, answer) = (Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, answer, kept) = (acceptor.clone(), Arc::clone(&answer), Arc::clone(&kept));
                tokio::spawn(async move { converse(socket, acceptor, &*answer, &kept).await });
            }
        });
        Self { port, pem: authority.pem().to_owned(), requests }
    }

    /// The heads of the requests that came, whole.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().clone()
    }
}

async fn converse(
    socket: TcpStream,
    acceptor: TlsAcceptor,
    answer: &(dyn Fn(&str) -> Parts + Send + Sync),
    requests: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut stream = acceptor.accept(socket).await.ok()?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let parts = answer(&head);
    requests.lock().push(head);
    for (pause, bytes) in parts {
        tokio::time::sleep(pause).await;
        stream.write_all(&bytes).await.ok()?;
        stream.flush().await.ok()?;
    }
    stream.shutdown().await.ok()
}
