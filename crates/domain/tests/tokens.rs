//! Making, using and revoking tokens, over stores in memory.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use chatapp_domain::ports::notifications::Whisper;
use chatapp_domain::token::{Scope, Token, TokenId, TokenName, TokenSecret};
use chatapp_domain::tokens::{TokenWish, Tokens};
use chatapp_domain::user::{User, UserId};
use chatapp_testkit::builders::{NEW_YEAR, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::RecordingNotifier;
use chatapp_testkit::secrets::CountedSecrets;

const HOUR: Duration = Duration::from_secs(60 * 60);

struct Scene {
    notifier: RecordingNotifier,
    clock: SetClock,
    tokens: Tokens,
    ada: User,
}

async fn scene() -> Scene {
    let (memory, notifier, clock) = (MemoryStores::new(), RecordingNotifier::default(), SetClock::at(NEW_YEAR));
    let ada = a_user(&memory, "ada").await;
    let tokens = Tokens::new(
        Arc::new(memory),
        Arc::new(CountedSecrets::default()),
        Arc::new(notifier.clone()),
        Arc::new(clock.clone()),
    );
    Scene { notifier, clock, tokens, ada }
}

impl Scene {
    async fn make(&self, life: Option<Duration>) -> (Token, TokenSecret) {
        let expires_at = life.map(|life| NEW_YEAR.after(life));
        let wish = TokenWish { name: TokenName::parse("backup").unwrap(), scope: Scope::Write, expires_at };
        self.tokens.make(self.ada.id, wish).await.unwrap()
    }

    async fn find(&self, secret: &TokenSecret) -> Option<Token> {
        self.tokens.find(secret.key()).await.unwrap().map(|active| active.token)
    }
}

#[tokio::test]
async fn a_token_is_found_by_its_secret_until_it_expires() {
    let scene = scene().await;
    let (token, secret) = scene.make(Some(HOUR)).await;
    assert_eq!((token.prefix.as_str(), token.created_at, token.used_at), (secret.prefix(), NEW_YEAR, None));
    assert_eq!(scene.find(&secret).await.map(|found| found.id), Some(token.id));
    assert_eq!(scene.find(&TokenSecret::from_random([9; 32])).await, None);
    scene.clock.advance(HOUR);
    assert_eq!(scene.find(&secret).await, None);
    assert_eq!(scene.tokens.list(scene.ada.id).await.unwrap().len(), 1);
    scene.clock.advance(Token::SHOWN_AFTER_END);
    assert_eq!(scene.tokens.purge().await.unwrap(), 1);
    assert!(scene.tokens.list(scene.ada.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn its_use_is_written_every_five_minutes_at_most() {
    let scene = scene().await;
    let (_, secret) = scene.make(None).await;
    let used = async |seconds| {
        scene.clock.set(NEW_YEAR.after(Duration::from_secs(seconds)));
        scene.find(&secret).await.unwrap();
        scene.tokens.list(scene.ada.id).await.unwrap()[0].used_at.unwrap()
    };
    assert_eq!(used(0).await, NEW_YEAR, "the first use counts at once");
    assert_eq!(used(299).await, NEW_YEAR);
    assert_eq!(used(300).await, NEW_YEAR.after(Duration::from_secs(300)));
    assert_eq!(used(599).await, NEW_YEAR.after(Duration::from_secs(300)));
}

#[tokio::test]
async fn whoever_revokes_a_token_ends_its_connections() {
    let scene = scene().await;
    let ((one, secret), (two, _), (three, _)) =
        (scene.make(None).await, scene.make(None).await, scene.make(None).await);
    let nobody = UserId(scene.ada.id.0 + 1);
    assert!(!scene.tokens.revoke(nobody, one.id).await.unwrap(), "it is not theirs");
    assert!(!scene.tokens.revoke(scene.ada.id, TokenId(99)).await.unwrap());
    assert!(scene.notifier.whispers().is_empty());
    assert!(scene.tokens.revoke(scene.ada.id, one.id).await.unwrap());
    assert!(!scene.tokens.revoke(scene.ada.id, one.id).await.unwrap(), "it is over already");
    assert_eq!(
        scene.notifier.whispers(),
        [(scene.ada.id, Whisper::CredentialsEnded(vec![one.id.into()]))],
        "told once"
    );
    assert_eq!(scene.find(&secret).await, None);

    scene.notifier.clear();
    assert_eq!(scene.tokens.revoke_all(scene.ada.id).await.unwrap(), 2);
    assert_eq!(scene.tokens.revoke_all(scene.ada.id).await.unwrap(), 0);
    let ended = vec![two.id.into(), three.id.into()];
    assert_eq!(scene.notifier.whispers(), [(scene.ada.id, Whisper::CredentialsEnded(ended))], "told once");
}
