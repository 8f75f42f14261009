//! Through which lane something goes.

use std::sync::Arc;

use super::lane::Lane;
use super::names::Names;
use super::server::Server;
use super::topology::Topology;

/// A lane to each master.
#[derive(Default)]
pub(crate) struct Routes {
    topology: Topology,
    /// In the order of the masters.
    lanes: Vec<Arc<Lane>>,
    /// Whether every channel and what is written down about nodes has a master.
    is_whole: bool,
}

impl Routes {
    /// To other servers, or in another division. Lanes on which nothing changes are kept; `open` makes the others.
    pub(super) fn changed_to(
        &self,
        topology: Topology,
        names: &Names,
        open: impl Fn(Server, Vec<String>) -> Lane,
    ) -> Self {
        let mut channels = vec![Vec::new(); topology.masters().len()];
        let mut is_whole = topology.master_of(&names.nodes()).is_some();
        for channel in names.channels() {
            match topology.master_of(&channel) {
                Some(master) => channels[master].push(channel),
                None => is_whole = false,
            }
        }
        let lanes = topology.masters().iter().zip(channels).map(|(server, channels)| {
            let same = self.lanes.iter().find(|lane| lane.server == *server && lane.channels == channels);
            same.map_or_else(|| Arc::new(open(server.clone(), channels)), Arc::clone)
        });
        let lanes = lanes.collect();
        Self { topology, lanes, is_whole }
    }

    pub(super) fn topology(&self) -> &Topology {
        &self.topology
    }

    pub(crate) fn lanes(&self) -> &[Arc<Lane>] {
        &self.lanes
    }

    /// The lane to whoever has a channel or a key.
    pub(super) fn lane(&self, name: &str) -> Option<&Arc<Lane>> {
        self.topology.master_of(name).and_then(|master| self.lanes.get(master))
    }

    /// Whether everything is told at once.
    pub(super) fn is_good(&self) -> bool {
        self.is_whole && self.lanes.iter().all(|lane| lane.is_good())
    }

    /// Those of these that are not among the others.
    pub(super) fn without(&self, others: &Self) -> impl Iterator<Item = &Arc<Lane>> {
        self.lanes.iter().filter(|lane| !others.lanes.iter().any(|other| Arc::ptr_eq(lane, other)))
    }
}

#[cfg(test)]
mod tests {
    use redis::Value;

    use super::super::settings::Prefix;
    use super::*;

    /// Two masters, of which the first has the slots up to one.
    fn divided_at(slot: i64) -> Topology {
        let row = |first, last, port| {
            let node = Value::Array(vec![Value::Nil, Value::Int(port)]);
            Value::Array(vec![Value::Int(first), Value::Int(last), node])
        };
        let answer = Value::Array(vec![row(0, slot, 7000), row(slot + 1, 16383, 7001)]);
        Topology::of_cluster(&answer, &Server::parse("redis://here").unwrap()).unwrap()
    }

    fn changed(routes: &Routes, topology: Topology) -> Routes {
        let names = Names::new(&Prefix::default());
        routes.changed_to(topology, &names, |server, channels| Lane::new(server, channels, false, 1, Arc::default()))
    }

    #[test]
    fn each_channel_is_listened_to_at_the_server_that_has_it() {
        let names = Names::new(&Prefix::default());
        let routes = changed(&Routes::default(), divided_at(8000));
        let heard: usize = routes.lanes().iter().map(|lane| lane.channels.len()).sum();
        assert_eq!(heard, names.channels().count());
        for channel in names.channels() {
            assert!(routes.lane(&channel).unwrap().channels.contains(&channel));
        }
        assert!(!routes.is_good(), "nobody is in touch yet");
        routes.lanes().iter().for_each(|lane| assert!(!lane.set_good(true)));
        assert!(routes.is_good());
    }

    #[test]
    fn a_lane_on_which_nothing_changes_is_kept() {
        let before = changed(&Routes::default(), divided_at(8000));
        assert_eq!(changed(&before, divided_at(8000)).without(&before).count(), 0);
        let alone = changed(&before, Topology::of_one(Server::parse("redis://here:7001").unwrap()));
        assert_eq!((alone.without(&before).count(), before.without(&alone).count()), (1, 2));
        assert!(changed(&before, Topology::default()).lane("anything").is_none());
    }

    #[test]
    fn it_is_not_whole_without_an_owner_of_each_channel() {
        let answer = Value::Array(vec![]);
        let nobody = Topology::of_cluster(&answer, &Server::parse("redis://here").unwrap()).unwrap();
        assert!(!changed(&Routes::default(), nobody).is_good());
    }
}
