//! Ports for servers that are killed and come back: below those that the system gives to outgoing connections, so that each
//! is free again after a kill. None is given twice by one process, so no two of its tests meet at one.

use std::net::TcpListener;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// Members of a Redis Cluster listen from here on, and also so much above, between the others.
const PAIRS: u16 = 12_000;
const APART: u16 = 10_000;
const ALL_PAIRS: u16 = 8_000;
/// All others listen from here on.
const BELOW: u16 = 20_000;
const ABOVE: u16 = 30_000;
const EACH: u16 = 2_000;

/// Where to go on. Processes that run side by side begin at different places.
static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(rand::random()));
static NEXT_PAIR: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(rand::random()));

/// A port that is free now, and that nobody else in this process is given for long.
pub fn free_port() -> u16 {
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % (2 * EACH);
        let port = if number < EACH { BELOW + number } else { ABOVE + number - EACH };
        if is_free(port) {
            return port;
        }
    }
}

/// The lower one of two such ports, as a member of a Redis Cluster needs them.
pub fn free_ports() -> u16 {
    loop {
        let port = PAIRS + NEXT_PAIR.fetch_add(1, Ordering::Relaxed) % ALL_PAIRS;
        if is_free(port) && is_free(port + APART) {
            return port;
        }
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}
