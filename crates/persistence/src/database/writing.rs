//! Writing: by a thread of its own (messages, and all on SQLite), or on a connection of the pool.

use chatapp_domain::ports::StoreError;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::unit::{PlainUnit, repeat_on_conflict};
use super::{Database, WriteError, no_answer};
use crate::connection::AnyConnection;
use crate::error::UnitError;
use crate::lane::Lane;
use crate::own_places::OwnPlaces;
use crate::writer::{Job, Writer, writer_is_gone};

impl Database {
    /// Runs a unit of work in a transaction and answers after its commit; `then` is called in between, exactly once
    /// and also if nobody waits for the answer any more. The unit may run again if it lost against another one.
    pub(crate) async fn write<T, E>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<E>> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.write_on(|lane| &lane.writer, unit, then).await
    }

    /// The same for what needs to find no message that was just sent, and leaves alone everything that sends count with
    /// (feeds, and which conversations there are): on SQLite sends go on meanwhile.
    pub(crate) async fn write_aside<T, E>(
        &self,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<E>> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.write_on(|lane| lane.aside.as_ref().unwrap_or(&lane.writer), unit, then).await
    }

    /// Runs a unit on a thread of SQLite's, or on a connection of MySQL's.
    async fn write_on<T, E>(
        &self,
        writer: impl FnOnce(&Lane) -> &Writer,
        unit: impl FnMut(&mut AnyConnection) -> Result<T, UnitError<E>> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        if !self.inner.settings.url.is_sqlite() {
            return self.on_pool(move |connection| repeat_on_conflict(connection, unit, then)).await;
        }
        let (reply, answer) = oneshot::channel();
        let unit = PlainUnit::new(unit, then, reply);
        {
            let _passage = self.inner.passage().await?;
            writer(&self.inner.lane()).submit(Job::Unit(Box::new(unit)))?;
        }
        self.answer(answer).await?
    }

    /// Waits until what was read before the call is on the disk, too: on MySQL a transaction is seen a moment before its
    /// log is flushed. What other nodes commit at that moment is not known here.
    pub(crate) async fn settled(&self) -> Result<(), StoreError> {
        let settled = self.inner.lane().commits.clone();
        let answer = self.inner.settings.answer;
        timeout(answer, settled.settled()).await.map_err(|_| no_answer(answer))
    }

    /// Where places are noted that were taken for what is no message. Only on MySQL does anybody ask for them.
    pub(crate) fn own_places(&self) -> OwnPlaces {
        if self.inner.settings.url.is_sqlite() { OwnPlaces::default() } else { self.inner.lane().own_places.clone() }
    }

    /// Hands a job to the writer of messages.
    pub(crate) async fn submit(&self, job: Job) -> Result<(), StoreError> {
        let _passage = self.inner.passage().await?;
        self.inner.lane().writer.submit(job)
    }

    /// Waits for the writer's answer, but not for ever.
    pub(crate) async fn answer<T>(&self, answer: oneshot::Receiver<T>) -> Result<T, StoreError> {
        match timeout(self.inner.settings.answer, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(writer_is_gone()),
            Err(_) => Err(no_answer(self.inner.settings.answer)),
        }
    }
}
