//! A person at a browser: logged in with a cookie, speaking HTTP.

use std::sync::Arc;
use std::time::Duration;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode, redirect};
use serde_json::{Value, json};

use super::place::PASSWORD;
use super::server::Server;
use super::socket::Socket;

/// Somebody who is logged in.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    cookies: Arc<Jar>,
    token: Option<HeaderValue>,
    server: String,
}

impl Client {
    /// Logs in as the original's page does: with a form.
    pub(crate) async fn log_in(server: &Server, username: &str) -> Self {
        Self::log_in_at(server.url(""), username).await
    }

    /// The same, at any address.
    pub(crate) async fn log_in_at(server: String, username: &str) -> Self {
        let client = Self::stranger_at(server);
        let response = client.post_form("/login/", &[("username", username), ("password", PASSWORD)]).await;
        assert_eq!(response.status(), StatusCode::FOUND, "{username} cannot log in");
        client
    }

    /// The same person, in the same session or with the same token, on another server.
    pub(crate) fn at(&self, server: &Server) -> Self {
        Self { server: server.url(""), ..self.clone() }
    }

    /// A program with a token.
    pub(crate) fn with_token(server: &Server, token: &str) -> Self {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        value.set_sensitive(true);
        Self {
            token: Some(value.clone()),
            ..Self::sending(server.url(""), HeaderMap::from_iter([(AUTHORIZATION, value)]))
        }
    }

    /// Where it asks.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Somebody who is not logged in.
    pub(crate) fn stranger(server: &Server) -> Self {
        Self::stranger_at(server.url(""))
    }

    fn stranger_at(server: String) -> Self {
        Self::sending(server, HeaderMap::new())
    }

    /// A client that sends these headers with each request.
    fn sending(server: String, headers: HeaderMap) -> Self {
        let cookies = Arc::new(Jar::default());
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .cookie_provider(Arc::clone(&cookies))
            .redirect(redirect::Policy::none())
            // A kept connection would break with the server, and the next request on it would be lost.
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { http, cookies, token: None, server }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.server)).send().await.unwrap()
    }

    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.http.post(format!("{}{path}", self.server)).form(fields).send().await.unwrap()
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Response {
        self.any("POST", path, body).await
    }

    /// The same, saying that it was passed on for `address`.
    pub(crate) async fn post_json_from(&self, path: &str, body: &Value, address: &str) -> Response {
        let request = self.http.post(format!("{}{path}", self.server)).header("x-forwarded-for", address);
        request.json(body).send().await.unwrap()
    }

    /// Any request with a JSON body.
    pub(crate) async fn any(&self, method: &str, path: &str, body: &Value) -> Response {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method.clone(), format!("{}{path}", self.server));
        let request = if method == Method::GET { request } else { request.json(body) };
        request.send().await.unwrap()
    }

    /// The answer to a GET, which must be 200.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    /// Sends a message, which must be accepted, and gives it.
    pub(crate) async fn send(&self, recipient: &str, body: &str) -> Value {
        let response = self.try_send(recipient, body).await.unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        response.json().await.unwrap()
    }

    /// Sends a message; the connection may break.
    pub(crate) async fn try_send(&self, recipient: &str, body: &str) -> reqwest::Result<Response> {
        let url = format!("{}/api/v1/message/", self.server);
        self.http.post(url).json(&json!({ "recipient": recipient, "body": body })).send().await
    }

    /// A message by its id, which must be mine.
    pub(crate) async fn message(&self, id: &str) -> Value {
        self.json(&format!("/api/v1/message/{id}/")).await
    }

    /// A socket as the original's page opens it.
    pub(crate) async fn plain_socket(&self, query: &str) -> Socket {
        Socket::open(&self.server, query, self.credentials(), None).await
    }

    /// A socket that speaks `chatapp.v1`.
    pub(crate) async fn socket(&self, query: &str) -> Socket {
        Socket::open(&self.server, query, self.credentials(), Some("chatapp.v1")).await
    }

    fn credentials(&self) -> (HeaderName, HeaderValue) {
        match &self.token {
            Some(token) => (AUTHORIZATION, token.clone()),
            None => (COOKIE, HeaderValue::from_str(&self.cookie()).unwrap()),
        }
    }

    /// What the browser would send.
    pub(crate) fn cookie(&self) -> String {
        let cookies = self.cookies.cookies(&self.server.parse().unwrap()).unwrap();
        cookies.to_str().unwrap().to_owned()
    }
}
