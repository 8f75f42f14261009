DROP TABLE message_days;
DROP TABLE deletions;
ALTER TABLE conversations DROP COLUMN forgotten_seq;
ALTER TABLE events DROP COLUMN message_id;
