//! A database that was copied tells the same history, whichever engines the two are on, also if the copy was interrupted.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use chatapp_domain::conversation::Participation;
use chatapp_domain::event::Pos;
use chatapp_domain::message::{Message, Seq};
use chatapp_domain::page::{Cursor, PageNumber};
use chatapp_domain::password::PasswordMark;
use chatapp_domain::ports::events::Following;
use chatapp_domain::ports::messages::Saved;
use chatapp_domain::ports::users::UserQuery;
use chatapp_domain::session::{Lifetime, NewSession, SessionKey};
use chatapp_domain::user::{User, UserId};
use chatapp_persistence::{Copied, CopyError, Database, DatabaseUrl, Settings, copy};
use chatapp_testkit::builders::{NEW_YEAR, PASSWORD, a_draft, a_keyed_draft, a_new_user, a_size, a_user};
use chatapp_testkit::contract::Stores;
use chatapp_testkit::passwords::PlainHasher;
use support::Scratch;

/// More than is copied at once, so that a copy has a middle.
const CROWD: usize = 1200;
/// Texts that a wrong character set, a wrong quote or a wrong pad would change.
const TEXTS: [&str; 6] =
    ["plain", "𝔘nicode 👩‍👩‍👧 \u{301}", "'\"`\\ ;-- %_", "trailing  x ", "line\nline\ttab", "日本語 עברית"];

/// Everything that two people see.
#[derive(Debug, PartialEq)]
struct Seen {
    history: Vec<Message>,
    of_all: Vec<Message>,
    events: Vec<Following>,
    conversations: String,
    people: Vec<String>,
}

struct Couple {
    ada: User,
    bob: User,
}

impl Couple {
    async fn of(stores: &Stores) -> Self {
        let find = async |name: &str| stores.users.by_name(name).await.unwrap().unwrap();
        Self { ada: find("ada").await, bob: find("Bób").await }
    }

    fn place(&self) -> Participation {
        Participation::of(self.ada.identity(), self.bob.identity())
    }

    async fn see(&self, stores: &Stores) -> Seen {
        let size = a_size(100);
        let mut events = Vec::new();
        for user in [&self.ada, &self.bob] {
            events.push(stores.events.after(user.id, Pos(0), 1000).await.unwrap());
        }
        let listed = stores.conversations.list(&self.bob.identity(), None, size).await.unwrap();
        Seen {
            history: stores.messages.history(&self.place(), Cursor::After(Seq(0)), size).await.unwrap().messages,
            of_all: stores.messages.page_of_all(self.ada.id, PageNumber::Number(1), size).await.unwrap().messages,
            events,
            conversations: format!("{listed:?}"),
            people: people(stores).await,
        }
    }
}

async fn people(stores: &Stores) -> Vec<String> {
    let everyone = UserQuery { except: UserId(0), prefix: None, after: None, limit: 10_000 };
    let all = stores.users.list(everyone).await.unwrap();
    all.into_iter().map(|user| user.username.to_string()).collect()
}

/// A couple, what they said and read, a session, and a crowd.
async fn fill(stores: &Stores) -> Couple {
    let ada = a_user(&*stores.users, "ada").await;
    let bob = a_user(&*stores.users, "Bób").await;
    let couple = Couple { ada, bob };
    let Couple { ada, bob } = &couple;
    for text in TEXTS {
        stores.messages.append(a_draft(ada, bob, text), Box::new(|_| ())).await.unwrap();
    }
    stores.messages.append(a_keyed_draft(bob, ada, "once", "key-1"), Box::new(|_| ())).await.unwrap();
    stores.messages.append(a_draft(ada, ada, "a note"), Box::new(|_| ())).await.unwrap();
    stores.conversations.mark_read(&couple.place(), Seq(3), Box::new(|_| ())).await.unwrap();
    let session = NewSession {
        key: SessionKey([7; 32]),
        user: ada.id,
        password: PasswordMark::of(&PlainHasher::hash_of(PASSWORD)),
        opened_at: NEW_YEAR,
        device: "Firefox".into(),
        address: "192.0.2.1".into(),
    };
    stores.sessions.open(session).await.unwrap().unwrap();
    let crowd = (0..CROWD).map(|number| a_new_user(&format!("one{number:04}"))).collect();
    stores.users.create_many(crowd).await.unwrap();
    couple
}

