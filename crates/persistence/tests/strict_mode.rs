//! A server that would cut texts short in silence is refused. Alone in its file, since it changes the whole server.

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use chatapp_persistence::{Database, OpenError, Settings};
use diesel::connection::SimpleConnection;

#[test]
fn a_server_that_is_not_strict_is_refused() {
    let Some((_, url)) = support::empty_mysql("CHARACTER SET utf8mb4") else { return };
    support::on_server("", |connection| {
        connection.batch_execute("SET @@GLOBAL.sql_mode = 'NO_ENGINE_SUBSTITUTION'").unwrap();
    });
    let outcome = Database::open(&Settings::new(url.clone()));
    support::on_server("", |connection| connection.batch_execute("SET @@GLOBAL.sql_mode = DEFAULT").unwrap());
    let error = outcome.err().unwrap();
    assert!(matches!(error, OpenError::Unsuitable { .. }) && error.to_string().contains("strict mode"), "{error}");
    assert!(Database::open(&Settings::new(url)).is_ok());
}
