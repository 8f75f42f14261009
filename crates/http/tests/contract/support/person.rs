//! Somebody who sends requests, with or without a session.

use std::net::SocketAddr;

use chatapp_domain::user::User;
use chatapp_testkit::builders::PASSWORD;
use reqwest::Method;
use serde_json::{Value, json};

use super::Answer;

#[derive(Clone)]
pub(crate) struct Person {
    client: reqwest::Client,
    address: SocketAddr,
    pub(crate) user: Option<User>,
    pub(crate) cookie: Option<String>,
    /// Shown instead of the cookie.
    pub(crate) token: Option<String>,
}

impl Person {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, address, user: None, cookie: None, token: None }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn name(&self) -> &str {
        self.user.as_ref().unwrap().username.as_str()
    }

    pub(crate) async fn log_in(&mut self) -> Answer {
        let credentials = json!({"username": self.name(), "password": PASSWORD});
        let answer = self.stranger_again().post("/api/v1/session/", &credentials).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.cookie = answer.cookie();
        answer
    }

    /// The same client without its session.
    pub(crate) fn stranger_again(&self) -> Self {
        Self { cookie: None, token: None, ..self.clone() }
    }

    /// A program of this person's, with a token of its own.
    pub(crate) async fn program(&self, scope: &str) -> Self {
        self.program_until(scope, None).await
    }

    /// The same, with a token that ends.
    pub(crate) async fn program_until(&self, scope: &str, end: Option<&str>) -> Self {
        let made = self.post("/api/v1/me/token/", &json!({"name": "program", "scope": scope, "expires": end})).await;
        assert_eq!(made.status, 201, "{made:?}");
        let token = made.json()["token"].as_str().map(str::to_owned);
        Self { cookie: None, token, ..self.clone() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, self.url(path));
        match (&self.token, &self.cookie) {
            (Some(token), _) => request.bearer_auth(token),
            (None, Some(cookie)) => request.header("cookie", cookie),
            (None, None) => request,
        }
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub(crate) async fn method(&self, method: &str, path: &str) -> Answer {
        self.send(self.request(method, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request("POST", path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request("PUT", path).json(body)).await
    }

    /// Posts raw bytes of some type to the messages.
    pub(crate) async fn post_raw(&self, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.request("POST", "/api/v1/message/").header("content-type", content_type);
        self.send(request.body(body.into())).await
    }

    /// Sends a message and gives it as it was answered.
    pub(crate) async fn tell(&self, to: &Self, text: &str) -> Value {
        let answer = self.post("/api/v1/message/", &json!({"recipient": to.name(), "body": text})).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }
}
