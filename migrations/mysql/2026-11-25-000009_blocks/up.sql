-- Counted apart, so that a send, which reads this row anyway, need not look for blocks of people who have none.
ALTER TABLE feeds ADD COLUMN block_count BIGINT NOT NULL DEFAULT 0;

CREATE TABLE blocks (
    blocker_id BIGINT NOT NULL,
    blocked_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    KEY blocks_by_blocked (blocked_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
