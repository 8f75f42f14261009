-- Which terms a stretch of a person's events has, and where. It follows from the messages: whatever is deleted here is
-- made again by the server, by itself. With a rowid, since rows of some kilobytes would make a tree without one deep.
CREATE TABLE search_blocks (
    user_id BIGINT NOT NULL,
    level SMALLINT NOT NULL,
    shard SMALLINT NOT NULL,
    block BIGINT NOT NULL,
    terms BLOB NOT NULL,
    PRIMARY KEY (user_id, level, shard, block)
);
