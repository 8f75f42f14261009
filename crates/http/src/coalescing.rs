//! One look for all requests that ask for the same at the same time.
//!
//! When somebody's devices come back together, each of them asks for the same lists. Of the requests that wait, one looks,
//! and all get what it found. Nothing is remembered: what was found goes only to requests that had come before the look
//! began, so it has whatever was acknowledged before any of them was made.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use chatapp_domain::user::UserId;
use tokio::sync::Notify;
use tokio::time::timeout;

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

/// For how long a request waits for the looks of others. Then the database is slow, and whoever waits on has no time left
/// for a look of its own.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which requests wait for what. There are never more questions than requests.
#[derive(Default)]
pub(crate) struct Coalescer(Mutex<HashMap<Question, Asked>>);

/// What is asked for, and by whom: two people never get the same answer.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    asker: UserId,
    url: String,
}

/// How many requests have a question, and the looks for it.
#[derive(Default)]
struct Asked {
    requests: usize,
    looks: Arc<Looks>,
}

/// The looks for one question that are for whoever waits. One at most is under way.
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
    /// The latest that was not given up.
    latest: Option<Ended>,
}

/// A look that came to an end.
struct Ended {
    /// Its place among all, from 1.
    number: u64,
    /// Nothing if it failed.
    found: Option<Bytes>,
}

impl Coalescer {
    /// What `look` finds: it, or one that began after this was called and asks for the same. A look that fails does so for
    /// its own request alone; the others then look for themselves, and so does whoever has waited for a second.
    ///
    /// Dropping the returned future gives its look up; if others wait, one of them begins another.
    pub(crate) async fn ask<F>(&self, asker: UserId, url: String, look: impl FnOnce() -> F) -> Result<Bytes, ApiError>
    where
        F: Future<Output = Result<Bytes, ApiError>>,
    {
        let waiter = self.enter(Question { asker, url });
        match waiter.wait().await {
            Outcome::Found(bytes) => Ok(bytes),
            Outcome::Alone => look().await,
            Outcome::ForAll(under_way) => {
                let found = look().await;
                under_way.end(found.as_ref().ok().cloned());
                found
            }
        }
    }

    fn enter(&self, question: Question) -> Waiter<'_> {
        let looks = {
            let mut questions = lock(&self.0);
            let asked = questions.entry(question.clone()).or_default();
            asked.requests += 1;
            Arc::clone(&asked.looks)
        };
        let before = lock(&looks.state).begun;
        Waiter { coalescer: self, question, looks, before }
    }

    fn leave(&self, question: &Question) {
        let mut questions = lock(&self.0);
        let Some(asked) = questions.get_mut(question) else { return };
        asked.requests -= 1;
        if asked.requests == 0 {
            questions.remove(question);
        }
    }
}

/// A request that waits for an answer.
struct Waiter<'a> {
    coalescer: &'a Coalescer,
    question: Question,
    looks: Arc<Looks>,
    /// How many looks had begun when it came. They are not for it.
    before: u64,
}

/// What a request has waited for.
enum Outcome<'a> {
    /// An answer.
    Found(Bytes),
    /// A look that failed, or nothing for too long: it is to look for itself.
    Alone,
    /// Its turn to look for all that wait.
    ForAll(UnderWay<'a>),
}

impl Waiter<'_> {
    async fn wait(&self) -> Outcome<'_> {
        if let Some(outcome) = self.outcome() {
            return outcome;
        }
        timeout(PATIENCE, self.wait_on()).await.unwrap_or(Outcome::Alone)
    }

    async fn wait_on(&self) -> Outcome<'_> {
        loop {
            let mut ended = pin!(self.looks.ended.notified());
            // From here on no end is missed.
            ended.as_mut().enable();
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            ended.await;
        }
    }

    /// What it need not wait for.
    fn outcome(&self) -> Option<Outcome<'_>> {
        let mut state = lock(&self.looks.state);
        if let Some(ended) = state.latest.as_ref().filter(|ended| ended.number > self.before) {
            return Some(ended.found.clone().map_or(Outcome::Alone, Outcome::Found));
        }
        if state.is_under_way {
            return None;
        }
        state.is_under_way = true;
        state.begun += 1;
        Some(Outcome::ForAll(UnderWay { looks: &self.looks, number: state.begun }))
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.coalescer.leave(&self.question);
    }
}

/// A look for all that wait. Dropping it gives it up.
struct UnderWay<'a> {
    looks: &'a Looks,
    number: u64,
}

impl UnderWay<'_> {
    fn end(self, found: Option<Bytes>) {
        lock(&self.looks.state).latest = Some(Ended { number: self.number, found });
    }
}

impl Drop for UnderWay<'_> {
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

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_slow_look_of_somebody_else_for_long() {
        let scene = Scene::default();
        let story = async {
            let end = scene.hold_next();
            let first = scene.all_ask(1);
            settle().await;
            let since = tokio::time::Instant::now();
            assert_eq!(found(scene.all_ask(2)).await, [Some(2), Some(3)], "each looks for itself");
            assert!(since.elapsed() <= PATIENCE + Duration::from_millis(10));
            end.send(()).unwrap();
            assert_eq!(found(first).await, [Some(1)]);
        };
        play(&scene, story).await;
    }

    #[test]
    fn nothing_is_left_of_requests_that_leave_at_the_same_time() {
        let coalescer = Coalescer::default();
        let ask = || async { coalescer.ask(ADA, "/".to_owned(), || async { Ok(Bytes::new()) }).await.map(drop) };
        let ask_often = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            (0..20_000).for_each(|_| runtime.block_on(ask()).unwrap());
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(ask_often))));
        assert!(lock(&coalescer.0).is_empty());
    }
}
