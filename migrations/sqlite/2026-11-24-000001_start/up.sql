CREATE TABLE users (
    -- AUTOINCREMENT: the number of a deleted user is never given to another.
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    username TEXT NOT NULL UNIQUE,
    username_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL DEFAULT '',
    display_key TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    password TEXT NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    is_superuser BOOLEAN NOT NULL DEFAULT FALSE,
    joined_at BIGINT NOT NULL
);
CREATE INDEX users_by_display_key ON users (display_key, username_key);

-- One narrow row a user, apart from `users` because every message writes it.
CREATE TABLE feeds (
    user_id INTEGER PRIMARY KEY NOT NULL REFERENCES users (id),
    last_pos BIGINT NOT NULL DEFAULT 0,
    forgotten_pos BIGINT NOT NULL DEFAULT 0,
    message_count BIGINT NOT NULL DEFAULT 0
);

-- What changes with each message (the newest `seq`, the time, the counts) is on the newest message's row alone.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    low_id BIGINT NOT NULL REFERENCES users (id),
    high_id BIGINT NOT NULL REFERENCES users (id),
    -- Up to where each has read, and how many of the other's messages that covers.
    low_read_seq BIGINT NOT NULL DEFAULT 0,
    low_read_count BIGINT NOT NULL DEFAULT 0,
    high_read_seq BIGINT NOT NULL DEFAULT 0,
    high_read_count BIGINT NOT NULL DEFAULT 0,
    CHECK (low_id <= high_id),
    UNIQUE (low_id, high_id)
);
CREATE INDEX conversations_by_high ON conversations (high_id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY NOT NULL,
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    sender_pos BIGINT NOT NULL,
    recipient_id BIGINT NOT NULL,
    recipient_pos BIGINT NOT NULL,
    -- How many of the conversation's messages up to this one the lower user sent.
    low_sent BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    client_key TEXT,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_id, seq);
CREATE UNIQUE INDEX messages_by_sender_pos ON messages (sender_id, sender_pos);
CREATE UNIQUE INDEX messages_by_recipient_pos ON messages (recipient_id, recipient_pos);
CREATE UNIQUE INDEX messages_by_client_key ON messages (sender_id, client_key) WHERE client_key IS NOT NULL;

CREATE TABLE events (
    user_id BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    peer_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, pos)
) WITHOUT ROWID;
CREATE INDEX events_by_time ON events (happened_at);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    key_hash BLOB NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id),
    opened_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_use ON sessions (used_at);
CREATE INDEX sessions_by_opening ON sessions (opened_at);

CREATE TABLE sequences (
    name TEXT PRIMARY KEY NOT NULL,
    next BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO sequences (name, next) VALUES ('message', 1);

CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO settings (name, value) VALUES ('epoch', lower(hex(randomblob(8))));
