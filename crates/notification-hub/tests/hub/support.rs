//! People to connect, events to tell them, and ways to listen that never wait for ever.

use std::pin::Pin;
use std::time::Duration;

use chatapp_domain::credential::Credential;
use chatapp_domain::event::{Change, Event, Pos};
use chatapp_domain::message::{MessageId, Seq};
use chatapp_domain::ports::notifications::{Delivery, EventFeed, Subscription, Watched, Whisper};
use chatapp_domain::session::SessionId;
use chatapp_notification_hub::Hub;
use chatapp_testkit::builders::an_identity;
use futures_util::{FutureExt, StreamExt};

pub(crate) type Ear = Pin<Box<dyn Subscription>>;

/// The person of a number.
pub(crate) fn person(id: i64) -> Watched {
    let identity = an_identity(id, &format!("user{id}"));
    Watched { id: identity.id, username: identity.username }
}

/// A message at a position.
pub(crate) fn event(pos: i64) -> Event {
    let change = Change::Message { id: MessageId(pos), seq: Seq(pos), key: None };
    Event { pos: Pos(pos), peer: person(99).username, change }
}

/// `id` typing to somebody.
pub(crate) fn typing(id: i64, typing: bool) -> Whisper {
    Whisper::Typing { peer: person(id).username, typing }
}

pub(crate) fn connect(hub: &Hub, id: i64) -> Ear {
    hub.subscribe(&person(id), None).unwrap()
}

pub(crate) fn connect_in(hub: &Hub, id: i64, session: i64) -> Ear {
    connect_with(hub, id, SessionId(session).into())
}

pub(crate) fn connect_with(hub: &Hub, id: i64, credential: Credential) -> Ear {
    hub.subscribe(&person(id), Some(credential)).unwrap()
}

/// What comes next, waiting for it.
pub(crate) async fn next(ear: &mut Ear) -> Delivery {
    let waited = tokio::time::timeout(Duration::from_secs(30), ear.next()).await;
    waited.expect("something is told").expect("the connection goes on")
}

/// Everything that waits now.
pub(crate) fn waiting(ear: &mut Ear) -> Vec<Delivery> {
    std::iter::from_fn(|| ear.next().now_or_never().flatten()).collect()
}

/// The positions of the events among deliveries that must all be events.
pub(crate) fn positions(deliveries: &[Delivery]) -> Vec<i64> {
    let position = |delivery: &Delivery| match delivery {
        Delivery::Event(event) => event.pos.0,
        other => panic!("{other:?} is no event"),
    };
    deliveries.iter().map(position).collect()
}

/// The whispers among deliveries that must all be whispers.
pub(crate) fn whispers(deliveries: Vec<Delivery>) -> Vec<Whisper> {
    let whisper = |delivery| match delivery {
        Delivery::Whisper(whisper) => whisper,
        other => panic!("{other:?} is no whisper"),
    };
    deliveries.into_iter().map(whisper).collect()
}
