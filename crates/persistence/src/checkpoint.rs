//! Copying SQLite's log into the database, beside the writer.
//!
//! If nobody else does it, the writer's own commit does once in a while, and every send waits for it. Here it happens on a
//! thread and a connection of its own, and only what was written meanwhile is left to the writer.

use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;

use crate::connection::{AnyConnection, Manager};

/// How many writes there are between two copies. Messages that are filed together take less than a page each, other
/// writes about four.
const EVERY: usize = 8000;

/// The thread that copies, told by the writer.
pub(crate) struct Checkpointer {
    wishes: Option<flume::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    written: usize,
}

impl Checkpointer {
    /// Starts the thread; it opens its connection at the first wish.
    pub(crate) fn start(manager: Manager) -> std::io::Result<Self> {
        // A wish that comes during a copy is fulfilled after it; more than one at a time mean the same.
        let (wishes, wished) = flume::bounded(1);
        let thread = std::thread::Builder::new()
            .name("chatapp-checkpoint".to_owned())
            .spawn(move || serve(&manager, &wished))?;
        Ok(Self { wishes: Some(wishes), thread: Some(thread), written: 0 })
    }

    /// So many writes were committed.
    pub(crate) fn note(&mut self, writes: usize) {
        self.written += writes;
        if self.written >= EVERY {
            self.written = 0;
            // Full: it is wished for already.
            let _ = self.wishes.as_ref().map(|wishes| wishes.try_send(()));
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        drop(self.wishes.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("the thread that copies the log ended with a panic");
        }
    }
}

fn serve(manager: &Manager, wished: &flume::Receiver<()>) {
    let mut kept: Option<AnyConnection> = None;
    while wished.recv().is_ok() {
        let copied = match kept.take() {
            Some(connection) => copy(connection),
            None => manager.open().map_err(|error| error.to_string()).and_then(copy),
        };
        match copied {
            Ok(connection) => kept = Some(connection),
            // The writer does it itself when the log is long enough.
            Err(error) => log::warn!("the log was not copied into the database: {error}"),
        }
    }
}

fn copy(mut connection: AnyConnection) -> Result<AnyConnection, String> {
    connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE)").map_err(|error| error.to_string())?;
    Ok(connection)
}
