//! What a store of messages promises of saving them, one after the other.

use std::time::Duration;

use chatapp_domain::event::Pos;
use chatapp_domain::message::{Draft, Message, Seq};
use chatapp_domain::page::PageNumber;
use chatapp_domain::ports::messages::{AppendError, Appended, Saved};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::User;

use super::Stores;
use super::scene::{Listener, a_couple, a_person, append, conversation, events_of, ids, latest, say, send};
use crate::builders::{NEW_YEAR, a_body, a_draft, a_key, a_keyed_draft, a_size, an_identity};

const UNKNOWN: i64 = 9_007_199_254_740_000;

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
    assert_eq!(stores.messages.find(ada.id, vec![message.id]).await.unwrap(), std::slice::from_ref(&expected));
    assert_eq!(conversation(stores, &ada, &bob).await, [expected], "and the store did not only remember it");
    let second = say(stores, &bob, &ada, "hi").await;
    assert_eq!((second.seq, second.sender, second.recipient), (Seq(2), bob.identity(), ada.identity()));
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
        // A list, because a store may remember single messages.
        let kept = conversation(stores, &bob, &ada).await.pop().unwrap();
        assert!(kept.id == message.id && kept.body.as_str() == body, "all of it came back");
    }
}

/// A clock that jumps back does not make an answer older than its question.
pub async fn time_never_runs_backwards_in_a_conversation(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let cleo = a_person(stores, "cleo").await;
    let later = |micros| NEW_YEAR.after(Duration::from_micros(micros));
    let earlier = NEW_YEAR.before(Duration::from_secs(10));
    let said_at = async |from: &User, to: &User, at| send(stores, Draft { at, ..a_draft(from, to, "…") }).await.at;
    assert_eq!(said_at(&ada, &bob, NEW_YEAR).await, NEW_YEAR);
    assert_eq!(said_at(&bob, &ada, earlier).await, NEW_YEAR);
    assert_eq!(said_at(&ada, &bob, later(1)).await, later(1));
    assert_eq!(said_at(&ada, &bob, NEW_YEAR).await, later(1));
    assert_eq!(said_at(&ada, &cleo, earlier).await, earlier, "another conversation has its own time");
    let kept: Vec<Timestamp> = conversation(stores, &ada, &bob).await.into_iter().map(|message| message.at).collect();
    assert_eq!(kept, [NEW_YEAR, NEW_YEAR, later(1), later(1)]);
}

/// A client that never got the answer may send again, as often as it likes and at any time later.
pub async fn a_repeated_key_gives_the_message_of_that_time(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let first = send(stores, a_keyed_draft(&ada, &bob, "once", "k")).await;
    say(stores, &ada, &bob, "in between").await;
    let listener = Listener::<Appended>::new();
    for minutes in 0..3 {
        let at = NEW_YEAR.after(Duration::from_secs(60 * minutes));
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
    for (from, to) in [(&ada, &bob), (&bob, &ada), (&cleo, &bob)] {
        send(stores, a_keyed_draft(from, to, "same", "k")).await;
    }
    let reused = append(stores, a_keyed_draft(&bob, &bob, "same", "k")).await;
    assert!(matches!(reused, Err(AppendError::KeyReused)));
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
