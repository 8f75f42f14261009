//! What strangers and members try: on the real program, with the real databases, and with a look at what it costs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::{Engine, PASSWORD, Place};
use crate::support::server::Server;

const MEBIBYTE: usize = 1024 * 1024;

#[tokio::test]
async fn a_frame_that_declares_a_gigabyte_costs_no_memory() {
    let server = Server::with_people(Engine::Sqlite, &["ada"]).unwrap();
    let cookie = Client::log_in(&server, "ada").await.cookie();
    let before = server.most_memory();
    for _ in 0..3 {
        let mut socket = TcpStream::connect(server.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let handshake = format!(
            "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: {cookie}\r\n\r\n"
        );
        socket.write_all(handshake.as_bytes()).unwrap();
        socket.write_all(&[0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        let mebibyte = vec![0; MEBIBYTE];
        // The server may close long before all of it is sent.
        let _ = (0..256).try_for_each(|_| socket.write_all(&mebibyte));
        let _ = socket.read_to_end(&mut Vec::new());
    }
    let grown = server.most_memory() - before;
    assert!(grown < 32 * MEBIBYTE, "{grown} bytes more");
    assert_eq!(Client::stranger(&server).get("/health/ready").await.status(), 200);
}

#[tokio::test]
async fn every_byte_of_a_password_counts() {
    let place = Place::new();
    let long = "a".repeat(72);
    let people = [
        ("tail", format!("{long}X")),
        ("emoji", "👩🏽‍🚀".repeat(16)),
        ("longest", "é".repeat(128)),
        ("exact", format!(" {long} ")),
    ];
    for (name, password) in &people {
        let mut create = place.chatapp(&["createuser", "--noinput", "--username", name]);
        assert!(create.env("CHATAPP_PASSWORD", password).output().unwrap().status.success(), "{name}");
    }
    let server = Server::in_place(place);
    let log_in = async |name: &str, password: &str| {
        let stranger = Client::stranger(&server);
        stranger.post_json("/api/v1/session/", &json!({"username": name, "password": password})).await.status().as_u16()
    };
    for (name, password) in &people {
        assert_eq!(log_in(name, password).await, 200, "{name}");
        for wrong in [format!("{password}x"), format!("x{password}"), password.trim().to_owned() + "\0", long.clone()] {
            assert_eq!(log_in(name, &wrong).await, 400, "{name}: {wrong:?}");
        }
    }
    assert_eq!(log_in("tail", &format!("{long}Y")).await, 400, "bcrypt alone reads 72 bytes");
    assert_eq!(log_in("exact", &long).await, 400, "nothing is trimmed");
}

/// Processor time, so that a busy machine matters little; and far from the limit, so that it does not matter at all.
#[tokio::test]
async fn a_name_that_is_not_there_costs_the_server_as_much() {
    let place = Place::new().with("CHATAPP_BCRYPT_COST", "11");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let stranger = Client::stranger(&server);
    let mut costs = BTreeMap::new();
    for name in ["ada", "nobody"] {
        for length in [0, 8, 72, 73, 128, 129] {
            let before = server.processor_time();
            let form = [("username", name), ("password", &"x".repeat(length))];
            assert_eq!(stranger.post_form("/login/", &form).await.status(), 200);
            *costs.entry(name).or_default() += server.processor_time() - before;
        }
    }
    let (known, unknown): (Duration, Duration) = (costs["ada"], costs["nobody"]);
    assert!(known < unknown * 3 && unknown < known * 3, "{costs:?}");
    assert!(known > Duration::from_millis(100), "the measure sees the work: {costs:?}");
}

/// The answers are compared; the times are printed, since on a shared machine they prove nothing by themselves.
#[tokio::test]
async fn a_known_and_an_unknown_name_take_as_long() {
    let place = Place::new().with("CHATAPP_BCRYPT_COST", "8");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let stranger = Client::stranger(&server);
    for length in [0, 8, 72, 73, 128, 129] {
        let (mut times, mut answers) = ([Vec::new(), Vec::new()], BTreeSet::new());
        for _ in 0..20 {
            for (times, name) in times.iter_mut().zip(["ada", "nobody"]) {
                let begun = Instant::now();
                let credentials = json!({"username": name, "password": "x".repeat(length)});
                let response = stranger.post_json("/api/v1/session/", &credentials).await;
                let mut headers: Vec<String> = response.headers().keys().map(ToString::to_string).collect();
                headers.sort();
                answers.insert((response.status().as_u16(), headers, response.text().await.unwrap()));
                times.push(begun.elapsed());
            }
        }
        assert_eq!(answers.len(), 1, "{length}: {answers:?}");
        let [known, unknown] = times.map(|mut times| {
            times.sort();
            times[times.len() / 2]
        });
        println!("{length} characters: a known name took {known:?} in the middle, an unknown one {unknown:?}");
    }
}

#[tokio::test]
async fn a_flood_of_log_ins_is_put_off_and_others_are_served() {
    // Whoever has a place waits for as long as it takes on a busy machine.
    let place = Place::new().with("CHATAPP_BCRYPT_COST", "10").with("CHATAPP_ANSWER_TIMEOUT", "25");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let log_ins = (0..48).map(async |_| {
        let form = [("username", "ada"), ("password", PASSWORD)];
        let response = Client::stranger(&server).post_form("/login/", &form).await;
        (response.status().as_u16(), response.headers().contains_key("retry-after"))
    });
    let health = async {
        for _ in 0..20 {
            assert_eq!(Client::stranger(&server).get("/health/ready").await.status(), 200);
        }
    };
    let (answers, ()) = tokio::join!(futures_util::future::join_all(log_ins), health);
    let (let_in, put_off): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == 302);
    assert!(let_in.len() >= 9, "as many as have a place are let in: {let_in:?}");
    assert!(put_off.iter().all(|answer| *answer == (503, true)), "{put_off:?}");
    let form = [("username", "ada"), ("password", PASSWORD)];
    assert_eq!(Client::stranger(&server).post_form("/login/", &form).await.status(), 302);
}

#[tokio::test]
async fn throttles_are_on_unless_somebody_turns_them_off() {
    let place = Place::new().with("CHATAPP_THROTTLE", "on");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let stranger = Client::stranger(&server);
    let mut statuses = Vec::new();
    for number in 0..11 {
        let body = json!({"username": " ADA", "password": "wrong"});
        // Nobody said that this machine is a proxy, so it is not believed.
        let response = stranger.post_json_from("/api/v1/session/", &body, &format!("192.0.2.{number}")).await;
        statuses.push(response.status().as_u16());
        if response.status() == 429 {
            let seconds: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
            let told: Value = response.json().await.unwrap();
            let detail = format!("Request was throttled. Expected available in {seconds} second");
            assert!(told["detail"].as_str().unwrap().starts_with(&detail) && told["code"] == "throttled", "{told}");
        }
    }
    assert_eq!(statuses, [[400; 10].as_slice(), &[429]].concat());
}

#[tokio::test]
async fn over_https_cookies_are_bound_to_this_host() {
    let place = Place::new().with("CHATAPP_PUBLIC_URL", "https://chat.example.org");
    place.people(&["ada"]);
    let server = Server::in_place(place);
    let form = [("username", "ada"), ("password", PASSWORD)];
    let response = Client::stranger(&server).post_form("/login/", &form).await;
    assert_eq!(response.status(), 302);
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    let mut parts: Vec<&str> = cookie.split("; ").skip(1).collect();
    parts.sort_unstable();
    assert!(cookie.starts_with("__Host-chatapp_session="), "{cookie}");
    assert_eq!(parts, ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax", "Secure"]);
    assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000; includeSubDomains");
}

const CODE: [&str; 14] = [
    "'",
    "\"",
    "\\",
    "' OR '1'='1",
    "'; DROP TABLE messages; --",
    "1 OR 1=1",
    "1); DELETE FROM users; --",
    "' UNION SELECT password, 1 FROM users --",
    "%' AND SLEEP(5) --",
    "\\'; --",
    "/**/ -- #",
    "${jndi:ldap://x} {{7*7}} %s%n",
    "\u{0}",
    "\u{1f}\u{202e}\u{fffe}\u{10ffff}",
];

/// Every parameter that is documented, whatever it is for.
fn parameters(operation: &Value) -> impl Iterator<Item = (&str, &str)> {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    parameters.iter().map(|parameter| (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap()))
}

fn fields<'a>(document: &'a Value, operation: &'a Value) -> Vec<&'a str> {
    let schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
    let name = schema.and_then(|schema| schema.rsplit('/').next()).unwrap_or_default();
    let properties = document["components"]["schemas"][name]["properties"].as_object();
    properties.map(|properties| properties.keys().map(String::as_str).collect()).unwrap_or_default()
}

async fn code_in_parameters_is_text(engine: Engine) {
    let Some(server) = Server::with_people(engine, &["ada", "bob"]) else { return };
    let ada = Client::log_in(&server, "ada").await;
    ada.send("bob", "hello").await;
    let document: Value = serde_json::from_str(&server.place.succeeds(&["openapi"])).unwrap();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let fill = |name: &str, text: &str| path.replace(&format!("{{{name}}}"), &escaped(text));
            let plain = path.replace("{id}", "1").replace("{username}", "bob");
            for text in CODE {
                let mut requests = Vec::new();
                for (place, name) in parameters(operation) {
                    match place {
                        "path" => requests.push((fill(name, text).replace("{id}", "1"), json!({"seq": 1}))),
                        "query" => {
                            let more = if name == "target" { "" } else { "&target=bob" };
                            requests.push((format!("{plain}?{name}={}{more}", escaped(text)), json!({})));
                        }
                        _ => {}
                    }
                }
                for field in fields(&document, operation) {
                    let mut body = json!({"recipient": "bob", "body": "x", "username": "ada", "password": "x"});
                    body[field] = json!(text);
                    requests.push((plain.clone(), body));
                }
                for (path, body) in requests {
                    let response = ada.any(&method.to_uppercase(), &path, &body).await;
                    let status = response.status().as_u16();
                    let told = response.text().await.unwrap();
                    assert!(status < 500, "{method} {path} {body}: {status} {told}");
                    assert!(!told.to_lowercase().contains("sql"), "{method} {path} {body}: {told}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 200, "{tried}");
    // Code in a body is a message like any other, and nothing else has changed.
    let people = ada.json("/api/v1/user/").await;
    assert_eq!(people.as_array().unwrap().len(), 1, "{people}");
    for query in ["target=' OR '1'='1", "target=%25", "target=bob' --"] {
        assert_eq!(ada.json(&format!("/api/v1/message/?{}", query.replace(' ', "%20"))).await["count"], 0, "{query}");
    }
    for prefix in ["%25", "_", "b_b", "%25ob", "%5c"] {
        assert_eq!(ada.json(&format!("/api/v1/user/?search={prefix}")).await, json!([]), "{prefix}");
    }
    let page = ada.json("/api/v1/message/?target=bob&page=last").await;
    assert!(page["results"].as_array().unwrap().iter().any(|message| message["body"] == "hello"), "{page}");
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn code_in_parameters_is_text_on_sqlite() {
    code_in_parameters_is_text(Engine::Sqlite).await;
}

#[tokio::test]
async fn code_in_parameters_is_text_on_mysql() {
    code_in_parameters_is_text(Engine::Mysql).await;
}

/// However much is logged, by us or by what we are built on.
#[tokio::test]
async fn even_the_longest_log_tells_no_secret() {
    let place = Place::new().with("CHATAPP_LOG", "trace");
    place.people(&["ada", "bob"]);
    let server = Server::in_place(place);
    let ada = Client::log_in(&server, "ada").await;
    ada.send("bob", "a very private sentence").await;
    let mut socket = ada.socket("").await;
    ada.send("bob", "another private sentence").await;
    socket.next_of_type("message").await;
    let stranger = Client::stranger(&server);
    stranger.post_form("/login/", &[("username", "ada"), ("password", "hunter2-hunter2")]).await;
    stranger.post_json("/api/v1/session/", &json!({"username": "ada", "password": "hunter2-hunter2"})).await;
    ada.get("/api/v1/message/?search=hunter2-hunter2").await;

    let log = server.log();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "{log}");
    let cookie = ada.cookie();
    for secret in ["private sentence", "hunter2", PASSWORD, cookie.split_once('=').unwrap().1] {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "{secret}: {told:#?}");
    }
    for line in log.lines() {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

#[tokio::test]
async fn a_link_that_somebody_writes_is_followed_by_nobody() {
    let server = Server::with_people(Engine::Sqlite, &["ada"]).unwrap();
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let ada = Client::log_in(&server, "ada").await;
    let link = format!("http://{}/picture.png", elsewhere.local_addr().unwrap());
    let sent = ada.send("ada", &format!("{link} ![picture]({link})")).await;
    ada.message(&sent["id"].to_string()).await;
    assert_eq!(Client::stranger(&server).get("/health/ready").await.status(), 200);
    // Whatever it does, it has done when it has gone.
    drop(server);
    assert_eq!(elsewhere.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}
