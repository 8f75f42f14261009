//! Lists of people. In any order, and of any state, the next page begins at a place in an index: users are indexed by what
//! became of their accounts (`standing`) and then by each thing that lists are sorted by.

use std::collections::HashMap;

use chatapp_domain::ports::roster::Alive;
use chatapp_domain::roster::{Member, MemberPlace, MemberSort, MemberState, RosterQuery};
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{EmailKey, User, UserId, UsernameKey};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::connection::{AnyConnection, on_engine};
use crate::rows::{USER, UserRow, columns};
use crate::schema::{sessions, users};

diesel::define_sql_function! {
    /// Where the second text begins in the first, from 1; 0: nowhere. Both engines have it.
    fn instr(text: Text, part: Text) -> BigInt;
}

/// Somebody, when they last logged in, and what they are searched by.
type Row = (UserRow, i64, Keys);

/// A username, a display name and, if it is theirs to be found by, an address: as they are compared.
type Keys = (String, String, Option<String>);

columns!(KEYS, users: username_key, display_key, email_key);

/// Who is found by a search.
enum Found {
    Everyone,
    /// So few that they are sorted by themselves.
    These(Vec<i64>),
    /// So many that looking at everyone in their order soon finds some. It is done here: of one query a planner might make
    /// a walk in any other order.
    Many(Wanted),
}

/// How names and addresses begin that are searched for.
struct Wanted {
    name: String,
    past_name: String,
    /// A word within a name.
    word: String,
    email: String,
    past_email: String,
}

/// More than so many are not gathered.
const FEW: i64 = 1000;

/// How many people are looked at in one query.
const AT_ONCE: i64 = 1000;

/// A part of everyone that an index has in the order of each list.
#[derive(Clone, Copy)]
enum Part {
    Standing(i16),
    Superusers,
}

pub(super) fn list(connection: &mut AnyConnection, query: &RosterQuery, alive: Alive) -> QueryResult<Vec<Member>> {
    let found = match query.search.as_deref().and_then(Wanted::of) {
        None => Found::Everyone,
        Some(wanted) => find_all(connection, wanted)?,
    };
    let mut members = Vec::new();
    for part in parts(query.state) {
        members.extend(some_of(connection, query, &found, *part)?);
    }
    members.sort_by_key(|member| place(query, member));
    if query.order.descending {
        members.reverse();
    }
    members.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    count_sessions(connection, &mut members, alive)?;
    Ok(members)
}

pub(super) fn find(connection: &mut AnyConnection, name: &str, alive: Alive) -> QueryResult<Option<Member>> {
    let this = users::table.filter(users::username.eq(name)).select((USER, users::last_login, KEYS));
    let row: Option<Row> = on_engine!(connection, c => this.first(c)).optional()?;
    let mut found: Vec<Member> = row.into_iter().map(member).collect();
    count_sessions(connection, &mut found, alive)?;
    Ok(found.pop())
}

fn parts(state: Option<MemberState>) -> &'static [Part] {
    match state {
        None => &[Part::Standing(0), Part::Standing(1), Part::Standing(2)],
        Some(MemberState::Active) => &[Part::Standing(0)],
        Some(MemberState::Inactive) => &[Part::Standing(1)],
        Some(MemberState::Deleted) => &[Part::Standing(2)],
        Some(MemberState::Superuser) => &[Part::Superusers],
    }
}

fn member((row, last_login, _): Row) -> Member {
    let last_login = Some(last_login).filter(|at| *at > 0).map(Timestamp::from_micros);
    Member { user: User::from(row), last_login, sessions: 0 }
}

/// What people are sorted by.
fn place(query: &RosterQuery, member: &Member) -> (i64, i64, Vec<u8>) {
    match query.order.place_of(member) {
        MemberPlace::Name(name) => (0, 0, name.into_bytes()),
        MemberPlace::Time(time, id) => (time, id, Vec::new()),
    }
}

/// Sorts by a time, from behind a place on.
macro_rules! by_time {
    ($wanted:ident, $column:expr, $query:ident) => {{
        let id = users::id;
        if let Some(MemberPlace::Time(time, after)) = $query.after {
            $wanted = if $query.order.descending {
                $wanted.filter($column.le(time).and($column.lt(time).or(id.lt(after))))
            } else {
                $wanted.filter($column.ge(time).and($column.gt(time).or(id.gt(after))))
            };
        }
        if $query.order.descending {
            $wanted.order(($column.desc(), id.desc()))
        } else {
            $wanted.order(($column.asc(), id.asc()))
        }
    }};
}

