//! What the database's connections and queues say of themselves.

use std::sync::Arc;

use chatapp_domain::ports::figures::{Figure, Figures};

use crate::database::Database;

impl Database {
    /// How busy the queue and the connections are.
    pub fn figures(&self) -> Arc<dyn Figures> {
        Arc::new(DatabaseFigures(self.clone()))
    }
}

struct DatabaseFigures(Database);

impl Figures for DatabaseFigures {
    fn figures(&self) -> Vec<Figure> {
        let load = self.0.load();
        vec![
            Figure::gauge("database_queue", "Writes that wait to be committed.", load.queued),
            Figure::gauge("database_queue_places", "How many writes may wait; one more is refused.", load.queue),
            Figure::gauge("database_connections_busy", "Connections of the pool that are in use.", load.busy),
            Figure::gauge("database_connections", "Connections that the pool may have.", load.connections),
        ]
    }
}
