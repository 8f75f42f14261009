//! What the server says on a socket, written once into the text that is sent.

use bytestring::ByteString;
use chatapp_domain::event::{Change, Epoch, Event, Pos};
use chatapp_domain::message::Seq;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::Username;
use serde::Serialize;

use super::protocol::Dialect;
use crate::wire::{self, ServerFrame};

/// An event in a dialect; the plain one only tells of messages.
pub(super) fn event(dialect: Dialect, event: &Event) -> Option<ByteString> {
    match (dialect, &event.change) {
        (Dialect::V1, _) => Some(text(&wire::Event::from(event))),
        // With the space after the colon that Python's json.dumps puts there.
        (Dialect::Plain, Change::Message { id, .. }) => Some(format!("{{\"message\": \"{}\"}}", id.0).into()),
        (Dialect::Plain, Change::Read { .. } | Change::Delete { .. }) => None,
    }
}

pub(super) fn hello(user: &Username, epoch: &Epoch, pos: Pos, time: Timestamp, ping: u64) -> ByteString {
    let (user, epoch, time) = (user.as_str(), epoch.0.as_str(), wire::Stamp(time));
    text(&ServerFrame::Hello { user, epoch, pos: pos.0, time, ping })
}

pub(super) fn caught_up(pos: Pos) -> ByteString {
    text(&ServerFrame::CaughtUp { pos: pos.0 })
}

pub(super) fn reset(epoch: &Epoch, pos: Pos) -> ByteString {
    text(&ServerFrame::Reset { epoch: &epoch.0, pos: pos.0 })
}

pub(super) fn typing(peer: &Username, typing: bool) -> ByteString {
    text(&ServerFrame::Typing { conversation: peer.as_str(), typing })
}

pub(super) fn delivered(peer: &Username, seq: Seq) -> ByteString {
    text(&ServerFrame::Delivered { conversation: peer.as_str(), seq: seq.0 })
}

pub(super) fn presence(user: &Username, online: bool) -> ByteString {
    text(&ServerFrame::Presence { user: user.as_str(), online })
}

pub(super) fn bye(reason: &'static str) -> ByteString {
    text(&ServerFrame::Bye { reason })
}

pub(super) fn pong() -> ByteString {
    ByteString::from_static(r#"{"type":"pong"}"#)
}

fn text(frame: &impl Serialize) -> ByteString {
    // Trees of texts and numbers are always written.
    serde_json::to_string(frame).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use chatapp_domain::message::MessageId;

    use super::*;

    fn message() -> Event {
        let change = Change::Message { id: MessageId(17), seq: Seq(7), key: None };
        Event { pos: Pos(41), peer: Username::from_store("u2"), change }
    }

    #[test]
    fn the_plain_dialect_is_the_originals() {
        assert_eq!(event(Dialect::Plain, &message()).as_deref(), Some("{\"message\": \"17\"}"));
        let change = Change::Read { reader: Username::from_store("u2"), seq: Seq(7) };
        assert_eq!(event(Dialect::Plain, &Event { change, ..message() }), None);
    }

    #[test]
    fn frames_have_the_fields_that_are_promised() {
        let written = event(Dialect::V1, &message()).unwrap();
        assert_eq!(&*written, r#"{"pos":41,"type":"message","message":"17","conversation":"u2","seq":7}"#);
        let (user, epoch) = (Username::from_store("ü\"1"), Epoch("e".into()));
        assert_eq!(
            &*hello(&user, &epoch, Pos(3), Timestamp::from_micros(0), 25),
            r#"{"type":"hello","user":"ü\"1","epoch":"e","pos":3,"time":"1970-01-01T00:00:00.000000Z","ping":25}"#
        );
        assert_eq!(&*caught_up(Pos(3)), r#"{"type":"caught_up","pos":3}"#);
        assert_eq!(&*reset(&epoch, Pos(3)), r#"{"type":"reset","epoch":"e","pos":3}"#);
        assert_eq!(&*typing(&user, true), r#"{"type":"typing","conversation":"ü\"1","typing":true}"#);
        assert_eq!(&*delivered(&user, Seq(7)), r#"{"type":"delivered","conversation":"ü\"1","seq":7}"#);
        assert_eq!(&*presence(&user, false), r#"{"type":"presence","user":"ü\"1","online":false}"#);
        assert_eq!(&*bye("server_stopping"), r#"{"type":"bye","reason":"server_stopping"}"#);
    }
}
