CREATE TABLE reports (
    -- AUTOINCREMENT: the later of two has the greater number, whatever was deleted.
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    message_id BIGINT NOT NULL,
    reporter_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    is_open BOOLEAN NOT NULL DEFAULT TRUE,
    closed_at BIGINT,
    closed_by BIGINT,
    UNIQUE (message_id, reporter_id)
);
CREATE INDEX reports_by_state ON reports (is_open, id);
