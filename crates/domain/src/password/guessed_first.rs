//! The passwords that whoever guesses tries first: of Django's list of common passwords (BSD-3-Clause) those that nothing else
//! here refuses. One a line, in small letters, sorted.

use std::sync::LazyLock;

static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("guessed_first.txt").lines().collect());

/// Whether a password is one of them, in whatever case.
pub(super) fn is_common(password: &str) -> bool {
    COMMON.binary_search(&password.trim().to_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_holds_only_what_would_pass_otherwise() {
        assert!(COMMON.is_sorted() && COMMON.len() > 5000);
        let needed = |word: &&str| word.len() >= 8 && word.to_lowercase() == **word && word.parse::<u128>().is_err();
        assert!(COMMON.iter().all(needed));
    }

    #[test]
    fn what_is_tried_first_is_common() {
        for common in ["password1", "PassWord1", "qwertyuiop", " iloveyou ", "1q2w3e4r5t"] {
            assert!(is_common(common), "{common}");
        }
        for other in ["correct horse battery", "password1 and more", ""] {
            assert!(!is_common(other), "{other}");
        }
    }
}
