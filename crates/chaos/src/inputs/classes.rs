//! The classes of bad input, and what each deserves.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore};

use super::wire::{Answer, Scene, request, socket};

/// Input of one kind.
pub(super) struct Class {
    pub(super) name: &'static str,
    /// For the table.
    pub(super) what: &'static str,
    /// The statuses or closing codes that it deserves.
    deserved: &'static [u16],
    /// Whether the server may also hang up: what it cannot even read has no answer.
    or_nothing: bool,
    /// The n-th of them.
    pub(super) make: fn(&mut StdRng, usize, &Scene) -> Vec<u8>,
}

impl Class {
    /// Whether it is an answer for this.
    pub(super) fn deserves(&self, answer: &Answer) -> bool {
        match answer {
            Answer::Status(status, is_html) => !is_html && self.deserved.contains(status),
            Answer::Closed(code) => self.deserved.contains(code),
            Answer::Nothing => self.or_nothing,
            Answer::Silence => false,
        }
    }
}

const JSON: &str = "Content-Type: application/json\r\n";
const SEND: &str = "/api/v1/message/";

pub(super) const CLASSES: &[Class] = &[
    Class {
        name: "broken-json",
        what: "JSON that is cut, doubled, nested too deep, not UTF-8, or flipped in a few bytes",
        // Some flips leave a valid message, or another message under a key that was used.
        deserved: &[201, 400, 404, 422],
        or_nothing: false,
        make: |random, n, scene| request(scene, "POST", SEND, JSON, &broken_json(random, n)),
    },
    Class {
        name: "wrong-types",
        what: "fields of other types, null, missing, or besides the known ones",
        deserved: &[201, 400, 404],
        or_nothing: false,
        make: |random, _, scene| {
            let value = |random: &mut StdRng| *VALUES.choose(random).unwrap_or(&"0");
            let body = format!(
                r#"{{"recipient": {}, "body": {}, "client_id": {}, "id": {}, "seq": {}}}"#,
                value(random),
                value(random),
                value(random),
                value(random),
                value(random)
            );
            request(scene, "POST", SEND, JSON, body.as_bytes())
        },
    },
    Class {
        name: "unicode",
        what: "texts that are blank to the eye, of one direction, unassigned, controls, or too long",
        deserved: &[201, 400],
        or_nothing: false,
        make: |random, _, scene| {
            let body = serde_json::json!({ "recipient": "bob", "body": odd_text(random) }).to_string();
            request(scene, "POST", SEND, JSON, body.as_bytes())
        },
    },
    Class {
        name: "injection",
        what: "SQL, wildcards, templates and paths as names, keys and search words",
        deserved: &[200, 400, 404, 410],
        or_nothing: false,
        make: |random, _, scene| {
            let word = percent(INJECTIONS.choose(random).unwrap_or(&"'").as_bytes());
            let paths = [
                format!("/api/v1/user/?search={word}&limit=5"),
                format!("/api/v1/user/{word}/"),
                format!("/api/v1/message/?target={word}&after_seq=0"),
                format!("/api/v1/message/?ids={word}"),
                format!("/api/v1/event/?after=0&epoch={word}"),
                format!("/api/v1/conversation/?cursor={word}&limit=5"),
            ];
            request(scene, "GET", paths.choose(random).map_or("/", String::as_str), "", b"")
        },
    },
    Class {
        name: "ids",
        what: "ids and page numbers that are none, negative, or too large",
        deserved: &[400, 404],
        or_nothing: false,
        make: |random, _, scene| {
            let id = NUMBERS.choose(random).unwrap_or(&"x");
            let path = if random.random_bool(0.5) {
                format!("/api/v1/message/{id}/")
            } else {
                format!("/api/v1/message/?page={id}")
            };
            request(scene, "GET", &path, "", b"")
        },
    },
    Class {
        name: "media-types",
        what: "bodies of types that are not taken, or that are not what they are said to be",
        deserved: &[400, 415],
        or_nothing: false,
        make: |random, _, scene| {
            let kind = TYPES.choose(random).unwrap_or(&"text/plain");
            let body = [&b"recipient=bob&body"[..], b"<a/>", b"\x89PNG", b"--x\r\n\r\n--x--"];
            let body = body.choose(random).copied().unwrap_or_default();
            request(scene, "POST", SEND, &format!("Content-Type: {kind}\r\n"), body)
        },
    },
    Class {
        name: "compressed",
        what: "compressed bodies",
        deserved: &[415],
        or_nothing: false,
        make: |random, _, scene| {
            let encoding =
                ["gzip", "br", "deflate", "zstd", "identity, gzip"].choose(random).copied().unwrap_or("gzip");
            request(scene, "POST", SEND, &format!("{JSON}Content-Encoding: {encoding}\r\n"), &noise(random, 2000))
        },
    },
    Class {
        name: "too-large",
        what: "bodies above the limit, some of which never come",
        deserved: &[413],
        or_nothing: true,
        make: |random, n, scene| {
            let size = random.random_range(70_000..200_000);
            if n % 2 == 0 {
                return request(scene, "POST", SEND, JSON, &vec![b' '; size]);
            }
            let head = request(scene, "POST", SEND, JSON, &vec![b' '; size]);
            head[..head.len() - size].to_vec()
        },
    },
    Class {
        name: "methods",
        what: "methods that a path does not have, and that nobody has",
        deserved: &[400, 405, 501],
        or_nothing: false,
        make: |random, _, scene| {
            let method = METHODS.choose(random).unwrap_or(&"BREW");
            let path = [SEND.to_owned(), format!("{SEND}{}/", scene.message), "/api/v1/conversation/".to_owned()];
            request(scene, method, path.choose(random).map_or("/", String::as_str), "", b"")
        },
    },
    Class {
        name: "other-sites",
        what: "writes from pages of other sites",
        deserved: &[403],
        or_nothing: false,
        make: |random, _, scene| {
            let origin = ORIGINS.choose(random).unwrap_or(&"null");
            let mut bytes = request(scene, "POST", SEND, &format!("{JSON}Origin: {origin}\r\n"), b"{}");
            let own = b"Sec-Fetch-Site: same-origin\r\n";
            if let Some(at) = bytes.windows(own.len()).position(|window| window == own) {
                bytes.drain(at..at + own.len());
            }
            bytes
        },
    },
    Class {
        name: "heads",
        what: "heads that are ambiguous, too long, or noise",
        // Noise that happens to be a path is a stranger's, who is shown the way to the log-in.
        deserved: &[302, 400, 404, 408, 414, 431],
        or_nothing: true,
        make: |random, n, _| match n % 4 {
            0 => [&b"GET "[..], &noise(random, 200), b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"].concat(),
            1 => {
                b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                    .to_vec()
            }
            2 => format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Y: z\r\n".repeat(200)).into_bytes(),
            _ => [noise(random, 400), b"\r\n\r\n".to_vec()].concat(),
        },
    },
    Class {
        name: "frames",
        what: "frames of sockets that are noise, unmasked, cut, of unknown kinds, or of gigabytes",
        deserved: &[1000, 1002, 1003, 1007, 1008, 1009],
        or_nothing: true,
        make: |random, n, scene| {
            let mut frames = match n % 4 {
                0 => noise(random, 300),
                1 => vec![0x81, 0x05, b'h', b'e', b'l', b'l', b'o'],
                2 => [&[0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4][..], &noise(random, 900)].concat(),
                _ => [&[0x80 | random.random_range(3..8), 0x84, 0, 0, 0, 0][..], b"text"].concat(),
            };
            // A proper end, should nothing of it have been understood as one.
            frames.extend([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
            socket(scene, &frames)
        },
    },
];

const VALUES: [&str; 14] = [
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "[]",
    "{}",
    "\"\"",
    "\" \"",
    "[[[]]]",
    "\"bob\"",
    "\"\\u0000\"",
    "1.5",
    "99999999999999999999999999",
];

const INJECTIONS: [&str; 14] = [
    "' OR 1=1 --",
    "'; DROP TABLE messages; --",
    "\" OR \"\"=\"",
    "%",
    "_",
    "\\",
    "%%%%%%%%%%%%%%%%",
    "{{7*7}}",
    "${7*7}",
    "%s%n",
    "../../etc/passwd",
    "=cmd()",
    "\r\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
];

const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "+1",
    "01",
    "9223372036854775808",
    "18446744073709551616",
    "1e3",
    "abc",
    "%2b1",
    "%00",
    "%ff",
    "1.0",
    "0x1",
    "%20",
];

const TYPES: [&str; 8] = [
    "text/plain",
    "application/xml",
    "image/png",
    "application/json; charset=latin-1",
    "multipart/form-data",
    "*/*",
    "json",
    "application/octet-stream",
];

const METHODS: [&str; 9] = ["PUT", "PATCH", "DELETE", "TRACE", "BREW", "get", "PROPFIND", "LINK", "B@D"];

const ORIGINS: [&str; 6] = [
    "null",
    "https://evil.example",
    "http://localhost.evil.example",
    "http://localhost:1",
    "https://localhost",
    "file://",
];

const ODD: [char; 20] = [
    '\u{200b}',
    '\u{200d}',
    '\u{2060}',
    '\u{feff}',
    '\u{ad}',
    '\u{115f}',
    '\u{3164}',
    '\u{2800}',
    '\u{34f}',
    '\u{e0041}',
    '\u{202e}',
    '\u{2066}',
    '\u{301}',
    '\u{fffe}',
    '\u{10ffff}',
    '\u{1}',
    '\u{85}',
    '\u{2028}',
    '\u{fdd0}',
    '😀',
];

fn odd_text(random: &mut StdRng) -> String {
    let length = *[1, 3, 50, 4000, 4001, 5000].choose(random).unwrap_or(&1);
    let odd = *ODD.choose(random).unwrap_or(&'x');
    let mut text: String = std::iter::repeat_n(odd, length).collect();
    if random.random_bool(0.3) {
        text.push('x');
    }
    text
}

fn broken_json(random: &mut StdRng, n: usize) -> Vec<u8> {
    let mut body = br#"{"recipient": "bob", "body": "hello", "client_id": "a-key"}"#.to_vec();
    match n % 5 {
        0 => body.truncate(random.random_range(1..body.len())),
        1 => body.extend_from_slice(&body.clone()),
        2 => body = [b"[".repeat(random.random_range(100..20_000)), body].concat(),
        3 => body.insert(random.random_range(0..body.len()), 0xff),
        _ => {
            for _ in 0..random.random_range(1..5) {
                let at = random.random_range(0..body.len());
                body[at] = random.random();
            }
        }
    }
    body
}

fn noise(random: &mut StdRng, size: usize) -> Vec<u8> {
    let mut noise = vec![0; random.random_range(1..size)];
    random.fill_bytes(&mut noise);
    noise
}

fn percent(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02x}")).collect()
}
