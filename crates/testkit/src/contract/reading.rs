//! What a store of messages promises of reading them: by id, by place and by page.

use std::collections::BTreeSet;
use std::time::Duration;

use chatapp_domain::event::Pos;
use chatapp_domain::message::{Draft, Message, MessageId, Seq};
use chatapp_domain::page::{Cursor, Numbered, PageNumber};
use chatapp_domain::ports::messages::{Extent, PageError};
use chatapp_domain::user::User;

use super::Stores;
use super::scene::{a_couple, a_crowd, a_person, between, conversation, ids, say, say_many, send};
use crate::builders::{NEW_YEAR, a_draft, a_size};

const UNKNOWN: i64 = 9_007_199_254_740_000;

async fn found(stores: &Stores, reader: &User, ids: &[MessageId]) -> Vec<MessageId> {
    let messages = stores.messages.find(reader.id, ids.to_vec()).await.unwrap();
    messages.into_iter().map(|message| message.id).collect()
}

fn seqs(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.seq.0).collect()
}

/// What two people say to each other is nobody else's.
pub async fn a_message_is_found_by_its_two_people_only(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let eve = a_person(stores, "eve").await;
    let message = say(stores, &ada, &bob, "between us").await;
    let note = say(stores, &ada, &ada, "between me").await;
    let asked = [message.id, note.id];
    assert_eq!(found(stores, &ada, &asked).await.len(), 2);
    assert_eq!(found(stores, &bob, &asked).await, [message.id]);
    assert!(found(stores, &eve, &asked).await.is_empty());
    let here = stores.messages.history(&between(&eve, &bob), Cursor::After(Seq(0)), a_size(10)).await.unwrap();
    assert!(here.messages.is_empty());
    let all = stores.messages.page_of_all(eve.id, PageNumber::Number(1), a_size(10)).await.unwrap();
    assert_eq!(all.count, 0);
}

/// However ids are asked for, the answer is each message once, in the order of the ids.
pub async fn messages_are_found_once_each_in_the_order_of_their_ids(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 100).await;
    let all: BTreeSet<MessageId> =
        conversation(stores, &ada, &bob).await.into_iter().map(|message| message.id).collect();
    let mut asked: Vec<MessageId> = all.iter().rev().copied().collect();
    assert_eq!(found(stores, &bob, &asked).await, all.iter().copied().collect::<Vec<_>>());
    let one = asked[7];
    asked = vec![one, MessageId(UNKNOWN), one, MessageId(0), MessageId(-1), MessageId(i64::MAX)];
    assert_eq!(found(stores, &bob, &asked).await, [one]);
    assert!(found(stores, &bob, &[]).await.is_empty());
}

/// A conversation is read on from any of its places, in both directions, to its very ends.
pub async fn history_reads_on_from_any_place(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 125).await;
    say_many(stores, &bob, &ada, 125).await;
    let place = between(&bob, &ada);
    let read = async |cursor, size| {
        let history = stores.messages.history(&place, cursor, a_size(size)).await.unwrap();
        assert_eq!(history.last_seq, Seq(250));
        seqs(&history.messages)
    };
    let up = |from: i64, to: i64| (from..=to).collect::<Vec<_>>();
    let down = |from: i64, to: i64| (to..=from).rev().collect::<Vec<_>>();
    assert_eq!(read(Cursor::After(Seq(0)), 15).await, up(1, 15));
    assert_eq!(read(Cursor::After(Seq(-7)), 3).await, up(1, 3));
    assert_eq!(read(Cursor::After(Seq(120)), 100).await, up(121, 220));
    assert_eq!(read(Cursor::After(Seq(249)), 15).await, [250]);
    assert_eq!(read(Cursor::After(Seq(200)), 100).await, up(201, 250));
    assert_eq!(read(Cursor::Before(Seq(i64::MAX)), 15).await, down(250, 236));
    assert_eq!(read(Cursor::Before(Seq(251)), 1).await, [250]);
    assert_eq!(read(Cursor::Before(Seq(250)), 100).await, down(249, 150));
    assert_eq!(read(Cursor::Before(Seq(3)), 15).await, [2, 1]);
    for nothing in [
        Cursor::After(Seq(250)),
        Cursor::After(Seq(9999)),
        Cursor::After(Seq(i64::MAX)),
        Cursor::Before(Seq(1)),
        Cursor::Before(Seq(0)),
        Cursor::Before(Seq(i64::MIN)),
    ] {
        assert!(read(nothing, 15).await.is_empty(), "{nothing:?}");
    }
}