fn copied(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<Copied, CopyError> {
    copy(from, to, |_| ())
}

fn open_at(url: &DatabaseUrl) -> Database {
    let settings = Settings::new(url.clone());
    // A thread of its own: opening blocks, which an async test must not.
    std::thread::spawn(move || Database::open(&settings).unwrap()).join().unwrap()
}

fn is_unfinished(url: &DatabaseUrl) -> bool {
    open_at(url).is_unfinished_copy().unwrap()
}

/// The copy tells the same, and goes on from there.
async fn is_the_same(couple: &Couple, seen: &Seen, target: &Database) {
    let stores = support::stores(target);
    let there = Couple::of(&stores).await;
    assert_eq!(&there.see(&stores).await, seen);
    let key = SessionKey([7; 32]);
    let session = stores.sessions.find(key, NEW_YEAR, Lifetime::default()).await.unwrap();
    assert_eq!(session.map(|session| session.user.id), Some(couple.ada.id));
    let again = a_keyed_draft(&couple.bob, &couple.ada, "once", "key-1");
    let repeated = stores.messages.append(again, Box::new(|_| ())).await.unwrap();
    assert!(matches!(repeated, Saved::Repeat(_)), "{repeated:?}");
    let Saved::New(next) =
        stores.messages.append(a_draft(&there.ada, &there.bob, "on"), Box::new(|_| ())).await.unwrap()
    else {
        panic!("a new message is new")
    };
    assert_eq!(next.seq, Seq(seen.history.len() as i64 + 1));
    assert!(seen.of_all.iter().all(|message| message.id < next.id));
    let carl = a_user(&*stores.users, "carl").await;
    assert!(carl.id > couple.bob.id);
}

async fn goes_there_and_back(first: Scratch, second: &DatabaseUrl, third: &DatabaseUrl) {
    let stores = support::stores(&first.database);
    let couple = fill(&stores).await;
    let seen = couple.see(&stores).await;
    let epoch = stores.events.epoch().await.unwrap().to_string();
    first.database.close();

    let (from, to, back) = (first.url.clone(), second.clone(), third.clone());
    let blocking = tokio::task::spawn_blocking(move || {
        // Interrupted now and again: each run goes on where the one before stopped.
        for after in [0, 700, 2000] {
            let stopped = catch_unwind(AssertUnwindSafe(|| copy(&from, &to, |at| assert!(at.done < after))));
            assert!(stopped.is_err(), "stopped before the end");
            assert!(is_unfinished(&to));
            assert!(matches!(copied(&to, &back), Err(CopyError::BadSource(..))));
        }
        let there = copied(&from, &to).unwrap();
        assert!(there.resumed && !is_unfinished(&to));
        assert!(matches!(copied(&from, &to), Err(CopyError::NotEmpty { .. })), "it is full now");
        assert!(matches!(copied(&to, &to), Err(CopyError::BadSource(..))));
        let back = copied(&to, &back).unwrap();
        (there, back)
    });
    let (there, back) = blocking.await.unwrap();
    assert_eq!(there.tables, back.tables, "the same rows on every engine");
    assert_eq!(there.tables.iter().find(|table| table.name == "users").unwrap().rows, CROWD as u64 + 2);
    assert!(there.epoch != epoch && back.epoch != there.epoch, "each is a history of its own");
    for url in [second, third] {
        is_the_same(&couple, &seen, &open_at(url)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_copy_is_the_same_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| DatabaseUrl::sqlite(folder.path().join(name));
    goes_there_and_back(support::sqlite(), &file("second"), &file("third")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_goes_to_mariadb_and_back() {
    let Some((_, mariadb)) = support::empty_mysql("CHARACTER SET utf8mb4 COLLATE utf8mb4_bin") else { return };
    let folder = tempfile::tempdir().unwrap();
    goes_there_and_back(support::sqlite(), &mariadb, &DatabaseUrl::sqlite(folder.path().join("back"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_goes_to_sqlite_and_back() {
    let Some(first) = support::mysql() else { return };
    let Some((_, back)) = support::empty_mysql("CHARACTER SET utf8mb4 COLLATE utf8mb4_bin") else { return };
    let folder = tempfile::tempdir().unwrap();
    goes_there_and_back(first, &DatabaseUrl::sqlite(folder.path().join("second")), &back).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_changed_between_two_runs_is_noticed() {
    let source = support::sqlite();
    let stores = support::stores(&source.database);
    let couple = fill(&stores).await;
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (source.url.clone(), DatabaseUrl::sqlite(folder.path().join("target")));
    let target = to.clone();
    let stopped = tokio::task::spawn_blocking(move || {
        catch_unwind(AssertUnwindSafe(|| copy(&from, &target, |at| assert!(at.table != "users"))))
    });
    assert!(stopped.await.unwrap().is_err());
    stores.messages.append(a_draft(&couple.ada, &couple.bob, "late"), Box::new(|_| ())).await.unwrap();
    let (from, target) = (source.url.clone(), to.clone());
    let outcome = tokio::task::spawn_blocking(move || copied(&from, &target)).await.unwrap();
    assert!(matches!(&outcome, Err(CopyError::Differs { .. })), "{outcome:?}");
    assert!(is_unfinished(&to), "nobody serves what differs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_with_something_in_it_is_refused() {
    let (source, target) = (support::sqlite(), support::sqlite());
    a_user(&*support::stores(&target.database).users, "somebody").await;
    let (from, to) = (source.url.clone(), target.url.clone());
    let outcome = tokio::task::spawn_blocking(move || copied(&from, &to)).await.unwrap();
    assert!(matches!(&outcome, Err(CopyError::NotEmpty { .. })), "{outcome:?}");
    let nowhere = DatabaseUrl::sqlite("/nowhere/at/all.sqlite3");
    assert!(matches!(copied(&nowhere, &target.url), Err(CopyError::NoSource(_))));
}
