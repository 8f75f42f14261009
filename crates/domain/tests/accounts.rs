//! Logging in and out, and changing passwords, over stores in memory and a hasher that costs nothing.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use chatapp_domain::accounts::{Accounts, LogInError, MakeTokenError, SetPasswordError};
use chatapp_domain::password::{Password, PasswordHash, PasswordMark};
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::notifications::Whisper;
use chatapp_domain::ports::passwords::HashError;
use chatapp_domain::ports::users::UserStore;
use chatapp_domain::session::{Lifetime, SessionId, SessionKey};
use chatapp_domain::time::{Clock, Timestamp};
use chatapp_domain::token::{Scope, TokenName};
use chatapp_domain::tokens::{TokenWish, Tokens};
use chatapp_domain::user::{User, UserId};
use chatapp_testkit::builders::{NEW_YEAR, PASSWORD, a_user};
use chatapp_testkit::clock::SetClock;
use chatapp_testkit::memory::MemoryStores;
use chatapp_testkit::notifications::RecordingNotifier;
use chatapp_testkit::passwords::PlainHasher;
use chatapp_testkit::secrets::CountedSecrets;

const LIFETIME: Lifetime = Lifetime { idle: Duration::from_secs(3600), absolute: Duration::from_secs(7200) };

struct Scene {
    memory: MemoryStores,
    notifier: RecordingNotifier,
    clock: SetClock,
    hasher: PlainHasher,
    accounts: Accounts,
    tokens: Tokens,
    ada: User,
}

async fn scene() -> Scene {
    let (memory, notifier) = (MemoryStores::new(), RecordingNotifier::default());
    let (clock, hasher) = (SetClock::at(NEW_YEAR), PlainHasher::default());
    let ada = a_user(&memory, "Ada").await;
    let store = Arc::new(memory.clone());
    let tokens = Tokens::new(
        store.clone(),
        Arc::new(CountedSecrets::default()),
        Arc::new(notifier.clone()),
        Arc::new(clock.clone()),
    );
    let accounts = Accounts::new(
        store.clone(),
        store,
        tokens.clone(),
        Arc::new(hasher.clone()),
        Arc::new(notifier.clone()),
        Arc::new(clock.clone()),
        LIFETIME,
    );
    Scene { memory, notifier, clock, hasher, accounts, tokens, ada }
}

impl Scene {
    async fn log_in(&self, username: &str, password: &str) -> Result<User, LogInError> {
        self.accounts.authenticate(username, Password::unchecked(password)).await
    }

    /// A session that the password of now opens.
    async fn open_on(&self, key: SessionKey, device: &str) -> Option<SessionId> {
        let (_, hash) = self.memory.credentials(&self.ada.username.key()).await.unwrap().unwrap();
        let mark = PasswordMark::of(&hash);
        self.accounts.open_session(key, (self.ada.id, mark), device, "::1").await.unwrap()
    }

    async fn open(&self, key: u8) -> SessionId {
        self.open_on(SessionKey([key; 32]), "Firefox").await.unwrap()
    }

    /// When the session was last used, if it still counts.
    async fn used_at(&self, key: u8) -> Option<Timestamp> {
        let active = self.accounts.session(SessionKey([key; 32])).await.unwrap();
        active.map(|active| active.session.used_at)
    }
}

#[tokio::test]
async fn log_in_forgives_the_form_of_the_name_and_nothing_of_the_password() {
    let scene = scene().await;
    for name in ["Ada", "ada", " ADA\n", "ａｄａ"] {
        assert_eq!(scene.log_in(name, PASSWORD).await.unwrap(), scene.ada, "{name:?}");
    }
    for password in ["", "Correct horse battery", "correct horse battery ", "correct horse", "correct horse battery\0"]
    {
        let refused = scene.log_in("Ada", password).await;
        assert!(matches!(refused, Err(LogInError::Refused)), "{password:?}");
    }
}

