//! Under which terms an index keeps a message, and which of them a query looks for.

use std::collections::BTreeSet;

use super::folding::{Folded, Kind};

/// How many letters of a word an index knows. Longer words are told apart by reading the message.
const MOST_LETTERS: usize = 16;

/// The terms of a text: its words, the pairs of neighbours of dense scripts, and every mark.
pub fn terms(body: &str) -> BTreeSet<String> {
    let folded = Folded::of(body);
    let mut terms = BTreeSet::new();
    for (kind, run) in runs(folded.letters()) {
        match kind {
            Kind::Space => {}
            Kind::Word => drop(terms.insert(shortened(run))),
            Kind::Mark => terms.extend(run.iter().map(char::to_string)),
            Kind::Dense => {
                terms.extend(run.windows(2).map(String::from_iter));
                // The last one has no neighbour, and must be found by itself.
                terms.extend(run.last().map(char::to_string));
            }
        }
    }
    terms
}

/// What a text in which the words occur has among its terms, or begins one of them.
pub(super) fn keys(words: &[Vec<char>]) -> Vec<String> {
    let mut keys = BTreeSet::new();
    for (kind, run) in words.iter().flat_map(|word| runs(word)) {
        match kind {
            Kind::Space => {}
            Kind::Word => drop(keys.insert(shortened(run))),
            Kind::Mark => keys.extend(run.iter().map(char::to_string)),
            Kind::Dense if run.len() == 1 => keys.extend(run.iter().map(char::to_string)),
            Kind::Dense => keys.extend(run.windows(2).map(String::from_iter)),
        }
    }
    keys.into_iter().collect()
}

fn runs(letters: &[char]) -> impl Iterator<Item = (Kind, &[char])> {
    let runs = letters.chunk_by(|one, next| Kind::of(*one) == Kind::of(*next));
    runs.filter_map(|run| Some((Kind::of(*run.first()?), run)))
}

fn shortened(run: &[char]) -> String {
    run.iter().take(MOST_LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SearchQuery;
    use super::*;

    #[test]
    fn a_text_is_known_by_words_pairs_and_marks() {
        let terms = |body: &str| terms(body).into_iter().collect::<Vec<_>>();
        assert_eq!(terms("Hello, hello World"), [",", "hello", "world"]);
        assert_eq!(terms("東京都x"), ["x", "京都", "東京", "都"]);
        assert_eq!(terms(&"a".repeat(4000)), ["a".repeat(MOST_LETTERS)]);
        assert!(terms(" \u{200b}").is_empty());
    }

    fn knows(body: &str, query: &SearchQuery) -> bool {
        let terms = terms(body);
        query.keys().iter().all(|key| terms.iter().any(|term| term.starts_with(key)))
    }

    const BODY: &str = "[ a-cA-CéßﬁİΣ1%_\\\\'東京都にがｶﾞไทย가각👍🏽\u{301}\u{200d}\n]{1,40}";
    const QUERY: &str = "[ a-cA-CéßﬁİΣ1%_\\\\'東京都にがｶﾞไทย가각👍🏽\u{301}\u{200d}\n]{1,6}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// An index never hides what reading would find.
        #[test]
        fn what_is_found_by_reading_is_known_by_its_terms(
            body in BODY,
            query in QUERY,
        ) {
            if let Ok(query) = SearchQuery::parse(&query) {
                prop_assert!(query.find_in(&body).is_none() || knows(&body, &query));
            }
        }

        /// Every part of a text that begins a word finds it.
        #[test]
        fn a_text_is_found_by_its_own_words(body in BODY) {
            for word in body.split_whitespace() {
                if let Ok(query) = SearchQuery::parse(word) {
                    prop_assert!(query.find_in(&body).is_some(), "{word} in {body}");
                    prop_assert!(knows(&body, &query));
                }
            }
        }
    }
}
