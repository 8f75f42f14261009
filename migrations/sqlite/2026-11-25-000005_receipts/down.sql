ALTER TABLE users DROP COLUMN last_seen;
ALTER TABLE users DROP COLUMN presence;
ALTER TABLE users DROP COLUMN receipts;
ALTER TABLE conversations DROP COLUMN high_delivered_seq;
ALTER TABLE conversations DROP COLUMN low_delivered_seq;
