//! The look of names that were stored before looks were: it is computed here, since no database can.

use chatapp_domain::naming::Look;
use chatapp_domain::user::Username;
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::schema::users;
use crate::writer::in_transaction;

/// How many rows one transaction changes.
const AT_ONCE: i64 = 500;

/// Gives every name its look. Whoever is interrupted goes on the next time.
pub(crate) fn fill_in(connection: &mut AnyConnection) -> QueryResult<()> {
    while in_transaction(connection, fill_some)? > 0 {}
    Ok(())
}

fn fill_some(connection: &mut AnyConnection) -> QueryResult<usize> {
    let lacking = users::table.filter(users::look.is_null()).limit(AT_ONCE).select((users::id, users::username));
    let rows: Vec<(i64, String)> = lacking.load(connection)?;
    for (id, name) in &rows {
        let look = Look::of(&Username::from_store(name.as_str()));
        let user = diesel::update(users::table.find(*id));
        user.set(users::look.eq(Some(look.0.to_vec()))).execute(connection)?;
    }
    Ok(rows.len())
}
