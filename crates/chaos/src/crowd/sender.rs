//! Sending: with a key, again and again until there is no doubt, and sometimes again although there is none.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::time::sleep;

use super::Phase;
use super::person::Person;
use crate::history::Outcome;

/// Longer than a request is waited for at all.
const FOR_EVER: Duration = Duration::from_secs(60);
/// How often a first message is sent at most.
const OPENING_TRIES: usize = 10;

/// Says a first thing in every conversation.
pub(super) async fn open_conversations(person: &Person) -> anyhow::Result<()> {
    for (n, peer) in person.peers.iter().enumerate() {
        let (key, body) = content(person, peer, &format!("first-{n}"));
        open(person, peer, &key, &body).await?;
    }
    Ok(())
}

/// A server with a defect may need to be asked again.
async fn open(person: &Person, peer: &str, key: &str, body: &str) -> anyhow::Result<()> {
    for _ in 0..OPENING_TRIES {
        let (outcome, answer) = person.send(peer, key, body, FOR_EVER).await;
        match outcome {
            Outcome::Ok => return Ok(()),
            Outcome::Fail => anyhow::bail!("a first message was refused: {answer:?}"),
            Outcome::Info => sleep(Duration::from_millis(50)).await,
        }
    }
    anyhow::bail!("a first message was not accepted")
}

/// Sends to random people at random moments until the chat ends.
pub(super) async fn chat(person: Arc<Person>, mut random: StdRng, phase: watch::Receiver<Phase>) {
    for n in 0.. {
        sleep(Duration::from_millis(random.random_range(20..100))).await;
        if !matches!(*phase.borrow(), Phase::Chatting) {
            return;
        }
        let peer = &person.peers[random.random_range(0..person.peers.len())];
        let (key, body) = content(&person, peer, &n.to_string());
        deliver(&person, peer, &key, &body, &mut random).await;
    }
}

/// The key begins with its owner's name, by which the checker knows whose it is; the text is like no other.
fn content(person: &Person, peer: &str, n: &str) -> (String, String) {
    let key = format!("{}/{n}", person.name);
    let body = format!("{key} to {peer}: naïve 𝔠𝔥𝔞𝔬𝔰 🐴");
    (key, body)
}

/// Repeats until there is an answer. The server may be away for long, but not for ever: whoever waits is given up with
/// the whole crowd.
async fn deliver(person: &Person, peer: &str, key: &str, body: &str, random: &mut StdRng) {
    loop {
        let outcome = match random.random_range(0..100) {
            // Loses patience in the middle.
            0..4 => person.send(peer, key, body, Duration::from_micros(random.random_range(0..15_000))).await.0,
            // Clicks twice.
            4..7 => {
                let (one, other) =
                    tokio::join!(person.send(peer, key, body, FOR_EVER), person.send(peer, key, body, FOR_EVER));
                if one.0 == Outcome::Ok { one.0 } else { other.0 }
            }
            _ => person.send(peer, key, body, FOR_EVER).await.0,
        };
        match outcome {
            // Did it really arrive?
            Outcome::Ok if random.random_range(0..100) < 3 => {}
            Outcome::Ok | Outcome::Fail => return,
            Outcome::Info => sleep(Duration::from_millis(random.random_range(20..250))).await,
        }
    }
}
