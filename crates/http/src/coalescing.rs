//! One look for all requests that ask for the same at the same time.
//!
//! When somebody's devices come back together, each of them asks for the same lists. Of the requests that wait, one looks,
//! and all get what it found. Nothing is remembered: what was found goes only to requests that had come before the look
//! began, so it has whatever was acknowledged before any of them was made.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::user::UserId;
use tokio::sync::Notify;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::json;
use crate::shared::Shared;
use crate::site;

/// Answers with what `look` finds, or with what another look for the same URL found for the same person.
pub(crate) async fn answer<F>(
    request: &HttpRequest,
    caller: &Caller,
    look: impl FnOnce() -> F,
) -> Result<HttpResponse, ApiError>
where
    F: Future<Output = Result<Bytes, ApiError>>,
{
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    // Links in an answer begin with the origin as the request names it.
    let url = site::absolute(request, asked)?;
    let body = Shared::of(request)?.coalescer.ask(caller.identity.id, url, look).await?;
    Ok(json::with_body(StatusCode::OK, body))
}

/// Which requests wait for what. There are never more questions than requests.
#[derive(Default)]
pub(crate) struct Coalescer(Mutex<HashMap<Question, Arc<Looks>>>);

/// What is asked for, and by whom: two people never get the same answer.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    asker: UserId,
    url: String,
}

/// The looks for one question, of which one is under way at most.
#[derive(Default)]
struct Looks {
    state: Mutex<State>,
    /// Told whenever none is under way any more.
    ended: Notify,
}

#[derive(Default)]
struct State {
    /// How many have begun.
    begun: u64,
    is_under_way: bool,
    /// Which look was the latest that came to an end, and what it found; nothing if it failed.
    latest: (u64, Option<Bytes>),
}

impl Coalescer {
    /// What `look` finds: it, or one that began after this was called and asks for the same. A look that fails does so for
    /// its own request alone; the others then look for themselves.
    ///
    /// Dropping the returned future gives its look up; another request begins one.
    pub(crate) async fn ask<F>(&self, asker: UserId, url: String, look: impl FnOnce() -> F) -> Result<Bytes, ApiError>
    where
        F: Future<Output = Result<Bytes, ApiError>>,
    {
        let request = self.enter(Question { asker, url });
        match request.turn().await {
            Turn::Found(bytes) => Ok(bytes),
            Turn::Failed => look().await,
            Turn::Own(own) => {
                let found = look().await;
                own.end(found.as_ref().ok().cloned());
                found
            }
        }
    }

    fn enter(&self, question: Question) -> Request<'_> {
        let looks = Arc::clone(lock(&self.0).entry(question.clone()).or_default());
        let before = lock(&looks.state).begun;
        Request { coalescer: self, question, looks, before }
    }
}

/// A request that waits for an answer.
struct Request<'a> {
    coalescer: &'a Coalescer,
    question: Question,
    looks: Arc<Looks>,
    /// How many looks had begun when it came. They are not for it.
    before: u64,
}

/// What a request has waited for.
enum Turn<'a> {
    /// An answer.
    Found(Bytes),
    /// The end of a look that found nothing.
    Failed,
    /// Its own turn to look.
    Own(OwnLook<'a>),
}

impl Request<'_> {
    async fn turn(&self) -> Turn<'_> {
        loop {
            let mut ended = pin!(self.looks.ended.notified());
            // From here on no end is missed.
            ended.as_mut().enable();
            if let Some(turn) = self.turn_now() {
                return turn;
            }
            ended.await;
        }
    }

    fn turn_now(&self) -> Option<Turn<'_>> {
        let mut state = lock(&self.looks.state);
        let (latest, found) = &state.latest;
        if *latest > self.before {
            return Some(found.clone().map_or(Turn::Failed, Turn::Found));
        }
        if state.is_under_way {
            return None;
        }
        state.is_under_way = true;
        state.begun += 1;
        Some(Turn::Own(OwnLook { looks: &self.looks, number: state.begun }))
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        let mut questions = lock(&self.coalescer.0);
        // Only this one and the map have it; others get it under this lock only.
        if Arc::strong_count(&self.looks) <= 2 {
            questions.remove(&self.question);
        }
    }
}

/// A look that is under way. Dropping it gives it up.
struct OwnLook<'a> {
    looks: &'a Looks,
    number: u64,
}

impl OwnLook<'_> {
    fn end(self, found: Option<Bytes>) {
        lock(&self.looks.state).latest = (self.number, found);
    }
}

