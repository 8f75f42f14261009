//! One Redis server, and how to log in there.

use std::fmt;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};

use super::settings::RedisUrlError;

/// An address, with what is needed to log in there. Shown without the latter; two are the same if their addresses are.
#[derive(Clone)]
pub(super) struct Server(ConnectionInfo);

impl Server {
    /// Reads the address of one server.
    pub(super) fn parse(text: &str) -> Result<Self, RedisUrlError> {
        let info = text.into_connection_info().map_err(|_| RedisUrlError)?;
        // The newer protocol tells news on the connection that is also asked.
        let redis = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(Self(info.set_redis_settings(redis)))
    }

    /// Another server of the same cluster, where one logs in in the same way.
    pub(super) fn beside(&self, host: String, port: u16) -> Self {
        let address = match self.0.addr() {
            ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        Self(self.0.clone().set_addr(address))
    }

    /// Nothing of a server behind a Unix socket.
    pub(super) fn host(&self) -> Option<&str> {
        match self.0.addr() {
            ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => Some(host),
            _ => None,
        }
    }

    pub(super) fn info(&self) -> ConnectionInfo {
        self.0.clone()
    }

    /// The address without the scheme.
    pub(super) fn address(&self) -> String {
        self.0.addr().to_string()
    }

    pub(super) fn scheme(&self) -> &'static str {
        match self.0.addr() {
            ConnectionAddr::TcpTls { .. } => "rediss",
            ConnectionAddr::Unix(_) => "unix",
            _ => "redis",
        }
    }
}

impl PartialEq for Server {
    fn eq(&self, other: &Self) -> bool {
        self.0.addr() == other.0.addr()
    }
}

impl Eq for Server {}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.0.addr())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
