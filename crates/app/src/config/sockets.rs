//! The limits of one WebSocket. How many there may be is the hub's to say, here and there alike.

use std::time::Duration;

use chatapp_http::SocketSettings;

use crate::config::values::Values;

pub(crate) fn read(values: &mut Values, most: usize) -> SocketSettings {
    let default = SocketSettings::default();
    let gap_wait = u64::try_from(default.gap_wait.as_millis()).unwrap_or(u64::MAX);
    let sockets = SocketSettings {
        max_open: most,
        ping_every: values.seconds("socket_ping", default.ping_every, 1..=3600),
        idle_timeout: values.seconds("socket_idle", default.idle_timeout, 2..=7200),
        send_timeout: values.seconds("socket_send_timeout", default.send_timeout, 1..=3600),
        max_frame: values.number("socket_frame_limit", default.max_frame, "bytes", 128..=1024 * 1024),
        max_frames: values.number("socket_frames", default.max_frames, "frames", 1..=100_000),
        frame_window: values.seconds("socket_frames_window", default.frame_window, 1..=3600),
        gap_wait: Duration::from_millis(values.number("socket_gap_wait", gap_wait, "milliseconds", 0..=10_000)),
        store_patience: values.seconds("socket_store_patience", default.store_patience, 1..=3600),
        close_spread: values.seconds("socket_close_spread", default.close_spread, 0..=60),
    };
    if sockets.idle_timeout <= sockets.ping_every {
        values
            .problem("socket_idle", "must be longer than socket_ping, or healthy sockets are closed between two pings");
    }
    sockets
}
