//! Coming back: from any position, to another history, and by the last message seen.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::sync::Arc;

use chatapp_domain::catch_up::{CatchUp, CatchUpError};
use chatapp_domain::conversation::Participation;
use chatapp_domain::event::{Change, Epoch, Pos};
use chatapp_domain::message::{MessageId, Seq};
use chatapp_domain::ports::conversations::ConversationStore;
use chatapp_domain::ports::events::EventStore;
use chatapp_domain::ports::messages::{MessageStore, Saved};
use chatapp_domain::user::User;
use chatapp_testkit::builders::{NEW_YEAR, a_draft, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;

struct Scene {
    memory: MemoryStores,
    catch_up: CatchUp,
    ada: User,
    bob: User,
    epoch: Epoch,
}

async fn scene() -> Scene {
    let memory = MemoryStores::with_clock(Arc::new(SetClock::at(NEW_YEAR)));
    let (ada, bob) = (a_user(&memory, "ada").await, a_user(&memory, "bob").await);
    let catch_up = CatchUp::new(Arc::new(memory.clone()));
    let epoch = memory.epoch().await.unwrap();
    Scene { memory, catch_up, ada, bob, epoch }
}

impl Scene {
    async fn say(&self) -> MessageId {
        let saved = self.memory.append(a_draft(&self.ada, &self.bob, "…"), Box::new(|_| ())).await;
        let Ok(Saved::New(message)) = saved else { panic!("new") };
        message.id
    }

    async fn read(&self, seq: i64) {
        let place = Participation::of(self.bob.identity(), self.ada.identity());
        self.memory.mark_read(&place, Seq(seq), Box::new(|_| ())).await.unwrap();
    }

    /// The positions after a cursor, and the latest.
    async fn after(&self, epoch: Option<&str>, after: i64, limit: i64) -> Result<(Vec<i64>, i64), CatchUpError> {
        let batch = self.catch_up.after(self.bob.id, epoch, Pos(after), limit).await?;
        assert_eq!(batch.epoch, self.memory.epoch().await?);
        Ok((batch.events.into_iter().map(|event| event.pos.0).collect(), batch.latest.0))
    }
}

fn reset_to(answer: Result<(Vec<i64>, i64), CatchUpError>) -> (String, i64) {
    match answer {
        Err(CatchUpError::Reset { epoch, latest }) => (epoch.0, latest.0),
        other => panic!("{other:?} is no reset"),
    }
}

#[tokio::test]
async fn the_present_is_where_one_starts() {
    let scene = scene().await;
    assert_eq!(scene.catch_up.present(scene.bob.id).await.unwrap(), (scene.epoch.clone(), Pos(0)));
    scene.say().await;
    assert_eq!(scene.catch_up.present(scene.bob.id).await.unwrap(), (scene.epoch.clone(), Pos(1)));
    assert_eq!(scene.after(Some(&scene.epoch.0), 1, 10).await.unwrap(), (vec![], 1));
}

#[tokio::test]
async fn whatever_was_missed_is_followed_in_order_and_without_a_gap() {
    let scene = scene().await;
    for seq in 1..=10 {
        scene.say().await;
        scene.read(seq).await;
    }
    let mut heard = Vec::new();
    loop {
        let after = heard.last().copied().unwrap_or(0);
        let (positions, latest) = scene.after(None, after, 3).await.unwrap();
        assert_eq!(latest, 20);
        if positions.is_empty() {
            break;
        }
        heard.extend(positions);
    }
    assert_eq!(heard, (1..=20).collect::<Vec<_>>());
    let batch = scene.catch_up.after(scene.bob.id, None, Pos(18), 10).await.unwrap();
    assert!(matches!(batch.events[0].change, Change::Message { seq: Seq(10), .. }));
    assert!(matches!(&batch.events[1].change, Change::Read { seq: Seq(10), reader } if *reader == scene.bob.username));
}

#[tokio::test]
async fn a_cursor_of_another_history_is_refused() {
    let scene = scene().await;
    scene.say().await;
    scene.say().await;
    assert_eq!(reset_to(scene.after(Some("another"), 1, 10).await), (scene.epoch.0.clone(), 2));
    assert_eq!(reset_to(scene.after(Some(""), 1, 10).await), (scene.epoch.0.clone(), 2));
    scene.memory.begin_epoch("restored");
    assert_eq!(reset_to(scene.after(Some(&scene.epoch.0), 2, 10).await), ("restored".to_owned(), 2));
    assert_eq!(scene.after(Some("restored"), 1, 10).await.unwrap(), (vec![2], 2));
    assert_eq!(scene.after(None, 1, 10).await.unwrap(), (vec![2], 2), "whoever names no epoch is trusted");
}

#[tokio::test]
async fn a_cursor_ahead_of_the_present_is_refused() {
    let scene = scene().await;
    scene.say().await;
    for ahead in [2, 1000, i64::MAX] {
        assert_eq!(reset_to(scene.after(Some(&scene.epoch.0), ahead, 10).await), (scene.epoch.0.clone(), 1));
    }
}

#[tokio::test]
async fn a_cursor_from_before_what_is_kept_is_refused() {
    let scene = scene().await;
    scene.say().await;
    scene.read(1).await;
    scene.say().await;
    assert_eq!(scene.memory.purge(NEW_YEAR).await.unwrap(), 0, "it is not older");
    assert!(scene.memory.purge(NEW_YEAR.after(std::time::Duration::from_micros(1))).await.unwrap() > 0);
    for before in [0, 1] {
        assert_eq!(reset_to(scene.after(Some(&scene.epoch.0), before, 10).await), (scene.epoch.0.clone(), 3));
    }
    assert_eq!(scene.after(Some(&scene.epoch.0), 2, 10).await.unwrap(), (vec![3], 3));
}

#[tokio::test]
async fn the_last_message_seen_leads_to_a_position() {
    let scene = scene().await;
    let (first, second) = (scene.say().await, scene.say().await);
    for (id, expected) in [(first, Some(Pos(1))), (second, Some(Pos(2))), (MessageId(99), None)] {
        assert_eq!(scene.catch_up.position_of(scene.bob.id, id).await.unwrap(), expected);
    }
    let eve = a_user(&scene.memory, "eve").await;
    assert_eq!(scene.catch_up.position_of(eve.id, first).await.unwrap(), None);
}

#[tokio::test]
async fn an_outage_is_not_a_reset() {
    let scene = scene().await;
    scene.memory.go_away();
    let answer = scene.catch_up.after(scene.bob.id, Some("another"), Pos(0), 10).await;
    assert!(matches!(answer, Err(CatchUpError::Store(_))));
    assert!(scene.catch_up.present(scene.bob.id).await.is_err());
}