fn some_of(connection: &mut AnyConnection, query: &RosterQuery, found: &Found, part: Part) -> QueryResult<Vec<Member>> {
    let wanted = match found {
        Found::Everyone => return Ok(rows(connection, query, None, part)?.into_iter().map(member).collect()),
        Found::These(ids) => return Ok(rows(connection, query, Some(ids), part)?.into_iter().map(member).collect()),
        Found::Many(wanted) => wanted,
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut from = RosterQuery { limit: AT_ONCE, ..query.clone() };
    let mut members = Vec::new();
    loop {
        let rows = rows(connection, &from, None, part)?;
        let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < AT_ONCE);
        for row in rows {
            let is_found = wanted.is_in(&row.2);
            let member = member(row);
            from.after = Some(query.order.place_of(&member));
            if is_found {
                members.push(member);
            }
        }
        if is_last || members.len() >= limit {
            return Ok(members);
        }
    }
}

fn rows(connection: &mut AnyConnection, query: &RosterQuery, ids: Option<&[i64]>, part: Part) -> QueryResult<Vec<Row>> {
    on_engine!(connection, c => {
        let mut wanted = users::table.select((USER, users::last_login, KEYS)).limit(query.limit).into_boxed();
        wanted = match part {
            Part::Standing(standing) => wanted.filter(users::standing.eq(standing)),
            Part::Superusers => wanted.filter(users::is_superuser.eq(true)),
        };
        if let Some(ids) = ids {
            wanted = wanted.filter(users::id.eq_any(ids));
        }
        wanted = match query.order.by {
            MemberSort::Joined => by_time!(wanted, users::joined_at, query),
            MemberSort::LastLogin => by_time!(wanted, users::last_login, query),
            MemberSort::Username => {
                if let Some(MemberPlace::Name(after)) = &query.after {
                    wanted = if query.order.descending {
                        wanted.filter(users::username.lt(after))
                    } else {
                        wanted.filter(users::username.gt(after))
                    };
                }
                if query.order.descending {
                    wanted.order(users::username.desc())
                } else {
                    wanted.order(users::username.asc())
                }
            }
        };
        wanted.load::<Row>(c)
    })
}

impl Wanted {
    /// Nothing: everyone begins so.
    fn of(text: &str) -> Option<Self> {
        let (name, email) = (UsernameKey::of(text), EmailKey::of(text));
        let past = |text: &str| format!("{text}\u{10ffff}");
        (!name.as_str().is_empty()).then(|| Self {
            name: name.as_str().to_owned(),
            past_name: past(name.as_str()),
            word: format!(" {}", name.as_str()),
            email: email.as_str().to_owned(),
            past_email: past(email.as_str()),
        })
    }

    /// Whether somebody is found, as the queries find them.
    fn is_in(&self, (name, display_name, email): &Keys) -> bool {
        name.starts_with(&self.name)
            || display_name.starts_with(&self.name)
            || display_name.contains(&self.word)
            || email.as_ref().is_some_and(|email| email.starts_with(&self.email))
    }
}

fn find_all(connection: &mut AnyConnection, wanted: Wanted) -> QueryResult<Found> {
    let Wanted { name, past_name, word, email, past_email } = &wanted;
    let all = || users::table.select(users::id).limit(FEW);
    let by_name = all().filter(users::username_key.ge(name).and(users::username_key.lt(past_name)));
    let by_display = all().filter(users::display_key.ge(name).and(users::display_key.lt(past_name)));
    // Reads the names of an index, not the rows, and only of those who have a second name.
    let by_word = all().filter(users::display_key.gt("").and(instr(users::display_key, word).gt(0)));
    let by_email = all().filter(users::email_key.ge(email).and(users::email_key.lt(past_email)));
    let mut ids = Vec::new();
    let groups: [Vec<i64>; 4] = on_engine!(connection, c => [
        by_name.load(c)?, by_display.load(c)?, by_word.load(c)?, by_email.load(c)?,
    ]);
    for group in groups {
        if i64::try_from(group.len()).is_ok_and(|count| count >= FEW) {
            return Ok(Found::Many(wanted));
        }
        ids.extend(group);
    }
    Ok(Found::These(ids))
}

fn count_sessions(connection: &mut AnyConnection, members: &mut [Member], alive: Alive) -> QueryResult<()> {
    // Sessions of nobody would be looked for in the whole table.
    if members.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = members.iter().map(|member| member.user.id.0).collect();
    let (idle, absolute) = (alive.now.before(alive.lifetime.idle), alive.now.before(alive.lifetime.absolute));
    let theirs = sessions::table
        .filter(sessions::user_id.eq_any(ids))
        .filter(sessions::used_at.gt(idle.as_micros()).and(sessions::opened_at.gt(absolute.as_micros())))
        .group_by(sessions::user_id)
        .select((sessions::user_id, count_star()));
    let counts: Vec<(i64, i64)> = on_engine!(connection, c => theirs.load(c)?);
    let counts: HashMap<UserId, i64> = counts.into_iter().map(|(id, count)| (UserId(id), count)).collect();
    for member in members {
        member.sessions = counts.get(&member.user.id).copied().unwrap_or_default();
    }
    Ok(())
}
