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
        let mut figures = vec![
            Figure::gauge("database_queue", "Writes that wait to be committed, in the longest queue.", load.queued),
            Figure::gauge("database_queue_places", "How many may wait; one more is refused.", load.queue),
            Figure::gauge("database_connections_busy", "Connections of the pool that are in use.", load.busy),
            Figure::gauge("database_connections", "Connections that the pool may have.", load.connections),
        ];
        if let Some(unfiled) = self.0.unfiled() {
            let text = "Messages that are saved and not filed yet; at most, since numbers may be left out.";
            figures.push(Figure::gauge("database_unfiled", text, unfiled));
        }
        if let Some(replica) = self.0.inner().replica() {
            let trusted = usize::from(replica.is_trusted());
            let text = "Whether the replica is close behind and asked for what may be late: 1 or 0.";
            figures.extend([
                Figure::gauge("database_replica_trusted", text, trusted),
                Figure::counter(
                    "database_replica_reads_total",
                    "Queries that the replica has answered.",
                    replica.answered(),
                ),
            ]);
        }
        figures
    }
}
