//! What a store of people promises.

use chatapp_domain::ports::users::{CreateUserError, UserQuery};
use chatapp_domain::privacy::Privacy;
use chatapp_domain::time::Timestamp;
use chatapp_domain::user::{DisplayName, Email, NewUser, User, UserId, Username, UsernameKey};

use super::Stores;
use super::scene::{a_name, a_person, all_at_once};
use crate::builders::{NEW_YEAR, a_new_user};
use crate::passwords::PlainHasher;

const NOBODY: UserId = UserId(9_007_199_254_740_000);

async fn listed(stores: &Stores, query: UserQuery) -> Vec<String> {
    let users = stores.users.list(query).await.unwrap();
    users.into_iter().map(|user| user.username.as_str().to_owned()).collect()
}

fn starting_with(prefix: &str) -> UserQuery {
    UserQuery { except: NOBODY, prefix: Some(prefix.to_owned()), after: None, limit: 100 }
}

async fn rename(stores: &Stores, user: &User, name: &str) {
    stores.users.set_display_name(user.id, DisplayName::parse(name).unwrap()).await.unwrap();
}

/// Everything that was said about a person at the registration comes back by each way of asking.
pub async fn a_new_person_is_found_by_number_name_and_key(stores: &Stores) {
    let name = a_name("Ada");
    let wish = NewUser {
        username: Username::parse(&name).unwrap(),
        email: Email::parse("ada@example.org").unwrap(),
        password: PlainHasher::hash_of("pässwörd"),
        is_superuser: true,
        joined_at: Timestamp::from_micros(1_700_000_000_123_457),
    };
    let made = stores.users.create(wish.clone()).await.unwrap();
    let expected = User {
        id: made.id,
        username: wish.username.clone(),
        display_name: String::new(),
        email: "ada@example.org".to_owned(),
        is_active: true,
        is_superuser: true,
        joined_at: wish.joined_at,
        avatar: None,
        privacy: Privacy::OPEN,
        last_seen: None,
    };
    assert_eq!(made, expected);
    assert!(made.id.0 > 0 && made.id.0 < 1 << 53);
    assert_eq!(stores.users.by_id(made.id).await.unwrap().as_ref(), Some(&expected));
    assert_eq!(stores.users.by_name(&name).await.unwrap().as_ref(), Some(&expected));
    assert_eq!(stores.users.identify(&name).await.unwrap(), Some(expected.identity()));
    let credentials = stores.users.credentials(&wish.username.key()).await.unwrap();
    assert_eq!(credentials, Some((expected, wish.password)));
}

/// Absence is an answer, not an error.
pub async fn nobody_is_found_where_nobody_is(stores: &Stores) {
    let name = a_name("nobody");
    assert_eq!(stores.users.by_id(NOBODY).await.unwrap(), None);
    assert_eq!(stores.users.by_id(UserId(-1)).await.unwrap(), None);
    for name in [name.as_str(), "", "%", &"x".repeat(100_000), "a\0b"] {
        assert_eq!(stores.users.by_name(name).await.unwrap(), None);
        assert_eq!(stores.users.identify(name).await.unwrap(), None);
        assert_eq!(stores.users.credentials(&UsernameKey::of(name)).await.unwrap(), None);
    }
}

/// One for each name that somebody has, as exact as for a single one, and again from whatever is remembered.
pub async fn many_are_identified_at_once_in_the_order_of_their_names(stores: &Stores) {
    let mut people = Vec::new();
    for prefix in ["Ada", "bob", "Straße-é"] {
        people.push(stores.users.create(a_new_user(&a_name(prefix))).await.unwrap());
    }
    let [ada, bob, street] = people.try_into().unwrap();
    let name = |user: &User| user.username.as_str().to_owned();
    let asked = [
        name(&bob),
        "".to_owned(),
        name(&ada).to_lowercase(),
        name(&street),
        a_name("nobody"),
        format!("{} ", name(&ada)),
        "x".repeat(100_000),
        name(&ada),
        "a\0b".to_owned(),
        name(&bob),
        name(&street).replace('é', "e"),
    ];
    let expected = [bob.identity(), street.identity(), ada.identity(), bob.identity()];
    for _ in 0..2 {
        assert_eq!(stores.users.identify_all(&asked).await.unwrap(), expected);
    }
    assert_eq!(stores.users.identify(ada.username.as_str()).await.unwrap(), Some(ada.identity()));
    assert_eq!(stores.users.identify_all(&[]).await.unwrap(), []);
    let invented: Vec<String> = (0..200).map(|number| format!("invented-{number}")).collect();
    assert_eq!(stores.users.identify_all(&invented).await.unwrap(), []);
}

