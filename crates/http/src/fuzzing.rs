//! What must hold for any bytes that anybody sends: one function for each kind of input. The fuzz targets in `fuzz/` call
//! them with ever new bytes, and the tests with the collected seeds and with random input, so that both say the same.
//!
//! Only built for tests and with the feature `fuzzing`.

use actix_web::ResponseError;
use chatapp_domain::user::{Username, UsernameKey};

use crate::body;
use crate::error::ApiError;
use crate::path::number;
use crate::query::Query;
use crate::realtime::admits;
use crate::wire::ClientFrame;

/// The longest frame that the guard lets through here.
const MAX_FRAME: usize = 4096;

/// A function for one kind of input; it panics if what must hold does not.
pub type Target = fn(&[u8]);

/// All targets by name, as the folders of seeds are named.
pub const TARGETS: [(&str, Target); 5] = [
    ("frames", frames),
    ("form_body", form_body),
    ("json_body", json_body),
    ("username_key", username_key),
    ("cursor", cursor),
];

/// WebSocket frames: the guard refuses exactly those that declare too much, however they are cut, and what is text in
/// them is understood or not, but harms nobody. The first byte says how the rest is cut.
pub fn frames(input: &[u8]) {
    let Some((cut, bytes)) = input.split_first() else { return };
    let size = usize::from(*cut).max(1);
    let expected = longest_declared(bytes).is_none_or(|length| length <= MAX_FRAME as u128);
    assert_eq!(admits(MAX_FRAME, bytes.chunks(size)), expected, "in pieces of {size}");
    assert_eq!(admits(MAX_FRAME, std::iter::once(bytes)), expected, "in one piece");
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = ClientFrame::parse(text);
    }
}

