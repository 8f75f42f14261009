//! What a process remembers is never older than what its people were told.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use chatapp_domain::audit::Actor;
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{Message, MessageId, Seq};
use chatapp_domain::ports::events::Following;
use chatapp_domain::ports::messages::Saved;
use chatapp_domain::user::{UserId, Username};
use chatapp_persistence::{Database, Settings};
use chatapp_testkit::builders::{NEW_YEAR, a_draft, a_user};
use chatapp_testkit::contract::Stores;
use support::Scratch;

/// Who deletes everything here.
const BY: Actor = Actor { user: None, address: None, at: NEW_YEAR };

/// A message that one process has sent, and that it and another one have read just now.
struct Scene {
    here: Stores,
    other: Database,
    elsewhere: Stores,
    _scratch: Scratch,
    ada: UserId,
    message: MessageId,
}

impl Scene {
    async fn on(scratch: Scratch) -> Self {
        let other = support::another(Settings::new(scratch.url.clone())).await;
        let (here, elsewhere) = (support::stores(&scratch.database), support::stores(&other));
        let (ada, bob) = (a_user(&*here.users, "ada").await, a_user(&*here.users, "bob").await);
        let saved = here.messages.append(a_draft(&ada, &bob, "hello"), Box::new(|_| ())).await.unwrap();
        let Saved::New(Message { id: message, .. }) = saved else { panic!("a message without a key is always new") };
        let scene = Self { here, other, elsewhere, _scratch: scratch, ada: ada.id, message };
        assert_eq!(scene.read(&scene.here).await, "hello");
        assert_eq!(scene.read(&scene.elsewhere).await, "hello");
        scene
    }

    async fn read(&self, stores: &Stores) -> String {
        let found = stores.messages.find(self.ada, vec![self.message]).await.unwrap();
        found[0].body.as_str().to_owned()
    }

    async fn delete(&self) {
        self.here.moderation.delete(self.message, BY, Box::new(|_| ())).await.unwrap();
        assert_eq!(self.read(&self.here).await, "", "this process knows at once");
    }
}

async fn a_deletion_in_the_feed_counts(scratch: Scratch) {
    let scene = Scene::on(scratch).await;
    scene.delete().await;
    let following = scene.elsewhere.events.after(scene.ada, Pos(1), 10).await.unwrap();
    let Following::Events { events, .. } = following else { panic!("the feed goes on") };
    assert_eq!(events.iter().map(|event| event.pos).collect::<Vec<_>>(), [Pos(2)]);
    assert_eq!(scene.read(&scene.elsewhere).await, "", "whoever is told of it does not find it");
}

async fn a_deletion_that_another_node_tells_of_counts(scratch: Scratch) {
    let scene = Scene::on(scratch).await;
    scene.delete().await;
    let change = Change::Delete { id: scene.message, seq: Seq(1) };
    scene.other.heard_of(&Event { pos: Pos(2), peer: Username::from_store("bob".to_owned()), change });
    assert_eq!(scene.read(&scene.elsewhere).await, "", "whoever is told of it does not find it");
}

mod sqlite {
    use super::*;

    #[tokio::test]
    async fn a_deletion_in_the_feed_counts() {
        super::a_deletion_in_the_feed_counts(support::sqlite()).await;
    }

    #[tokio::test]
    async fn a_deletion_that_another_node_tells_of_counts() {
        super::a_deletion_that_another_node_tells_of_counts(support::sqlite()).await;
    }
}

mod mariadb {
    use super::*;

    #[tokio::test]
    async fn a_deletion_in_the_feed_counts() {
        let Some(scratch) = support::mysql() else { return };
        super::a_deletion_in_the_feed_counts(scratch).await;
    }

    #[tokio::test]
    async fn a_deletion_that_another_node_tells_of_counts() {
        let Some(scratch) = support::mysql() else { return };
        super::a_deletion_that_another_node_tells_of_counts(scratch).await;
    }
}
