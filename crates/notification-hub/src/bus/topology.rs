//! Which server has which channels and keys.

use std::ops::RangeInclusive;

use crc16::{State, XMODEM};
use redis::Value;

use super::server::Server;

const SLOTS: u16 = 16_384;

/// The servers that are written to, and what each of them has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Topology {
    masters: Vec<Server>,
    /// Whoever may take a master's place, and knows of changes meanwhile.
    replicas: Vec<Server>,
    /// In order; each with the place of its master above. A slot may be missing.
    slots: Vec<(RangeInclusive<u16>, usize)>,
    is_cluster: bool,
}

impl Topology {
    /// A server that is not in a cluster has everything.
    pub(super) fn of_one(server: Server) -> Self {
        Self { masters: vec![server], slots: vec![(0..=SLOTS - 1, 0)], ..Self::default() }
    }

    /// What a member of a cluster, `asked`, answered to `CLUSTER SLOTS`; nothing if it is not to be understood.
    pub(super) fn of_cluster(answer: &Value, asked: &Server) -> Option<Self> {
        let Value::Array(rows) = answer else { return None };
        let mut rows: Vec<Row> = rows.iter().map(|row| Row::read(row, asked)).collect::<Option<_>>()?;
        rows.sort_by_key(|row| *row.slots.start());
        let mut topology = Self { is_cluster: true, ..Self::default() };
        for Row { slots, master, replicas } in rows {
            let Some(master) = master else { continue };
            let place = place_of(master, &mut topology.masters);
            topology.slots.push((slots, place));
            for replica in replicas {
                place_of(replica, &mut topology.replicas);
            }
        }
        topology.replicas.sort_by_key(Server::address);
        Some(topology)
    }

    pub(super) fn masters(&self) -> &[Server] {
        &self.masters
    }

    /// Everyone who may know how the work is divided.
    pub(super) fn members(&self) -> impl Iterator<Item = &Server> {
        self.masters.iter().chain(&self.replicas)
    }

    pub(super) fn is_cluster(&self) -> bool {
        self.is_cluster
    }

    /// The place, among the masters, of the one that has a channel or a key; none if nobody has it now.
    pub(super) fn master_of(&self, name: &str) -> Option<usize> {
        let slot = slot(name);
        let next = self.slots.partition_point(|(slots, _)| *slots.end() < slot);
        self.slots.get(next).filter(|(slots, _)| slots.contains(&slot)).map(|(_, master)| *master)
    }
}

/// Who has a range of slots.
struct Row {
    slots: RangeInclusive<u16>,
    /// `None`: one whose address nobody knows.
    master: Option<Server>,
    replicas: Vec<Server>,
}

impl Row {
    fn read(row: &Value, asked: &Server) -> Option<Self> {
        let Value::Array(row) = row else { return None };
        let [Value::Int(first), Value::Int(last), master, replicas @ ..] = row.as_slice() else { return None };
        let slots = u16::try_from(*first).ok()?..=u16::try_from(*last).ok()?;
        let replicas = replicas.iter().filter_map(|node| member(node, asked)).collect();
        Some(Self { slots, master: member(master, asked), replicas })
    }
}

/// A server without a host of its own is where the one that was asked is.
fn member(node: &Value, asked: &Server) -> Option<Server> {
    let Value::Array(node) = node else { return None };
    let [host, Value::Int(port), ..] = node.as_slice() else { return None };
    let host: Option<String> = redis::from_redis_value_ref(host).ok()?;
    let host = match host.as_deref() {
        Some("?") => return None,
        None | Some("") => asked.host()?.to_owned(),
        Some(host) => host.to_owned(),
    };
    Some(asked.beside(host, u16::try_from(*port).ok()?))
}

fn place_of(server: Server, servers: &mut Vec<Server>) -> usize {
    servers.iter().position(|known| *known == server).unwrap_or_else(|| {
        servers.push(server);
        servers.len() - 1
    })
}

/// What is between the first braces decides where a name belongs, if there is anything.
fn slot(name: &str) -> u16 {
    let braced = name.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(tag, _)| tag);
    let counted = braced.filter(|tag| !tag.is_empty()).unwrap_or(name);
    State::<XMODEM>::calculate(counted.as_bytes()) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn node(host: Value, port: i64) -> Value {
        Value::Array(vec![host, Value::Int(port), text("an id"), Value::Array(vec![])])
    }

    fn row(first: i64, last: i64, nodes: Vec<Value>) -> Value {
        Value::Array([vec![Value::Int(first), Value::Int(last)], nodes].concat())
    }

    #[test]
    fn names_are_in_the_slots_that_redis_says() {
        // As `CLUSTER KEYSLOT` answers.
        for (name, expected) in
            [("123456789", 12739), ("foo", 12182), ("chatapp:users:0", 6649), ("foo{}{bar}", 8363), ("", 0)]
        {
            assert_eq!(slot(name), expected, "{name}");
        }
        assert_eq!(slot("{chatapp}:nodes"), slot("chatapp"));
        assert_eq!(slot("foo{{bar}}zap"), slot("{bar"));
        assert_eq!(slot("foo{bar}{zap}"), slot("bar"));
    }

    #[test]
    fn each_slot_is_with_its_master() {
        let asked = Server::parse("rediss://:secret@seed:7000").unwrap();
        let answer = Value::Array(vec![
            row(12000, 16383, vec![node(text("one"), 1)]),
            row(0, 6499, vec![node(text("one"), 1), node(text("other"), 9)]),
            row(6500, 8000, vec![node(Value::Nil, 7000)]),
            row(8001, 9000, vec![node(text("?"), 5)]),
        ]);
        let topology = Topology::of_cluster(&answer, &asked).unwrap();
        let masters: Vec<String> = topology.masters().iter().map(ToString::to_string).collect();
        assert_eq!(masters, ["rediss://one:1", "rediss://seed:7000"]);
        assert_eq!(topology.members().count(), 3);
        assert_eq!(topology.master_of("chatapp:users:0"), Some(1));
        assert_eq!(topology.master_of("foo"), Some(0));
        assert_eq!(topology.master_of(""), Some(0));
        let unserved = (0..).map(|n| n.to_string()).find(|name| (8001..=11999).contains(&slot(name))).unwrap();
        assert_eq!(topology.master_of(&unserved), None);
    }

    #[test]
    fn one_server_has_everything() {
        let topology = Topology::of_one(Server::parse("unix:///run/redis.sock").unwrap());
        assert!((0..1000).all(|n| topology.master_of(&n.to_string()) == Some(0)));
        assert_eq!(Topology::default().master_of("foo"), None);
    }

    #[test]
    fn what_is_not_understood_is_no_topology() {
        let asked = Server::parse("redis://seed").unwrap();
        for bad in [Value::Nil, text("slots"), Value::Array(vec![Value::Nil]), Value::Array(vec![row(-1, 5, vec![])])] {
            assert_eq!(Topology::of_cluster(&bad, &asked), None);
        }
    }
}