/// The reference: all frames at hand, the whole of each header looked at at once.
fn longest_declared(mut bytes: &[u8]) -> Option<u128> {
    let mut longest = None;
    while let [_, second, rest @ ..] = bytes {
        let extended = match second % 128 {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let Some((extended, rest)) = rest.split_at_checked(extended) else { break };
        let length = match extended {
            [] => u128::from(second % 128),
            digits => digits.iter().fold(0, |length, digit| length * 256 + u128::from(*digit)),
        };
        longest = longest.max(Some(length));
        let whole = length + if *second >= 128 { 4 } else { 0 };
        bytes = usize::try_from(whole).ok().and_then(|whole| rest.get(whole..)).unwrap_or_default();
    }
    longest
}

/// Form bodies are fields or a 400.
pub fn form_body(input: &[u8]) {
    refused_politely(body::parse_form(input).map(drop));
}

/// JSON bodies are fields or a 400, and never fields where the document is no object.
pub fn json_body(input: &[u8]) {
    let parsed = body::parse_json(input);
    let document = serde_json::from_slice::<serde_json::Value>(input);
    assert_eq!(parsed.is_ok(), document.is_ok_and(|document| document.is_object()));
    refused_politely(parsed.map(drop));
}

fn refused_politely(parsed: Result<(), ApiError>) {
    if let Err(error) = parsed {
        assert_eq!(error.status_code().as_u16(), 400, "{error}");
    }
}

/// Keys of usernames: making one of a key changes nothing, and a name has the key of what it was typed as.
pub fn username_key(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let key = UsernameKey::of(&text);
    assert_eq!(UsernameKey::of(key.as_str()), key, "{text:?}");
    if let Ok(name) = Username::parse(&text) {
        assert!(!key.as_str().is_empty(), "{text:?}");
        assert_eq!(UsernameKey::of(name.as_str()), key, "{text:?}");
        assert_eq!(Username::parse(name.as_str()).as_ref(), Ok(&name), "{text:?}");
    }
}

/// Cursors and pages in a query: a number has one spelling, a limit has its bounds, and a link to another page leads
/// there and nowhere else.
pub fn cursor(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Some(number) = number(&text) {
        assert!(number > 0 && number.to_string() == text, "{text:?}");
    }
    let query = match Query::parse(&text) {
        Ok(query) => query,
        Err(error) => return refused_politely(Err(error)),
    };
    for name in ["after_seq", "before_seq", "after", "wait"] {
        match query.number(name, 0) {
            Ok(number) => assert!(number.is_none_or(|number| number >= 0), "{text:?}"),
            Err(error) => refused_politely(Err(error)),
        }
    }
    match query.limit() {
        Ok(limit) => assert!(limit.is_none_or(|limit| (1..=100).contains(&limit.get())), "{text:?}"),
        Err(error) => refused_politely(Err(error)),
    }
    let next = query.with("page", Some("7"));
    let Ok(there) = Query::parse(&next) else { panic!("{text:?} leads to {next:?}") };
    assert!(next.is_ascii() && !next.contains(char::is_whitespace), "{next:?}");
    assert_eq!((there.text("page"), there.count("page")), (Some("7"), 1), "{next:?}");
    for name in ["target", "limit", "cursor", "search"] {
        assert_eq!(there.text(name), query.text(name), "{text:?}");
    }
    assert_eq!(there.with("page", Some("7")), next, "{text:?}");
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    /// Every seed of every target, as a fuzzer would start with it.
    #[test]
    fn all_seeds_hold() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
        for (name, target) in TARGETS {
            let mut count = 0;
            for seed in fs::read_dir(seeds.join(name)).unwrap() {
                target(&fs::read(seed.unwrap().path()).unwrap());
                count += 1;
            }
            assert!(count >= 5, "{name} has {count} seeds");
        }
        let folders = fs::read_dir(&seeds).unwrap().count();
        assert_eq!(folders, TARGETS.len(), "a folder of seeds for each target");
    }

    #[test]
    fn the_reference_reads_lengths() {
        assert_eq!(longest_declared(&[]), None);
        assert_eq!(longest_declared(&[0x81]), None);
        assert_eq!(longest_declared(&[0x81, 0x83, 0, 0, 0, 0, 1, 2, 3, 0x81, 5]), Some(5));
        assert_eq!(longest_declared(&[0x81, 126, 0x10]), None);
        assert_eq!(longest_declared(&[0x81, 126, 0x10, 1]), Some(4097));
        assert_eq!(longest_declared(&[[0x81, 127].as_slice(), &[0xff; 8]].concat()), Some(u128::from(u64::MAX)));
    }

    /// Frames as a client could make them, of lengths around every limit.
    fn frame() -> impl Strategy<Value = Vec<u8>> {
        let lengths = prop_oneof![0..130_usize, 4090..4100_usize, 65_530..65_540_usize];
        (any::<u8>(), lengths, any::<bool>(), 0..3_u8).prop_map(|(first, length, masked, form)| {
            let mask = if masked { 0x80 } else { 0 };
            let mut frame = vec![first];
            match (u8::try_from(length), u16::try_from(length), form) {
                (Ok(short), _, 0) if short < 126 => frame.push(mask | short),
                (_, Ok(middle), 0 | 1) => {
                    frame.push(mask | 126);
                    frame.extend(middle.to_be_bytes());
                }
                _ => {
                    frame.push(mask | 127);
                    frame.extend((length as u64).to_be_bytes());
                }
            }
            frame.extend(vec![0; length + if masked { 4 } else { 0 }]);
            frame
        })
    }

    /// Names, values and signs that mean something, in any order.
    fn query() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "(after_seq|before_seq|after|wait|limit|page|target|cursor|search|ids)=",
            "-?[0-9]{0,22}",
            "[&=+%;,#?]",
            "%[0-9a-fA-F]{2}",
            "\\PC{0,3}",
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "null|true|false|-?[0-9]{1,25}|-?[0-9]{1,5}\\.[0-9]{1,5}([eE][+-]?[0-9]{1,3})?",
            "\"(\\PC|\\\\u[0-9a-f]{4}|\\\\n|\\\\\\\\){0,8}\"",
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec(("\"[a-z\u{e9}]{0,4}\"", inner), 0..4).prop_map(|members| {
                    let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_guard_agrees_with_the_reference(cut in any::<u8>(), list in prop::collection::vec(frame(), 0..4)) {
            frames(&[vec![cut], list.concat()].concat());
        }

        #[test]
        fn any_bytes_hold(input in prop::collection::vec(any::<u8>(), 0..200)) {
            for (_, target) in TARGETS {
                target(&input);
            }
        }

        #[test]
        fn any_text_holds(input in "(\\PC|[\u{0}-\u{20}]){0,40}") {
            for (_, target) in TARGETS {
                target(input.as_bytes());
            }
        }

        #[test]
        fn any_query_holds(input in query()) {
            cursor(input.as_bytes());
            form_body(input.as_bytes());
        }

        #[test]
        fn any_document_holds(input in json()) {
            json_body(input.as_bytes());
        }

        #[test]
        fn a_form_that_was_written_is_read(pairs in prop::collection::vec(("[a-z]{1,5}", "\\PC{0,10}"), 0..6)) {
            let written = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            prop_assert_eq!(crate::urlencoded::pairs(written.as_bytes()), Ok(pairs));
        }

        #[test]
        fn numbers_are_read_as_they_are_written(value in 1..i64::MAX) {
            prop_assert_eq!(number(&value.to_string()), Some(value));
            prop_assert_eq!(number(&format!("0{value}")), None);
            prop_assert_eq!(number(&format!("+{value}")), None);
            prop_assert_eq!(number(&format!("-{value}")), None);
        }
    }
}
