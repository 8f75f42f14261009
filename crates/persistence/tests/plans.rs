//! No query that the contract can ask reads a whole table: each statement that the stores run is recorded, and the
//! engine is asked how it would find the rows.

#![expect(clippy::unwrap_used, reason = "test support: a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use chatapp_domain::audit::{Action, Actor, EntryId, Target, TargetKind};
use chatapp_domain::avatar::Avatar;
use chatapp_domain::calendar::Period;
use chatapp_domain::conversation::Participation;
use chatapp_domain::event::Pos;
use chatapp_domain::link::LinkHash;
use chatapp_domain::message::{Draft, MessageId, Seq};
use chatapp_domain::page::{Cursor, PageNumber};
use chatapp_domain::password::PasswordMark;
use chatapp_domain::ports::audit::AuditQuery;
use chatapp_domain::ports::invitations::NewInvitation;
use chatapp_domain::ports::moderation::MessageFilter;
use chatapp_domain::ports::reports::ReportQuery;
use chatapp_domain::ports::retention::ConversationId;
use chatapp_domain::ports::roster::Alive;
use chatapp_domain::ports::sign_ups::NewSignUp;
use chatapp_domain::ports::users::UserQuery;
use chatapp_domain::privacy::PrivacyChange;
use chatapp_domain::report::{NewReport, Reason};
use chatapp_domain::roster::{MemberChange, MemberOrder, MemberPlace, MemberSort, MemberState, NewMember, RosterQuery};
use chatapp_domain::search::SearchQuery;
use chatapp_domain::session::{Lifetime, NewSession, SessionId, SessionKey};
use chatapp_domain::token::{NewToken, Scope, TokenId, TokenName, TokenSecret};
use chatapp_domain::user::{DisplayName, Email, EmailKey, User, UserId, Username, UsernameKey};
use chatapp_testkit::builders::{self, NEW_YEAR, PASSWORD, a_size};
use chatapp_testkit::contract::Stores;
use chatapp_testkit::passwords::PlainHasher;
use diesel::connection::SimpleConnection;
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

const TABLES: [&str; 20] = [
    "users",
    "feeds",
    "conversations",
    "messages",
    "events",
    "sessions",
    "tokens",
    "blocks",
    "reports",
    "invitations",
    "sign_ups",
    "password_resets",
    "email_changes",
    "avatars",
    "retired_names",
    "search_blocks",
    "admin_log",
    "deletions",
    "abandoned_conversations",
    "message_days",
];

static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

struct Recorder;

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            SEEN.lock().unwrap().insert(query.to_string());
        }
    }
}

/// What was recorded since the last time, each statement once, with its values.
fn recorded() -> Vec<(String, Vec<String>)> {
    let mut statements = BTreeSet::new();
    let mut found = Vec::new();
    for text in std::mem::take(&mut *SEEN.lock().unwrap()) {
        let (statement, binds) = text.split_once(" -- binds: ").unwrap_or((&text, "[]"));
        // The halves of a union may stand in parentheses.
        let begins = statement.trim_start_matches([' ', '(']);
        let is_query = ["SELECT", "UPDATE", "DELETE"].iter().any(|verb| begins.starts_with(verb));
        if is_query && statements.insert(statement.to_owned()) {
            found.push((statement.to_owned(), values(binds)));
        }
    }
    found
}

/// The values in a list as diesel prints it, as SQL literals.
fn values(binds: &str) -> Vec<String> {
    let inner = binds.trim();
    let inner = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(inner);
    let (mut items, mut item, mut depth, mut quoted) = (Vec::new(), String::new(), 0, false);
    for c in inner.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                items.push(std::mem::take(&mut item));
                continue;
            }
            _ => {}
        }
        item.push(c);
    }
    items.push(item);
    items.iter().map(|item| literal(item.trim())).collect()
}

fn literal(item: &str) -> String {
    match item {
        "true" => "1".to_owned(),
        "false" => "0".to_owned(),
        text if text.starts_with('"') => format!("'{}'", text.trim_matches('"').replace('\'', "''")),
        number if number.parse::<i64>().is_ok() => number.to_owned(),
        _ => "'x'".to_owned(),
    }
}

#[derive(QueryableByName, Debug)]
struct SqliteStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName, Debug)]
#[expect(dead_code, reason = "shown when the assertion fails")]
struct MysqlStep {
    #[diesel(sql_type = Nullable<Text>)]
    table: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    r#type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_query_reads_a_whole_table() {
    set_default_instrumentation(|| Some(Box::new(Recorder))).unwrap();