#[tokio::test]
async fn it_is_not_said_why_a_log_in_is_refused() {
    let scene = scene().await;
    scene.memory.set_active(scene.ada.id, false).await.unwrap();
    for (name, password) in [("Ada", PASSWORD), ("Ada", "wrong"), ("nobody", PASSWORD), ("", "")] {
        let refused = scene.log_in(name, password).await.unwrap_err();
        assert!(matches!(refused, LogInError::Refused), "{name:?}");
        assert_eq!(refused.to_string(), "Unable to log in with provided credentials.");
    }
    scene.memory.set_active(scene.ada.id, true).await.unwrap();
    assert!(scene.log_in("Ada", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_hash_that_cannot_be_read_lets_nobody_in() {
    let scene = scene().await;
    scene.memory.set_password(scene.ada.id, PasswordHash("unknown$x".to_owned()), None).await.unwrap();
    assert!(matches!(scene.log_in("Ada", PASSWORD).await, Err(LogInError::Refused)));
}

#[tokio::test]
async fn a_hash_from_elsewhere_is_made_anew_by_the_next_right_log_in() {
    let scene = scene().await;
    let stored = async || scene.memory.credentials(&scene.ada.username.key()).await.unwrap().unwrap().1;
    scene.memory.set_password(scene.ada.id, PlainHasher::old_hash_of(PASSWORD), None).await.unwrap();
    assert!(scene.log_in("Ada", "wrong").await.is_err());
    assert_eq!(stored().await, PlainHasher::old_hash_of(PASSWORD));
    assert!(scene.log_in("Ada", PASSWORD).await.is_ok());
    assert_eq!(stored().await, PlainHasher::hash_of(PASSWORD));
    let hashed = scene.hasher.hashes();
    assert!(scene.log_in("Ada", PASSWORD).await.is_ok());
    assert_eq!(scene.hasher.hashes(), hashed, "once is enough");
}

#[tokio::test]
async fn too_many_passwords_at_once_are_told_apart_from_wrong_ones() {
    let scene = scene().await;
    scene.hasher.set_busy(true);
    assert!(matches!(scene.log_in("Ada", PASSWORD).await, Err(LogInError::Busy)));
    assert!(matches!(scene.log_in("nobody", PASSWORD).await, Err(LogInError::Busy)));
    let unchanged = scene.accounts.set_password(scene.ada.id, Password::unchecked("new"), None).await;
    assert!(matches!(unchanged, Err(SetPasswordError::Hash(HashError::Busy))));
    scene.hasher.set_busy(false);
    assert!(scene.log_in("Ada", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn an_outage_is_not_a_wrong_password() {
    let scene = scene().await;
    scene.open(1).await;
    scene.memory.go_away();
    let failed = scene.log_in("Ada", PASSWORD).await;
    assert!(matches!(failed, Err(LogInError::Store(StoreError::Unavailable(_)))));
    assert!(scene.accounts.session(SessionKey([1; 32])).await.is_err());
    assert!(scene.accounts.close_session(SessionKey([1; 32])).await.is_err());
    scene.memory.come_back();
    assert!(scene.used_at(1).await.is_some());
    assert!(scene.notifier.whispers().is_empty());
}

#[tokio::test]
async fn a_session_is_found_by_its_key_until_it_is_closed() {
    let scene = scene().await;
    let id = scene.open(1).await;
    let active = scene.accounts.session(SessionKey([1; 32])).await.unwrap().unwrap();
    assert_eq!((active.session.id, active.session.opened_at, &active.user), (id, NEW_YEAR, &scene.ada));
    assert_eq!(scene.used_at(2).await, None);
    scene.accounts.close_session(SessionKey([1; 32])).await.unwrap();
    assert_eq!(scene.used_at(1).await, None);
    scene.accounts.close_session(SessionKey([1; 32])).await.unwrap();
    let told = (scene.ada.id, Whisper::CredentialsEnded(vec![id.into()]));
    assert_eq!(scene.notifier.whispers(), [told], "its connections are told once");
}

#[tokio::test]
async fn what_a_browser_calls_itself_is_kept_short_and_clean() {
    let scene = scene().await;
    let device = format!("Fire\r\nfox\u{1b}[31m{}", "é".repeat(300));
    let key = SessionKey([1; 32]);
    scene.open_on(key, &device).await.unwrap();
    let kept = scene.accounts.session(key).await.unwrap().unwrap().session.device;
    assert!(kept.starts_with("Firefox[31mé"), "{kept}");
    assert_eq!(kept.chars().count(), 255);
}

#[tokio::test]
async fn the_time_of_use_is_written_every_five_minutes_at_most() {
    let scene = scene().await;
    scene.open(1).await;
    let used = async |seconds| {
        scene.clock.set(NEW_YEAR.after(Duration::from_secs(seconds)));
        scene.used_at(1).await.unwrap();
        scene.used_at(1).await.unwrap()
    };
    assert_eq!(used(299).await, NEW_YEAR);
    assert_eq!(used(300).await, NEW_YEAR.after(Duration::from_secs(300)));
    assert_eq!(used(599).await, NEW_YEAR.after(Duration::from_secs(300)));
    assert_eq!(used(1000).await, NEW_YEAR.after(Duration::from_secs(1000)));
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
    let scene = scene().await;
    scene.open(1).await;
    scene.open(2).await;
    for minutes in [50, 100, 119] {
        scene.clock.set(NEW_YEAR.after(Duration::from_secs(60 * minutes)));
        assert!(scene.used_at(1).await.is_some(), "after {minutes} minutes");
    }
    assert_eq!(scene.used_at(2).await, None, "it was not used");
    scene.clock.set(NEW_YEAR.after(LIFETIME.absolute));
    assert_eq!(scene.used_at(1).await, None);
    assert_eq!(scene.accounts.purge_sessions().await.unwrap(), 2);
    assert_eq!(scene.accounts.purge_sessions().await.unwrap(), 0);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_tells_their_connections() {
    let scene = scene().await;
    let (one, two, three) = (scene.open(1).await, scene.open(2).await, scene.open(3).await);
    scene.accounts.set_password(scene.ada.id, Password::unchecked("a new one"), Some(two)).await.unwrap();
    assert!(matches!(scene.log_in("Ada", PASSWORD).await, Err(LogInError::Refused)));
    assert!(scene.log_in("Ada", "a new one").await.is_ok());
    for (key, alive) in [(1, false), (2, true), (3, false)] {
        assert_eq!(scene.used_at(key).await.is_some(), alive);
    }
    let mut told = scene.notifier.whispers();
    let Some((to, Whisper::CredentialsEnded(mut ended))) = told.pop() else { panic!("the sessions' end is told") };
    ended.sort_unstable();
    assert_eq!((to, ended, told.len()), (scene.ada.id, vec![one.into(), three.into()], 0));

    scene.notifier.clear();
    scene.accounts.set_password(scene.ada.id, Password::unchecked("another"), None).await.unwrap();
    assert_eq!(scene.notifier.whispers(), [(scene.ada.id, Whisper::CredentialsEnded(vec![two.into()]))]);
    scene.notifier.clear();
    scene.accounts.set_password(scene.ada.id, Password::unchecked("yet another"), None).await.unwrap();
    assert!(scene.notifier.whispers().is_empty(), "there is nothing to tell");
    assert_eq!(scene.clock.now(), NEW_YEAR);
}

#[tokio::test]
async fn sessions_are_seen_by_their_last_use_while_they_count() {
    let scene = scene().await;
    let (one, two, three) = (scene.open(1).await, scene.open(2).await, scene.open(3).await);
    let seen = async || {
        let sessions = scene.accounts.sessions(scene.ada.id).await.unwrap();
        sessions.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    assert_eq!(seen().await, [three, two, one]);
    scene.clock.set(NEW_YEAR.after(Duration::from_secs(1800)));
    scene.used_at(1).await.unwrap();
    assert_eq!(seen().await, [one, three, two]);
    scene.clock.set(NEW_YEAR.after(LIFETIME.idle));
    assert_eq!(seen().await, [one], "the others were not used");
    let nobody = UserId(scene.ada.id.0 + 1);
    assert!(scene.accounts.sessions(nobody).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_ends_a_session_of_their_own_ends_its_connections() {
    let scene = scene().await;
    let (one, two, three) = (scene.open(1).await, scene.open(2).await, scene.open(3).await);
    let nobody = UserId(scene.ada.id.0 + 1);
    assert!(!scene.accounts.end_session(nobody, one).await.unwrap(), "it is not theirs");
    assert!(scene.notifier.whispers().is_empty());
    assert!(scene.accounts.end_session(scene.ada.id, one).await.unwrap());
    assert!(!scene.accounts.end_session(scene.ada.id, one).await.unwrap(), "it is over already");
    assert_eq!(scene.notifier.whispers(), [(scene.ada.id, Whisper::CredentialsEnded(vec![one.into()]))], "told once");
    assert_eq!(scene.used_at(1).await, None);

    scene.notifier.clear();
    scene.accounts.end_sessions(scene.ada.id, Some(two)).await.unwrap();
    scene.accounts.end_sessions(scene.ada.id, Some(two)).await.unwrap();
    assert_eq!(scene.notifier.whispers(), [(scene.ada.id, Whisper::CredentialsEnded(vec![three.into()]))], "told once");
    assert_eq!((scene.used_at(2).await, scene.used_at(3).await), (Some(NEW_YEAR), None));
}

fn a_token() -> TokenWish {
    TokenWish { name: TokenName::parse("backup").unwrap(), scope: Scope::Read, expires_at: None }
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_leaves_no_token_behind() {
    let scene = scene().await;
    let session = scene.open(1).await;
    scene.accounts.end_sessions(scene.ada.id, None).await.unwrap();
    let made = scene.accounts.make_token(scene.ada.id, session, a_token()).await;
    assert!(matches!(made, Err(MakeTokenError::SessionOver)), "{made:?}");
    assert!(scene.tokens.list(scene.ada.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_new_password_ends_tokens_and_tells_their_connections() {
    let scene = scene().await;
    let session = scene.open(1).await;
    let (token, secret) = scene.accounts.make_token(scene.ada.id, session, a_token()).await.unwrap();
    assert!(scene.tokens.find(secret.key()).await.unwrap().is_some());
    scene.accounts.set_password(scene.ada.id, Password::unchecked("a new one"), Some(session)).await.unwrap();
    assert_eq!(scene.tokens.find(secret.key()).await.unwrap(), None);
    assert_eq!(scene.notifier.whispers(), [(scene.ada.id, Whisper::CredentialsEnded(vec![token.id.into()]))]);
    assert!(scene.used_at(1).await.is_some());
}
