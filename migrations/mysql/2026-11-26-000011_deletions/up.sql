-- Which message an event is about, if it has no place of its own that says so.
ALTER TABLE events ADD COLUMN message_id BIGINT;

-- Up to where the oldest messages are gone.
ALTER TABLE conversations ADD COLUMN forgotten_seq BIGINT NOT NULL DEFAULT 0;

-- Of a message that was deleted the row stays, without its text, so that every place is taken. These say which, for
-- whoever counts what is unread.
CREATE TABLE deletions (
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    by_low BOOLEAN NOT NULL,
    deleted_at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- How many messages of each day (UTC, counted from 1970) a block of 1,000 numbers has. Only blocks that get no more
-- messages are here; it follows from the messages, and what is deleted here is counted again by the server.
CREATE TABLE message_days (
    block BIGINT NOT NULL,
    day BIGINT NOT NULL,
    message_count BIGINT NOT NULL,
    PRIMARY KEY (block, day)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
