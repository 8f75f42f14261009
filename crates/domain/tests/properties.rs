//! What holds for every text: parsing twice is parsing once, and no two spellings of a name slip past each other.

use chatapp_domain::message::{BodyError, MessageBody};
use chatapp_domain::text;
use chatapp_domain::user::{DisplayName, Username, UsernameKey};
use proptest::prelude::*;

/// Texts of everything that Unicode has, with more than its share of what makes trouble.
fn any_text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(
        " \t\n\u{a0}\u{1c}\u{85}\u{200b}\u{200d}\u{feff}\u{301}\u{345}\u{308}ßẞſİıΣςǰΐẖŉﬁÅＡᾳᾼᴬ가각́❤\u{fe0f}aAeé\0"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![nasty, any::<char>()], 0..40).prop_map(|chars| chars.into_iter().collect())
}

/// Names of all letters there are.
fn any_name() -> impl Strategy<Value = Username> {
    let tricky = prop::sample::select("ßẞſİıΣςᾳᾼǰΐKkAa@.+-_9٣".chars().collect::<Vec<_>>());
    let letter = prop_oneof![tricky, any::<char>(), prop::char::range('\u{a0}', '\u{3000}')];
    // Rejecting every character that no name may have would reject most of what is tried.
    let allowed = letter.prop_map(|c| if Username::parse(&c.to_string()).is_ok() { c } else { 'x' });
    let together = prop::collection::vec(allowed, 1..30).prop_map(|chars| chars.into_iter().collect::<String>());
    together.prop_filter_map("a name", |text| Username::parse(&text).ok())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_key_of_a_key_is_the_key(name in any_name()) {
        let key = name.key();
        prop_assert_eq!(UsernameKey::of(key.as_str()), key);
    }

    #[test]
    fn the_key_of_any_text_is_a_fixed_point(text in any_text()) {
        let key = UsernameKey::of(&text);
        prop_assert_eq!(UsernameKey::of(key.as_str()), key);
    }

    #[test]
    fn a_name_stays_as_it_was_parsed(name in any_name()) {
        prop_assert_eq!(Username::parse(name.as_str()), Ok(name));
    }

    #[test]
    fn small_letters_white_space_and_invisible_characters_do_not_change_a_key(name in any_name()) {
        let lower = name.as_str().to_lowercase();
        for same in [lower, format!(" {name}\u{3000}"), format!("{name}\u{200b}"), format!("\u{feff}\t{name}")] {
            prop_assert_eq!(UsernameKey::of(&same), name.key(), "{:?}", same);
        }
    }

    #[test]
    fn a_body_stays_as_it_was_parsed(text in any_text()) {
        if let Ok(body) = MessageBody::parse(&text, 40) {
            prop_assert_eq!(MessageBody::parse(body.as_str(), 40), Ok(body.clone()));
            prop_assert!(text.contains(body.as_str()), "nothing inside was changed");
            prop_assert!(!body.as_str().starts_with(text::is_strippable));
            prop_assert!(!body.as_str().ends_with(text::is_strippable));
        }
    }

    #[test]
    fn a_body_is_refused_for_a_reason(text in any_text(), max in 1_usize..40) {
        let stripped = text::strip(&text);
        match MessageBody::parse(&text, max) {
            Ok(body) => prop_assert!(body.as_str().chars().count() <= max),
            Err(BodyError::Blank) => prop_assert!(text::is_blank(stripped)),
            Err(BodyError::TooLong { max: told }) => prop_assert!(told == max && stripped.chars().count() > max),
            Err(BodyError::Null) => prop_assert!(stripped.contains('\0')),
        }
    }

    #[test]
    fn a_display_name_stays_as_it_was_parsed(text in any_text()) {
        if let Ok(name) = DisplayName::parse(&text) {
            prop_assert_eq!(DisplayName::parse(name.as_str()), Ok(name));
        }
    }
}
