//! The process that serves the floor: a bare handler and a bare WebSocket echo.

use std::process::{Child, Command, Stdio};

use actix_web::rt;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_ws::Message;
use anyhow::Context;
use serde::Deserialize;

use crate::process::{Killed, port_of};

/// The same JSON that a message is sent in.
#[derive(Deserialize)]
struct NewMessage {
    recipient: String,
    body: String,
}

const CANNED: &str = r#"{"id":1,"user":"user1","recipient":"user2","timestamp":"2026-01-01T00:00:00.000000Z","body":"a message of ordinary length, as people write them","seq":1}"#;

/// Serves until it is killed.
pub(crate) fn serve() -> anyhow::Result<()> {
    rt::System::new().block_on(async {
        let app = || App::new().route("/api/v1/message/", web::post().to(create)).route("/echo", web::get().to(echo));
        let server = HttpServer::new(app).bind("127.0.0.1:0")?;
        println!("listening on http://{}", server.addrs().first().context("an address")?);
        server.run().await?;
        Ok(())
    })
}

async fn create(message: web::Json<NewMessage>) -> HttpResponse {
    if message.recipient.is_empty() || message.body.is_empty() {
        return HttpResponse::BadRequest().finish();
    }
    HttpResponse::Created().content_type("application/json").body(CANNED)
}

async fn echo(request: HttpRequest, payload: web::Payload) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, payload)?;
    rt::spawn(async move {
        while let Some(Ok(message)) = messages.recv().await {
            let sent = match message {
                Message::Text(text) => session.text(text).await,
                Message::Ping(bytes) => session.pong(&bytes).await,
                _ => break,
            };
            if sent.is_err() {
                break;
            }
        }
    });
    Ok(response)
}

/// The running process.
pub(crate) struct Served {
    pub(crate) process: Killed,
    pub(crate) port: u16,
}

impl Served {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let child: Child = Command::new(std::env::current_exe()?).arg("floor").stdout(Stdio::piped()).spawn()?;
        let mut process = Killed(child);
        let port = port_of(&mut process.0)?;
        Ok(Self { process, port })
    }
}
