//! What the hasher promises, at the lowest cost.

use std::sync::{Arc, mpsc};
use std::time::Instant;

use sha2::Digest;

use super::*;

const COST: u32 = 4;
const WAITING: usize = 8;

fn matches(stored_for: &str, typed: &str) -> bool {
    let stored = hash(&Password::unchecked(stored_for), COST).unwrap();
    verify(&Password::unchecked(typed), Some(&stored), COST).unwrap()
}

#[test]
fn every_byte_counts_beyond_the_72_that_bcrypt_reads() {
    let long = "a".repeat(72);
    assert!(matches(&format!("{long}X"), &format!("{long}X")));
    assert!(!matches(&format!("{long}X"), &format!("{long}Y")));
    assert!(!matches(&long, &format!("{long}X")));
}

#[test]
fn nulls_and_emoji_are_characters_like_others() {
    assert!(matches("before\0after", "before\0after"));
    assert!(!matches("before\0after", "before\0other"));
    let emoji = "👩🏽‍🚀".repeat(32);
    assert!(matches(&emoji, &emoji));
    assert!(!matches(&emoji, &"👩🏿‍🚀".repeat(32)));
}

#[test]
fn a_password_is_never_trimmed_or_normalised() {
    assert!(!matches("password ", "password"));
    assert!(!matches("cafe\u{301} au lait", "café au lait"));
}

#[test]
fn the_stored_form_names_its_scheme_and_cost() {
    let stored = hash(&Password::unchecked("correct horse"), COST).unwrap().0;
    assert!(stored.starts_with("bcrypt-hmac-sha256$$2b$04$"), "{stored}");
    assert_ne!(stored, hash(&Password::unchecked("correct horse"), COST).unwrap().0, "the salt differs");
}

#[test]
fn other_schemes_are_unreadable() {
    for foreign in ["pbkdf2_sha256$216000$salt$hash", "pbkdf2_sha256$0$s$aaaa", "argon2$argon2id$x", "md5$x$y", "!", ""]
    {
        let foreign = PasswordHash(foreign.into());
        assert_eq!(verify(&Password::unchecked("x"), Some(&foreign), COST), Err(HashError::Unreadable));
    }
}

#[test]
fn hashes_that_django_made_are_checked() {
    let digest: String = Sha256::digest("pässwörd").iter().map(|byte| format!("{byte:02x}")).collect();
    let made = [
        "pbkdf2_sha256$1000$seasalt$CzFI+UslA/kG6Ee3mx9EuXdtUGTgSIJvT+8nrZvi+4s=".to_owned(),
        "pbkdf2_sha1$1000$seasalt$aUm8bmXKw3su/qly5+7e1Ga05x4=".to_owned(),
        format!("bcrypt${}", bcrypt::hash("pässwörd", COST).unwrap()),
        format!("bcrypt_sha256${}", bcrypt::hash(digest, COST).unwrap()),
    ];
    for hash in made {
        let hash = PasswordHash(hash);
        assert_eq!(verify(&Password::unchecked("pässwörd"), Some(&hash), COST), Ok(true), "{}", hash.0);
        assert_eq!(verify(&Password::unchecked("passwort"), Some(&hash), COST), Ok(false), "{}", hash.0);
        assert!(django::is_known(&hash.0));
    }
    assert!(!django::is_known(&hash(&Password::unchecked("correct horse"), COST).unwrap().0));
}

#[test]
fn an_unknown_user_costs_as_much_as_a_wrong_password() {
    assert!(bcrypt::verify("x", &nobodys_hash(COST)).is_ok(), "bcrypt does the work only for a well-formed hash");
    let cost = 8;
    let stored = hash(&Password::unchecked("correct horse"), cost).unwrap();
    let foreign = PasswordHash("md5$x".into());
    let typed = Password::unchecked("wrong");
    let time = |hash: Option<&PasswordHash>| {
        let start = Instant::now();
        let _ = verify(&typed, hash, cost);
        start.elapsed().as_secs_f64()
    };
    // On a busy machine single times say little, but the shortest of each come together if the work is the same.
    let (mut known, mut unknown, mut unreadable) = (f64::MAX, f64::MAX, f64::MAX);
    let close = |one: f64, other: f64| (0.8..1.25).contains(&(one / other));
    for _ in 0..100 {
        known = known.min(time(Some(&stored)));
        unknown = unknown.min(time(None));
        unreadable = unreadable.min(time(Some(&foreign)));
        if close(known, unknown) && close(known, unreadable) {
            return;
        }
    }
    panic!("known {known} s, unknown {unknown} s, unreadable {unreadable} s");
}

#[tokio::test]
async fn one_more_than_can_wait_is_refused() {
    let hasher = Arc::new(BcryptHasher::start(Hashing { cost: COST, threads: 1, waiting: WAITING }).unwrap());
    let (release, held) = mpsc::channel::<()>();
    let start = |work: Box<dyn FnOnce() + Send>| {
        let hasher = Arc::clone(&hasher);
        tokio::spawn(async move { hasher.run(work).await })
    };
    let mut running = vec![start(Box::new(move || held.recv().unwrap()))];
    running.extend((0..WAITING).map(|_| start(Box::new(|| ()))));
    tokio::task::yield_now().await;
    let refused = hasher.verify(Password::unchecked("x"), None).await;
    assert_eq!(refused, Err(HashError::Busy));
    release.send(()).unwrap();
    for task in running {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert_eq!(hasher.verify(Password::unchecked("x"), None).await, Ok(false));
}
