//! What a store of messages promises.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use chatapp_domain::event::{Change, Pos};
use chatapp_domain::message::{Draft, Message, MessageId, Seq};
use chatapp_domain::page::{Cursor, Numbered, PageNumber};
use chatapp_domain::ports::messages::{AppendError, Appended, PageError, Saved};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{User, UserId};

use super::Stores;
use super::scene::{
    Listener, a_couple, a_crowd, a_person, all_at_once, append, between, conversation, events_of, latest, say, say_in,
    say_many, send,
};
use crate::builders::{NOON, a_body, a_draft, a_key, a_keyed_draft, a_size, an_identity};

const UNKNOWN: i64 = 9_007_199_254_740_000;

async fn found(stores: &Stores, reader: &User, ids: &[MessageId]) -> Vec<MessageId> {
    let messages = stores.messages.find(reader.id, ids.to_vec()).await.unwrap();
    messages.into_iter().map(|message| message.id).collect()
}

fn seqs(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.seq.0).collect()
}

fn ids(messages: &[Message]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

/// What each person was told, in the order of the calls: positions must only go up, and nobody be told twice.
fn told_in_order(calls: &[Appended]) -> BTreeMap<UserId, Vec<Pos>> {
    let mut told: BTreeMap<UserId, Vec<Pos>> = BTreeMap::new();
    for Appended { message, sender_pos, recipient_pos } in calls {
        told.entry(message.sender.id).or_default().push(*sender_pos);
        if message.sender.id != message.recipient.id {
            told.entry(message.recipient.id).or_default().push(*recipient_pos);
        }
    }
    for positions in told.values() {
        assert!(positions.is_sorted_by(|one, next| one < next), "told in commit order: {positions:?}");
    }
    told
}

fn dense(length: usize) -> Vec<Pos> {
    (1..).map(Pos).take(length).collect()
}

/// All numbers begin at one, and what was said comes back as it was said.
pub async fn the_first_message_begins_a_conversation(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let listener = Listener::<Appended>::new();
    let at = Timestamp::from_micros(1_767_225_600_123_457);
    let draft = Draft { at, ..a_keyed_draft(&ada, &bob, "hello", "k-1") };
    let Saved::New(message) = stores.messages.append(draft, listener.ear()).await.unwrap() else { panic!("it is new") };
    let expected = Message {
        id: message.id,
        seq: Seq(1),
        sender: ada.identity(),
        recipient: bob.identity(),
        body: a_body("hello"),
        at,
        key: Some(a_key("k-1")),
    };
    assert_eq!(message, expected);
    assert!(message.id.0 > 0 && message.id.0 < 1 << 53);
    let calls = listener.all().await;
    assert_eq!(calls.len(), 1);
    assert_eq!((&calls[0].message, calls[0].sender_pos, calls[0].recipient_pos), (&message, Pos(1), Pos(1)));
    assert_eq!(stores.messages.find(ada.id, vec![message.id]).await.unwrap(), [expected]);
    let second = say(stores, &bob, &ada, "hi").await;
    assert_eq!((second.seq, second.sender, second.recipient), (Seq(2), bob.identity(), ada.identity()));
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

/// Whatever people write comes back code point for code point.
pub async fn bodies_come_back_exactly(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let bodies = [
        "👩🏽\u{200d}💻 👨\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 🇨🇿🇺🇦 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 👋🏿👋🏻",
        "مرحبا بالعالم \u{202b}abc\u{202c}",
        "שלום \u{200f}!",
        "𠀀𠀁𪚥 漢字 かな 한글 ㌔",
        &format!("Z{}", "\u{300}\u{489}".repeat(200)),
        "\u{202e}gpj.exe",
        "\u{fffd}\u{ffff}\u{fffe}\u{10ffff}\u{e000}",
        "line one\nline two\r\n\n\ttabbed\u{b}\u{c}\u{85}\u{2028}end",
        "e\u{301} é \u{212b} Å ﬁ",
        "\u{1}\u{1b}[31m\u{7f}\u{80}\u{9f}x",
        "'; DROP TABLE messages; -- \" \\ \\' %_ ${x} {{x}} <script>alert(1)</script> &amp;",
        "\\0 \\n \\u0000 \\x00",
        "x",
        "İıſßẞΣς ＡＢＣ",
        "\u{feff}begins with a mark",
    ];
    let mut said = Vec::new();
    for body in bodies {
        said.push(say(stores, &ada, &bob, body).await);
    }
    for (message, body) in said.iter().zip(bodies) {
        assert_eq!(message.body.as_str(), body);
    }
    assert_eq!(conversation(stores, &bob, &ada).await, said);
    assert_eq!(stores.messages.find(bob.id, ids(&said)).await.unwrap().len(), said.len());
}

/// Four thousand code points are kept whole, also where each takes four bytes.
pub async fn the_longest_body_is_kept_whole(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    for body in ["😀".repeat(4000), "\u{10fffe}".repeat(4000), "a".repeat(4000)] {
        let message = say(stores, &ada, &bob, &body).await;
        let kept = stores.messages.find(bob.id, vec![message.id]).await.unwrap().pop().unwrap();
        assert!(kept.body.as_str() == body, "all of it came back");
    }
}

/// A clock that jumps back does not make an answer older than its question.
pub async fn time_never_runs_backwards_in_a_conversation(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    let later = |micros| NOON.after(Duration::from_micros(micros));
    let earlier = NOON.before(Duration::from_secs(10));
    let said_at = async |from: &User, to: &User, at| send(stores, Draft { at, ..a_draft(from, to, "…") }).await.at;
    assert_eq!(said_at(&ada, &bob, NOON).await, NOON);
    assert_eq!(said_at(&bob, &ada, earlier).await, NOON);
    assert_eq!(said_at(&ada, &bob, later(1)).await, later(1));
    assert_eq!(said_at(&ada, &bob, NOON).await, later(1));
    assert_eq!(said_at(&ada, &cleo, earlier).await, earlier, "another conversation has its own time");
    let kept: Vec<Timestamp> = conversation(stores, &ada, &bob).await.into_iter().map(|message| message.at).collect();
    assert_eq!(kept, [NOON, NOON, later(1), later(1)]);
}

/// A client that never got the answer may send again, as often as it likes and at any time later.
pub async fn a_repeated_key_gives_the_message_of_that_time(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let first = send(stores, a_keyed_draft(&ada, &bob, "once", "k")).await;
    say(stores, &ada, &bob, "in between").await;
    let listener = Listener::<Appended>::new();
    for minutes in 0..3 {
        let at = NOON.after(Duration::from_secs(60 * minutes));
        let again = Draft { at, ..a_keyed_draft(&ada, &bob, "once", "k") };
        let saved = stores.messages.append(again, listener.ear()).await.unwrap();
        assert!(matches!(&saved, Saved::Repeat(message) if *message == first), "{saved:?}");
    }
    assert!(listener.all().await.is_empty(), "nobody is told of a repeat");
    assert_eq!(conversation(stores, &ada, &bob).await.len(), 2);
    assert_eq!((latest(stores, ada.id).await, latest(stores, bob.id).await), (2, 2));
    assert_eq!(say(stores, &ada, &bob, "on we go").await.seq, Seq(3));
}

/// One key cannot mean two messages. What differs by a single accent or by case is another message.
pub async fn a_key_used_for_another_message_is_refused(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    send(stores, a_keyed_draft(&ada, &bob, "Café", "k")).await;
    let others = ["café", "Cafe", "Cafe\u{301}", "Café.", "Caf", "CAFÉ"];
    let mut refused: Vec<Draft> = others.iter().map(|body| a_keyed_draft(&ada, &bob, body, "k")).collect();
    refused.push(a_keyed_draft(&ada, &cleo, "Café", "k"));
    refused.push(a_keyed_draft(&ada, &ada, "Café", "k"));
    let listener = Listener::<Appended>::new();
    for draft in refused {
        let answer = stores.messages.append(draft.clone(), listener.ear()).await;
        assert!(matches!(answer, Err(AppendError::KeyReused)), "{:?}: {answer:?}", draft.body.as_str());
    }
    assert!(listener.all().await.is_empty());
    assert_eq!((latest(stores, ada.id).await, latest(stores, bob.id).await), (1, 1));
    assert_eq!(latest(stores, cleo.id).await, 0);
    assert_eq!(say(stores, &ada, &bob, "on we go").await.seq, Seq(2), "a refusal leaves no gap");
}

/// Keys are compared exactly, whatever the collation.
pub async fn keys_are_compared_exactly(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let longest = "~".repeat(64);
    let keys = ["k", "K", "k-", "kk", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", &longest, &longest[1..]];
    for key in keys {
        let message = send(stores, a_keyed_draft(&ada, &bob, "same", key)).await;
        assert_eq!(message.key, Some(a_key(key)));
    }
    for key in keys {
        let saved = append(stores, a_keyed_draft(&ada, &bob, "same", key)).await.unwrap();
        assert!(matches!(&saved, Saved::Repeat(message) if message.key == Some(a_key(key))), "{saved:?}");
    }
    assert_eq!(conversation(stores, &ada, &bob).await.len(), keys.len());
}

/// Two people may choose the same key, also when they write to each other.
pub async fn a_key_belongs_to_its_sender(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    for (from, to) in [(&ada, &bob), (&bob, &ada), (&cleo, &bob), (&bob, &bob)].into_iter().take(3) {
        send(stores, a_keyed_draft(from, to, "same", "k")).await;
    }
    let reused = append(stores, a_keyed_draft(&bob, &bob, "same", "k")).await;
    assert!(matches!(reused, Err(AppendError::KeyReused)));
}

/// A client that sends again before it is answered makes one message, and every try is told which.
pub async fn of_twenty_sends_with_one_key_at_once_one_is_new(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let listener = Listener::<Appended>::new();
    let answers = all_at_once((0..20).map(|_| {
        let (stores, ear) = (stores.clone(), listener.ear());
        let draft = a_keyed_draft(&ada, &bob, "once", "k");
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let new = answers.iter().filter(|answer| matches!(answer, Saved::New(_))).count();
    let messages: BTreeSet<MessageId> = answers
        .iter()
        .map(|answer| match answer {
            Saved::New(message) | Saved::Repeat(message) => message.id,
        })
        .collect();
    assert_eq!((new, messages.len()), (1, 1));
    assert_eq!(listener.all().await.len(), 1);
    assert_eq!(conversation(stores, &ada, &bob).await.len(), 1);
    assert_eq!((events_of(stores, &ada).await.len(), events_of(stores, &bob).await.len()), (1, 1));
}

/// Of different messages under one key, whichever is first is the message.
pub async fn of_different_messages_with_one_key_at_once_one_is_saved(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    let answers = all_at_once((0..20).map(|n| {
        let to = if n % 2 == 0 { &bob } else { &cleo };
        let (stores, draft) = (stores.clone(), a_keyed_draft(&ada, to, &format!("try {n}"), "k"));
        async move { append(&stores, draft).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Saved::New(_)))).count(), 1);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(AppendError::KeyReused))).count(), 19);
    assert_eq!(events_of(stores, &ada).await.len(), 1);
    assert_eq!(latest(stores, bob.id).await + latest(stores, cleo.id).await, 1);
}

/// People who are gone neither write nor are written to, and their absence leaves no gap in anybody's numbers.
pub async fn nobody_writes_to_or_as_somebody_unknown(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let ghost = an_identity(UNKNOWN, "ghost");
    say(stores, &ada, &bob, "before").await;
    let listener = Listener::<Appended>::new();
    for draft in [
        Draft { recipient: ghost.clone(), ..a_draft(&ada, &bob, "boo") },
        Draft { sender: ghost.clone(), ..a_draft(&ada, &bob, "boo") },
        Draft { sender: ghost.clone(), recipient: ghost, ..a_keyed_draft(&ada, &bob, "boo", "k") },
    ] {
        let answer = stores.messages.append(draft, listener.ear()).await;
        assert!(matches!(answer, Err(AppendError::NoSuchUser)), "{answer:?}");
    }
    assert!(listener.all().await.is_empty());
    say(stores, &ada, &bob, "after").await;
    assert_eq!(conversation(stores, &ada, &bob).await.len(), 2);
    assert_eq!((events_of(stores, &ada).await.len(), events_of(stores, &bob).await.len()), (2, 2));
}

/// A note to oneself is one message and one event.
pub async fn a_note_to_oneself_takes_one_place(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let listener = Listener::<Appended>::new();
    for text in ["milk", "bread"] {
        stores.messages.append(a_keyed_draft(&ada, &ada, text, text), listener.ear()).await.unwrap();
    }
    let calls = listener.all().await;
    let places: Vec<(Pos, Pos)> = calls.iter().map(|call| (call.sender_pos, call.recipient_pos)).collect();
    assert_eq!(places, [(Pos(1), Pos(1)), (Pos(2), Pos(2))]);
    assert_eq!(events_of(stores, &ada).await.len(), 2);
    assert_eq!(conversation(stores, &ada, &ada).await.len(), 2);
    let all = stores.messages.page_of_all(ada.id, PageNumber::Number(1), a_size(10)).await.unwrap();
    assert_eq!((all.count, all.messages.len()), (2, 2));
}

/// A crowd writes to one person: no number is skipped or given twice, and the telling is in commit order.
pub async fn sixty_four_senders_to_one_person_leave_no_gap(stores: &Stores) {
    let everyone = a_crowd(stores, 65).await;
    let (star, fans) = everyone.split_first().unwrap();
    let listener = Listener::<Appended>::new();
    all_at_once(fans.iter().map(|fan| {
        let (stores, draft, ear) = (stores.clone(), a_draft(fan, star, "me too"), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let calls = listener.all().await;
    assert_eq!(calls.len(), fans.len());
    assert_eq!(told_in_order(&calls)[&star.id], dense(fans.len()));
    let events = events_of(stores, star).await;
    let senders: BTreeSet<String> = events.into_iter().map(|event| event.peer.to_string()).collect();
    assert_eq!(senders, fans.iter().map(|fan| fan.username.to_string()).collect());
}

/// One conversation under load: its numbers are dense, and the same for both people.
pub async fn sixty_four_sends_in_one_conversation_are_numbered_without_a_gap(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let listener = Listener::<Appended>::new();
    all_at_once((0..64).map(|n| {
        let (stores, draft, ear) = (stores.clone(), a_draft(&ada, &bob, &n.to_string()), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let calls = listener.all().await;
    let told = told_in_order(&calls);
    assert_eq!((&told[&ada.id], &told[&bob.id]), (&dense(64), &dense(64)));
    let kept = conversation(stores, &ada, &bob).await;
    assert_eq!(kept.iter().map(|message| message.body.as_str()).collect::<BTreeSet<_>>().len(), 64);
    assert_eq!(kept, conversation(stores, &bob, &ada).await);
    assert_eq!(ids(&kept), calls.iter().map(|call| call.message.id).collect::<Vec<_>>(), "told in the order of seq");
}

/// Two people write to each other at the same time: neither waits for the other for ever, and both see one order.
pub async fn two_people_writing_to_each_other_at_once_see_one_order(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let listener = Listener::<Appended>::new();
    all_at_once((0..64).map(|n| {
        let (from, to) = if n % 2 == 0 { (&ada, &bob) } else { (&bob, &ada) };
        let (stores, draft, ear) = (stores.clone(), a_draft(from, to, "…"), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let told = told_in_order(&listener.all().await);
    assert_eq!((&told[&ada.id], &told[&bob.id]), (&dense(64), &dense(64)));
    let kept = conversation(stores, &ada, &bob).await;
    for me in [&ada, &bob] {
        let heard: Vec<Seq> = events_of(stores, me)
            .await
            .into_iter()
            .map(|event| match event.change {
                Change::Message { seq, .. } => seq,
                Change::Read { .. } => panic!("nobody read"),
            })
            .collect();
        assert_eq!(heard, kept.iter().map(|message| message.seq).collect::<Vec<_>>());
    }
}

/// Everyone writes to everyone, and to themselves: the locks have one order, so nobody is stuck or fails.
pub async fn a_ring_of_people_writing_at_once_is_not_stuck(stores: &Stores) {
    let people = a_crowd(stores, 4).await;
    let listener = Listener::<Appended>::new();
    let drafts = people.iter().flat_map(|from| people.iter().map(move |to| a_draft(from, to, "…")));
    let drafts: Vec<Draft> = drafts.cycle().take(64).collect();
    all_at_once(drafts.into_iter().map(|draft| {
        let (stores, ear) = (stores.clone(), listener.ear());
        async move { stores.messages.append(draft, ear).await.unwrap() }
    }))
    .await;
    let calls = listener.all().await;
    assert_eq!(calls.len(), 64);
    for (user, told) in told_in_order(&calls) {
        // Four rounds of three peers in both directions, and one note.
        assert_eq!((told, latest(stores, user).await), (dense(28), 28));
    }
    for me in &people {
        for peer in &people {
            let expected = if me.id == peer.id { 4 } else { 8 };
            assert_eq!(conversation(stores, me, peer).await.len(), expected);
        }
        let all = stores.messages.page_of_all(me.id, PageNumber::Number(1), a_size(100)).await.unwrap();
        let mut newest_first: Vec<MessageId> = events_of(stores, me)
            .await
            .into_iter()
            .filter_map(|event| match event.change {
                Change::Message { id, .. } => Some(id),
                Change::Read { .. } => None,
            })
            .collect();
        newest_first.reverse();
        assert_eq!(ids(&all.messages), newest_first);
    }
}

/// Whoever is told of a message finds it: the telling comes after the commit.
pub async fn what_is_told_is_already_there(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let sends: Vec<_> = (0..20)
        .map(|_| {
            let (tell, told) = tokio::sync::oneshot::channel();
            let ear = Box::new(move |appended: &Appended| tell.send(appended.clone()).unwrap());
            let (stores, draft, reader) = (stores.clone(), a_draft(&ada, &bob, "…"), bob.id);
            async move {
                let reading = async {
                    let appended = told.await.unwrap();
                    let found = stores.messages.find(reader, vec![appended.message.id]).await.unwrap();
                    assert_eq!(found, [appended.message]);
                    assert!(stores.events.latest(reader).await.unwrap() >= appended.recipient_pos);
                };
                tokio::join!(stores.messages.append(draft, ear), reading).0.unwrap()
            }
        })
        .collect();
    all_at_once(sends).await;
}

/// A client that hangs up takes nothing back: what was handed over is saved and told, or neither.
pub async fn a_send_that_nobody_waits_for_is_saved_and_told_or_neither(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let mut told = Vec::new();
    for n in 0..20 {
        let listener = Listener::<Appended>::new();
        {
            let mut sending = pin!(stores.messages.append(a_draft(&ada, &bob, &n.to_string()), listener.ear()));
            for _ in 0..n % 3 {
                if sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        told.extend(listener.all().await);
    }
    let kept = conversation(stores, &ada, &bob).await;
    assert_eq!(told.iter().map(|call| call.message.id).collect::<Vec<_>>(), ids(&kept));
    assert_eq!(events_of(stores, &bob).await.len(), kept.len());
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
        let at = NOON.before(Duration::from_secs(60 * said.len() as u64));
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
    assert!(matches!(page(PageNumber::Number(4), 3).await, Err(PageError::NoSuchPage(_))));
    let bobs = stores.messages.page_of_all(bob.id, PageNumber::Number(1), a_size(100)).await.unwrap();
    assert_eq!(bobs.count, 10);
}

/// Sends that overlap get different ids.
pub async fn ids_are_given_once(stores: &Stores) {
    let people = a_crowd(stores, 30).await;
    let ids = all_at_once(people.iter().map(|one| say_in(stores, a_draft(one, one, "…")))).await;
    let ids: BTreeSet<MessageId> = ids.into_iter().map(|message| message.id).collect();
    assert_eq!(ids.len(), 30);
    assert!(ids.iter().all(|id| id.0 > 0 && id.0 < 1 << 53));
}
