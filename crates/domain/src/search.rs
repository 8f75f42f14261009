//! Finding messages by what they say.
//!
//! What counts as an occurrence is decided here, by reading the message; an index only spares reading the others. So two
//! stores with different indexes, or with none, give the same answers.

mod folding;
mod indexing;
mod terms;

use std::ops::Range;
use std::sync::Arc;

use thiserror::Error;

use self::folding::Folded;
pub use self::indexing::{HintingNotifier, Indexing, Step};
pub use self::terms::terms;
use crate::event::Pos;
use crate::message::Message;
use crate::page::PageSize;
use crate::ports::StoreError;
use crate::ports::search::SearchStore;
use crate::ports::users::UserStore;
use crate::text;
use crate::user::Identity;

/// Of how many occurrences in one message the places are given.
const MOST_PLACES: usize = 100;

/// What somebody looks for: words, all of which must occur.
///
/// A word occurs where the text goes on with it, in any case and with or without accents, from the beginning of a word:
/// of a letter or digit that none stands before. What is no letter, and letters of scripts that put no spaces between
/// words, stand for themselves: such a word occurs anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    words: Vec<Vec<char>>,
}

/// Why a text cannot be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SearchQueryError {
    /// There is nothing to look for.
    #[error("This field may not be blank.")]
    Blank,
    /// More code points than [`SearchQuery::MAX_CHARS`].
    #[error("Ensure this field has no more than 100 characters.")]
    TooLong,
}

impl SearchQuery {
    /// The longest query, in code points.
    pub const MAX_CHARS: usize = 100;

    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, SearchQueryError> {
        let text = text::strip(text);
        if text.chars().count() > Self::MAX_CHARS {
            return Err(SearchQueryError::TooLong);
        }
        let folded = Folded::of(text);
        let words = folded.letters().split(|letter| text::is_strippable(*letter)).filter(|word| !word.is_empty());
        let mut words: Vec<Vec<char>> = words.map(<[char]>::to_vec).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() { Err(SearchQueryError::Blank) } else { Ok(Self { words }) }
    }

    /// Where the words occur, as ranges of code points in ascending order that do not overlap; of very many the first
    /// ones. `None` if one of the words does not.
    pub fn find_in(&self, body: &str) -> Option<Vec<Range<usize>>> {
        let folded = Folded::of(body);
        let mut places = Vec::new();
        for word in &self.words {
            let before = places.len();
            places.extend(folded.occurrences(word).take(MOST_PLACES));
            if places.len() == before {
                return None;
            }
        }
        Some(merged(places))
    }

    /// What an index knows every message by in which the words occur: for each key, one of its [`terms()`] begins with it.
    pub fn keys(&self) -> Vec<String> {
        terms::keys(&self.words)
    }
}

