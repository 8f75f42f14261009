//! What a store of reports promises.

use std::time::Duration;

use chatapp_domain::audit::Actor;
use chatapp_domain::message::{Message, MessageId};
use chatapp_domain::ports::reports::{FileError, Filed, ReportQuery};
use chatapp_domain::report::{Closing, NewReport, Reason, Report, ReportId};
use chatapp_domain::user::User;

use super::Stores;
use super::scene::{a_couple, a_person, all_at_once, say};
use crate::builders::{NEW_YEAR, an_actor};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn a_report(reporter: &User, message: &Message, reason: &str) -> NewReport {
    let reason = Reason::parse(reason).unwrap();
    NewReport { message: message.id, reporter: reporter.id, reason, created_at: NEW_YEAR }
}

async fn filed(stores: &Stores, new: NewReport) -> Report {
    match stores.reports.file(new).await.unwrap() {
        Filed::New(report) => report,
        Filed::Before(report) => panic!("{:?} should have been new", report.id),
    }
}

/// Those of these reports that are listed, in order.
async fn listed(stores: &Stores, ours: &[ReportId], is_open: Option<bool>) -> Vec<ReportId> {
    let query = ReportQuery { is_open, before: None, limit: 1000 };
    let all = stores.reports.list(query).await.unwrap();
    assert!(all.is_sorted_by(|newer, older| newer.id > older.id));
    all.into_iter().map(|report| report.id).filter(|id| ours.contains(id)).collect()
}

/// With the message as it is.
pub async fn a_message_is_reported_by_its_recipient(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let message = say(stores, &ada, &bob, "buy now 🐎").await;
    let reason = "Ж".repeat(999) + "😀";
    let report = filed(stores, a_report(&bob, &message, &reason)).await;
    let expected = Report {
        id: report.id,
        message_id: message.id,
        message: Some(message),
        reporter: bob.username,
        reason,
        created_at: NEW_YEAR,
        closing: None,
    };
    assert_eq!(report, expected);
    assert_eq!(
        stores
            .reports
            .list(ReportQuery { limit: 1000, ..ReportQuery::default() })
            .await
            .unwrap()
            .iter()
            .find(|it| it.id == report.id),
        Some(&expected)
    );
}

/// The first one counts, however many come at once.
pub async fn a_message_is_reported_once_by_one_person(stores: &Stores) {
    let (ada, bob) = a_couple(stores).await;
    let message = say(stores, &ada, &bob, "hello").await;
    let tries = (0..20).map(|_| {
        let (reports, new) = (stores.reports.clone(), a_report(&bob, &message, "first"));
        async move { reports.file(new).await.unwrap() }
    });
    let outcomes = all_at_once(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Filed::New(_))).count(), 1);
    let Filed::Before(again) = stores.reports.file(a_report(&bob, &message, "second")).await.unwrap() else {
        panic!("it was reported before");
    };
    assert_eq!(again.reason, "first");
    assert_eq!(listed(stores, &[again.id], None).await.len(), 1);
}

/// Neither by its sender nor by anyone else; nor is a note to oneself.
pub async fn nobody_else_reports_a_message(stores: &Stores) {
    let ((ada, bob), eve) = (a_couple(stores).await, a_person(stores, "eve").await);
    let (message, note) = (say(stores, &ada, &bob, "hello").await, say(stores, &ada, &ada, "a note").await);
    let file = async |reporter: &User, message| stores.reports.file(a_report(reporter, message, "")).await;
    assert!(matches!(file(&ada, &message).await, Err(FileError::Own)));
    assert!(matches!(file(&ada, &note).await, Err(FileError::Own)));
    for other in [&eve, &bob] {
        assert!(matches!(file(other, &note).await, Err(FileError::NoSuchMessage)));
    }
    assert!(matches!(file(&eve, &message).await, Err(FileError::NoSuchMessage)));
    let nothing = Message { id: MessageId(9_007_199_254_740_000), ..message.clone() };
    assert!(matches!(file(&bob, &nothing).await, Err(FileError::NoSuchMessage)));
}

/// The newest first, in pieces, and by what became of them.
pub async fn reports_are_listed_in_pieces_and_by_their_state(stores: &Stores) {
    let ((ada, bob), root) = (a_couple(stores).await, a_person(stores, "root").await);
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        let message = say(stores, &ada, &bob, text).await;
        ids.push(filed(stores, a_report(&bob, &message, text)).await.id);
    }
    let [one, two, three] = ids[..] else { panic!("three") };
    assert_eq!(listed(stores, &ids, None).await, [three, two, one]);
    stores.reports.set_closed(two, true, an_actor(&root)).await.unwrap().unwrap();
    assert_eq!(listed(stores, &ids, Some(true)).await, [three, one]);
    assert_eq!(listed(stores, &ids, Some(false)).await, [two]);
    let before = ReportQuery { is_open: None, before: Some(three), limit: 1 };
    let next = stores.reports.list(before).await.unwrap();
    assert!(next.len() == 1 && next[0].id < three && next[0].id >= two);
    let open = ReportQuery { is_open: Some(true), before: Some(three), limit: 1000 };
    assert!(stores.reports.list(open).await.unwrap().iter().all(|report| report.id < three && report.id != two));
}

/// Once; and opened again.
pub async fn a_report_is_closed_by_whoever_comes_first(stores: &Stores) {
    let ((ada, bob), (root, other)) = (a_couple(stores).await, a_couple(stores).await);
    let message = say(stores, &ada, &bob, "hello").await;
    let id = filed(stores, a_report(&bob, &message, "")).await.id;
    let close = async |by: &User, hours| {
        let actor = Actor { at: NEW_YEAR.after(HOUR * hours), ..an_actor(by) };
        let closed = stores.reports.set_closed(id, true, actor).await.unwrap();
        closed.unwrap().closing
    };
    let first = Some(Closing { at: NEW_YEAR.after(HOUR), by: root.username.clone() });
    assert_eq!(close(&root, 1).await, first);
    assert_eq!(close(&other, 2).await, first);
    let open = stores.reports.set_closed(id, false, an_actor(&root)).await.unwrap().unwrap();
    assert_eq!((open.closing, open.message.map(|message| message.id)), (None, Some(message.id)));
    assert_eq!(close(&other, 3).await.map(|closing| closing.by), Some(other.username.clone()));
    let nothing = stores.reports.set_closed(ReportId(9_007_199_254_740_000), true, an_actor(&root)).await.unwrap();
    assert_eq!(nothing, None);
}
