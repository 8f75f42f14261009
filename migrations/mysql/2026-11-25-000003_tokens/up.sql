CREATE TABLE tokens (
    id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    key_hash BINARY(32) NOT NULL UNIQUE,
    user_id BIGINT NOT NULL,
    name VARCHAR(100) NOT NULL,
    prefix VARCHAR(16) NOT NULL,
    may_write BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    KEY tokens_by_user (user_id),
    KEY tokens_by_end (expires_at),
    CONSTRAINT tokens_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
