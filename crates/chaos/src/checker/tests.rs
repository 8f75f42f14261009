//! Hand-made histories: each broken promise is found, and none is invented.

use super::{Breach, Verdict, check};
use crate::history::{Answer, Dialect, Micros, Outcome, Record, Seen, SeenEvent};

/// Ada and Bob wrote one message each, Eve talks with nobody; everyone has read everything. Times are in seconds.
fn history() -> Vec<Record> {
    let (one, two) = (message(11, 1, "ada", "bob"), message(12, 2, "bob", "ada"));
    let mut history = vec![person("ada", &["bob"]), person("bob", &["ada"]), person("eve", &[])];
    history.extend([open(1, "ada", Dialect::V1, 0), open(2, "bob", Dialect::V1, 0), open(3, "bob", Dialect::Plain, 0)]);
    history.extend([sent(&one, 10, 11), sent(&two, 20, 21)]);
    for (socket, name) in [(1, "ada"), (2, "bob")] {
        history.extend(events(name).into_iter().map(|event| told(socket, 10 * event.pos.cast_unsigned() + 1, event)));
        history.push(Record::CaughtUp { socket, at: seconds(30), pos: 2 });
    }
    history.extend([plain(3, 11, 11), plain(3, 21, 12)]);
    history.push(looked("bob", 11, 200, Some(one.clone())));
    let page = events("ada");
    let (name, device) = ("ada".to_owned(), "restless".to_owned());
    history.push(Record::Page { person: name, device, after: 0, at: seconds(31), events: page });
    for (name, peer) in [("ada", "bob"), ("bob", "ada")] {
        let messages = vec![one.clone(), two.clone()];
        history.push(Record::FinalMessages { person: name.to_owned(), peer: peer.to_owned(), messages });
        history.push(Record::FinalEvents { person: name.to_owned(), pos: 2, events: events(name) });
    }
    history.push(Record::FinalEvents { person: "eve".to_owned(), pos: 0, events: Vec::new() });
    history.push(Record::Probe { person: "eve".to_owned(), what: "id".to_owned(), found: Vec::new() });
    history
}

fn seconds(n: u64) -> Micros {
    n * 1_000_000
}

fn person(name: &str, peers: &[&str]) -> Record {
    Record::Person { name: name.to_owned(), peers: peers.iter().map(|peer| (*peer).to_owned()).collect() }
}

fn message(id: i64, seq: i64, user: &str, recipient: &str) -> Seen {
    let (user, recipient, timestamp) = (user.to_owned(), recipient.to_owned(), "then".to_owned());
    let body = format!("{user}/{id}");
    Seen { id, seq, user, recipient, body, timestamp }
}

fn sent(message: &Seen, invoked: u64, done: u64) -> Record {
    Record::Send {
        sender: message.user.clone(),
        recipient: message.recipient.clone(),
        key: message.body.clone(),
        body: message.body.clone(),
        invoked: seconds(invoked),
        done: seconds(done),
        outcome: Outcome::Ok,
        answer: answered(201),
        message: Some(message.clone()),
    }
}

fn answered(status: u16) -> Answer {
    Answer { status: Some(status), retry_after: false, error: None }
}

fn looked(person: &str, id: i64, status: u16, message: Option<Seen>) -> Record {
    let (person, invoked, done) = (person.to_owned(), seconds(12), seconds(12));
    Record::Look { person, id, invoked, done, answer: answered(status), message }
}

fn requested(took: u64, answer: Answer) -> Record {
    let (person, what) = ("ada".to_owned(), "events".to_owned());
    Record::Request { person, what, invoked: seconds(5), done: seconds(5 + took), answer }
}

fn events(name: &str) -> Vec<SeenEvent> {
    let event = |pos: i64, id: i64, key: Option<&str>| SeenEvent {
        pos,
        kind: "message".to_owned(),
        conversation: if name == "ada" { "bob".to_owned() } else { "ada".to_owned() },
        message: Some(id.to_string()),
        reader: None,
        seq: pos,
        client_id: key.map(str::to_owned),
    };
    let (ada, bob) = (name == "ada", name == "bob");
    vec![event(1, 11, ada.then_some("ada/11")), event(2, 12, bob.then_some("bob/12"))]
}

fn open(socket: u64, person: &str, dialect: Dialect, after: i64) -> Record {
    let device = format!("{person}-{socket}");
    Record::Open { socket, person: person.to_owned(), device, dialect, after, at: seconds(1) }
}

fn told(socket: u64, at: u64, event: SeenEvent) -> Record {
    Record::Event { socket, at: seconds(at), event }
}

fn plain(socket: u64, at: u64, id: i64) -> Record {
    Record::Plain { socket, at: seconds(at), id }
}

/// The history, told differently.
fn told_as(change: impl FnMut(&mut Record)) -> Verdict {
    let mut history = history();
    history.iter_mut().for_each(change);
    check(&history)
}