/// Where nothing was said there is nothing to read, and that is no error.
pub async fn history_of_nothing_is_empty(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    for cursor in [Cursor::After(Seq(0)), Cursor::Before(Seq(i64::MAX))] {
        let history = stores.messages.history(&between(&ada, &bob), cursor, a_size(15)).await.unwrap();
        assert_eq!((history.messages, history.last_seq), (Vec::new(), Seq(0)));
    }
}

/// Conversations of the same person do not leak into each other.
pub async fn each_pair_has_its_own_conversation(stores: &Stores) {
    let people = a_crowd(stores, 3).await;
    let (ada, bob, cleo) = (&people[0], &people[1], &people[2]);
    let with_bob = say(stores, ada, bob, "to bob").await;
    let with_cleo = say(stores, cleo, ada, "from cleo").await;
    let with_herself = say(stores, ada, ada, "to myself").await;
    for (peer, message) in [(bob, with_bob), (cleo, with_cleo), (ada, with_herself)] {
        assert_eq!(message.seq, Seq(1));
        assert_eq!(conversation(stores, ada, peer).await, std::slice::from_ref(&message));
        assert_eq!(conversation(stores, peer, ada).await, [message]);
    }
    assert!(conversation(stores, bob, cleo).await.is_empty());
}

/// Numbered pages count from the newest, as the original's do.
pub async fn pages_are_numbered_from_the_newest(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    say_many(stores, &ada, &bob, 20).await;
    say_many(stores, &bob, &ada, 15).await;
    let page = async |number| stores.messages.page(&between(&bob, &ada), number, a_size(15)).await;
    let facts = |page: Numbered| {
        let seqs = seqs(&page.messages);
        (page.count, page.number, page.has_next, seqs.first().copied(), seqs.last().copied(), seqs.len())
    };
    let first = page(PageNumber::Number(1)).await.unwrap();
    assert!(first.messages.is_sorted_by(|newer, older| newer.seq > older.seq));
    assert_eq!(facts(first), (35, 1, true, Some(35), Some(21), 15));
    assert_eq!(facts(page(PageNumber::Number(2)).await.unwrap()), (35, 2, true, Some(20), Some(6), 15));
    assert_eq!(facts(page(PageNumber::Number(3)).await.unwrap()), (35, 3, false, Some(5), Some(1), 5));
    assert_eq!(facts(page(PageNumber::Last).await.unwrap()), (35, 3, false, Some(5), Some(1), 5));
    for number in [0, -1, 4, i64::MAX, i64::MIN] {
        let answer = page(PageNumber::Number(number)).await;
        assert!(matches!(answer, Err(PageError::NoSuchPage(_))), "{number}");
    }
    let exactly = stores.messages.page(&between(&ada, &bob), PageNumber::Last, a_size(35)).await.unwrap();
    assert_eq!(facts(exactly), (35, 1, false, Some(35), Some(1), 35));
}

