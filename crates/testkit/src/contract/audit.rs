//! What a store of the log promises, and what the others write into it.

use std::time::Duration;

use chatapp_domain::audit::{Action, Actor, Entry, NewEntry, Target, TargetKind};
use chatapp_domain::link::LinkHash;
use chatapp_domain::naming;
use chatapp_domain::ports::audit::AuditQuery;
use chatapp_domain::ports::invitations::NewInvitation;
use chatapp_domain::ports::reports::Filed;
use chatapp_domain::report::{NewReport, Reason};
use chatapp_domain::user::{Email, User};

use super::Stores;
use super::scene::{a_couple, a_name, a_person, say};
use crate::builders::{NEW_YEAR, an_actor};

/// Everything that was done by somebody whom no other promise knows.
pub(super) async fn deeds_of(stores: &Stores, user: &User) -> Vec<Entry> {
    let query = AuditQuery { actor: Some(user.id), limit: 1000, ..AuditQuery::default() };
    stores.audit.list(query).await.unwrap()
}

fn actions(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.action.as_str()).collect()
}

/// Whatever is said of it, and from whatever address.
pub async fn an_entry_comes_back_as_it_was_written(stores: &Stores) {
    let (root, ada) = a_couple(stores).await;
    let at = NEW_YEAR.after(Duration::from_micros(1));
    let actor = Actor { address: Some("2001:db8::7".parse().unwrap()), at, ..an_actor(&root) };
    let entry = actor.did(Action::UserChange, ada.id.0).with("is_active", false).with("n", 7).with("why", "Ж \"😀\"");
    stores.audit.write(entry.clone()).await.unwrap();
    let bare = Actor { address: None, ..actor }.did(Action::RetentionRun, 0);
    stores.audit.write(bare).await.unwrap();
    let [retention, change] = deeds_of(stores, &root).await.try_into().unwrap();
    let expected = Entry {
        id: change.id,
        at,
        actor: Some(root.username.clone()),
        action: "user.change".to_owned(),
        target_kind: "user".to_owned(),
        target: ada.username.as_str().to_owned(),
        detail: entry.detail,
        address: Some("2001:db8::7".to_owned()),
    };
    assert_eq!(change, expected);
    assert_eq!((retention.target.as_str(), retention.address, retention.detail), ("", None, Vec::new()));
    assert_eq!(retention.actor, Some(root.username));
}

/// Each once, however they are cut.
pub async fn entries_are_listed_the_newest_first_and_in_pieces(stores: &Stores) {
    let (root, ada) = a_couple(stores).await;
    for _ in 0..5 {
        stores.audit.write(an_actor(&root).did(Action::UserChange, ada.id.0)).await.unwrap();
    }
    let all = deeds_of(stores, &root).await;
    assert!(all.len() == 5 && all.is_sorted_by(|newer, older| newer.id > older.id));
    let mut pieces = Vec::new();
    loop {
        let before = pieces.last().map(|entry: &Entry| entry.id);
        let query = AuditQuery { actor: Some(root.id), before, limit: 2, ..AuditQuery::default() };
        let piece = stores.audit.list(query).await.unwrap();
        if piece.is_empty() {
            break;
        }
        pieces.extend(piece);
    }
    assert_eq!(pieces, all);
    let newest = stores.audit.list(AuditQuery { limit: 1, ..AuditQuery::default() }).await.unwrap();
    assert!(newest.len() == 1 && newest[0].id >= all[0].id);
}