/// Neither case nor blanks nor accents nor compatibility are forgiven where an exact name is asked for.
pub async fn names_are_compared_exactly(stores: &Stores) {
    let name = a_name("Straße-é");
    let made = stores.users.create(a_new_user(&name)).await.unwrap();
    let near = [
        name.to_lowercase(),
        name.to_uppercase(),
        format!("{name} "),
        format!(" {name}"),
        format!("{name}\t"),
        name.replace('é', "e"),
        name.replace('é', "e\u{301}"),
        name.replace('ß', "ss"),
        name.replace('S', "\u{ff33}"),
        format!("{name}\u{200b}"),
    ];
    for wrong in &near {
        assert_eq!(stores.users.by_name(wrong).await.unwrap(), None, "{wrong:?}");
        assert_eq!(stores.users.identify(wrong).await.unwrap(), None, "{wrong:?}");
    }
    assert_eq!(stores.users.identify(&name).await.unwrap().map(|found| found.id), Some(made.id));
}

/// No two people share a key, however their names are written.
pub async fn names_with_one_key_exclude_each_other(stores: &Stores) {
    for (first, second) in [("admin", "Admin"), ("STRASSE", "straße"), ("σίσυφος", "ΣΊΣΥΦΟΣ"), ("Žluť", "žLUŤ")]
    {
        let unique = a_name("");
        let (first, second) = (format!("{first}{unique}"), format!("{second}{unique}"));
        let made = stores.users.create(a_new_user(&first)).await.unwrap();
        for wish in [&first, &second] {
            let refused = stores.users.create(a_new_user(wish)).await;
            assert!(matches!(refused, Err(CreateUserError::NameTaken)), "{wish}");
        }
        assert_eq!(stores.users.by_name(&second).await.unwrap(), None, "{second}");
        assert_eq!(stores.users.by_name(&first).await.unwrap(), Some(made), "{first}");
    }
}

/// A database must not think that two letters are the same because it sorts them together.
pub async fn names_that_differ_by_an_accent_live_side_by_side(stores: &Stores) {
    let unique = a_name("");
    let mut ids = Vec::new();
    for stem in ["jose", "josé", "jøse", "јose", "李", "里", "𠀀", "𠀁", "اب", "أب", "í", "ı"] {
        let made = stores.users.create(a_new_user(&format!("{stem}{unique}"))).await.unwrap();
        ids.push((stem, made.id));
    }
    for (stem, id) in ids {
        let found = stores.users.by_name(&format!("{stem}{unique}")).await.unwrap();
        assert_eq!(found.map(|user| user.id), Some(id), "{stem}");
    }
}

/// The longest name there can be, of the widest letters, is kept whole.
pub async fn the_longest_name_is_kept_whole(stores: &Stores) {
    let unique = a_name("");
    let name = format!("{}{unique}", "𠀀".repeat(Username::MAX_CHARS - unique.chars().count()));
    let made = stores.users.create(a_new_user(&name)).await.unwrap();
    assert_eq!(stores.users.by_name(&name).await.unwrap(), Some(made.clone()));
    let credentials = stores.users.credentials(&made.username.key()).await.unwrap();
    assert_eq!(credentials.map(|(user, _)| user.id), Some(made.id));
}

/// Log-in looks people up by key, so it does not matter how the name was typed.
pub async fn log_in_takes_a_name_in_any_form(stores: &Stores) {
    let name = a_name("Ada");
    let made = stores.users.create(a_new_user(&name)).await.unwrap();
    for typed in [name.to_uppercase(), format!("  {name}\n"), name.replace('d', "\u{ff44}"), format!("{name}\u{feff}")]
    {
        let found = stores.users.credentials(&UsernameKey::of(&typed)).await.unwrap();
        assert_eq!(found.map(|(user, _)| user.id), Some(made.id), "{typed:?}");
    }
}

