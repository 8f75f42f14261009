//! The people who chat while things break: everyone sends, and has a steady socket, a restless one and a plain one.

mod closing;
mod device;
mod person;
mod sender;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::history::{Dialect, Record};
use crate::recorder::Recorder;
use crate::stage::{Server, Stage};

pub(crate) use self::closing::messages;
use self::device::Device;
pub use self::person::Person;

/// How many chat. Each talks with two to either side, so that everyone's events come from many conversations.
const SIZE: usize = 12;
/// Talks with nobody, listens, and must never hear anything.
const STRANGER: &str = "stranger";
/// How long whoever is in doubt may take to get an answer after everything has ended.
const FINISHING: Duration = Duration::from_secs(40);
/// How long devices may take to catch up.
const SETTLING: Duration = Duration::from_secs(30);

/// What people are doing.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// Chatting.
    Chatting,
    /// Nothing new is sent; what is in doubt is repeated until it is not.
    Finishing,
    /// Devices catch up to the last place of their person, and end.
    Settling(Arc<BTreeMap<String, Target>>),
}

/// Where a person's devices have caught up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Target {
    /// The last event.
    pub(crate) pos: i64,
    /// The last message.
    pub(crate) message: i64,
}

/// People at their devices.
pub struct Crowd {
    people: Vec<Arc<Person>>,
    phase: watch::Sender<Phase>,
    senders: JoinSet<()>,
    devices: JoinSet<()>,
    recorder: Arc<Recorder>,
}

impl Crowd {
    /// Registers everyone and logs them in, on all nodes in turn; nobody chats yet, but there is a first message in each
    /// conversation.
    pub async fn gather(stage: &Stage, recorder: &Arc<Recorder>, seed: u64) -> anyhow::Result<Self> {
        let names: Vec<String> = (0..SIZE).map(|n| format!("p{n:02}")).chain([STRANGER.to_owned()]).collect();
        let peers = |place| if names[place] == STRANGER { Vec::new() } else { peers(&names, place) };
        let people = register(stage, &names, peers).await?;
        let (phase, _) = watch::channel(Phase::Chatting);
        let mut crowd =
            Self { people, phase, senders: JoinSet::new(), devices: JoinSet::new(), recorder: Arc::clone(recorder) };
        for person in &crowd.people {
            sender::open_conversations(person).await?;
        }
        crowd.start(seed).await?;
        Ok(crowd)
    }

    /// Everyone.
    pub fn people(&self) -> &[Arc<Person>] {
        &self.people
    }

    async fn start(&mut self, seed: u64) -> anyhow::Result<()> {
        // Each has randomness of their own, so that who does what does not depend on who is faster.
        let mut seeds = (0..).map(|n| StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(n)));
        let mut next = || seeds.next().context("seeds never end");
        for person in &self.people {
            let began = person.present().await?;
            for (name, dialect, steady) in
                [("steady", Dialect::V1, true), ("restless", Dialect::V1, false), ("plain", Dialect::Plain, false)]
            {
                let device = Device::new(Arc::clone(person), name, dialect, steady, &began, next()?, &self.phase);
                self.devices.spawn(device.live());
            }
        }
        for person in self.people.iter().filter(|person| !person.peers.is_empty()) {
            self.senders.spawn(sender::chat(Arc::clone(person), next()?, self.phase.subscribe()));
        }
        Ok(())
    }

    /// Lets everyone finish and catch up, and reads everything as everyone.
    pub async fn finish(mut self) -> anyhow::Result<()> {
        self.phase.send_replace(Phase::Finishing);
        let in_doubt = wait(&mut self.senders, FINISHING).await;
        for person in &self.people {
            person.marks_are_done().await;
        }
        closing::read_everything(&self.people, &self.recorder).await?;
        let history = self.recorder.history();
        let targets = closing::targets(&history);
        self.phase.send_replace(Phase::Settling(Arc::new(targets)));
        let behind = wait(&mut self.devices, SETTLING).await;
        anyhow::ensure!(in_doubt == 0, "{in_doubt} people got no answer within {} s", FINISHING.as_secs());
        anyhow::ensure!(behind == 0, "{behind} devices have not caught up within {} s", SETTLING.as_secs());
        Ok(())
    }
}

/// Registers people who talk with these peers, and logs them in, on all nodes in turn.
pub(crate) async fn register(
    stage: &Stage,
    names: &[String],
    peers: impl Fn(usize) -> Vec<String>,
) -> anyhow::Result<Vec<Arc<Person>>> {
    let list: String = names.iter().map(|name| format!("{name},,{}\n", person::PASSWORD)).collect();
    stage.server.command_with_input(&["createuser", "--from-csv", "-"], &list).await?;
    let nodes: Vec<SocketAddr> = stage.servers().map(Server::address).collect();
    let mut people = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let peers = peers(place);
        stage.recorder.note(Record::Person { name: name.clone(), peers: peers.clone() });
        let person = Person::log_in(&nodes, place, name, peers, Arc::clone(&stage.recorder)).await?;
        people.push(Arc::new(person));
    }
    Ok(people)
}

/// Waits until all are done, and gives the number of those that are not, or that failed.
async fn wait(tasks: &mut JoinSet<()>, limit: Duration) -> usize {
    let mut failed = 0;
    let all = async {
        while let Some(ended) = tasks.join_next().await {
            failed += usize::from(ended.is_err());
        }
    };
    // Whoever takes too long is left behind.
    let _ = timeout(limit, all).await;
    let behind = tasks.len();
    tasks.abort_all();
    failed + behind
}

/// Two to either side; every fourth also writes notes to themselves.
fn peers(names: &[String], place: usize) -> Vec<String> {
    let near = [1, 2, SIZE - 2, SIZE - 1].map(|distance| names[(place + distance) % SIZE].clone());
    let own = place.is_multiple_of(4).then(|| names[place].clone());
    near.into_iter().chain(own).collect()
}
