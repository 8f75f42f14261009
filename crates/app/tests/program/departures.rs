//! The end of an account on the real binary, on both engines and across servers; and what its owner takes along.

use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::{Engine, PASSWORD, Place};
use crate::support::server::Server;

/// Two servers that share nothing but the database.
async fn who_leaves_is_gone_everywhere(engine: Engine) {
    let Some(here) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let there = here.beside();
    let (ada, bob) = (Client::log_in(&here, "ada").await, Client::log_in(&there, "bob").await);
    bob.send("ada", "remembered there").await;
    let mut socket = ada.at(&there).socket("").await;
    assert_eq!(ada.any("DELETE", "/api/v1/me/", &json!({"password": "wrong"})).await.status().as_u16(), 400);
    assert_eq!(ada.any("DELETE", "/api/v1/me/", &json!({ "password": PASSWORD })).await.status().as_u16(), 204);
    assert_eq!(bob.try_send("ada", "the name is still in mind there").await.unwrap().status().as_u16(), 404);
    assert_eq!(socket.close_code().await, 4401);
    assert_eq!(ada.at(&there).get("/api/v1/me/").await.status().as_u16(), 403);
    let kept = bob.json("/api/v1/conversation/").await["results"][0].clone();
    assert_eq!((&kept["user"]["deleted"], &kept["last_message"]["body"]), (&json!(true), &json!("remembered there")));
    let name = kept["user"]["username"].as_str().unwrap();
    assert_eq!(bob.try_send(name, "too late").await.unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn who_leaves_is_gone_everywhere_on_sqlite() {
    who_leaves_is_gone_everywhere(Engine::Sqlite).await;
}

#[tokio::test]
async fn who_leaves_is_gone_everywhere_on_mariadb() {
    who_leaves_is_gone_everywhere(Engine::Mysql).await;
}

#[tokio::test]
async fn an_operator_deletes_an_account_and_its_name_is_nobodys() {
    let place = Place::new();
    place.people(&["ada", "bob"]);
    let asked = place.run(&["delete-user", "ada"]);
    assert!(asked.code == 2 && asked.stderr.contains("--noinput"), "{asked:?}");
    let nobody = place.run(&["delete-user", "nobody", "--noinput"]);
    assert!(nobody.code == 1 && nobody.stderr.contains("there is no user \"nobody\""), "{nobody:?}");
    let done = place.succeeds(&["delete-user", "ADA", "--noinput"]);
    assert!(done.starts_with("User 'ada' is deleted.") && done.contains("\"deleted-1\""), "{done}");
    assert_eq!(place.run(&["delete-user", "ada", "--noinput"]).code, 1);
    let again = place.run_with_input(&["createuser", "--from-csv", "-"], format!("Ada,,{PASSWORD}\n").as_bytes());
    assert!(again.code == 1 && again.stderr.contains("already exists"), "{again:?}");
    let mut root = place.chatapp(&["createsuperuser", "--noinput", "--username", "root"]);
    assert!(root.env("CHATAPP_PASSWORD", PASSWORD).output().unwrap().status.success());
    let last = place.run(&["delete-user", "root", "--noinput"]);
    assert!(last.code == 1 && last.stderr.contains("The last active superuser cannot be deleted."), "{last:?}");
}

#[tokio::test]
async fn a_picture_is_made_anew() {
    let server = Server::with_people(Engine::Sqlite, &["ada"]).unwrap();
    let ada = Client::log_in(&server, "ada").await;
    let mut file = std::io::Cursor::new(Vec::new());
    let green = RgbImage::from_pixel(640, 480, image::Rgb([0, 200, 0]));
    DynamicImage::ImageRgb8(green).write_to(&mut file, ImageFormat::Png).unwrap();
    let request = reqwest::Client::new().put(server.url("/api/v1/me/avatar/")).header("cookie", ada.cookie());
    let answer = request.header("content-type", "image/png").body(file.into_inner()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let path = answer.json::<Value>().await.unwrap()["avatar"].as_str().unwrap().to_owned();
    let shown = ada.get(&path).await.bytes().await.unwrap();
    let shown = image::load_from_memory_with_format(&shown, ImageFormat::Jpeg).unwrap();
    assert_eq!((shown.width(), shown.height()), (256, 256));
}

/// However much else the server does meanwhile, it needs half of what it writes at most.
#[tokio::test]
async fn everything_is_written_in_little_memory() {
    const MESSAGES: usize = 4000;
    let place = Place::on(Engine::Sqlite).unwrap().with("CHATAPP_DATABASE_WAIT", "30");
    place.people(&["ada", "bob"]);
    // Each reader has 4 MiB of pages in memory, whatever it is that is read.
    let server = Server::in_place_with(place, "CHATAPP_SQLITE_READERS", "1");
    let ada = Client::log_in(&server, "ada").await;
    let long = "😀".repeat(2000);
    let mut sends = tokio::task::JoinSet::new();
    for n in 0..MESSAGES {
        let (ada, long) = (ada.clone(), long.clone());
        sends.spawn(async move { ada.send("bob", &long).await });
        if n % 20 == 0 {
            while sends.join_next().await.is_some() {}
        }
    }
    while sends.join_next().await.is_some() {}
    ada.json("/api/v1/message/").await;
    let before = server.most_memory();
    let everything = ada.get("/api/v1/me/export/").await.bytes().await.unwrap();
    let more = server.most_memory() - before;
    println!("{} MB were written; the server needed {} kB for it", everything.len() / 1_000_000, more / 1024);
    assert!(everything.len() > 32_000_000 && more < everything.len() / 2, "{more}");
    let text = std::str::from_utf8(&everything).unwrap();
    assert!(text.starts_with(&format!("{{\"message_count\": {MESSAGES},")) && text.lines().count() == MESSAGES + 2);
    assert_eq!(serde_json::from_str::<Value>(text).unwrap()["messages"][MESSAGES - 1]["seq"], MESSAGES);
}
