-- Which terms a stretch of a person's events has, and where. It follows from the messages: whatever is deleted here is
-- made again by the server, by itself.
CREATE TABLE search_blocks (
    user_id BIGINT NOT NULL,
    level SMALLINT NOT NULL,
    shard SMALLINT NOT NULL,
    block BIGINT NOT NULL,
    terms MEDIUMBLOB NOT NULL,
    PRIMARY KEY (user_id, level, shard, block)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
