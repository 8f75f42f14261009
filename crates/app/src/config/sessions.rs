//! How long a log-in lasts.

use std::time::Duration;

use chatapp_domain::session::Lifetime;

use crate::config::values::Values;

pub(crate) fn read(values: &mut Values) -> Lifetime {
    let default = Lifetime::default();
    let year = Duration::from_secs(366 * 24 * 60 * 60).as_secs();
    // Shorter than the beat at which use is noted, and sessions in use would end.
    let shortest = 2 * Lifetime::TOUCH_EVERY.as_secs();
    Lifetime {
        idle: values.seconds("session_idle", default.idle, shortest..=year),
        absolute: values.seconds("session_absolute", default.absolute, shortest..=year),
    }
}
