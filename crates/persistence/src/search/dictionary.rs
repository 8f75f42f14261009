//! Which terms a block has, and in which of its 64 parts: events in the lowest blocks, smaller blocks in the others.
//!
//! Terms are written in order, each as what it has in common with the one before and what it has not; a mask that has few
//! bits as their numbers. A dictionary that would be larger than [`MOST_BYTES`] is not written: its block may have
//! anything anywhere, and is looked at part by part.

use std::collections::BTreeMap;

/// What a dictionary begins with. Another form would have another number.
const FORM: u8 = 1;

/// The largest dictionary.
const MOST_BYTES: usize = 256 * 1024;

/// A mask with more bits than this is written whole.
const FEW: u32 = 7;

/// What marks a mask that is written whole.
const WHOLE: u8 = 0xff;

/// Terms, and in which parts each of them is.
pub(super) type Terms = BTreeMap<String, u64>;

/// Writes a dictionary; nothing if there is too much for one.
pub(super) fn write(terms: &Terms) -> Vec<u8> {
    let mut bytes = vec![FORM];
    let mut before: &[u8] = &[];
    for (term, mask) in terms {
        let term = term.as_bytes();
        let common = term.iter().zip(before).take_while(|(one, other)| one == other).count();
        bytes.push(short(common));
        bytes.push(short(term.len() - common));
        bytes.extend(&term[common..]);
        write_mask(*mask, &mut bytes);
        if bytes.len() > MOST_BYTES {
            return Vec::new();
        }
        before = term;
    }
    bytes
}

/// Terms have at most a few dozen bytes.
fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

fn write_mask(mask: u64, bytes: &mut Vec<u8>) {
    if mask.count_ones() > FEW {
        bytes.push(WHOLE);
        return bytes.extend(mask.to_le_bytes());
    }
    bytes.push(u8::try_from(mask.count_ones()).unwrap_or(WHOLE));
    bytes.extend((0..64_u8).filter(|bit| mask >> bit & 1 == 1));
}

/// Calls `see` with each term, as bytes, and its mask, in order. Gives whether the dictionary says all there is.
pub(super) fn read(bytes: &[u8], mut see: impl FnMut(&[u8], u64)) -> bool {
    let Some((&FORM, mut rest)) = bytes.split_first() else { return false };
    let mut term = Vec::with_capacity(64);
    while !rest.is_empty() {
        let Some((mask, after)) = next(rest, &mut term) else { return false };
        see(&term, mask);
        rest = after;
    }
    true
}

/// Reads the next term and its mask.
fn next<'a>(bytes: &'a [u8], term: &mut Vec<u8>) -> Option<(u64, &'a [u8])> {
    let (&[common, own], rest) = bytes.split_first_chunk()?;
    let (suffix, rest) = rest.split_at_checked(own.into())?;
    term.truncate(common.into());
    term.extend(suffix);
    let (&count, rest) = rest.split_first()?;
    if count == WHOLE {
        let (mask, rest) = rest.split_first_chunk()?;
        return Some((u64::from_le_bytes(*mask), rest));
    }
    let (bits, rest) = rest.split_at_checked(count.into())?;
    Some((bits.iter().fold(0, |mask, bit| mask | 1_u64.wrapping_shl(u32::from(*bit))), rest))
}

/// In which parts all of these may be: for each key, a term that begins with it.
pub(super) fn parts_with(bytes: &[u8], keys: &[&str]) -> u64 {
    let mut masks = vec![0_u64; keys.len()];
    let complete = read(bytes, |term, mask| {
        for (key, found) in keys.iter().zip(&mut masks) {
            if term.starts_with(key.as_bytes()) {
                *found |= mask;
            }
        }
    });
    if complete { masks.into_iter().fold(u64::MAX, |all, mask| all & mask) } else { u64::MAX }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(bytes: &[u8]) -> Terms {
        let mut terms = Terms::new();
        assert!(read(bytes, |term, mask| {
            terms.insert(String::from_utf8(term.to_vec()).unwrap(), mask);
        }));
        terms
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(terms in proptest::collection::btree_map("[a-dé京]{1,16}", any::<u64>(), 0..50)) {
            prop_assert_eq!(read_all(&write(&terms)), terms);
        }

        #[test]
        fn whatever_the_bytes_are_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parts_with(&bytes, &["a", "京"]);
        }
    }

    #[test]
    fn keys_are_found_where_all_of_them_are() {
        let terms = [("car", 0b0011), ("cart", 0b0100), ("dog", 0b0110)].map(|(term, mask)| (term.to_owned(), mask));
        let bytes = write(&terms.into());
        assert_eq!(parts_with(&bytes, &["car"]), 0b0111);
        assert_eq!(parts_with(&bytes, &["cart"]), 0b0100);
        assert_eq!(parts_with(&bytes, &["car", "dog"]), 0b0110);
        assert_eq!(parts_with(&bytes, &["cat"]), 0);
        assert_eq!(parts_with(&bytes, &[]), u64::MAX);
    }

    #[test]
    fn what_is_too_much_may_be_anywhere() {
        let terms: Terms = (0..60_000).map(|n| (format!("{n:08x}"), u64::MAX)).collect();
        let bytes = write(&terms);
        assert!(bytes.is_empty());
        assert_eq!(parts_with(&bytes, &["nothing"]), u64::MAX);
    }
}
