//! What a client asks for when it opens a socket: which frames, and from where on.

use actix_web::HttpRequest;
use actix_web::http::header;
use chatapp_domain::event::Pos;
use chatapp_domain::message::MessageId;

use crate::path::number;
use crate::query::Query;

/// The subprotocol's name.
pub(super) const V1: &str = "chatapp.v1";

/// Which frames are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The original's: only `{"message": "<id>"}`.
    Plain,
    /// `chatapp.v1`.
    V1,
}

/// From where on events are sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// From now on.
    Present,
    /// After a place, of the history that the client names.
    After { epoch: Option<String>, pos: Pos },
    /// After the message that the client saw last.
    Since(MessageId),
    /// After a place that is none.
    Nowhere,
}

impl Dialect {
    /// The client's wish. Other protocols than ours are not spoken, so such a client gets the plain frames.
    pub(super) fn asked_for(request: &HttpRequest) -> Self {
        let lists = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|list| list.to_str().ok());
        let mut names = lists.flat_map(|list| list.split(',')).map(str::trim);
        if names.any(|name| name == V1) { Self::V1 } else { Self::Plain }
    }
}

impl Resume {
    pub(super) fn asked_for(dialect: Dialect, query: &Query) -> Self {
        match dialect {
            Dialect::Plain => {
                query.text("since").and_then(number).map_or(Self::Present, |id| Self::Since(MessageId(id)))
            }
            Dialect::V1 => {
                let Some(pos) = query.text("pos") else { return Self::Present };
                // Zero is the place before the first event.
                let pos = if pos == "0" { Some(0) } else { number(pos) };
                let epoch = query.text("epoch").map(str::to_owned);
                pos.map_or(Self::Nowhere, |pos| Self::After { epoch, pos: Pos(pos) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn dialect(protocols: &[&str]) -> Dialect {
        let request = protocols.iter().fold(TestRequest::default(), |request, protocol| {
            request.append_header((header::SEC_WEBSOCKET_PROTOCOL, *protocol))
        });
        Dialect::asked_for(&request.to_http_request())
    }

    fn resume(dialect: Dialect, query: &str) -> Resume {
        Resume::asked_for(dialect, &Query::parse(query).unwrap())
    }

    #[test]
    fn the_subprotocol_is_asked_for_by_name() {
        assert_eq!(dialect(&[]), Dialect::Plain);
        assert_eq!(dialect(&["other"]), Dialect::Plain);
        assert_eq!(dialect(&["other, chatapp.v1"]), Dialect::V1);
        assert_eq!(dialect(&["other", "chatapp.v1"]), Dialect::V1);
    }

    #[test]
    fn each_dialect_resumes_in_its_own_way() {
        assert_eq!(resume(Dialect::Plain, "since=7&pos=3"), Resume::Since(MessageId(7)));
        assert_eq!(resume(Dialect::Plain, "session_key=${sessionKey}&since=x"), Resume::Present);
        let after = |epoch: Option<&str>, pos| Resume::After { epoch: epoch.map(str::to_owned), pos: Pos(pos) };
        assert_eq!(resume(Dialect::V1, "epoch=e&pos=3&since=7"), after(Some("e"), 3));
        assert_eq!(resume(Dialect::V1, "pos=0"), after(None, 0));
        assert_eq!(resume(Dialect::V1, "epoch=e"), Resume::Present);
        assert_eq!(resume(Dialect::V1, "epoch=e&pos=-1"), Resume::Nowhere);
    }
}
