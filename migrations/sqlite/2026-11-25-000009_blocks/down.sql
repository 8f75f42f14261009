DROP TABLE blocks;
ALTER TABLE feeds DROP COLUMN block_count;
