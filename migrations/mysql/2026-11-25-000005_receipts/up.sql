-- Up to where each has received; what was read was received, whatever these say.
ALTER TABLE conversations
    ADD COLUMN low_delivered_seq BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN high_delivered_seq BIGINT NOT NULL DEFAULT 0;

ALTER TABLE users
    ADD COLUMN receipts BOOLEAN NOT NULL DEFAULT TRUE,
    ADD COLUMN presence BOOLEAN NOT NULL DEFAULT TRUE,
    ADD COLUMN last_seen BIGINT;