fn merged(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_unstable_by_key(|place| (place.start, place.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for place in places {
        match merged.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged.truncate(MOST_PLACES);
    merged
}

/// A message in which all words occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The message.
    pub message: Message,
    /// Where in its body, in code points.
    pub places: Vec<Range<usize>>,
}

/// Part of the answer to a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Newest first.
    pub hits: Vec<Hit>,
    /// If there is more to look at: where to go on, before this of the reader's events. Then there may be no hits yet.
    pub next: Option<Pos>,
}

/// Looks through one's own messages.
#[derive(Clone)]
pub struct Search {
    users: Arc<dyn UserStore>,
    store: Arc<dyn SearchStore>,
}

impl Search {
    /// A service over the given stores.
    pub fn new(users: Arc<dyn UserStore>, store: Arc<dyn SearchStore>) -> Self {
        Self { users, store }
    }

    /// What `me` sent or received that the query finds, newest first, before a place among one's events; only what was
    /// exchanged with `peer` if one is given, which is nothing if nobody has that name.
    pub async fn find(
        &self,
        me: &Identity,
        query: &SearchQuery,
        peer: Option<&str>,
        before: Option<Pos>,
        size: PageSize,
    ) -> Result<Found, StoreError> {
        let peer = match peer {
            None => None,
            Some(name) => match self.users.identify(name).await? {
                None => return Ok(Found::default()),
                Some(peer) => Some(peer.id),
            },
        };
        self.store.search(me, query, peer, before, size).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(query: &str, body: &str) -> Option<Vec<(usize, usize)>> {
        let found = SearchQuery::parse(query).unwrap().find_in(body)?;
        Some(found.into_iter().map(|place| (place.start, place.end)).collect())
    }

    fn finds(query: &str, body: &str) -> bool {
        places(query, body).is_some()
    }

    #[test]
    fn words_are_found_by_their_beginning() {
        assert_eq!(places("hel", "Hello, hell! Shell"), Some(vec![(0, 3), (7, 10)]));
        assert_eq!(places("hello wor", "the World says hello"), Some(vec![(4, 7), (15, 20)]));
        assert!(!finds("ello", "hello") && !finds("hello you", "hello me"));
        assert!(finds("2026", "in 2026.") && finds("v2", "(v2)") && !finds("026", "2026"));
    }

    #[test]
    fn case_accents_and_forms_do_not_count() {
        for (query, body) in [
            ("cafe", "Café"),
            ("CAFÉ", "cafe\u{301} noir"),
            ("strasse", "Straße"),
            ("ΟΔΟΣ", "οδός"),
            ("istanbul", "İstanbul"),
            ("file", "\u{fb01}le"),
            ("abc", "ａｂｃ"),
            ("елка", "Ёлка"),
            ("כתב", "כָּתַב"),
            ("محمد", "مُحَمَّد"),
            ("soft", "so\u{ad}ft"),
            ("ガラス", "ｶﾞﾗｽ"),
        ] {
            assert!(finds(query, body), "{query} in {body}");
        }
        assert!(!finds("か", "が") || finds("が", "が"));
    }

    #[test]
    fn scripts_without_spaces_are_found_anywhere() {
        for (query, body) in [
            ("京都", "東京都に住む"),
            ("都", "東京都に住む"),
            ("ひら", "漢字とひらがな"),
            ("ภาษา", "ฉันพูดภาษาไทยได้"),
            ("ไทย", "ฉันพูดภาษาไทยได้"),
            ("대학교", "서울대학교에서"),
            ("中文 hello", "我说中文,hello"),
            ("abc中", "xyz abc中文"),
        ] {
            assert!(finds(query, body), "{query} in {body}");
        }
        assert!(!finds("京大", "東京都の大学") && !finds("bc中", "abc中文"));
        assert_eq!(places("京都", "東京都"), Some(vec![(1, 3)]));
    }

    #[test]
    fn marks_and_pictures_mean_themselves() {
        assert!(finds("%", "50% off") && finds("50%", "about 50% off") && !finds("50%", "50 people"));
        assert!(finds("_", "a_b") && finds("\\", "a\\b") && !finds("%", "per cent") && !finds("_", "ab"));
        assert!(finds("a_b", "x a_b") && finds("b", "a_b") && !finds("a%b", "a_b"));
        assert!(finds("👍", "great👍🏽") && finds("o'neil", "Shaun O'Neil") && finds("neil", "O'Neil"));
        assert!(finds("https://x.example/a?b=c", "see https://x.example/a?b=c&d"));
        assert!(!finds(&"%".repeat(100), &"%".repeat(99)));
    }

    #[test]
    fn places_are_code_points_of_the_original() {
        assert_eq!(places("cafe", "😀 cafe\u{301}s"), Some(vec![(2, 7)]));
        assert_eq!(places("f", "\u{fb01}"), Some(vec![(0, 1)]), "half of a ligature is all of it");
        assert_eq!(places("a ab abc", "abcd"), Some(vec![(0, 3)]), "places do not overlap");
        assert_eq!(places("x", &"x ".repeat(2000)).unwrap().len(), MOST_PLACES);
    }

    #[test]
    fn a_query_has_something_to_look_for_and_an_end() {
        for blank in ["", "  ", "\u{200b}", "\u{301}"] {
            assert_eq!(SearchQuery::parse(blank), Err(SearchQueryError::Blank), "{blank:?}");
        }
        assert!(SearchQuery::parse(&format!("  {}  ", "é".repeat(100))).is_ok());
        assert_eq!(SearchQuery::parse(&"é".repeat(101)), Err(SearchQueryError::TooLong));
        assert_eq!(SearchQuery::parse("b a B").unwrap(), SearchQuery::parse("a b").unwrap());
    }
}
