ALTER TABLE users DROP COLUMN receipts, DROP COLUMN presence, DROP COLUMN last_seen;

ALTER TABLE conversations DROP COLUMN low_delivered_seq, DROP COLUMN high_delivered_seq;
