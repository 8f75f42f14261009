//! Blocking people: what the one who blocks and the one who is blocked can and cannot do.

use serde_json::json;

use crate::support::{Answer, Person, Place, Socket};

const BLOCKS: &str = "/api/v1/me/block/";
const REFUSED: &str = r#"{"detail":"You cannot message this person.","code":"blocked"}"#;
const NOT_FOUND: &str = r#"{"detail":"Not found.","code":"not_found"}"#;

async fn block(me: &Person, name: &str) -> Answer {
    me.method("PUT", &format!("{BLOCKS}{name}/")).await
}

async fn unblock(me: &Person, name: &str) -> Answer {
    me.method("DELETE", &format!("{BLOCKS}{name}/")).await
}

async fn blocked(me: &Person) -> Vec<String> {
    let results = me.get(BLOCKS).await.json()["results"].as_array().unwrap().clone();
    results.iter().map(|person| person["username"].as_str().unwrap().to_owned()).collect()
}

async fn try_to_tell(from: &Person, to: &Person, key: &str) -> Answer {
    from.post("/api/v1/message/", &json!({"recipient": to.name(), "body": "hello", "client_id": key})).await
}

#[tokio::test]
async fn neither_can_write_to_the_other_and_both_hear_the_same() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let third = place.person("u3").await;
    let mut ear = Socket::present(&me).await;
    let done = block(&me, "u2").await;
    assert_eq!((done.status, done.body.as_str()), (204, ""));
    try_to_tell(&other, &me, "1").await.assert(403, REFUSED);
    try_to_tell(&me, &other, "1").await.assert(403, REFUSED);
    assert_eq!(try_to_tell(&third, &me, "1").await.status, 201);
    assert_eq!(ear.json().await["conversation"], "u3", "nothing was heard of the other");
    assert_eq!(me.get("/api/v1/message/?target=u2").await.json()["count"], 0);
}

#[tokio::test]
async fn a_block_is_set_and_taken_back_as_often_as_one_likes() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    for _ in 0..2 {
        assert_eq!(block(&me, "u2").await.status, 204);
        assert_eq!(blocked(&me).await, ["u2"]);
    }
    assert!(blocked(&other).await.is_empty(), "who is blocked is not told");
    for _ in 0..2 {
        assert_eq!(unblock(&me, "u2").await.status, 204);
        assert!(blocked(&me).await.is_empty());
    }
    assert_eq!(try_to_tell(&other, &me, "1").await.status, 201);
}

#[tokio::test]
async fn nobody_blocks_themselves_or_nobody() {
    let place = Place::open();
    let me = place.person("u1").await;
    let oneself = block(&me, "u1").await;
    let errors = json!({"non_field_errors": ["You cannot block yourself."]});
    assert_eq!((oneself.status, oneself.json()), (400, errors));
    for name in ["nobody", "U1x", "%00", "a%2Fb"] {
        block(&me, name).await.assert(404, NOT_FOUND);
        unblock(&me, name).await.assert(404, NOT_FOUND);
    }
    assert_eq!(try_to_tell(&me, &me, "1").await.status, 201);
}

#[tokio::test]
async fn the_list_is_in_the_order_of_names_and_of_people() {
    let place = Place::open();
    let me = place.person("me").await;
    for name in ["zoe", "ada"] {
        place.person(name).await;
        assert_eq!(block(&me, name).await.status, 204);
    }
    let person = |name: &str| json!({"username": name, "display_name": "", "online": false});
    let results = me.get(BLOCKS).await.json()["results"].clone();
    for (seen, name) in results.as_array().unwrap().iter().zip(["ada", "zoe"]) {
        let expected = person(name);
        for field in ["username", "display_name", "online"] {
            assert_eq!(seen[field], expected[field]);
        }
    }
    assert_eq!(results.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_send_that_was_answered_before_the_block_can_be_repeated() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let first = try_to_tell(&other, &me, "k").await;
    assert_eq!(block(&me, "u2").await.status, 204);
    let again = try_to_tell(&other, &me, "k").await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    try_to_tell(&other, &me, "another").await.assert(403, REFUSED);
}

#[tokio::test]
async fn a_conversation_says_whether_i_block_the_other() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    me.tell(&other, "hello").await;
    let says = async |who: &Person| who.get("/api/v1/conversation/").await.json()["results"][0]["blocked"].clone();
    assert_eq!((says(&me).await, says(&other).await), (json!(false), json!(false)));
    assert_eq!(block(&me, "u2").await.status, 204);
    assert_eq!((says(&me).await, says(&other).await), (json!(true), json!(false)));
    let read = me.put("/api/v1/conversation/u2/read/", &json!({"seq": 1})).await;
    assert_eq!(read.json()["blocked"], true);
}

