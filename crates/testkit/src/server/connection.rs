//! From an accepted socket to HTTP, or to what a fault makes of it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::io::{AsyncWriteExt as _, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::Inside;
use super::connection_fault::ConnectionFault;
use super::exchange::exchange;
use super::site::Site;
use crate::pki::{Authority, LOCAL_NAMES, Leaf};

/// One good certificate and the bad ones.
pub(super) struct Certificates {
    good: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    other_host: Arc<ServerConfig>,
    unknown_authority: Arc<ServerConfig>,
}

impl Certificates {
    pub(super) fn new(authority: &Authority) -> Result<Self> {
        Ok(Self {
            good: authority.issue(&LOCAL_NAMES, Leaf::Good)?,
            expired: authority.issue(&LOCAL_NAMES, Leaf::Expired)?,
            other_host: authority.issue(&LOCAL_NAMES, Leaf::OtherHost)?,
            unknown_authority: Authority::new("nobody knows me")?.issue(&LOCAL_NAMES, Leaf::Good)?,
        })
    }

    fn for_fault(&self, fault: Option<ConnectionFault>) -> &Arc<ServerConfig> {
        match fault {
            Some(ConnectionFault::Expired) => &self.expired,
            Some(ConnectionFault::OtherHost) => &self.other_host,
            Some(ConnectionFault::UnknownAuthority) => &self.unknown_authority,
            _ => &self.good,
        }
    }
}

pub(super) async fn accept<S: Site>(listener: TcpListener, certificates: Arc<Certificates>, inside: Arc<Inside<S>>) {
    loop {
        if let Ok((socket, _)) = listener.accept().await {
            let open = inside.open.lock().clone();
            tokio::spawn(converse(socket, Arc::clone(&certificates), Arc::clone(&inside), open));
        } else {
            // Too many open files: others have to close theirs first.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn converse<S: Site>(
    socket: TcpStream,
    certificates: Arc<Certificates>,
    inside: Arc<Inside<S>>,
    open: CancellationToken,
) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let fault = inside.connection_faults.next();
    match fault {
        Some(ConnectionFault::Reset) => return reset_in_handshake(&socket).await,
        Some(ConnectionFault::Silence) => {
            open.cancelled().await;
            return Ok(());
        }
        _ => {}
    }
    let handshake = TlsAcceptor::from(Arc::clone(certificates.for_fault(fault))).accept(socket);
    let Some(stream) = open.run_until_cancelled(handshake).await else { return Ok(()) };
    if fault == Some(ConnectionFault::NotHttp) {
        return open.run_until_cancelled(speak_no_http(stream?)).await.unwrap_or(Ok(()));
    }
    serve(stream?, inside, open).await
}

/// Waits for the client's first words, so that the reset comes within the handshake and not before it.
async fn reset_in_handshake(socket: &TcpStream) -> io::Result<()> {
    socket.readable().await?;
    socket.set_zero_linger()
}

/// Reads on until the client has had enough: a request left unread would reset the connection.
async fn speak_no_http(mut stream: TlsStream<TcpStream>) -> io::Result<()> {
    stream.write_all(b"220 mail.example ESMTP\r\n").await?;
    stream.flush().await?;
    copy(&mut stream, &mut sink()).await.map(drop)
}

async fn serve<S: Site>(
    stream: TlsStream<TcpStream>,
    inside: Arc<Inside<S>>,
    open: CancellationToken,
) -> io::Result<()> {
    let service = service_fn(move |request| exchange(Arc::clone(&inside), request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended_well = matches!(open.run_until_cancelled(&mut connection).await, Some(Ok(())));
    if !ended_well {
        let (socket, _) = connection.into_parts().io.into_inner().into_inner();
        socket.set_zero_linger()?;
    }
    Ok(())
}
