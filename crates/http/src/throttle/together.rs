//! Guessing passwords on many nodes. The own count is kept in any case, so that it is there when the others cannot be asked;
//! while they can, what they counted counts too.

use std::net::IpAddr;

use chatapp_domain::ports::nodes::{Nodes, SharedLimit};
use chatapp_domain::user::UsernameKey;
use governor::clock::Clock;

use super::{Attempt, Throttles, Wait, network};

/// One try to log in that may go on, as all nodes see it. Unless it is forgiven, it was a failure.
#[must_use]
pub(crate) struct Guess<'a, C: Clock> {
    here: Attempt<'a, C>,
    nodes: &'a dyn Nodes,
    everywhere: Vec<SharedLimit>,
}

impl<C: Clock> Guess<'_, C> {
    /// It was no failure.
    pub(crate) async fn forgive(self) {
        self.here.forgive();
        for limit in &self.everywhere {
            self.nodes.give_back(limit).await;
        }
    }
}

/// What the other nodes say.
enum Count {
    /// So these were used.
    Used(Vec<SharedLimit>),
    Full(Wait),
    Unknown,
}

impl<C: Clock + Clone> Throttles<C> {
    /// Whether somebody may try to log in, by the count of all nodes.
    pub(crate) async fn log_in_anywhere<'a>(
        &'a self,
        nodes: &'a dyn Nodes,
        username: &str,
        address: IpAddr,
    ) -> Result<Guess<'a, C>, Wait> {
        let here = self.log_in(username, address)?;
        let everywhere = match self.count_anywhere(nodes, username, address).await {
            Count::Used(limits) => limits,
            Count::Unknown => Vec::new(),
            Count::Full(wait) => {
                here.forgive();
                return Err(wait);
            }
        };
        Ok(Guess { here, nodes, everywhere })
    }

    async fn count_anywhere(&self, nodes: &dyn Nodes, username: &str, address: IpAddr) -> Count {
        let Some(limits) = &self.limits else { return Count::Unknown };
        let (name, address) = (UsernameKey::of(username), network(address));
        // An address has no blank in it, so no two of these are alike.
        let log_ins = limits.log_ins.shared(format!("log-ins {address}"));
        match nodes.take(&log_ins).await {
            None => return Count::Unknown,
            Some(Err(wait)) => return Count::Full(Wait(wait)),
            Some(Ok(())) => {}
        }
        let account = limits.failures.shared(format!("failures {}", name.as_str()));
        let from_here = limits.failures_here.shared(format!("failures-from {address} {}", name.as_str()));
        let (Some(by_account), Some(by_address)) = (nodes.take(&account).await, nodes.take(&from_here).await) else {
            return Count::Unknown;
        };
        match (by_account, by_address) {
            (Err(account), Err(here)) => Count::Full(Wait(account.min(here))),
            (by_account, by_address) => {
                let used = [(account, by_account), (from_here, by_address)];
                Count::Used(used.into_iter().filter(|(_, taken)| taken.is_ok()).map(|(limit, _)| limit).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use async_trait::async_trait;
    use chatapp_domain::ports::nodes::{Alone, BusState};
    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::settings::{Rate, ThrottleSettings};

    /// Counts what was used, for ever.
    #[derive(Default)]
    struct Common {
        used: Mutex<HashMap<String, u32>>,
        away: AtomicBool,
    }

    #[async_trait]
    impl Nodes for Common {
        fn bus(&self) -> BusState {
            BusState::Connected
        }

        async fn take(&self, limit: &SharedLimit) -> Option<Result<(), Duration>> {
            if self.away.load(Ordering::SeqCst) {
                return None;
            }
            let mut used = self.used.lock().unwrap();
            let used = used.entry(limit.key.clone()).or_default();
            let is_left = *used < limit.burst;
            *used += u32::from(is_left);
            Some(if is_left { Ok(()) } else { Err(limit.every) })
        }

        async fn give_back(&self, limit: &SharedLimit) {
            *self.used.lock().unwrap().get_mut(&limit.key).unwrap() -= 1;
        }
    }

    fn node() -> Throttles<FakeRelativeClock> {
        let log_ins_per_address = Rate::new(1_000_000, Duration::from_nanos(1));
        let settings = ThrottleSettings { log_ins_per_address, ..ThrottleSettings::default() };
        Throttles::new(&settings, &FakeRelativeClock::default())
    }

    async fn fails(node: &Throttles<FakeRelativeClock>, nodes: &dyn Nodes, name: &str, address: &str) -> bool {
        node.log_in_anywhere(nodes, name, address.parse().unwrap()).await.is_ok()
    }

    async fn failures(
        throttles: &[Throttles<FakeRelativeClock>],
        nodes: &dyn Nodes,
        name: &str,
        address: &str,
    ) -> usize {
        let mut passed = 0;
        for round in 0..100 {
            passed += usize::from(fails(&throttles[round % throttles.len()], nodes, name, address).await);
        }
        passed
    }

    #[tokio::test]
    async fn two_nodes_together_look_at_as_many_failures_as_one() {
        let (nodes, common) = ([node(), node()], Common::default());
        assert_eq!(failures(&nodes, &common, "ada", "192.0.2.1").await, 10);
        assert_eq!(failures(&nodes, &common, "Ada", "192.0.2.1").await, 0, "a name is one however it is typed");
        assert_eq!(failures(&nodes, &common, "ada", "198.51.100.7").await, 3, "nobody is locked out by somebody else");
    }

    #[tokio::test]
    async fn without_the_others_each_counts_for_itself_and_what_it_has_seen_counts() {
        let (nodes, common) = ([node(), node()], Common::default());
        for _ in 0..4 {
            assert!(fails(&nodes[0], &common, "ada", "192.0.2.1").await);
        }
        common.away.store(true, Ordering::SeqCst);
        assert_eq!(failures(&nodes[..1], &common, "ada", "192.0.2.1").await, 6);
        assert_eq!(failures(&nodes[1..], &common, "ada", "192.0.2.1").await, 10);
        assert_eq!(failures(&nodes, &Alone, "ada", "192.0.2.1").await, 0);
    }

    #[tokio::test]
    async fn right_passwords_do_not_count_anywhere() {
        let (nodes, common) = ([node(), node()], Common::default());
        for round in 0..100 {
            let guess = nodes[round % 2].log_in_anywhere(&common, "ada", "192.0.2.1".parse().unwrap()).await;
            let Ok(guess) = guess else { panic!("refused") };
            guess.forgive().await;
        }
        assert_eq!(failures(&nodes, &common, "ada", "192.0.2.1").await, 10);
    }

    #[tokio::test]
    async fn an_address_may_only_try_so_often_on_all_nodes_together() {
        let settings = ThrottleSettings::default();
        let node = || Throttles::new(&settings, &FakeRelativeClock::default());
        let (nodes, common) = ([node(), node()], Common::default());
        let mut passed = 0;
        for round in 0..100 {
            let name = format!("user{round}");
            passed += usize::from(fails(&nodes[round % 2], &common, &name, "192.0.2.1").await);
        }
        assert_eq!(passed, 20);
    }
}
