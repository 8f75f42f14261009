//! Every shape that goes over the wire, in JSON. Domain types are not serialised: what clients see is decided here.

mod account;
mod audit;
mod client_frame;
mod conversation;
mod event;
mod export;
mod invitation;
mod member;
mod message;
mod moderation;
mod password;
mod problem;
mod report;
mod server_frame;
mod sign_up;
mod status;
mod time;
mod token;
mod user;

pub(crate) use self::account::{Confirmation, Credentials, Leave, Me, PageSettings, Profile, Root, Session, Sessions};
pub(crate) use self::audit::{AuditEntry, AuditPage};
pub(crate) use self::client_frame::ClientFrame;
pub(crate) use self::conversation::{Conversation, ConversationPage, ReadMark};
pub(crate) use self::event::{Event, EventPage};
pub(crate) use self::export::{Everything, OwnProfile, ReadPosition};
pub use self::invitation::invitation_json;
pub(crate) use self::invitation::{Invitation, InvitationList, InvitationWish, NewInvitation};
pub(crate) use self::member::{Member, MemberChange, MemberPage, MemberWish};
pub use self::member::{member_json, members_json};
pub(crate) use self::message::{
    FoundMessage, FoundMessages, Message, MessageHistory, MessagePage, Messages, NewMessage,
};
pub(crate) use self::moderation::{DateCount, DateCounts, ListedMessage, ListedMessages, LookedAtMessage};
pub(crate) use self::password::{Change, Forgotten, Reset};
pub(crate) use self::problem::{FieldProblems, Problem};
pub(crate) use self::report::{FiledReport, Report, ReportChange, ReportPage, ReportWish};
pub(crate) use self::server_frame::ServerFrame;
pub(crate) use self::sign_up::{
    AccountState, Again, Check, CheckedFields, Detail, FirstAccount, LinkToken, Made, SignUp,
};
pub(crate) use self::status::{
    Backlog, BusStatus, Connections, Counts, DatabaseStatus, DiskStatus, Latency, Queue, Queues, Status,
};
pub(crate) use self::time::Stamp;
pub(crate) use self::token::{MadeToken, Token, TokenWish, Tokens};
pub use self::token::{made_token_json, tokens_json};
pub(crate) use self::user::{People, User};
