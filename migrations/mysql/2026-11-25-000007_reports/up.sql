CREATE TABLE reports (
    id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    message_id BIGINT NOT NULL,
    reporter_id BIGINT NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    created_at BIGINT NOT NULL,
    is_open BOOLEAN NOT NULL DEFAULT TRUE,
    closed_at BIGINT,
    closed_by BIGINT,
    UNIQUE KEY reports_by_message (message_id, reporter_id),
    KEY reports_by_state (is_open, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
