//! What the intake of SQLite promises: what was answered is found, whoever dies and whoever else writes.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::time::Duration;

use chatapp_domain::conversation::Participation;
use chatapp_domain::message::{Message, Seq};
use chatapp_domain::page::Cursor;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::Saved;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{Identity, User};
use chatapp_persistence::{Database, DatabaseUrl, OpenError, Settings};
use chatapp_testkit::builders::{a_draft, a_keyed_draft, a_size, a_user};
use chatapp_testkit::contract::Stores;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use support::Scratch;
use tokio::task::JoinSet;

/// Keeps everybody from writing to a database until it is dropped: if it is the main one, nothing is filed meanwhile.
struct Held(SqliteConnection);

impl Held {
    fn of(file: &Path) -> Self {
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").unwrap();
        Self(connection)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.batch_execute("COMMIT").unwrap();
    }
}

/// Two people who have written to each other, so that the next message needs nothing but its own row.
async fn a_couple(stores: &Stores) -> (User, User) {
    let couple = (a_user(&*stores.users, "ada").await, a_user(&*stores.users, "bob").await);
    say(stores, &couple.0, &couple.1, "hello").await;
    couple
}

async fn say(stores: &Stores, from: &User, to: &User, text: &str) -> Message {
    match stores.messages.append(a_draft(from, to, text), Box::new(|_| ())).await.unwrap() {
        Saved::New(message) => message,
        Saved::Repeat(_) => panic!("a message without a key is always new"),
    }
}