impl Drop for OwnLook<'_> {
    fn drop(&mut self) {
        lock(&self.looks.state).is_under_way = false;
        self.looks.ended.notify_waiters();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;

    use tokio::sync::oneshot;
    use tokio::task::{JoinHandle, LocalSet, spawn_local};

    use super::*;

    const ADA: UserId = UserId(1);
    const GRACE: UserId = UserId(2);

    type Asked = JoinHandle<Result<Bytes, ApiError>>;

    /// People who ask, and what becomes of each look.
    #[derive(Clone, Default)]
    struct Scene {
        coalescer: Arc<Coalescer>,
        /// What the looks wait for, one after another; the others wait for nothing.
        gates: Rc<RefCell<VecDeque<oneshot::Receiver<()>>>>,
        looks: Rc<Cell<u8>>,
        /// Which of those who asked began the latest look.
        looking: Rc<Cell<usize>>,
        asked: Rc<Cell<usize>>,
    }

    impl Scene {
        /// The next look ends when something comes through the gate, and fails if it is dropped.
        fn hold_next(&self) -> oneshot::Sender<()> {
            let (end, gate) = oneshot::channel();
            self.gates.borrow_mut().push_back(gate);
            end
        }

        /// Asks; a look finds which of all looks it was.
        fn ask(&self, asker: UserId) -> Asked {
            let scene = self.clone();
            let place = scene.asked.replace(scene.asked.get() + 1);
            let look = {
                let scene = self.clone();
                move || async move {
                    let number = scene.looks.get() + 1;
                    scene.looks.set(number);
                    scene.looking.set(place);
                    let gate = scene.gates.borrow_mut().pop_front();
                    if let Some(gate) = gate {
                        gate.await.map_err(|_| ApiError::BUSY)?;
                    }
                    Ok(Bytes::from(vec![number]))
                }
            };
            spawn_local(async move { scene.coalescer.ask(asker, "/".to_owned(), look).await })
        }

        fn all_ask(&self, people: usize) -> Vec<Asked> {
            (0..people).map(|_| self.ask(ADA)).collect()
        }
    }

    /// Which look each was answered by, in this order.
    async fn found(asked: Vec<Asked>) -> Vec<Option<u8>> {
        let mut answers = Vec::new();
        for one in asked {
            answers.push(one.await.unwrap().ok().and_then(|bytes| bytes.first().copied()));
        }
        answers.sort_unstable();
        answers
    }

    /// Lets everything come as far as it does.
    async fn settle() {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }

    /// Runs it, after which nothing is kept.
    async fn play(scene: &Scene, story: impl Future<Output = ()>) {
        LocalSet::new().run_until(story).await;
        assert!(lock(&scene.coalescer.0).is_empty());
    }

    #[tokio::test]
    async fn those_who_ask_during_a_look_are_answered_by_the_next_one() {
        let scene = Scene::default();
        let story = async {
            let end = scene.hold_next();
            let (first, late) = (scene.all_ask(1), scene.all_ask(4));
            settle().await;
            assert_eq!(scene.looks.get(), 1, "they wait");
            end.send(()).unwrap();
            assert_eq!((found(first).await, found(late).await), (vec![Some(1)], vec![Some(2); 4]));
        };
        play(&scene, story).await;
        assert_eq!(scene.looks.get(), 2);
    }

    #[tokio::test]
    async fn nobody_gets_what_somebody_else_asked_for() {
        let scene = Scene::default();
        let story = async {
            let _end = scene.hold_next();
            let hers = scene.ask(ADA);
            settle().await;
            assert_eq!(found(vec![scene.ask(GRACE)]).await, [Some(2)], "nor waits for it");
            hers.abort();
            assert!(hers.await.is_err());
        };
        play(&scene, story).await;
    }

    #[tokio::test]
    async fn a_look_that_is_given_up_leaves_its_turn_to_another() {
        let scene = Scene::default();
        let story = async {
            let (end, _second) = (scene.hold_next(), scene.hold_next());
            let mut asked = scene.all_ask(5);
            settle().await;
            end.send(()).unwrap();
            settle().await;
            assert_eq!(scene.looks.get(), 2);
            asked.remove(scene.looking.get()).abort();
            assert_eq!(found(asked).await, [Some(1), Some(3), Some(3), Some(3)]);
        };
        play(&scene, story).await;
    }

    #[tokio::test]
    async fn a_failure_is_of_the_request_that_it_happened_to() {
        let scene = Scene::default();
        let story = async {
            let (end, second) = (scene.hold_next(), scene.hold_next());
            let asked = scene.all_ask(4);
            settle().await;
            end.send(()).unwrap();
            settle().await;
            drop(second);
            let each = [None, Some(1), Some(3), Some(4)];
            assert_eq!(found(asked).await, each, "those who waited look, each for itself");
        };
        play(&scene, story).await;
    }
}
