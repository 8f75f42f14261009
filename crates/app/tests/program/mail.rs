//! Mail and the servers that take it, on good days and bad ones.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpSocket;

use crate::support::client::Client;
use crate::support::mail_server::{MailServer, Received, Speaks};
use crate::support::place::{PASSWORD, Place};
use crate::support::server::Server;

/// Starts a server with one person, and has a link mailed to them.
async fn with_mail_to(place: Place, email: &str) -> Server {
    let line = format!("ada,{email},{PASSWORD}\n");
    assert_eq!(place.run_with_input(&["createuser", "--from-csv", "-"], line.as_bytes()).code, 0);
    let server = Server::in_place(place);
    forgot(&server, email).await;
    server
}

async fn forgot(server: &Server, email: &str) {
    let stranger = Client::stranger(server);
    let response = stranger.post_json("/api/v1/password/forgot/", &json!({ "email": email })).await;
    assert_eq!(response.status().as_u16(), 202);
}

async fn until_logged(server: &Server, what: &str) {
    let waiting = async {
        while !server.log().contains(what) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert!(waited.is_ok(), "{what:?} was never logged: {}", server.log());
}

fn is_well_formed(mail: &Received) {
    assert_eq!(mail.header("Subject"), "Choose a new password");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.header("Content-Type").starts_with("multipart/alternative;"), "{mail:?}");
    let text = mail.text();
    assert!(text.contains("Content-Type: text/plain") && text.contains("Content-Type: text/html"), "{text}");
    assert_eq!(mail.to.len(), 1);
}

#[tokio::test]
async fn mail_goes_out_encrypted_from_the_start_or_after_the_greeting() {
    for speaks in [Speaks::TlsAtOnce, Speaks::StartTls] {
        let mail_server = MailServer::open(speaks).await;
        let _server = with_mail_to(mail_server.used_by(Place::new()), "ada@example.org").await;
        let mail = mail_server.mail(0).await;
        assert!(mail.encrypted, "{speaks:?}");
        is_well_formed(&mail);
    }
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_to_a_server_that_was_to_encrypt() {
    let mail_server = MailServer::open(Speaks::NoTls).await;
    let place = mail_server.used_by(Place::new()).with("CHATAPP_MAIL_TLS", "starttls");
    let server = with_mail_to(place, "ada@example.org").await;
    until_logged(&server, "a mail").await;
    assert_eq!(mail_server.count(), 0);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_mail() {
    let (mail_server, other) = (MailServer::open(Speaks::TlsAtOnce).await, MailServer::open(Speaks::TlsAtOnce).await);
    let place = mail_server.used_by(Place::new());
    // The certificate of another server.
    let place = other.used_by(place).with("CHATAPP_MAIL_PORT", mail_server.address.port().to_string());
    let server = with_mail_to(place, "ada@example.org").await;
    until_logged(&server, "a mail is tried again").await;
    assert_eq!((mail_server.count(), other.count()), (0, 0));
    assert!(mail_server.connections() > 0);
}

#[tokio::test]
async fn mail_waits_for_a_server_that_is_away() {
    // Nobody else can have the port meanwhile.
    let reserved = TcpSocket::new_v4().unwrap();
    reserved.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = reserved.local_addr().unwrap();
    let place = Place::new()
        .with("CHATAPP_MAIL_BACKEND", "smtp")
        .with("CHATAPP_MAIL_HOST", "127.0.0.1")
        .with("CHATAPP_MAIL_PORT", address.port().to_string())
        .with("CHATAPP_MAIL_TLS", "none")
        .with("CHATAPP_MAIL_FROM", "chat@example.org");
    let server = with_mail_to(place, "ada@example.org").await;
    until_logged(&server, "a mail is tried again").await;
    let mail_server = MailServer::on(reserved.listen(16).unwrap(), Speaks::NoTls);
    is_well_formed(&mail_server.mail(0).await);
}

/// Neither a request nor the end of the server waits for a mail server that says nothing.
#[tokio::test]
async fn a_mail_server_that_says_nothing_holds_up_nobody() {
    let mail_server = MailServer::open(Speaks::Nothing).await;
    let mut server = with_mail_to(mail_server.used_by(Place::new()), "ada@example.org").await;
    for _ in 0..10 {
        forgot(&server, "ada@example.org").await;
    }
    assert_eq!(mail_server.count(), 0);
    server.terminate();
    assert!(server.ended(Duration::from_secs(15)).await.success());
}

#[tokio::test]
async fn an_address_that_a_server_refuses_does_not_stop_the_next_mail() {
    let mail_server = MailServer::open(Speaks::NoTls).await;
    let place = mail_server.used_by(Place::new());
    let line = format!("bob,bob@example.org,{PASSWORD}\n");
    assert_eq!(place.run_with_input(&["createuser", "--from-csv", "-"], line.as_bytes()).code, 0);
    let server = with_mail_to(place, "unknown@example.org").await;
    forgot(&server, "bob@example.org").await;
    assert_eq!(mail_server.mail(0).await.header("To"), "bob@example.org");
    until_logged(&server, "refused it for good").await;
}

#[tokio::test]
async fn mail_into_files_is_one_file_each() {
    let server = with_mail_to(Place::new().with("CHATAPP_MAIL_BACKEND", "file"), "ada@example.org").await;
    forgot(&server, "ada@example.org").await;
    let folder = server.place.path("chatapp-data/mail");
    let waiting = async {
        while std::fs::read_dir(&folder).unwrap().count() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("two files");
}