async fn all_between(stores: &Stores, me: &User, peer: &User) -> Result<Vec<Message>, StoreError> {
    let identity = |user: &User| Identity { id: user.id, username: user.username.clone() };
    let place = Participation::of(identity(me), identity(peer));
    let mut all: Vec<Message> = Vec::new();
    loop {
        let last = all.last().map_or(Seq(0), |message| message.seq);
        let more = stores.messages.history(&place, Cursor::After(last), a_size(100)).await?.messages;
        if more.is_empty() {
            return Ok(all);
        }
        all.extend(more);
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", file.display()))
}

/// What a disk has when a process dies: the files as they are.
fn image_of(file: &Path, suffixes: &[&str], to: &Path) {
    for suffix in suffixes {
        std::fs::copy(beside(file, suffix), beside(to, suffix)).unwrap();
    }
}

const FILES: [&str; 4] = ["", "-wal", "-intake", "-intake-wal"];

async fn open(settings: Settings) -> Result<Database, OpenError> {
    tokio::task::spawn_blocking(move || Database::open(&settings)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_when_a_process_dies_is_filed_by_the_next() {
    let scratch = support::sqlite();
    let (file, folder) = (scratch.url.sqlite_path().unwrap(), tempfile::tempdir().unwrap());
    let stores = support::stores(&scratch.database);
    let (ada, bob) = a_couple(&stores).await;
    let mut said = all_between(&stores, &ada, &bob).await.unwrap();
    let image = folder.path().join("chat.sqlite3");
    {
        let _held = Held::of(file);
        for n in 0..5 {
            said.push(say(&stores, &ada, &bob, &format!("ada's {n}")).await);
            said.push(say(&stores, &bob, &ada, &format!("bob's {n}")).await);
        }
        image_of(file, &FILES, &image);
    }
    let reopened = open(Settings::new(DatabaseUrl::sqlite(&image))).await.unwrap();
    let again = support::stores(&reopened);
    assert_eq!(all_between(&again, &bob, &ada).await.unwrap(), said);
    assert_eq!(again.messages.extent(bob.id).await.unwrap().count, 11);
    let next = say(&again, &ada, &bob, "and on").await;
    assert!(next.seq == Seq(12) && next.id > said[10].id, "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_messages_wait_each_is_found_and_no_list_lacks_one() {
    let scratch = support::sqlite();
    let impatient = Settings { answer: Duration::from_millis(500), ..Settings::new(scratch.url.clone()) };
    let database = open(impatient).await.unwrap();
    let stores = support::stores(&database);
    let (ada, bob) = a_couple(&stores).await;
    let message = {
        let _held = Held::of(scratch.url.sqlite_path().unwrap());
        let message = say(&stores, &ada, &bob, "not filed").await;
        // Who has sent it remembers it, so it is another one that must look.
        let elsewhere = support::stores(&scratch.database);
        for reader in [&ada, &bob] {
            for stores in [&stores, &elsewhere] {
                let found = stores.messages.find(reader.id, vec![message.id]).await.unwrap();
                assert_eq!(found, std::slice::from_ref(&message));
            }
        }
        let nobody = chatapp_domain::user::UserId(0);
        assert_eq!(elsewhere.messages.find(nobody, vec![message.id]).await.unwrap(), []);
        assert!(matches!(all_between(&stores, &ada, &bob).await, Err(StoreError::Unavailable(_))));
        message
    };
    let all = loop {
        // As soon as the filer gets its turn.
        match all_between(&stores, &ada, &bob).await {
            Ok(all) => break all,
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!((all.len(), all.last()), (2, Some(&message)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_beside_another_database_is_not_filed_into_it() {
    let (scratch, other) = (support::sqlite(), support::sqlite());
    let stores = support::stores(&scratch.database);
    let (ada, bob) = a_couple(&stores).await;
    let (file, folder) = (scratch.url.sqlite_path().unwrap(), tempfile::tempdir().unwrap());
    let image = folder.path().join("chat.sqlite3");
    {
        let _held = Held::of(file);
        say(&stores, &ada, &bob, "not filed").await;
        image_of(file, &["-intake", "-intake-wal"], &image);
    }
    image_of(other.url.sqlite_path().unwrap(), &["", "-wal"], &image);
    let error = open(Settings::new(DatabaseUrl::sqlite(&image))).await.err().unwrap();
    assert!(matches!(error, OpenError::Unsuitable { .. }), "{error}");
    assert!(error.to_string().contains("chat.sqlite3-intake holds 1 messages of another database"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_write_at_once_share_all_numbers() {
    const EACH: usize = 150;
    let scratch = support::sqlite();
    // Under another name, as a command may know it.
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("the-same.sqlite3");
    std::os::unix::fs::symlink(scratch.url.sqlite_path().unwrap(), &name).unwrap();
    let other = open(Settings::new(DatabaseUrl::sqlite(&name))).await.unwrap();
    let both = [support::stores(&scratch.database), support::stores(&other)];
    let (ada, bob) = a_couple(&both[0]).await;
    let mut senders = JoinSet::new();
    for (stores, from, to) in [(&both[0], &ada, &bob), (&both[1], &bob, &ada), (&both[1], &ada, &bob)] {
        let (stores, from, to) = (stores.clone(), from.clone(), to.clone());
        senders.spawn(async move {
            for n in 0..EACH {
                say(&stores, &from, &to, &format!("{n}")).await;
            }
        });
    }
    senders.join_all().await;
    drop(both);
    other.close();
    scratch.database.close();
    let database = open(Settings::new(scratch.url)).await.unwrap();
    let stores = support::stores(&database);
    let all = all_between(&stores, &ada, &bob).await.unwrap();
    let count = 3 * EACH + 1;
    let seqs: Vec<i64> = all.iter().map(|message| message.seq.0).collect();
    assert_eq!(seqs, (1..=i64::try_from(count).unwrap()).collect::<Vec<i64>>());
    assert_eq!(all.iter().map(|message| message.id).collect::<BTreeSet<_>>().len(), count);
    assert_eq!(stores.messages.extent(bob.id).await.unwrap().latest.0, i64::try_from(count).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_known_while_its_message_waits_and_afterwards() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let (ada, bob) = a_couple(&stores).await;
    let append = |text: &str| stores.messages.append(a_keyed_draft(&ada, &bob, text, "once"), Box::new(|_| ()));
    let held = Held::of(scratch.url.sqlite_path().unwrap());
    let Saved::New(message) = append("one").await.unwrap() else { panic!("it is the first") };
    drop(held);
    for _ in 0..2 {
        assert!(matches!(append("one").await.unwrap(), Saved::Repeat(earlier) if earlier == message));
        append("another").await.unwrap_err();
        all_between(&stores, &ada, &bob).await.unwrap();
    }
}

/// Sends so many messages that not everything is filed at once, and keeps them from being filed.
async fn many_waiting(scratch: &Scratch, stores: &Stores, from: &User, to: &User) -> Held {
    let held = Held::of(scratch.url.sqlite_path().unwrap());
    for n in 0..400 {
        say(stores, from, to, &format!("{n}")).await;
    }
    held
}

/// Begins what must wait, and sends a message meanwhile.
async fn overtake<T: Debug>(
    waiting: Pin<&mut impl Future<Output = T>>,
    send: impl Future<Output = Message>,
) -> Message {
    tokio::select! {
        biased;
        done = waiting => panic!("nothing can be filed yet: {done:?}"),
        message = send => message,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_go_on_while_a_read_mark_waits_until_everything_is_filed() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let (ada, bob) = a_couple(&stores).await;
    let held = many_waiting(&scratch, &stores, &ada, &bob).await;
    let identity = |user: &User| Identity { id: user.id, username: user.username.clone() };
    let place = Participation::of(identity(&bob), identity(&ada));
    let mut mark = pin!(stores.conversations.mark_read(&place, Seq(9999), Box::new(|_| ())));
    let last = overtake(mark.as_mut(), say(&stores, &ada, &bob, "and on")).await;
    drop(held);
    let conversation = mark.await.unwrap().unwrap();
    assert_eq!((conversation.read_seq, conversation.unread), (last.seq, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_go_on_while_the_first_message_of_a_conversation_waits() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let (ada, bob) = a_couple(&stores).await;
    let eve = a_user(&*stores.users, "eve").await;
    let held = many_waiting(&scratch, &stores, &ada, &bob).await;
    let mut first = pin!(say(&stores, &eve, &bob, "hello"));
    overtake(first.as_mut(), say(&stores, &ada, &bob, "and on")).await;
    drop(held);
    assert_eq!(first.await.seq, Seq(1));
    assert_eq!(all_between(&stores, &ada, &bob).await.unwrap().len(), 402);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_that_waits_is_saved_at_the_end() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let (ada, bob) = a_couple(&stores).await;
    let eve = a_user(&*stores.users, "eve").await;
    let held = many_waiting(&scratch, &stores, &ada, &bob).await;
    let mut first = pin!(say(&stores, &eve, &bob, "hello"));
    overtake(first.as_mut(), say(&stores, &ada, &bob, "and on")).await;
    let closing = tokio::task::spawn_blocking(|| scratch.database.close());
    while stores.messages.append(a_draft(&ada, &bob, "too late"), Box::new(|_| ())).await.is_ok() {}
    drop(held);
    assert_eq!(first.await.seq, Seq(1));
    closing.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_to_do_with_no_message_waits_for_none() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let (ada, _) = a_couple(&stores).await;
    let _held = Held::of(&beside(scratch.url.sqlite_path().unwrap(), "-intake"));
    stores.users.note_seen(vec![ada.id], Timestamp::from_micros(1)).await.unwrap();
    let seen = stores.users.by_id(ada.id).await.unwrap().unwrap().last_seen;
    assert_eq!(seen, Some(Timestamp::from_micros(1)));
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_leaves_no_message_there_and_no_number_out() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let (ada, bob) = a_couple(&stores).await;
    let last = say(&stores, &ada, &bob, "the last").await;
    scratch.database.close();
    let intake = beside(scratch.url.sqlite_path().unwrap(), "-intake");
    let mut intake = SqliteConnection::establish(intake.to_str().unwrap()).unwrap();
    let waiting = diesel::sql_query("SELECT count(*) AS number FROM unfiled_messages");
    assert_eq!(waiting.get_result::<Number>(&mut intake).unwrap().number, 0);
    let database = open(Settings::new(scratch.url)).await.unwrap();
    let next = say(&support::stores(&database), &bob, &ada, "the next").await;
    assert_eq!(next.id.0, last.id.0 + 1);
}
