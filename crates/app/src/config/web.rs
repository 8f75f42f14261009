//! Where the server is, for itself and for others, and how much it shows at once.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use chatapp_http::{MetricsExposure, Network, Origin, Settings};
use url::Url;

use crate::config::values::Values;

/// The words for who sees `/metrics`.
const EXPOSURES: [(&str, MetricsExposure); 3] =
    [("off", MetricsExposure::Off), ("local", MetricsExposure::Local), ("everyone", MetricsExposure::Everyone)];

/// The settings about the server's place on the network and its lists.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<Url>,
    pub(crate) allowed_origins: Vec<Origin>,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) messages_to_load: i64,
    pub(crate) users_to_load: i64,
    pub(crate) message_max_length: usize,
    pub(crate) workers: Option<usize>,
    pub(crate) metrics: MetricsExposure,
    /// Figures and health alone, for operators.
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) drain_time: Duration,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) admin_password_age: Duration,
}

impl Web {
    pub(crate) fn read(values: &mut Values) -> Self {
        let default = Settings::default();
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 8000));
        let listen = values.parsed("listen", &loopback.to_string(), "address:port", address);
        Self {
            listen: listen.unwrap_or(loopback),
            public_url: values.parsed("public_url", "", "URL", public_url),
            allowed_origins: values.list("allowed_origins", "origins", parse),
            trusted_proxies: values.list("trusted_proxies", "addresses or ranges", parse),
            messages_to_load: values.number("messages_to_load", default.messages_to_load, "messages", 1..=100),
            users_to_load: values.number("users_to_load", default.users_to_load, "users", 1..=1_000_000),
            message_max_length: values.number(
                "message_max_length",
                default.message_max_length,
                "code points",
                1..=100_000,
            ),
            workers: workers(values),
            metrics: values.choice("metrics", "local", &EXPOSURES).unwrap_or(default.metrics),
            metrics_listen: values.parsed("metrics_listen", "", "address:port", address),
            drain_time: values.seconds("drain_time", default.drain_time, 0..=300),
            shutdown_timeout: values.seconds("shutdown_timeout", default.shutdown_timeout, 0..=600),
            admin_password_age: values.seconds("admin_password_age", default.admin_password_age, 30..=86_400),
        }
    }
}

impl Web {
    /// Whether links to this server can be written: its address is given, or nobody else reaches it anyway.
    pub(crate) fn can_be_linked_to(&self) -> bool {
        self.public_url.is_some() || self.listen.ip().to_canonical().is_loopback()
    }
}

fn parse<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// Accepts a whole address, or a port on this machine only.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    let text = text.replacen("localhost:", "127.0.0.1:", 1);
    text.parse().map_err(|_| "must be address:port, as in 127.0.0.1:8000, 0.0.0.0:8000 or [::]:8000".to_owned())
}

fn public_url(text: &str) -> Result<Url, String> {
    let origin: Result<Origin, _> = text.parse();
    let url = Url::parse(text).ok().filter(|_| origin.is_ok());
    url.ok_or_else(|| "must be scheme and host, as in https://chat.example.org".to_owned())
}

fn workers(values: &mut Values) -> Option<usize> {
    let parse = |text: &str| match text.parse() {
        Ok(number @ 1..=1024) => Ok(number),
        _ => Err("must be a whole number from 1 to 1024".to_owned()),
    };
    let workers = values.parsed("workers", "", "threads", parse);
    values.describe_default("workers", "one for each processor");
    workers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_the_original_takes_them() {
        let taken = |text| address(text).map(|address| address.to_string()).ok();
        assert_eq!(taken("8080").as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(taken("0.0.0.0:8000").as_deref(), Some("0.0.0.0:8000"));
        assert_eq!(taken("localhost:0").as_deref(), Some("127.0.0.1:0"));
        assert_eq!(taken("[::1]:80").as_deref(), Some("[::1]:80"));
        for bad in ["", "chat.example:80", "127.0.0.1", "70000", ":80"] {
            assert_eq!(taken(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_public_url_is_an_origin() {
        assert!(public_url("https://chat.example.org").is_ok() && public_url("http://10.0.0.1:8000/").is_ok());
        for bad in ["chat.example.org", "https://chat.example.org/chat", "ftp://chat.example.org", "https://u@h"] {
            assert!(public_url(bad).is_err(), "{bad}");
        }
    }
}