/// An empty list has one page, and that is empty.
pub async fn an_empty_list_has_one_empty_page(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let place = between(&ada, &bob);
    for number in [PageNumber::Number(1), PageNumber::Last] {
        for page in [
            stores.messages.page(&place, number, a_size(15)).await.unwrap(),
            stores.messages.page_of_all(ada.id, number, a_size(15)).await.unwrap(),
        ] {
            assert_eq!((page.count, page.number, page.has_next, page.messages), (0, 1, false, Vec::new()));
        }
    }
    let second = PageNumber::Number(2);
    assert!(matches!(stores.messages.page(&place, second, a_size(15)).await, Err(PageError::NoSuchPage(_))));
    assert!(matches!(stores.messages.page_of_all(ada.id, second, a_size(15)).await, Err(PageError::NoSuchPage(_))));
}

/// All of one person's messages, whoever they are with, are one list in commit order.
pub async fn everything_is_one_list_in_commit_order(stores: &Stores) {
    let people = a_crowd(stores, 3).await;
    let (ada, bob, cleo) = (&people[0], &people[1], &people[2]);
    let mut said = Vec::new();
    for (from, to) in [(ada, bob), (cleo, ada), (ada, ada), (bob, ada), (ada, cleo), (ada, bob), (cleo, ada)] {
        // Clocks do not matter for the order.
        let at = NEW_YEAR.before(Duration::from_secs(60 * said.len() as u64));
        said.push(send(stores, Draft { at, ..a_draft(from, to, "…") }).await.id);
        say(stores, bob, cleo, "not hers").await;
    }
    said.reverse();
    let page = async |number, size| stores.messages.page_of_all(ada.id, number, a_size(size)).await;
    let all = page(PageNumber::Number(1), 100).await.unwrap();
    assert_eq!((all.count, all.has_next, ids(&all.messages)), (7, false, said.clone()));
    let second = page(PageNumber::Number(2), 3).await.unwrap();
    assert_eq!((second.count, second.number, second.has_next), (7, 2, true));
    assert_eq!(ids(&second.messages), said[3..6]);
    let last = page(PageNumber::Last, 3).await.unwrap();
    assert_eq!((last.number, last.has_next, ids(&last.messages)), (3, false, said[6..].to_vec()));
    for size in 1..=8 {
        for (number, expected) in (1..).zip(said.chunks(size)) {
            let page = page(PageNumber::Number(number), i64::try_from(size).unwrap()).await.unwrap();
            assert_eq!(ids(&page.messages), expected, "page {number} of {size} each");
        }
    }
    assert!(matches!(page(PageNumber::Number(4), 3).await, Err(PageError::NoSuchPage(_))));
    let bobs = stores.messages.page_of_all(bob.id, PageNumber::Number(1), a_size(100)).await.unwrap();
    assert_eq!(bobs.count, 10);
}

/// In pieces, each message once, up to where it was when the reading began.
pub async fn everything_is_read_from_the_first_to_the_newest_of_a_moment(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let nobody = a_person(stores, "eve").await;
    assert_eq!(stores.messages.extent(nobody.id).await.unwrap(), Extent::default());
    let mut sent = Vec::new();
    for n in 0..7 {
        let (from, to) = [(&ada, &bob), (&bob, &ada), (&ada, &ada)][n % 3];
        sent.push(send(stores, a_draft(from, to, &format!("number {n}"))).await);
        if n == 3 {
            stores.conversations.mark_read(&between(&ada, &bob), Seq(1), Box::new(|_| ())).await.unwrap();
        }
    }
    let extent = stores.messages.extent(ada.id).await.unwrap();
    assert_eq!(extent.count, 7);
    send(stores, a_draft(&bob, &ada, "later")).await;
    let (mut read, mut after) = (Vec::new(), Pos(0));
    loop {
        let piece = stores.messages.between(ada.id, after, extent.latest, a_size(3)).await.unwrap();
        let Some((last, _)) = piece.last() else { break };
        assert!(piece.len() <= 3 && *last > after);
        after = *last;
        read.extend(piece.into_iter().map(|(_, message)| message));
    }
    assert_eq!(read, sent);
    let of_nobody = stores.messages.between(nobody.id, Pos(0), extent.latest, a_size(10)).await.unwrap();
    assert_eq!(of_nobody, []);
}
