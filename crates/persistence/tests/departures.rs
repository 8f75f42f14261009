//! What a database still holds of somebody who is gone: nothing that says who it was.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[expect(dead_code, reason = "shared with other tests, which use the rest")]
mod support;

use std::time::Duration;

use chatapp_domain::avatar::Avatar;
use chatapp_domain::link::LinkHash;
use chatapp_domain::password::{PasswordHash, PasswordMark};
use chatapp_domain::ports::invitations::NewInvitation;
use chatapp_domain::session::{NewSession, SessionKey};
use chatapp_domain::user::{DisplayName, Email, EmailKey, NewUser};
use chatapp_testkit::builders::{NEW_YEAR, a_draft, a_new_user, an_actor};
use chatapp_testkit::contract::Stores;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// Whatever says who it was, as it stands in the database.
fn traces() -> Vec<Vec<u8>> {
    let texts = [
        "augusta.ada",
        "ada.address@",
        "ada.wanted@",
        "ada.friend@",
        "Countess of Lovelace",
        "countess of lovelace",
        "hash-of-adas-password",
        "Adas telephone",
        "2001:db8::ada",
        "a note of ada to herself",
        "this is adas picture",
    ];
    let mut traces: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    traces.extend(["adas reset", "adas change", "adas invitation"].map(|token| LinkHash::of(token).0.to_vec()));
    traces.push([0xad; 32].to_vec());
    traces
}

/// What stays: it is the other one's.
const STAYS: &str = "what ada said to bob";

async fn ada_has_been_here(stores: &Stores) -> chatapp_domain::user::UserId {
    let email = Email::parse("ada.address@example.org").unwrap();
    let password = PasswordHash("hash-of-adas-password".to_owned());
    let wish = NewUser { email, password: password.clone(), ..a_new_user("augusta.ada") };
    let (ada, bob) = (stores.users.create(wish).await.unwrap(), stores.users.create(a_new_user("bob")).await.unwrap());
    stores.users.set_display_name(ada.id, DisplayName::parse("Countess of Lovelace").unwrap()).await.unwrap();
    let picture = b"this is adas picture ".repeat(2000);
    assert!(stores.avatars.put(ada.id, Avatar::from_jpeg(picture)).await.unwrap());
    let session = NewSession {
        key: SessionKey([0xad; 32]),
        user: ada.id,
        password: PasswordMark::of(&password),
        opened_at: NEW_YEAR,
        device: "Adas telephone".to_owned(),
        address: "2001:db8::ada".to_owned(),
    };
    stores.sessions.open(session).await.unwrap().unwrap();
    let (end, token) = (NEW_YEAR.after(Duration::from_secs(60)), LinkHash::of);
    stores.recovery.begin_reset(&EmailKey::of(&ada.email), token("adas reset"), end).await.unwrap().unwrap();
    let wanted = Email::parse("ada.wanted@example.org").unwrap();
    stores.recovery.propose_email(ada.id, &wanted, token("adas change"), end).await.unwrap();
    let invitation = NewInvitation {
        token: token("adas invitation"),
        email: Email::parse("ada.friend@example.org").unwrap(),
        by: an_actor(&ada),
        expires_at: end,
    };
    stores.invitations.add(invitation).await.unwrap();
    for draft in [a_draft(&ada, &bob, STAYS), a_draft(&ada, &ada, "a note of ada to herself")] {
        stores.messages.append(draft, Box::new(|_| ())).await.unwrap();
    }
    ada.id
}

async fn ada_leaves(stores: &Stores, ada: chatapp_domain::user::UserId) {
    stores.departures.depart(ada, None).await.unwrap();
    while stores.departures.clear_out().await.unwrap() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_file_says_who_somebody_was() {
    let scratch = support::sqlite();
    let stores = support::stores(&scratch.database);
    let path = scratch.url.sqlite_path().unwrap().to_owned();
    let content = || {
        // What is in the log goes into the file.
        let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        std::fs::read(&path).unwrap()
    };
    let holds = |content: &[u8], trace: &[u8]| content.windows(trace.len()).any(|window| window == trace);
    let ada = ada_has_been_here(&stores).await;
    let before = content();
    for trace in traces() {
        assert!(holds(&before, &trace), "the search works: {}", String::from_utf8_lossy(&trace));
    }
    ada_leaves(&stores, ada).await;
    let after = content();
    for trace in traces() {
        assert!(!holds(&after, &trace), "{}", String::from_utf8_lossy(&trace));
    }
    assert!(holds(&after, STAYS.as_bytes()));
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// In how many rows of all tables each of these stands.
fn rows_with(database: &str, traces: Vec<Vec<u8>>) -> Vec<i64> {
    let (send, found) = std::sync::mpsc::channel();
    let schema = database.to_owned();
    support::on_server(database, move |connection| {
        let columns: Vec<Column> = diesel::sql_query(format!(
            "SELECT CAST(table_name AS CHAR) AS place, CAST(column_name AS CHAR) AS name \
             FROM information_schema.columns WHERE table_schema = '{schema}'"
        ))
        .load(connection)
        .unwrap();
        assert!(columns.len() > 50, "the search works");
        for trace in traces {
            let hex: String = trace.iter().map(|byte| format!("{byte:02x}")).collect();
            let mut rows = 0;
            for Column { place, name } in &columns {
                let query = format!(
                    "SELECT COUNT(*) AS count FROM `{place}` WHERE INSTR(CAST(`{name}` AS BINARY), X'{hex}') > 0"
                );
                rows += diesel::sql_query(query).get_result::<Count>(connection).unwrap().count;
            }
            send.send(rows).unwrap();
        }
    });
    found.iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_any_table_says_who_somebody_was() {
    let Some(scratch) = support::mysql() else { return };
    let stores = support::stores(&scratch.database);
    let ada = ada_has_been_here(&stores).await;
    assert!(rows_with(&scratch.name, traces()).iter().all(|rows| *rows > 0), "the search works");
    ada_leaves(&stores, ada).await;
    assert!(rows_with(&scratch.name, traces()).iter().all(|rows| *rows == 0));
    assert_eq!(rows_with(&scratch.name, vec![STAYS.into()]), [1]);
}
