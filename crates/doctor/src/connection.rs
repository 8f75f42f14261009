//! Reaching the place, with TLS or without.

use std::net::SocketAddr;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};

use crate::place::Place;
use crate::trust::Trust;

/// What bytes go over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// An open connection.
pub(crate) struct Connection {
    pub(crate) stream: Box<dyn Stream>,
    /// This end.
    pub(crate) here: SocketAddr,
    /// The other end.
    pub(crate) there: SocketAddr,
    pub(crate) tls: Option<Tls>,
}

/// What was agreed on.
pub(crate) struct Tls {
    pub(crate) version: &'static str,
    /// The server's certificate, and those that lead to one that is trusted.
    pub(crate) chain: Vec<CertificateDer<'static>>,
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    #[error("{host}:{port} cannot be reached: {cause}")]
    Unreachable { host: String, port: u16, cause: std::io::Error },
    #[error("{0:?} is no name that a certificate can have")]
    Name(String, #[source] InvalidDnsNameError),
    #[error("no encrypted connection: {0}")]
    Tls(std::io::Error),
}

impl ConnectError {
    /// What TLS itself says.
    pub(crate) fn tls(&self) -> Option<&rustls::Error> {
        match self {
            Self::Tls(error) => error.get_ref()?.downcast_ref(),
            Self::Unreachable { .. } | Self::Name(..) => None,
        }
    }
}

/// The name that a certificate must have.
pub(crate) fn name_of(place: &Place) -> Result<ServerName<'static>, ConnectError> {
    let host = place.host().to_owned();
    ServerName::try_from(host.clone()).map_err(|error| ConnectError::Name(host, error))
}

/// Opens a connection. Waits for as long as the system does.
pub(crate) async fn open(place: &Place, trust: &Trust) -> Result<Connection, ConnectError> {
    let unreachable = |cause| ConnectError::Unreachable { host: place.host().to_owned(), port: place.port(), cause };
    let stream = TcpStream::connect((place.host(), place.port())).await.map_err(unreachable)?;
    let (here, there) = (stream.local_addr().map_err(unreachable)?, stream.peer_addr().map_err(unreachable)?);
    if !place.is_https() {
        return Ok(Connection { stream: Box::new(stream), here, there, tls: None });
    }
    let stream = trust.connector().connect(name_of(place)?, stream).await.map_err(ConnectError::Tls)?;
    let session = stream.get_ref().1;
    let version = match session.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    };
    let chain = session.peer_certificates().map(<[_]>::to_vec).unwrap_or_default();
    Ok(Connection { stream: Box::new(stream), here, there, tls: Some(Tls { version, chain }) })
}