/// The history without some of it.
fn without(is_gone: impl Fn(&Record) -> bool) -> Verdict {
    let mut history = history();
    history.retain(|record| !is_gone(record));
    check(&history)
}

/// The history and more.
fn with(more: Record) -> Verdict {
    let mut history = history();
    history.push(more);
    check(&history)
}

#[track_caller]
fn finds(verdict: &Verdict, expected: &[Breach]) {
    assert_eq!(verdict.kinds().collect::<Vec<_>>(), expected, "{verdict}");
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let verdict = check(&history());
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!((verdict.sent, verdict.acked, verdict.attempts), (2, 2, 2));
    assert_eq!((verdict.told, verdict.timed), (6, 6));
    assert_eq!(verdict.answers.values().sum::<usize>(), 3);
}

#[test]
fn an_acknowledged_message_that_nobody_can_read_is_lost() {
    let verdict = told_as(|record| match record {
        Record::FinalMessages { messages, .. } => messages.truncate(1),
        Record::FinalEvents { events, .. } => events.truncate(1),
        _ => {}
    });
    assert_eq!(verdict.count(Breach::Lost), 2, "{verdict}");
}

#[test]
fn a_message_that_only_its_sender_can_read_is_lost_and_people_differ() {
    let verdict = told_as(|record| {
        if let Record::FinalMessages { person, messages, .. } = record
            && person == "bob"
        {
            messages.remove(0);
        }
    });
    finds(&verdict, &[Breach::Lost, Breach::Hole, Breach::Diverged]);
}

#[test]
fn a_message_that_changed_is_lost() {
    let verdict = told_as(|record| {
        if let Record::FinalMessages { messages, .. } = record {
            messages[0].timestamp = "later".to_owned();
        }
    });
    finds(&verdict, &[Breach::Lost]);
}

#[test]
fn a_message_in_doubt_may_be_kept_or_not() {
    let doubt = |record: &mut Record| {
        if let Record::Send { key, outcome, answer, message, .. } = record
            && key == "bob/12"
        {
            (*outcome, *answer, *message) = (Outcome::Info, Answer::default(), None);
        }
    };
    let verdict = told_as(doubt);
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!((verdict.sent, verdict.acked), (2, 1));
}

#[test]
fn a_key_with_two_answers_is_doubled() {
    let second = Seen { id: 13, seq: 3, ..message(11, 1, "ada", "bob") };
    let verdict = with(sent(&second, 40, 41));
    finds(&verdict, &[Breach::Lost, Breach::Doubled]);
}

#[test]
fn a_text_that_is_there_twice_is_doubled() {
    let verdict = told_as(|record| match record {
        Record::FinalMessages { messages, .. } => {
            messages.push(Seen { id: 13, seq: 3, ..message(11, 1, "ada", "bob") });
        }
        Record::FinalEvents { person, events, pos } if person != "eve" => {
            let (conversation, kind) = (events[0].conversation.clone(), "message".to_owned());
            events.push(SeenEvent {
                pos: 3,
                kind,
                conversation,
                message: Some("13".to_owned()),
                seq: 3,
                ..Default::default()
            });
            *pos = 3;
        }
        _ => {}
    });
    assert_eq!(verdict.count(Breach::Doubled), 1, "{verdict}");
    // Nobody was told of the third.
    finds(&verdict, &[Breach::Doubled, Breach::Missed]);
}

#[test]
fn a_place_that_is_left_out_is_a_hole() {
    let verdict = told_as(|record| match record {
        Record::FinalMessages { messages, .. } => messages[1].seq = 3,
        Record::Send { message: Some(message), .. } if message.seq == 2 => message.seq = 3,
        _ => {}
    });
    assert_eq!(verdict.count(Breach::Hole), 2, "{verdict}");
}

#[test]
fn events_that_end_before_they_are_said_to_have_a_hole() {
    let verdict = told_as(|record| {
        if let Record::FinalEvents { person, pos, .. } = record
            && person == "ada"
        {
            *pos = 3;
        }
    });
    finds(&verdict, &[Breach::Hole]);
}

#[test]
fn whoever_was_acknowledged_before_must_come_before() {
    let verdict = told_as(|record| {
        if let Record::Send { key, invoked, done, .. } = record
            && key == "bob/12"
        {
            (*invoked, *done) = (seconds(2), seconds(3));
        }
    });
    assert_eq!(verdict.count(Breach::OutOfOrder), 1, "{verdict}");
}

#[test]
fn events_that_say_other_than_messages_differ() {
    let verdict = told_as(|record| {
        if let Record::FinalEvents { person, events, .. } = record
            && person == "ada"
        {
            events[1].message = Some("99".to_owned());
        }
    });
    assert_eq!(verdict.count(Breach::Diverged), 2, "{verdict}");
}

#[test]
fn a_message_that_nobody_sent_is_invented() {
    let verdict = without(|record| matches!(record, Record::Send { key, .. } if key == "bob/12"));
    finds(&verdict, &[Breach::Invented]);
}