    let sqlite = support::sqlite();
    everything_the_contract_asks(&support::stores(&sqlite.database)).await;
    let statements = recorded();
    assert!(statements.len() > 30, "the recorder works: {}", statements.len());
    let file = sqlite.url.sqlite_path().unwrap().to_str().unwrap();
    let mut connection = SqliteConnection::establish(file).unwrap();
    connection.batch_execute(&format!("ATTACH DATABASE '{file}-intake' AS intake")).unwrap();
    for (statement, _) in &statements {
        let plan: Vec<SqliteStep> =
            diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(&mut connection).unwrap();
        // The rows of a subquery, such as `filed`, are no table.
        let harmless = ["SCAN CONSTANT ROW", "SCAN pragma_", "SCAN (subquery-", "SCAN filed"];
        let harmless = |detail: &str| harmless.iter().any(|start| detail.starts_with(start));
        let scans = plan.iter().any(|step| step.detail.starts_with("SCAN") && !harmless(&step.detail));
        assert!(!scans, "{statement}\n{plan:#?}");
    }

    let Some(mysql) = support::mysql() else { return };
    everything_the_contract_asks(&support::stores(&mysql.database)).await;
    let statements = recorded();
    support::on_server(&mysql.name, move |connection| {
        // From all pages and not from some, and for good: plans would be others now and then.
        for table in TABLES {
            let exactly = format!("ALTER TABLE {table} STATS_AUTO_RECALC = 0, STATS_SAMPLE_PAGES = 65535");
            diesel::sql_query(exactly).execute(connection).unwrap();
        }
        diesel::sql_query(format!("ANALYZE TABLE {}", TABLES.join(", "))).execute(connection).unwrap();
        for (statement, values) in statements {
            let mut values = values.into_iter();
            let filled: String = statement
                .chars()
                .map(|c| if c == '?' { values.next().unwrap_or_else(|| "1".to_owned()) } else { c.to_string() })
                .collect();
            let plan: Vec<MysqlStep> = diesel::sql_query(format!("EXPLAIN {filled}")).load(connection).unwrap();
            let scans = plan.iter().any(|step| matches!(step.r#type.as_deref(), Some("ALL" | "index")));
            assert!(!scans, "{filled}\n{plan:#?}");
        }
    });
}

/// Fills a database so that a planner has reason to use its indexes, then calls each method of each store.
async fn everything_the_contract_asks(stores: &Stores) {
    let mut users: Vec<User> = Vec::new();
    for hundred in 0..20 {
        let names = hundred * 100..hundred * 100 + 100;
        let wishes = names.map(|n| builders::a_new_user(&format!("user{n}"))).collect();
        let made = stores.users.create_many(wishes).await.unwrap();
        users.extend(made.into_iter().map(Result::unwrap));
    }
    let (ada, bob) = (&users[0], &users[1]);
    let mut sends = tokio::task::JoinSet::new();
    for n in 0..6_000 {
        let (sender, recipient) = (&users[n % 40], &users[(n * 7 + n / 40) % 400]);
        let draft = builders::a_keyed_draft(sender, recipient, "hello", &format!("key-{n}"));
        let messages = stores.messages.clone();
        sends.spawn(async move { messages.append(draft, Box::new(|_| ())).await.unwrap() });
        if n % 200 == 0 {
            while sends.join_next().await.is_some() {}
        }
    }
    while sends.join_next().await.is_some() {}
    let send = async |text| stores.messages.append(builders::a_draft(ada, bob, text), Box::new(|_| ())).await.unwrap();
    send("one").await;
    send("two").await;
    let place = Participation::of(ada.identity(), bob.identity());
    let other = Participation::of(bob.identity(), ada.identity());
    SEEN.lock().unwrap().clear();

    let key = SessionKey([7; 32]);
    let session = |key| NewSession {
        key,
        user: ada.id,
        password: PasswordMark::of(&PlainHasher::hash_of(PASSWORD)),
        opened_at: NEW_YEAR,
        device: "test".to_owned(),
        address: "127.0.0.1".to_owned(),
    };
    let lifetime = Lifetime::default();
    for n in 0..100 {
        stores.sessions.open(session(SessionKey([n + 100; 32]))).await.unwrap();
    }
    for (n, user) in (0..100).zip(&users[100..]) {
        for m in 0..5 {
            let mut key = [n; 32];
            key[0] = 200 + m;
            stores.sessions.open(NewSession { user: user.id, ..session(SessionKey(key)) }).await.unwrap();
        }
    }
    stores.sessions.open(session(key)).await.unwrap();
    stores.sessions.find(key, NEW_YEAR, lifetime).await.unwrap().unwrap();
    stores.sessions.touch(key, NEW_YEAR.after(Duration::from_secs(1))).await.unwrap();
    stores.sessions.change_key(SessionKey([1; 32]), SessionKey([2; 32])).await.unwrap();
    stores.sessions.ended_among(vec![SessionId(1), SessionId(2)], NEW_YEAR, lifetime).await.unwrap();
    stores.sessions.list(ada.id).await.unwrap();
    stores.sessions.close(key).await.unwrap();
    assert!(stores.sessions.close_one(ada.id, SessionId(1)).await.unwrap());
    stores.sessions.close_all(bob.id, None).await.unwrap();
    stores.sessions.purge(NEW_YEAR, lifetime).await.unwrap();

    let zoe = builders::a_user(&*stores.users, "zoe").await;
    stores.users.identify("user7").await.unwrap().unwrap();
    stores.users.identify_all(&["user8", "user9", "zoe"].map(str::to_owned)).await.unwrap();
    let (old, new) = (PlainHasher::hash_of(PASSWORD), PlainHasher::hash_of("the same, made anew"));
    assert!(stores.users.renew_hash(zoe.id, old, new).await.unwrap());
    stores.users.by_name("user7").await.unwrap().unwrap();
    stores.users.by_id(ada.id).await.unwrap().unwrap();
    stores.users.credentials(&UsernameKey::of("User7")).await.unwrap().unwrap();
    let everyone = UserQuery { except: ada.id, prefix: None, after: Some("user3".to_owned()), limit: 20 };
    stores.users.list(everyone.clone()).await.unwrap();
    stores.users.list(UserQuery { prefix: Some("user19".to_owned()), ..everyone }).await.unwrap();
    stores.users.set_password(ada.id, PlainHasher::hash_of("another one"), None).await.unwrap();
    stores.users.set_display_name(ada.id, DisplayName::parse("Ada L.").unwrap()).await.unwrap();
    stores.users.set_active(ada.id, true).await.unwrap();
    for user in &users[..200] {
        stores.avatars.put(user.id, Avatar::from_jpeg(vec![1, 2, 3])).await.unwrap();
    }
    stores.avatars.of("user7").await.unwrap().unwrap();
    stores.avatars.remove(users[8].id).await.unwrap();

    let everyone: Vec<UserId> = users[..100].iter().map(|user| user.id).collect();
    stores.users.privacy_of(everyone.clone()).await.unwrap();
    let change = PrivacyChange { receipts: Some(true), presence: Some(false) };
    stores.users.set_privacy(UserId(ada.id.0 + 5), change).await.unwrap();
    stores.users.note_seen(everyone, NEW_YEAR).await.unwrap();

    stores.sessions.confirm(SessionId(3), NEW_YEAR).await.unwrap();
    stores.sessions.confirmed_at(SessionId(3)).await.unwrap();
    the_log(stores, ada).await;
    the_roster(stores, ada).await;
    sign_ups_and_links(stores, ada).await;
    tokens(stores, &users).await;
    blocks(stores, &users).await;
    reports(stores, &users).await;

    moderation(stores, &users).await;

    for user in &users[1900..] {
        stores.messages.append(builders::a_draft(user, user, "a note"), Box::new(|_| ())).await.unwrap();
        stores.departures.depart(user.id, None).await.unwrap();
    }
    while stores.departures.clear_out().await.unwrap() {}

    send("three").await;
    stores.messages.find(ada.id, vec![MessageId(5)]).await.unwrap();
    stores.messages.find(ada.id, (1..50).map(MessageId).collect()).await.unwrap();
    stores.messages.history(&place, Cursor::After(Seq(1)), a_size(50)).await.unwrap();
    stores.messages.history(&place, Cursor::Before(Seq(i64::MAX)), a_size(15)).await.unwrap();
    stores.messages.page(&place, PageNumber::Number(1), a_size(15)).await.unwrap();
    stores.messages.extent(ada.id).await.unwrap();
    stores.messages.between(ada.id, Pos(3), Pos(200), a_size(20)).await.unwrap();
    stores.messages.page_of_all(ada.id, PageNumber::Number(2), a_size(15)).await.unwrap();

    while stores.search.index_next(ada.id).await.unwrap() {}
    stores.search.lagging(UserId(0), 500).await.unwrap();
    for (text, peer) in [("hello", None), ("three x", Some(users[1].id)), ("京", None)] {
        let query = SearchQuery::parse(text).unwrap();
        stores.search.search(&ada.identity(), &query, peer, None, a_size(5)).await.unwrap();
        stores.search.search(&ada.identity(), &query, peer, Some(Pos(90)), a_size(5)).await.unwrap();
    }

    assert_eq!(stores.conversations.list(&ada.identity(), None, a_size(50)).await.unwrap().len(), 50);
    assert!(stores.conversations.list(&users[50].identity(), None, a_size(50)).await.unwrap().len() < 50);
    stores.conversations.list(&ada.identity(), Some(Pos(100)), a_size(50)).await.unwrap();
    stores.conversations.mark_read(&other, Seq(1), Box::new(|_| ())).await.unwrap().unwrap();
    stores.conversations.mark_read(&place, Seq(1), Box::new(|_| ())).await.unwrap().unwrap();
    assert!(stores.conversations.mark_delivered(&other, Seq(2), Box::new(|_| ())).await.unwrap());
    assert!(stores.conversations.mark_delivered(&place, Seq(2), Box::new(|_| ())).await.unwrap());
    stores.conversations.find(&place).await.unwrap().unwrap();
    stores.conversations.find(&other).await.unwrap().unwrap();

    stores.events.epoch().await.unwrap();
    stores.events.latest(ada.id).await.unwrap();
    stores.events.latest_of(users[..100].iter().map(|user| user.id).collect()).await.unwrap();
    stores.events.after(ada.id, Pos(3), 100).await.unwrap();
    stores.events.position_of(ada.id, MessageId(5)).await.unwrap();
    stores.events.purge(NEW_YEAR).await.unwrap();
    stores.health.check().await.unwrap();
}

/// Each list from its beginning and from its middle, a few hundred deletions, and old messages.
async fn moderation(stores: &Stores, users: &[User]) {
    while stores.moderation.count_ahead().await.unwrap() {}
    let (one, other) = (Some(users[3].id), Some(users[21].id));
    let period = Period::of(2026, Some(1), Some(1));
    let words = SearchQuery::parse("hello").ok();
    let name = Some(UsernameKey::of("user3"));
    let all = MessageFilter::default();
    for filter in [
        all.clone(),
        MessageFilter { sender: one, ..all.clone() },
        MessageFilter { recipient: other, ..all.clone() },
        MessageFilter { sender: one, recipient: other, ..all.clone() },
        MessageFilter { period, ..all.clone() },
        MessageFilter { words, ..all.clone() },
        MessageFilter { name, ..all },
    ] {
        let first = stores.moderation.list(filter.clone(), None, a_size(20)).await.unwrap();
        stores.moderation.list(filter, first.next, a_size(20)).await.unwrap();
    }
    for (sender, recipient) in [(None, None), (one, None), (None, other), (one, other)] {
        stores.moderation.days(sender, recipient).await.unwrap();
    }
    assert!(stores.moderation.is_a_name(&UsernameKey::of("user3")).await.unwrap());
    for id in 1..300 {
        let by = Actor::command_line(NEW_YEAR);
        stores.moderation.delete(MessageId(id), by, Box::new(|_| ())).await.unwrap();
    }
    stores.moderation.find(MessageId(301)).await.unwrap().unwrap();
    let old = NEW_YEAR.before(Duration::from_secs(3_600));
    for sender in &users[500..502] {
        for _ in 0..3 {
            let draft = Draft { at: old, ..builders::a_draft(sender, &users[600], "long ago") };
            stores.messages.append(draft, Box::new(|_| ())).await.unwrap();
        }
    }
    let before = NEW_YEAR.before(Duration::from_secs(60));
    stores.retention.count_old(before, ConversationId(0)).await.unwrap();
    let mut after = Some(ConversationId(0));
    while let Some(from) = after {
        after = stores.retention.sweep(before, from).await.unwrap().next;
    }
}

/// Of many messages, and then each method.
async fn reports(stores: &Stores, users: &[User]) {
    for reporter in &users[..40] {
        let known = stores.messages.find(reporter.id, (1..2_000).map(MessageId).collect()).await.unwrap();
        for message in known.iter().filter(|message| message.sender.id != reporter.id) {
            let new = NewReport {
                message: message.id,
                reporter: reporter.id,
                reason: Reason::default(),
                created_at: NEW_YEAR,
            };
            stores.reports.file(new).await.unwrap();
        }
    }
    let first = stores.reports.list(ReportQuery { limit: 1, ..ReportQuery::default() }).await.unwrap();
    let (before, by) = (Some(first[0].id), builders::an_actor(&users[0]));
    stores.reports.set_closed(first[0].id, true, by).await.unwrap().unwrap();
    for is_open in [None, Some(true), Some(false)] {
        stores.reports.list(ReportQuery { is_open, before, limit: 20 }).await.unwrap();
    }
    stores.reports.set_closed(first[0].id, false, by).await.unwrap().unwrap();
}

/// A few around each of many people, and then each method, and a send between two who are kept apart.
async fn blocks(stores: &Stores, users: &[User]) {
    for (number, user) in users[..400].iter().enumerate() {
        for offset in 1..4 {
            stores.blocks.add(user.id, users[(number + offset * 7) % 400].id, NEW_YEAR).await.unwrap();
        }
    }
    let (one, other) = (&users[0], &users[7]);
    assert!(stores.blocks.keeps_apart(one.id, other.id).await.unwrap());
    stores.blocks.around(one.id).await.unwrap();
    stores.blocks.list(one.id).await.unwrap();
    let draft = builders::a_keyed_draft(other, one, "hello", "a-key-of-its-own");
    stores.messages.append(draft, Box::new(|_| ())).await.unwrap_err();
    stores.blocks.remove(one.id, other.id).await.unwrap();
}

/// A few for each of many people, and then each method.
async fn tokens(stores: &Stores, users: &[User]) {
    for (number, user) in (0..250).zip(users.iter().cycle().take(250)) {
        let secret = TokenSecret::from_random([number; 32]);
        let new = NewToken {
            key: secret.key(),
            prefix: secret.prefix().to_owned(),
            user: user.id,
            name: TokenName::parse("backup").unwrap(),
            scope: Scope::Read,
            created_at: NEW_YEAR,
            expires_at: Some(NEW_YEAR.after(Duration::from_secs(60 + u64::from(number)))),
        };
        stores.tokens.add(new).await.unwrap();
    }
    let key = TokenSecret::from_random([7; 32]).key();
    stores.tokens.find(key, NEW_YEAR).await.unwrap().unwrap();
    stores.tokens.touch(key, NEW_YEAR).await.unwrap();
    stores.tokens.list(users[7].id).await.unwrap();
    stores.tokens.ended_among(vec![TokenId(1), TokenId(2)], NEW_YEAR).await.unwrap();
    assert!(stores.tokens.remove(users[0].id, TokenId(1)).await.unwrap());
    stores.tokens.remove_all(users[9].id).await.unwrap();
    stores.tokens.purge(NEW_YEAR.after(Duration::from_secs(60))).await.unwrap();
}

/// A few hundred of each, and then each method.
async fn sign_ups_and_links(stores: &Stores, ada: &User) {
    let end = NEW_YEAR.after(Duration::from_secs(60));
    let token = |n: usize| LinkHash::of(&format!("token {n}"));
    let address = |n: usize| Email::parse(&format!("user{n}@example.org")).unwrap();
    for n in 0..200 {
        let invitation =
            NewInvitation { token: token(n), email: address(n), by: builders::an_actor(ada), expires_at: end };
        stores.invitations.add(invitation).await.unwrap();
        let sign_up = NewSignUp {
            token: token(n),
            username: Username::parse(&format!("wants{n}")).unwrap(),
            email: address(n),
            password: PlainHasher::hash_of("a password"),
            invitation: Some(token(n)),
            at: NEW_YEAR,
            expires_at: end,
        };
        stores.sign_ups.reserve(sign_up).await.unwrap();
        stores.recovery.propose_email(UserId(ada.id.0 + 1), &address(n), token(n), end).await.unwrap();
    }
    stores.sign_ups.has_anybody().await.unwrap();
    stores.sign_ups.who_has(&Username::parse("wants7x").unwrap(), NEW_YEAR).await.unwrap();
    stores.sign_ups.create_first(builders::a_new_user("first")).await.unwrap_err();
    stores.sign_ups.confirm(token(3), NEW_YEAR).await.unwrap().unwrap();
    let renew = async |name: &str, n| {
        let (name, email) = (UsernameKey::of(name), EmailKey::of(address(5).as_str()));
        stores.sign_ups.renew(&name, &email, token(n), NEW_YEAR).await.unwrap()
    };
    assert!(renew("wants5", 2005).await.is_some() && renew("nobody", 2006).await.is_none());
    stores.sign_ups.purge(NEW_YEAR).await.unwrap();
    stores.invitations.counts(token(4), &address(4), NEW_YEAR).await.unwrap();
    let listed = stores.invitations.list(10).await.unwrap();
    stores.invitations.remove(listed[0].id, builders::an_actor(ada)).await.unwrap();

    let reset = async |n| stores.recovery.begin_reset(&EmailKey::of(address(3).as_str()), token(n), end).await.unwrap();
    reset(7).await.unwrap();
    stores.recovery.reset_of(token(7), NEW_YEAR).await.unwrap().unwrap();
    stores.recovery.reset(token(7), PlainHasher::hash_of("new"), NEW_YEAR).await.unwrap().unwrap();
    stores.recovery.propose_email(ada.id, &address(1001), token(1001), end).await.unwrap();
    stores.recovery.pending_email(ada.id, NEW_YEAR).await.unwrap().unwrap();
    stores.recovery.confirm_email(token(1001), NEW_YEAR).await.unwrap().unwrap();
    stores.recovery.withdraw_email(ada.id).await.unwrap();
    stores.recovery.purge(NEW_YEAR).await.unwrap();
}

/// A few hundred entries, and each way to look for them.
async fn the_log(stores: &Stores, ada: &User) {
    for n in 0..300 {
        let action = if n % 2 == 0 { Action::UserChange } else { Action::MessageLook };
        stores.audit.write(builders::an_actor(ada).did(action, n)).await.unwrap();
    }
    let targets = Some(vec![Target { kind: TargetKind::Message, id: 3 }, Target { kind: TargetKind::User, id: 2 }]);
    let all = AuditQuery { before: Some(EntryId(200)), limit: 20, ..AuditQuery::default() };
    for query in [
        AuditQuery { actor: Some(ada.id), ..all.clone() },
        AuditQuery { action: Some(Action::MessageLook), ..all.clone() },
        AuditQuery { targets, ..all.clone() },
        all,
    ] {
        stores.audit.list(query).await.unwrap();
    }
}

/// Every list in every order, from its beginning and from a place on, found by little and by much; and each change.
async fn the_roster(stores: &Stores, ada: &User) {
    let many = (0..1100).map(|n| builders::a_new_user(&format!("many{n}"))).collect();
    stores.users.create_many(many).await.unwrap();
    let alive = Alive { now: NEW_YEAR, lifetime: Lifetime::default() };
    let states = [MemberState::Active, MemberState::Inactive, MemberState::Superuser, MemberState::Deleted];
    let (time, name) = (MemberPlace::Time(NEW_YEAR.as_micros(), 70), MemberPlace::Name("user70".to_owned()));
    for (by, place) in [(MemberSort::Username, name), (MemberSort::Joined, time.clone()), (MemberSort::LastLogin, time)]
    {
        for descending in [false, true] {
            let order = MemberOrder { by, descending };
            for state in states.map(Some).into_iter().chain([None]) {
                for after in [None, Some(place.clone())] {
                    for search in [None, Some("user19".to_owned()), Some("many".to_owned())] {
                        let query = RosterQuery { search, state, order, after: after.clone(), limit: 20 };
                        stores.roster.list(query, alive).await.unwrap();
                    }
                }
            }
        }
    }
    stores.roster.find("user7", alive).await.unwrap().unwrap();
    let by = builders::an_actor(ada);
    let display_name = DisplayName::parse("Grace Hopper").unwrap();
    let new = NewMember { user: builders::a_new_user("grace"), display_name };
    let grace = stores.roster.add(new, by).await.unwrap();
    let change = MemberChange {
        is_active: Some(false),
        is_superuser: Some(true),
        display_name: Some(DisplayName::default()),
        email: Some(Email::parse("grace@example.org").unwrap()),
    };
    stores.roster.change(grace.id, change, by).await.unwrap();
    stores.roster.set_password(grace.id, PlainHasher::hash_of("another one"), by).await.unwrap();
    stores.roster.end_sessions(grace.id, by).await.unwrap();
}
