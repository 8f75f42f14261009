//! Every shape that goes over the wire, in JSON. Domain types are not serialised: what clients see is decided here.

mod account;
mod client_frame;
mod conversation;
mod event;
mod message;
mod problem;
mod server_frame;
mod time;
mod user;

pub(crate) use self::account::{Credentials, Me, PageSettings, Profile, Root, Session, Sessions};
pub(crate) use self::client_frame::ClientFrame;
pub(crate) use self::conversation::{Conversation, ConversationPage, ReadMark};
pub(crate) use self::event::{Event, EventPage};
pub(crate) use self::message::{Message, MessageHistory, MessagePage, Messages, NewMessage};
pub(crate) use self::problem::{FieldProblems, Problem};
pub(crate) use self::server_frame::ServerFrame;
pub(crate) use self::time::Stamp;
pub(crate) use self::user::User;