#[test]
fn being_told_of_what_cannot_be_read_is_early() {
    finds(&with(looked("ada", 12, 404, None)), &[Breach::Early]);
    finds(&with(plain(3, 25, 77)), &[Breach::Early]);
}

#[test]
fn being_told_after_two_seconds_is_late_in_good_times_only() {
    let late = |record: &mut Record| {
        if let Record::Plain { at, id: 12, .. } = record {
            *at = seconds(24);
        }
    };
    let verdict = told_as(late);
    finds(&verdict, &[Breach::Late]);
    assert_eq!(verdict.longest_delay, seconds(3));
    let mut history = history();
    history.iter_mut().for_each(late);
    history.push(Record::Trouble { what: "x".to_owned(), from: seconds(15), until: seconds(17) });
    finds(&check(&history), &[]);
}

#[test]
fn whoever_is_not_connected_is_not_told_in_time() {
    let mut history = history();
    history.retain(|record| !matches!(record, Record::Plain { id: 12, .. }));
    history.push(Record::Close { socket: 3, at: seconds(19), code: None });
    // Coming back, the device is told.
    history.push(open(4, "bob", Dialect::Plain, 11));
    if let Some(Record::Open { device, at, .. }) = history.last_mut() {
        (*device, *at) = ("bob-3".to_owned(), seconds(26));
    }
    history.push(plain(4, 26, 12));
    finds(&check(&history), &[]);
}

#[test]
fn a_socket_that_leaves_out_an_event_misses_it() {
    let verdict = without(|record| matches!(record, Record::Event { socket: 1, event, .. } if event.pos == 1));
    finds(&verdict, &[Breach::Late, Breach::Missed]);
    let verdict = without(|record| matches!(record, Record::Plain { id: 12, .. }));
    finds(&verdict, &[Breach::Late, Breach::Missed]);
}

#[test]
fn an_event_that_is_told_twice_or_otherwise_is_not_exact() {
    finds(&with(told(1, 32, events("ada")[1].clone())), &[Breach::Missed]);
    let verdict = told_as(|record| {
        if let Record::Event { socket: 1, event, .. } = record {
            event.seq += 1;
        }
    });
    finds(&verdict, &[Breach::Missed]);
    finds(&with(Record::Reset { socket: 1, at: seconds(40) }), &[Breach::Missed]);
    finds(&with(Record::CaughtUp { socket: 1, at: seconds(40), pos: 3 }), &[Breach::Missed]);
}

#[test]
fn a_page_with_a_gap_is_not_exact() {
    let verdict = told_as(|record| {
        if let Record::Page { events, .. } = record {
            events.remove(0);
        }
    });
    // The place after the gap, and the event that this device was never told of.
    assert_eq!(verdict.count(Breach::Missed), 2, "{verdict}");
}

#[test]
fn whatever_reaches_a_stranger_is_leaked() {
    let mut history = history();
    history.push(open(9, "eve", Dialect::Plain, 0));
    history.push(plain(9, 11, 11));
    finds(&check(&history), &[Breach::Leaked]);

    finds(&with(looked("eve", 11, 200, Some(message(11, 1, "ada", "bob")))), &[Breach::Leaked]);

    let found = Record::Probe { person: "eve".to_owned(), what: "ids".to_owned(), found: vec!["11".to_owned()] };
    finds(&with(found), &[Breach::Leaked]);

    let key_of_another = told_as(|record| match record {
        Record::Event { socket: 2, event, .. } if event.pos == 1 => event.client_id = Some("ada/11".to_owned()),
        Record::FinalEvents { person, events, .. } if person == "bob" => {
            events[0].client_id = Some("ada/11".to_owned())
        }
        _ => {}
    });
    finds(&key_of_another, &[Breach::Leaked]);
}

#[test]
fn answers_that_are_late_or_unfair_are_found() {
    finds(&with(requested(13, answered(200))), &[Breach::Slow]);
    finds(&with(requested(1, answered(500))), &[Breach::Dishonest]);
    finds(&with(requested(1, answered(503))), &[Breach::Dishonest]);
    finds(&with(requested(1, Answer { retry_after: true, ..answered(503) })), &[]);
    finds(&with(requested(1, Answer { error: Some("broken off".to_owned()), ..Answer::default() })), &[]);
}

#[test]
fn the_longest_outage_is_until_the_next_acknowledgement() {
    let verdict = with(Record::Trouble { what: "x".to_owned(), from: seconds(12), until: seconds(15) });
    assert_eq!(verdict.longest_outage, seconds(6));
}

#[test]
fn only_the_first_rows_are_kept() {
    let mut history = history();
    history.extend((0..9).map(|_| looked("ada", 12, 404, None)));
    let verdict = check(&history);
    assert_eq!(verdict.count(Breach::Early), 9);
    assert_eq!(verdict.to_string().matches("could not read it").count(), 5);
}
