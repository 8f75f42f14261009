//! What counts as white space and as invisible, stated once for bodies and names.

/// White space as Python's `str.strip` sees it, which clients of the original rely on: Unicode `White_Space` and the
/// four separators U+001C to U+001F.
pub fn is_strippable(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `text` without the white space around it.
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_strippable)
}

/// Whether `c` leaves no mark on a page: Unicode `Default_Ignorable_Code_Point`, and the blank Braille pattern.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c` turns the direction of the text beside it, so that a reader sees another order than there is.
pub fn is_directing(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a reader would see nothing at all.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_strippable(c) || is_invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_what_python_strips() {
        assert_eq!(strip("\u{1c}\u{1f}\u{85}\u{a0}\u{3000} hi there \t\r\n\u{2028}"), "hi there");
        assert_eq!(strip("\u{200b}hi"), "\u{200b}hi", "a zero-width space is not white space");
    }

    #[test]
    fn text_of_invisible_characters_is_blank() {
        for blank in ["", " ", "\u{200b}\u{200d}", "\u{feff}", "\u{3164}", "\u{2800}", "\u{e0041}", "\u{fe0f}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        assert!(!is_blank("\u{200f}\u{5d0}"));
    }
}