/// A race for a name has one winner, and the others are told why.
pub async fn of_many_who_want_a_name_at_once_one_gets_it(stores: &Stores) {
    let name = a_name("ada");
    let wishes = (0..20).map(|n| if n % 2 == 0 { name.clone() } else { name.to_uppercase() });
    let answers = all_at_once(wishes.map(|name| {
        let stores = stores.clone();
        async move { stores.users.create(a_new_user(&name)).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(CreateUserError::NameTaken))).count(), 19);
}

/// Each wish has its own answer, in the order of the wishes, and a taken name spoils nobody else's.
pub async fn registering_many_answers_each_in_order(stores: &Stores) {
    let (one, two, three) = (a_name("one"), a_name("two"), a_name("three"));
    let taken = a_person(stores, "taken").await;
    let names = [&one, &two, &one.to_uppercase(), &taken.username.as_str().to_owned(), &three];
    let answers = stores.users.create_many(names.iter().map(|name| a_new_user(name)).collect()).await.unwrap();
    let answers: Vec<Option<&str>> =
        answers.iter().map(|answer| answer.as_ref().ok().map(|user| user.username.as_str())).collect();
    assert_eq!(answers, [Some(one.as_str()), Some(&two), None, None, Some(&three)]);
    for name in [&one, &two, &three] {
        let found = stores.users.by_name(name).await.unwrap();
        assert_eq!(found.map(|user| user.joined_at), Some(NEW_YEAR), "{name}");
    }
}

/// A list of any length may be registered, none included.
pub async fn registering_none_or_a_thousand_works(stores: &Stores) {
    assert!(stores.users.create_many(Vec::new()).await.unwrap().is_empty());
    let names: Vec<String> = (0..1000).map(|_| a_name("many")).collect();
    let before = stores.users.count().await.unwrap();
    let answers = stores.users.create_many(names.iter().map(|name| a_new_user(name)).collect()).await.unwrap();
    assert_eq!(answers.len(), names.len());
    for (name, answer) in names.iter().zip(answers) {
        assert_eq!(answer.unwrap().username.as_str(), name);
    }
    assert!(stores.users.count().await.unwrap() >= before + 1000);
    assert!(stores.users.identify(&names[999]).await.unwrap().is_some());
}

/// A store that remembers who exists must not remember who does not.
pub async fn a_person_is_known_right_after_the_registration(stores: &Stores) {
    let (one, many) = (a_name("late"), a_name("later"));
    for name in [&one, &many] {
        assert_eq!(stores.users.identify(name).await.unwrap(), None);
    }
    let made = stores.users.create(a_new_user(&one)).await.unwrap();
    assert_eq!(stores.users.identify(&one).await.unwrap(), Some(made.identity()));
    stores.users.create_many(vec![a_new_user(&many)]).await.unwrap();
    assert!(stores.users.identify(&many).await.unwrap().is_some());
}

/// The next log-in checks against the new password, of this person and of nobody else.
pub async fn a_replaced_password_is_what_log_in_checks(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let hash_of = async |user: &User| stores.users.credentials(&user.username.key()).await.unwrap().unwrap().1;
    let before = hash_of(&bob).await;
    // The second time nothing changes in the database, and yet there is such a user.
    for _ in 0..2 {
        let set = stores.users.set_password(ada.id, PlainHasher::hash_of("another one"), None).await;
        assert_eq!(set.unwrap(), Some(Vec::new()));
        assert_eq!(hash_of(&ada).await, PlainHasher::hash_of("another one"));
    }
    assert_eq!(hash_of(&bob).await, before);
}

/// A password for nobody is no error, and is said to be for nobody.
pub async fn a_password_for_nobody_is_refused(stores: &Stores) {
    assert_eq!(stores.users.set_password(NOBODY, PlainHasher::hash_of("lost"), None).await.unwrap(), None);
}

/// A hash made anew takes the old one's place, unless the password was replaced meanwhile.
pub async fn a_hash_is_renewed_only_while_it_is_the_old_one(stores: &Stores) {
    let (ada, bob) = (a_person(stores, "ada").await, a_person(stores, "bob").await);
    let hash_of = async |user: &User| stores.users.credentials(&user.username.key()).await.unwrap().unwrap().1;
    let (old, before) = (hash_of(&ada).await, hash_of(&bob).await);
    let (new, late) = (PlainHasher::hash_of("anew"), PlainHasher::hash_of("too late"));
    assert!(stores.users.renew_hash(ada.id, old.clone(), new.clone()).await.unwrap());
    assert!(!stores.users.renew_hash(ada.id, old.clone(), late.clone()).await.unwrap());
    assert!(!stores.users.renew_hash(NOBODY, old, late).await.unwrap());
    assert_eq!((hash_of(&ada).await, hash_of(&bob).await), (new, before));
}

/// What others see is kept to the last code point, and may be taken back.
pub async fn a_display_name_is_replaced(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    for name in ["Ada 👩🏽\u{200d}💻 Łovelace", "محمد", "100% _sure_ \\o/ 'quoted\"", &"𠀀".repeat(100), ""]
    {
        rename(stores, &ada, name).await;
        let found = stores.users.by_id(ada.id).await.unwrap().unwrap();
        assert_eq!(found, User { display_name: name.to_owned(), ..ada.clone() });
    }
    stores.users.set_display_name(NOBODY, DisplayName::parse("lost").unwrap()).await.unwrap();
}

/// Who may not log in is hidden from lists, but what was said with them still has a name.
pub async fn someone_inactive_is_not_listed_but_found(stores: &Stores) {
    let ada = a_person(stores, "ada").await;
    let query = starting_with(ada.username.as_str());
    assert_eq!(listed(stores, query.clone()).await, [ada.username.as_str()]);
    stores.users.set_active(ada.id, false).await.unwrap();
    let inactive = User { is_active: false, ..ada.clone() };
    assert!(listed(stores, query.clone()).await.is_empty());
    assert_eq!(stores.users.by_id(ada.id).await.unwrap().as_ref(), Some(&inactive));
    assert_eq!(stores.users.identify(ada.username.as_str()).await.unwrap(), Some(ada.identity()));
    let credentials = stores.users.credentials(&ada.username.key()).await.unwrap();
    assert_eq!(credentials.map(|(user, _)| user), Some(inactive));
    stores.users.set_active(ada.id, true).await.unwrap();
    assert_eq!(listed(stores, query).await, [ada.username.as_str()]);
    stores.users.set_active(NOBODY, true).await.unwrap();
}

/// The order of a search is that of the names' keys, byte by byte: capitals stand beside small letters, on every
/// database.
pub async fn a_search_lists_people_in_the_order_of_their_keys(stores: &Stores) {
    let prefix = a_name("order");
    let stems = ["a", "B", "b2", "Z", "_", "-", "9", "10", "é", "e", "É2", "z3", "李", "𠀀", "ﷲ", "ß", "st"];
    let wishes = stems.iter().map(|stem| a_new_user(&format!("{prefix}{stem}"))).collect();
    let made = stores.users.create_many(wishes).await.unwrap();
    let mut names: Vec<String> = made.into_iter().map(|user| user.unwrap().username.to_string()).collect();
    names.sort_by_cached_key(|name| UsernameKey::of(name));
    assert_eq!(listed(stores, starting_with(&prefix)).await, names);
    for (last, next) in names.iter().zip(&names[1..]) {
        for after in [last.clone(), last.to_uppercase()] {
            let query = UserQuery { after: Some(after), limit: 1, ..starting_with(&prefix) };
            assert_eq!(listed(stores, query).await, [next.as_str()], "after {last}");
        }
    }
}

/// A list can be read in pages, from a name that need not exist, and without oneself.
pub async fn a_list_is_paged_by_name(stores: &Stores) {
    let prefix = a_name("page");
    let names: Vec<String> = (0..7).map(|n| format!("{prefix}-{n}")).collect();
    let made = stores.users.create_many(names.iter().map(|name| a_new_user(name)).collect()).await.unwrap();
    let me = made[3].as_ref().unwrap().id;
    let page = async |after: Option<&str>, limit| {
        let query = UserQuery { except: me, after: after.map(str::to_owned), limit, ..starting_with(&prefix) };
        listed(stores, query).await
    };
    assert_eq!(page(None, 3).await, names[0..3]);
    assert_eq!(page(Some(&names[2]), 3).await, names[4..7]);
    assert_eq!(page(Some(&format!("{prefix}-1x")), 1).await, names[2..3]);
    assert!(page(Some(&names[6]), 3).await.is_empty());
    assert_eq!(page(Some(""), 100).await.len(), 6);
    assert_eq!(page(None, 6).await.len(), 6);
}

/// Without a prefix everyone else is listed, page by page, in the order of the bytes of their names.
pub async fn everyone_is_listed_but_oneself(stores: &Stores) {
    let stems = ["Zed", "ada", "Ada-2", "éva", "-dash", "7", "李"];
    let wishes = stems.iter().map(|stem| a_new_user(&a_name(stem))).collect();
    let made: Vec<User> = stores.users.create_many(wishes).await.unwrap().into_iter().map(Result::unwrap).collect();
    let (me, others) = made.split_first().unwrap();
    for prefix in [None, Some(String::new()), Some(" \u{200b}".to_owned())] {
        let mut all: Vec<String> = Vec::new();
        loop {
            let query = UserQuery { except: me.id, prefix: prefix.clone(), after: all.last().cloned(), limit: 500 };
            let page = listed(stores, query).await;
            if page.is_empty() {
                break;
            }
            all.extend(page);
            assert!(all.is_sorted_by(|one, next| one < next));
        }
        assert!(others.iter().all(|user| all.iter().any(|name| name == user.username.as_str())));
        assert!(!all.iter().any(|name| name == me.username.as_str()));
    }
}

/// People are found by how their name begins or by how what others see begins, in any case, and not by what is inside.
/// White space around a search means nothing.
pub async fn a_prefix_finds_usernames_and_display_names_in_any_case(stores: &Stores) {
    let ada = a_person(stores, "MixedCase").await;
    let seen = a_name("Visible Łady");
    rename(stores, &ada, &seen).await;
    let name = ada.username.as_str();
    let upper = seen.to_uppercase();
    for prefix in [name, &name.to_lowercase(), &name.to_uppercase(), &seen, &seen.to_lowercase(), &upper] {
        for prefix in [prefix.to_owned(), format!(" {prefix}\n"), prefix[..prefix.len() - 1].to_owned()] {
            assert_eq!(listed(stores, starting_with(&prefix)).await, [name], "{prefix:?}");
        }
    }
    for prefix in [&name[1..], &seen[1..], &format!("{name}x"), &format!("{seen} x"), &seen.replace('Ł', "L")] {
        assert!(listed(stores, starting_with(prefix)).await.is_empty(), "{prefix:?}");
    }
}

/// Case is forgiven in every script, accents in none.
pub async fn a_prefix_knows_the_case_of_every_letter_and_keeps_accents(stores: &Stores) {
    let unique = a_name("");
    let stems = ["žluťoučký", "émile", "emile", "дмитрий", "ΩΜΈΓΑ"];
    for stem in stems {
        stores.users.create(a_new_user(&format!("{unique}{stem}"))).await.unwrap();
    }
    for stem in stems {
        let name = format!("{unique}{stem}");
        for prefix in [name.to_uppercase(), name.to_lowercase()] {
            assert_eq!(listed(stores, starting_with(&prefix)).await, [name.as_str()], "{prefix}");
        }
    }
}

/// What a pattern would be in SQL is a plain letter here.
pub async fn wildcards_in_a_prefix_mean_themselves(stores: &Stores) {
    let unique = a_name("");
    let person = async |name: &str, display: &str| {
        let user = stores.users.create(a_new_user(&format!("{unique}{name}"))).await.unwrap();
        rename(stores, &user, &format!("{unique}{display}")).await;
        format!("{unique}{name}")
    };
    let under = person("u_1", "100% sure").await;
    let letter = person("ux2", "100x sure").await;
    let slash = person("s3", r"C:\temp").await;
    let quote = person("q4", r#"O'Brien "x" ] [a-z]* ?"#).await;
    let found = async |prefix: &str| listed(stores, starting_with(&format!("{unique}{prefix}"))).await;
    assert_eq!(found("u_").await, [under.as_str()]);
    assert_eq!(found("ux").await, [letter.as_str()]);
    assert_eq!(found("100%").await, [under.as_str()]);
    assert_eq!(found("100").await, [under.as_str(), letter.as_str()]);
    assert_eq!(found(r"c:\").await, [slash.as_str()]);
    assert_eq!(found(r"c:\t").await, [slash.as_str()]);
    assert_eq!(found(r#"o'brien "x" ] [A-z]* ?"#).await, [quote.as_str()]);
    for nobody in ["%", "_", r"\", "100_", r"c:\\", r"c:\%", "s_", "*", "[a-z]", "'", "u\0"] {
        assert!(found(nobody).await.is_empty(), "{nobody:?}");
    }
    assert_eq!(found("").await.len(), 4);
}
