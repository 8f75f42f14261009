//! `a=1&b=2`, in queries and forms, with bytes that are not UTF-8 refused instead of replaced.

/// The bytes are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotText;

/// Names and values in the order in which they stand.
pub(crate) fn pairs(raw: &[u8]) -> Result<Vec<(String, String)>, NotText> {
    let filled = raw.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    filled
        .map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let value = pair.get(equals + 1..).unwrap_or_default();
            Ok((decode(&pair[..equals])?, decode(value)?))
        })
        .collect()
}

/// The text that `raw` stands for: `+` is a space, `%41` an `A`. A stray `%` means itself.
fn decode(raw: &[u8]) -> Result<String, NotText> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(nibble(*high) << 4 | nibble(*low));
                rest = after;
            }
            (other, _) => bytes.push(other),
        }
    }
    String::from_utf8(bytes).map_err(|_| NotText)
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

/// The text of one percent-encoded segment of a path, where `+` means itself.
pub(crate) fn decode_segment(raw: &str) -> Result<String, NotText> {
    decode(raw.replace('+', "%2B").as_bytes())
}

/// `path` as the value of one parameter, with its slashes left readable.
pub(crate) fn encode_path(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(raw: &[u8]) -> Result<Vec<(String, String)>, NotText> {
        pairs(raw)
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn names_and_values_are_decoded() {
        assert_eq!(parsed(b"a=1&b=x+y%2Bz&&c&d="), Ok(owned(&[("a", "1"), ("b", "x y+z"), ("c", ""), ("d", "")])));
        assert_eq!(parsed("b=%D9%85%F0%9F%98%80é".as_bytes()), Ok(owned(&[("b", "م😀é")])));
        assert_eq!(parsed(b"a=1=2"), Ok(owned(&[("a", "1=2")])));
        assert_eq!(parsed(b""), Ok(Vec::new()));
    }

    #[test]
    fn a_stray_percent_means_itself() {
        assert_eq!(parsed(b"a=100%&b=%zz&c=%4"), Ok(owned(&[("a", "100%"), ("b", "%zz"), ("c", "%4")])));
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        for raw in [&b"a=%ff"[..], b"a=\xff", b"%c3=1", b"a=%ed%a0%80"] {
            assert_eq!(parsed(raw), Err(NotText));
        }
    }

    #[test]
    fn a_path_survives_being_a_parameter() {
        let path = "/c/a+b&c?x=%41#\u{e9}";
        let encoded = encode_path(path);
        assert_eq!(pairs(format!("next={encoded}").as_bytes()), Ok(owned(&[("next", path)])));
        assert_eq!(encode_path("/"), "/");
    }

    #[test]
    fn a_segment_keeps_its_plus() {
        assert_eq!(decode_segment("a+b%40c"), Ok("a+b@c".into()));
        assert_eq!(decode_segment("%ff"), Err(NotText));
    }
}