/// By each alone, and by all of them.
pub async fn entries_are_found_by_who_what_and_whom(stores: &Stores) {
    let (root, ada) = a_couple(stores).await;
    let write = async |entry: NewEntry| stores.audit.write(entry).await.unwrap();
    let by_root = an_actor(&root);
    write(by_root.did(Action::UserChange, ada.id.0)).await;
    write(by_root.did(Action::UserPassword, ada.id.0)).await;
    write(by_root.did(Action::UserChange, root.id.0)).await;
    // Not the person, but something else of the same number.
    write(by_root.did(Action::MessageDelete, ada.id.0)).await;
    write(Actor::command_line(NEW_YEAR).did(Action::UserChange, ada.id.0)).await;
    let target = |kind, user: &User| Target { kind, id: user.id.0 };
    let found = async |actor: Option<&User>, action, targets: Option<Vec<Target>>| {
        let actor = actor.map(|user| user.id);
        let found = stores.audit.list(AuditQuery { actor, action, targets, before: None, limit: 1000 }).await.unwrap();
        found.into_iter().map(|entry| (entry.action, entry.actor.is_some())).collect::<Vec<_>>()
    };
    let (change, password) = (("user.change".to_owned(), true), ("user.password".to_owned(), true));
    let to_ada = || Some(vec![target(TargetKind::User, &ada)]);
    let by_command = ("user.change".to_owned(), false);
    assert_eq!(found(None, None, to_ada()).await, [by_command.clone(), password.clone(), change.clone()]);
    assert_eq!(found(Some(&root), Some(Action::UserChange), to_ada()).await, std::slice::from_ref(&change));
    assert_eq!(found(Some(&root), Some(Action::UserChange), None).await, [change.clone(), change.clone()]);
    let any = vec![target(TargetKind::User, &ada), target(TargetKind::Message, &ada)];
    let deletion = ("message.delete".to_owned(), true);
    assert_eq!(found(Some(&root), None, Some(any)).await, [deletion, password, change]);
    assert_eq!(found(Some(&ada), None, None).await, []);
    assert_eq!(found(Some(&root), None, Some(Vec::new())).await, []);
}

/// Neither as the one who did something nor as the one whom it was done to.
pub async fn somebody_gone_has_no_name_in_the_log(stores: &Stores) {
    let (root, ada) = a_couple(stores).await;
    stores.audit.write(an_actor(&root).did(Action::UserChange, ada.id.0)).await.unwrap();
    for user in [&root, &ada] {
        stores.departures.depart(user.id, None).await.unwrap();
    }
    let [entry] = deeds_of(stores, &root).await.try_into().unwrap();
    assert_eq!(entry.actor, Some(naming::tombstone(root.id)));
    assert_eq!(entry.target, naming::tombstone(ada.id).as_str());
}

/// What changes nothing is not logged.
pub async fn what_becomes_of_reports_is_logged_once(stores: &Stores) {
    let ((ada, bob), root) = (a_couple(stores).await, a_person(stores, "root").await);
    let message = say(stores, &ada, &bob, "buy now").await;
    let reason = Reason::default();
    let new = NewReport { message: message.id, reporter: bob.id, reason, created_at: NEW_YEAR };
    let Filed::New(report) = stores.reports.file(new).await.unwrap() else { panic!("it is new") };
    for closed in [false, true, true, false] {
        stores.reports.set_closed(report.id, closed, an_actor(&root)).await.unwrap().unwrap();
    }
    let deeds = deeds_of(stores, &root).await;
    assert_eq!(actions(&deeds), ["report.reopen", "report.close"]);
    assert!(deeds.iter().all(|deed| deed.target == report.id.0.to_string() && deed.at == NEW_YEAR));
}

/// Without the address, which is somebody's.
pub async fn what_becomes_of_invitations_is_logged_once(stores: &Stores) {
    let root = a_person(stores, "root").await;
    let name = a_name("link");
    let (token, email) = (LinkHash::of(&name), Email::parse("ada@example.org").unwrap());
    let by = an_actor(&root);
    let made = stores.invitations.add(NewInvitation { token, email, by, expires_at: NEW_YEAR }).await.unwrap();
    assert!(stores.invitations.remove(made.id, by).await.unwrap());
    assert!(!stores.invitations.remove(made.id, by).await.unwrap());
    let deeds = deeds_of(stores, &root).await;
    assert_eq!(actions(&deeds), ["invitation.revoke", "invitation.create"]);
    assert!(deeds.iter().all(|deed| deed.target == made.id.0.to_string()));
    assert!(!format!("{deeds:?}").contains("ada@"));
}
