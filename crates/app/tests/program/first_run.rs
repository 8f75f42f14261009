//! The first start: from an empty database to a superuser, without a command.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::{Engine, PASSWORD, Place};
use crate::support::server::Server;

async fn make(server: &Server, code: &str) -> u16 {
    let wish = json!({"code": code, "username": "root", "email": "root@example.org", "password": PASSWORD});
    Client::stranger(server).post_json("/api/v1/account/first/", &wish).await.status().as_u16()
}

fn code(server: &mut Server) -> String {
    let line = server.printed("there are no users yet: run `chatapp createsuperuser`, or open http://");
    line.rsplit_once(' ').unwrap().1.to_owned()
}

async fn whoever_sees_the_console_makes_the_first_account(engine: Engine) {
    let Some(place) = Place::on(engine) else { return };
    let mut server = Server::in_place(place);
    let first = code(&mut server);
    let state = async |server: &Server| Client::stranger(server).json("/api/v1/account/").await["first_run"].clone();
    assert_eq!(state(&server).await, true);
    for n in 0..10 {
        assert_eq!(make(&server, &format!("WRNG-C0DE-{n}")).await, 400);
    }
    let second = code(&mut server);
    assert_ne!(first, second, "too many wrong ones");
    server.kill();
    server.start_again();
    let third = code(&mut server);
    assert_eq!((make(&server, &first).await, make(&server, &second).await), (400, 400));
    assert_eq!(make(&server, &third).await, 201);
    assert_eq!((make(&server, &third).await, state(&server).await), (409, Value::Bool(false)));
    let root = Client::log_in(&server, "root").await;
    assert_eq!(root.json("/api/v1/me/").await["is_superuser"], true);
    assert_eq!(root.json("/api/v1/admin/invitation/").await["results"], json!([]));
    let log = server.log();
    assert!(!log.contains(&first) && !log.contains(&third), "the log is not the console: {log}");
}

#[tokio::test]
async fn whoever_sees_the_console_makes_the_first_account_on_sqlite() {
    whoever_sees_the_console_makes_the_first_account(Engine::Sqlite).await;
}

#[tokio::test]
async fn whoever_sees_the_console_makes_the_first_account_on_mariadb() {
    whoever_sees_the_console_makes_the_first_account(Engine::Mysql).await;
}

#[tokio::test]
async fn a_user_made_by_command_ends_the_first_run() {
    let mut server = Server::in_place(Place::new());
    let code = code(&mut server);
    server.place.people(&["ada"]);
    assert_eq!(make(&server, &code).await, 409);
}
