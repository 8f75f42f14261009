-- Names and keys are VARBINARY: every collation either folds letters or pads blanks, and ours must do neither.
CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    username VARBINARY(600) NOT NULL UNIQUE,
    username_key VARBINARY(1800) NOT NULL UNIQUE,
    display_name VARCHAR(100) NOT NULL DEFAULT '',
    display_key VARBINARY(1200) NOT NULL DEFAULT '',
    email VARCHAR(254) NOT NULL DEFAULT '',
    password VARCHAR(255) NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    is_superuser BOOLEAN NOT NULL DEFAULT FALSE,
    joined_at BIGINT NOT NULL,
    KEY users_by_display_key (display_key, username_key)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- One narrow row a user, apart from `users` because every message writes it.
CREATE TABLE feeds (
    user_id BIGINT NOT NULL PRIMARY KEY,
    last_pos BIGINT NOT NULL DEFAULT 0,
    forgotten_pos BIGINT NOT NULL DEFAULT 0,
    message_count BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT feeds_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- What changes with each message (the newest `seq`, the time, the counts) is on the newest message's row alone.
CREATE TABLE conversations (
    id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    low_id BIGINT NOT NULL,
    high_id BIGINT NOT NULL,
    -- Up to where each has read, and how many of the other's messages that covers.
    low_read_seq BIGINT NOT NULL DEFAULT 0,
    low_read_count BIGINT NOT NULL DEFAULT 0,
    high_read_seq BIGINT NOT NULL DEFAULT 0,
    high_read_count BIGINT NOT NULL DEFAULT 0,
    CHECK (low_id <= high_id),
    UNIQUE KEY conversations_by_pair (low_id, high_id),
    KEY conversations_by_high (high_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE messages (
    id BIGINT NOT NULL PRIMARY KEY,
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    sender_pos BIGINT NOT NULL,
    recipient_id BIGINT NOT NULL,
    recipient_pos BIGINT NOT NULL,
    -- How many of the conversation's messages up to this one the lower user sent.
    low_sent BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    client_key VARBINARY(64),
    body MEDIUMTEXT NOT NULL,
    UNIQUE KEY messages_by_seq (conversation_id, seq),
    UNIQUE KEY messages_by_sender_pos (sender_id, sender_pos),
    UNIQUE KEY messages_by_recipient_pos (recipient_id, recipient_pos),
    UNIQUE KEY messages_by_client_key (sender_id, client_key)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE events (
    user_id BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    peer_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, pos),
    KEY events_by_time (happened_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE sessions (
    id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    key_hash BINARY(32) NOT NULL UNIQUE,
    user_id BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    device VARCHAR(255) NOT NULL,
    address VARCHAR(64) NOT NULL,
    KEY sessions_by_user (user_id),
    KEY sessions_by_use (used_at),
    KEY sessions_by_opening (opened_at),
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE sequences (
    name VARCHAR(32) NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO sequences (name, next) VALUES ('message', 1);

CREATE TABLE settings (
    name VARCHAR(32) NOT NULL PRIMARY KEY,
    value VARCHAR(255) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO settings (name, value) VALUES ('epoch', LEFT(SHA2(CONCAT(UUID(), RAND()), 256), 16));
