//! A history sorted for questions: by message, by person, by socket.

use std::collections::{BTreeMap, HashMap};

use crate::history::{Answer, Dialect, Micros, Outcome, Record, Seen, SeenEvent};

/// A message that somebody tried to send, in all attempts.
pub(super) struct Operation<'a> {
    pub(super) sender: &'a str,
    pub(super) recipient: &'a str,
    pub(super) key: &'a str,
    pub(super) body: &'a str,
    /// When the first attempt began.
    pub(super) invoked: Micros,
    /// When the first acknowledgement came.
    pub(super) acked: Option<Micros>,
    /// What the acknowledgements said.
    pub(super) answers: Vec<&'a Seen>,
}

/// What went on on one socket.
pub(super) struct Socket<'a> {
    pub(super) person: &'a str,
    pub(super) device: &'a str,
    pub(super) dialect: Dialect,
    pub(super) after: i64,
    pub(super) opened: Micros,
    pub(super) closed: Option<Micros>,
    pub(super) heard: Vec<Heard<'a>>,
}

/// Something that a socket said.
pub(super) enum Heard<'a> {
    Event(Micros, &'a SeenEvent),
    Plain(Micros, i64),
    CaughtUp(i64),
    Reset,
}

/// A page of events over REST.
pub(super) struct Page<'a> {
    pub(super) person: &'a str,
    pub(super) device: &'a str,
    pub(super) after: i64,
    pub(super) events: &'a [SeenEvent],
}

/// A look at a message that was told of.
pub(super) struct Look<'a> {
    pub(super) person: &'a str,
    pub(super) id: i64,
    pub(super) answer: &'a Answer,
    pub(super) message: Option<&'a Seen>,
}

/// How long which request took.
pub(super) struct Asked<'a> {
    pub(super) person: &'a str,
    pub(super) what: &'a str,
    pub(super) took: Micros,
    pub(super) done: Micros,
    pub(super) answer: &'a Answer,
}

/// A history, sorted.
#[derive(Default)]
pub(super) struct Story<'a> {
    pub(super) people: BTreeMap<&'a str, &'a [String]>,
    pub(super) operations: Vec<Operation<'a>>,
    pub(super) by_body: HashMap<&'a str, usize>,
    pub(super) attempts: usize,
    pub(super) asked: Vec<Asked<'a>>,
    pub(super) looks: Vec<Look<'a>>,
    pub(super) pages: Vec<Page<'a>>,
    pub(super) sockets: BTreeMap<u64, Socket<'a>>,
    pub(super) troubles: Vec<(Micros, Micros)>,
    pub(super) conversations: BTreeMap<(&'a str, &'a str), &'a [Seen]>,
    pub(super) logs: BTreeMap<&'a str, &'a [SeenEvent]>,
    /// Where each person's events end, as the server says.
    pub(super) ends: BTreeMap<&'a str, i64>,
    pub(super) probes: Vec<(&'a str, &'a str, &'a [String])>,
}

impl<'a> Story<'a> {
    pub(super) fn of(history: &'a [Record]) -> Self {
        let mut story = Self::default();
        let mut by_key = HashMap::new();
        for record in history {
            story.add(record, &mut by_key);
        }
        story.by_body = story.operations.iter().enumerate().map(|(place, op)| (op.body, place)).collect();
        story
    }

    /// The operation that sent a message, by what it says.
    pub(super) fn operation_of(&self, message: &Seen) -> Option<&Operation<'a>> {
        self.by_body.get(message.body.as_str()).and_then(|place| self.operations.get(*place))
    }

    /// The place of each message among a person's events.
    pub(super) fn positions(&self, person: &str) -> HashMap<i64, i64> {
        let log = self.logs.get(person).copied().unwrap_or_default();
        log.iter().filter_map(|event| Some((event.message_id()?, event.pos))).collect()
    }

    fn add(&mut self, record: &'a Record, by_key: &mut HashMap<(&'a str, &'a str), usize>) {
        match record {
            Record::Person { name, peers } => drop(self.people.insert(name, peers)),
            Record::Send { sender, recipient, key, body, invoked, done, outcome, answer, message } => {
                self.attempts += 1;
                self.asked.push(Asked { person: sender, what: "send", took: done - invoked, done: *done, answer });
                let place = *by_key.entry((sender, key)).or_insert_with(|| {
                    let (invoked, answers) = (*invoked, Vec::new());
                    self.operations.push(Operation { sender, recipient, key, body, invoked, acked: None, answers });
                    self.operations.len() - 1
                });
                let operation = &mut self.operations[place];
                operation.invoked = operation.invoked.min(*invoked);
                if *outcome == Outcome::Ok {
                    operation.acked = Some(operation.acked.map_or(*done, |acked| acked.min(*done)));
                    operation.answers.extend(message);
                }
            }
            Record::Request { person, what, invoked, done, answer } => {
                self.asked.push(Asked { person, what, took: done - invoked, done: *done, answer });
            }
            Record::Look { person, id, invoked, done, answer, message } => {
                self.asked.push(Asked { person, what: "look", took: done - invoked, done: *done, answer });
                self.looks.push(Look { person, id: *id, answer, message: message.as_ref() });
            }
            Record::Page { person, device, after, events, .. } => {
                self.pages.push(Page { person, device, after: *after, events });
            }
            Record::Trouble { from, until, .. } => self.troubles.push((*from, *until)),
            Record::FinalMessages { person, peer, messages } => {
                self.conversations.insert((person, peer), messages);
            }
            Record::FinalEvents { person, pos, events } => {
                self.logs.insert(person, events);
                self.ends.insert(person, *pos);
            }
            Record::Probe { person, what, found } => self.probes.push((person, what, found)),
            _ => self.hear(record),
        }
    }

    fn hear(&mut self, record: &'a Record) {
        if let Record::Open { socket, person, device, dialect, after, at } = record {
            let (heard, closed) = (Vec::new(), None);
            let opened = Socket { person, device, dialect: *dialect, after: *after, opened: *at, closed, heard };
            self.sockets.insert(*socket, opened);
            return;
        }
        let (number, heard) = match record {
            Record::Event { socket, at, event } => (socket, Heard::Event(*at, event)),
            Record::Plain { socket, at, id } => (socket, Heard::Plain(*at, *id)),
            Record::CaughtUp { socket, pos, .. } => (socket, Heard::CaughtUp(*pos)),
            Record::Reset { socket, .. } => (socket, Heard::Reset),
            Record::Close { socket, at, .. } => {
                if let Some(socket) = self.sockets.get_mut(socket) {
                    socket.closed = Some(*at);
                }
                return;
            }
            _ => return,
        };
        if let Some(socket) = self.sockets.get_mut(number) {
            socket.heard.push(heard);
        }
    }
}