#[tokio::test]
async fn nothing_is_told_of_typing_while_a_block_stands() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    let (mut mine, mut theirs) = (Socket::present(&me).await, Socket::present(&other).await);
    assert_eq!(block(&me, "u2").await.status, 204);
    let typing = |to: &str, typing: bool| json!({"type": "typing", "conversation": to, "typing": typing}).to_string();
    for (from, to) in [(&mut theirs, "u1"), (&mut mine, "u2")] {
        from.send(typing(to, false)).await;
        // Frames are worked on one after the other: once this is answered, the one before is done with.
        from.send(r#"{"type":"ping"}"#.to_owned()).await;
        assert_eq!(from.json().await["type"], "pong");
    }
    assert_eq!(unblock(&me, "u2").await.status, 204);
    theirs.send(typing("u1", true)).await;
    assert_eq!(mine.json().await["typing"], true, "the first that is heard");
}

#[tokio::test]
async fn neither_sees_whether_the_other_is_there_while_a_block_stands() {
    let place = Place::open();
    let (me, other) = place.two_people().await;
    me.tell(&other, "hello").await;
    let (mut mine, mut theirs) = (Socket::present(&me).await, Socket::present(&other).await);
    let online = async |who: &Person, whom: &str| {
        let one = who.get(&format!("/api/v1/user/{whom}/")).await.json();
        let listed = who.get("/api/v1/user/").await.json()[0].clone();
        let in_conversation = who.get("/api/v1/conversation/").await.json()["results"][0]["user"].clone();
        assert_eq!((&one["online"], &one["online"]), (&listed["online"], &in_conversation["online"]));
        assert_eq!(one["last_seen"], listed["last_seen"]);
        (one["online"] == true, one["last_seen"].is_string())
    };
    for (socket, whom) in [(&mut mine, "u2"), (&mut theirs, "u1")] {
        socket.send(json!({"type": "watch", "users": [whom]}).to_string()).await;
        assert_eq!(socket.json().await, json!({"type": "presence", "user": whom, "online": true}));
    }
    assert!(online(&me, "u2").await.0 && online(&other, "u1").await.0);
    assert_eq!(block(&me, "u2").await.status, 204);
    for (socket, whom) in [(&mut mine, "u2"), (&mut theirs, "u1")] {
        assert_eq!(socket.json().await, json!({"type": "presence", "user": whom, "online": false}), "at once");
    }
    assert_eq!((online(&me, "u2").await, online(&other, "u1").await), ((false, false), (false, false)));
    // Whoever asks to follow the other now hears nothing of them.
    let mut again = Socket::present(&other).await;
    again.send(json!({"type": "watch", "users": ["u1", "u2"]}).to_string()).await;
    assert_eq!(again.json().await, json!({"type": "presence", "user": "u2", "online": true}));
    assert_eq!(unblock(&me, "u2").await.status, 204);
    for (socket, whom) in [(&mut mine, "u2"), (&mut theirs, "u1"), (&mut again, "u1")] {
        assert_eq!(socket.json().await, json!({"type": "presence", "user": whom, "online": true}));
    }
    assert!(online(&me, "u2").await.0);
}

#[tokio::test]
async fn a_program_with_a_write_token_blocks_too_and_one_with_a_read_token_looks() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    assert_eq!(block(&me.program("write").await, "u2").await.status, 204);
    let reads = me.program("read").await;
    assert_eq!(blocked(&reads).await, ["u2"]);
    assert_eq!(unblock(&reads, "u2").await.json()["code"], "permission_denied");
}

#[tokio::test]
async fn what_a_block_answers_while_the_store_is_away() {
    let place = Place::open();
    let (me, _) = place.two_people().await;
    place.stores.go_away();
    for (method, path) in
        [("GET", BLOCKS.to_owned()), ("PUT", format!("{BLOCKS}u2/")), ("DELETE", format!("{BLOCKS}u2/"))]
    {
        assert_eq!(me.method(method, &path).await.status, 503, "{method}");
    }
}
