//! Where the server is to be found.

use std::net::IpAddr;

use thiserror::Error;
use url::{Host, Url};

/// Scheme, host and port.
#[derive(Clone, Debug)]
pub struct Place {
    url: Url,
    host: String,
    port: u16,
}

/// The text names no place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not an address like https://chat.example")]
pub struct PlaceError(String);

impl Place {
    /// Understands `https://chat.example`, with or without a port.
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        let refuse = || PlaceError(text.to_owned());
        let url = Url::parse(text).map_err(|_| refuse())?;
        let is_bare =
            url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let host = match url.host().filter(|_| is_bare && matches!(url.scheme(), "http" | "https")) {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(refuse()),
        };
        let port = url.port_or_known_default().ok_or_else(refuse)?;
        Ok(Self { url, host, port })
    }

    /// As a browser writes it: without the scheme's own port, and without a slash at the end.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The same place without encryption, at `port`.
    pub(crate) fn plain(&self, port: u16) -> Result<Self, PlaceError> {
        let host = self.url.host_str().unwrap_or_default();
        Self::parse(&format!("http://{host}:{port}"))
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Name or address, without brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether the port is the one that need not be typed.
    pub(crate) fn has_usual_port(&self) -> bool {
        self.url.port().is_none()
    }

    /// What stands in the `Host` header.
    pub(crate) fn authority(&self) -> String {
        let origin = self.origin();
        origin.split_once("://").map_or(origin.clone(), |(_, authority)| authority.to_owned())
    }

    /// Whether only this machine can reach it.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        self.host == "localhost" || self.host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_scheme_host_and_port_and_no_more() {
        let place = Place::parse("https://Chat.Example:443/").unwrap();
        assert_eq!(
            (place.origin().as_str(), place.host(), place.port()),
            ("https://chat.example", "chat.example", 443)
        );
        assert!(place.has_usual_port() && place.is_https() && !place.is_on_this_machine());
        let place = Place::parse("http://[::1]:8000").unwrap();
        assert_eq!((place.authority().as_str(), place.host(), place.port()), ("[::1]:8000", "::1", 8000));
        assert_eq!(place.plain(80).unwrap().authority(), "[::1]");
        assert!(place.is_on_this_machine());
        for bad in ["chat.example", "ftp://chat.example", "https://chat.example/chat", "https://u@chat.example", ""] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
    }
}
