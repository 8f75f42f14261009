//! Which address a request comes from. Only proxies that the operator trusts are believed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::settings::{Network, Settings};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whether the peer is a trusted proxy, so that what it says of the client counts.
pub(crate) fn is_proxied(request: &HttpRequest, settings: &Settings) -> bool {
    request.peer_addr().is_some_and(|peer| is_trusted(&settings.trusted_proxies, peer.ip()))
}

/// The peer's address, or behind trusted proxies the last one before them.
pub(crate) fn of(request: &HttpRequest, settings: &Settings) -> IpAddr {
    // Every connection here has a peer; what has none shares one place.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let lines = request.headers().get_all(X_FORWARDED_FOR).map(HeaderValue::as_bytes);
    behind(peer, lines, &settings.trusted_proxies)
}

/// The first untrusted address from the right: everything left of it is the client's own invention, and may be anything.
fn behind<'a>(peer: IpAddr, lines: impl Iterator<Item = &'a [u8]>, trusted: &[Network]) -> IpAddr {
    let hops: Vec<&[u8]> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        if !is_trusted(trusted, client) {
            break;
        }
        match std::str::from_utf8(hop).ok().and_then(parse) {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

fn is_trusted(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// An address, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The client that a peer with these header lines stands for.
    fn client(peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
        behind(peer.parse().unwrap(), lines.iter().map(|line| line.as_bytes()), &trusted).to_string()
    }

    #[test]
    fn an_untrusted_peer_is_the_client_whatever_it_says() {
        assert_eq!(client("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
    }

    #[test]
    fn behind_trusted_proxies_the_last_untrusted_hop_is_the_client() {
        assert_eq!(client("10.0.0.1", &["6.6.6.6", "203.0.113.9", "10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["6.6.6.6, 203.0.113.9 ,10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("::1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("::1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    fn any_address() -> impl Strategy<Value = IpAddr> {
        // Few enough that trusted and untrusted ones meet.
        prop_oneof![
            (0..3_u8, 0..3_u8).prop_map(|(net, host)| IpAddr::from([10 + net, 0, 0, host])),
            (0..3_u16).prop_map(|host| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, host])),
            (0..3_u8).prop_map(|host| IpAddr::V6(Ipv4Addr::new(10, 0, 0, host).to_ipv6_mapped())),
        ]
    }

    fn any_hop() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            any_address().prop_map(|address| address.to_string().into_bytes()),
            any_address().prop_map(|address| SocketAddr::new(address, 80).to_string().into_bytes()),
            any_address().prop_map(|address| format!("  {address}\t").into_bytes()),
            prop::collection::vec(any::<u8>().prop_filter("a comma is between hops", |b| *b != b','), 0..6),
        ]
    }

    proptest! {
        #[test]
        fn only_what_trusted_proxies_say_counts(
            peer in any_address(),
            lines in prop::collection::vec(prop::collection::vec(any_hop(), 1..4), 0..4),
            forged in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::1".parse().unwrap()];
            let written: Vec<Vec<u8>> = lines.iter().map(|hops| hops.join(&b","[..])).collect();
            let client = |lines: &[Vec<u8>]| behind(peer.to_canonical(), lines.iter().map(Vec::as_slice), &trusted);
            let found = client(&written);

            // The same, told from the left: the last untrusted one, unless nonsense stands behind it.
            let mut expected = peer.to_canonical();
            for hop in lines.iter().flatten().rev() {
                let address = std::str::from_utf8(hop).ok().and_then(parse).filter(|_| is_trusted(&trusted, expected));
                let Some(address) = address else { break };
                expected = address;
            }
            prop_assert_eq!(found, expected);

            // A client cannot change what the first untrusted one is by saying more in front of it.
            if !is_trusted(&trusted, found) {
                let more = [vec![forged], written].concat();
                prop_assert_eq!(client(&more), found);
            }
        }
    }

    #[test]
    fn nonsense_ends_the_chain() {
        assert_eq!(client("10.0.0.1", &["203.0.113.9", "unknown", "10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn what_a_client_sends_does_not_hide_what_the_proxy_adds() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let client = |line: &[u8]| behind("10.0.0.1".parse().unwrap(), [line].into_iter(), &trusted).to_string();
        for line in [&b"\xff\xfe, 203.0.113.9"[..], b"\t,,, 203.0.113.9", b"10.0.0.7, 203.0.113.9", b"\0,203.0.113.9"] {
            assert_eq!(client(line), "203.0.113.9", "{line:?}");
        }
    }
}
