//! A text as a search sees it, and how letters stand beside each other.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text;

/// A text without what readers overlook: case, accents, compatibility forms and invisible characters. Each letter knows
/// from which code point of the text it came. Folding is done code point by code point, so that a part of a text folds to
/// a part of the folded text.
pub(super) struct Folded {
    letters: Vec<char>,
    origins: Vec<usize>,
    /// How many code points the text has.
    length: usize,
}

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let (mut letters, mut origins) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len()));
        let mut length = 0;
        for (origin, c) in text.chars().enumerate() {
            fold(c, &mut letters);
            origins.resize(letters.len(), origin);
            length = origin + 1;
        }
        Self { letters, origins, length }
    }

    pub(super) fn letters(&self) -> &[char] {
        &self.letters
    }

    /// Where the text goes on with `word` from the beginning of a word; in code points of the original.
    pub(super) fn occurrences<'a>(&'a self, word: &'a [char]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            let mut places = from..=self.letters.len().checked_sub(word.len())?;
            let found = places.find(|place| self.goes_on_with(word, *place))?;
            from = found + word.len();
            Some(self.origins[found]..self.end_of(from))
        })
    }

    fn goes_on_with(&self, word: &[char], place: usize) -> bool {
        self.letters[place..].starts_with(word) && begins_word(&self.letters, place)
    }

    /// Where the original ends that was folded to the letters before `place`, with what was folded to nothing.
    fn end_of(&self, place: usize) -> usize {
        let next = self.origins.get(place).copied().unwrap_or(self.length);
        next.max(self.origins[place - 1] + 1)
    }
}

fn fold(c: char, into: &mut Vec<char>) {
    if c.is_ascii() {
        return into.push(c.to_ascii_lowercase());
    }
    if text::is_invisible(c) {
        return;
    }
    let plain = std::iter::once(c).nfkd().filter(|c| !is_accent(*c));
    // Letters that Unicode got lately are known to the language before they are to the folding tables.
    let small: String = plain.flat_map(char::to_lowercase).collect();
    let folded = caseless::default_case_fold_str(&small);
    into.extend(folded.nfkd().filter(|c| !is_accent(*c)));
}

/// What is put on letters without making others of them: accents of European scripts, and the points of Hebrew and
/// Arabic. The vowels of Indic and Thai scripts and the marks of Japanese are letters to their readers.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// How a letter stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    /// Of words with spaces between.
    Word,
    /// Of a script that puts no spaces between words.
    Dense,
    /// Punctuation, pictures and whatever else.
    Mark,
}

impl Kind {
    pub(super) fn of(c: char) -> Self {
        if c.is_ascii_alphanumeric() {
            Self::Word
        } else if text::is_strippable(c) {
            Self::Space
        } else if is_dense(c) {
            Self::Dense
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            Self::Word
        } else {
            Self::Mark
        }
    }
}

/// Thai, Lao, Tibetan, Burmese, Khmer, Tai, Hangul (whose words grow endings), Chinese and Japanese.
fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{1950}'..='\u{19ff}' | '\u{1a20}'..='\u{1aaf}' | '\u{3005}'..='\u{3007}' | '\u{303b}'
        | '\u{3040}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aadf}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{16fe0}'..='\u{18cff}' | '\u{1b000}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Whether what stands at `place` can begin a word.
fn begins_word(letters: &[char], place: usize) -> bool {
    let is_in_word = |place: usize| letters.get(place).is_some_and(|letter| Kind::of(*letter) == Kind::Word);
    place == 0 || !is_in_word(place) || !is_in_word(place - 1)
}
