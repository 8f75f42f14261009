//! Reading, and whatever else has a connection of the pool: there, or right where it is asked for.

use std::sync::Arc;

use chatapp_domain::message::MessageId;
use chatapp_domain::ports::StoreError;
use diesel::result::QueryResult;
use r2d2::PooledConnection;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::{Database, no_answer};
use crate::connection::{AnyConnection, Manager};
use crate::error::store_error;

impl Database {
    /// Runs a query on a connection of the pool. It finds whatever was answered before.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.caught_up().await?;
        self.read_unfiled(query).await
    }

    /// The same for what does not depend on which messages there are: nobody waits until they are filed.
    pub(crate) async fn read_unfiled<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.on_pool(move |connection| query(connection).map_err(store_error)).await
    }

    /// Runs a query that finds a few rows by their keys.
    ///
    /// On SQLite it runs right here: it takes less time than waking another thread would, and no writer makes it wait.
    /// If all connections are in use it is a [`Database::read`] like any other.
    pub(crate) async fn look_up<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.caught_up().await?;
        self.look_up_unfiled(query).await
    }

    /// The same for what does not depend on which messages there are.
    pub(crate) async fn look_up_unfiled<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.spare() {
            Some((_permit, mut pooled)) => query(&mut pooled.connection).map_err(store_error),
            None => self.read_unfiled(query).await,
        }
    }

    /// About how many messages are not filed yet, on SQLite.
    pub(crate) fn unfiled(&self) -> Option<usize> {
        let waiting = self.inner.settings.url.is_sqlite().then(|| self.inner.lane().filing.waiting())?;
        usize::try_from(waiting).ok()
    }

    /// Whether a message may be one that is not filed yet.
    pub(crate) fn may_wait(&self, message: MessageId) -> bool {
        self.inner.settings.url.is_sqlite() && self.inner.lane().filing.may_wait(message.0)
    }

    /// Waits until the messages that were answered before are filed.
    async fn caught_up(&self) -> Result<(), StoreError> {
        if !self.inner.settings.url.is_sqlite() {
            return Ok(());
        }
        let filing = Arc::clone(&self.inner.lane().filing);
        filing.caught_up(self.inner.settings.answer).await
    }

    /// A reading connection to SQLite that nobody uses.
    fn spare(&self) -> Option<(OwnedSemaphorePermit, PooledConnection<Manager>)> {
        if !self.inner.settings.url.is_sqlite() {
            return None;
        }
        let lane = self.inner.lane();
        let permit = Arc::clone(&lane.permits).try_acquire_owned().ok()?;
        Some((permit, lane.pool.try_get()?))
    }

    /// Runs work on a connection of the pool, on a thread that may block.
    pub(super) async fn on_pool<T, E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let settings = &self.inner.settings;
        let passage = self.inner.passage().await?;
        let lane = self.inner.lane();
        // The wait for a connection costs no thread. Whoever has a permit finds a connection, or can open one.
        let permit = match timeout(settings.wait, Arc::clone(&lane.permits).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) | Err(_) => return Err(StoreError::Busy.into()),
        };
        drop(passage);
        let pool = lane.pool.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut pooled = pool.get().map_err(|error| StoreError::Unavailable(error.into()))?;
            work(&mut pooled.connection)
        });
        match timeout(settings.answer, task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => Err(StoreError::Failed(panic.into()).into()),
            Err(_) => Err(no_answer(settings.answer).into()),
        }
    }
}
