//! The limits of one request and its connection.

use chatapp_http::Limits;

use crate::config::values::Values;

pub(crate) fn read(values: &mut Values) -> Limits {
    let default = Limits::default();
    Limits {
        requests: values.number("requests", default.requests, "requests", 1..=1_000_000),
        body: values.number("body_limit", default.body, "bytes", 1024..=64 * 1024 * 1024),
        avatar: values.number("avatar_max_size", default.avatar, "bytes", 1024..=64 * 1024 * 1024),
        header_timeout: values.seconds("header_timeout", default.header_timeout, 1..=3600),
        body_timeout: values.seconds("body_timeout", default.body_timeout, 1..=3600),
        answer_timeout: values.seconds("answer_timeout", default.answer_timeout, 1..=3600),
        keep_alive: values.seconds("keep_alive", default.keep_alive, 1..=3600),
        tcp_user_timeout: values.seconds("tcp_user_timeout", default.tcp_user_timeout, 1..=3600),
        backlog: values.number("backlog", default.backlog, "connections", 1..=65_535),
        connections_per_worker: values.number(
            "connections_per_worker",
            default.connections_per_worker,
            "connections",
            1..=1_000_000,
        ),
    }
}
