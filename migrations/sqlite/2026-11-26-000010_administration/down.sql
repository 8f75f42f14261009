DROP TABLE admin_log;
ALTER TABLE sessions DROP COLUMN confirmed_at;
DROP INDEX users_by_standing_and_login;
DROP INDEX users_by_standing_and_joining;
DROP INDEX users_by_standing_and_name;
ALTER TABLE users DROP COLUMN standing;
ALTER TABLE users DROP COLUMN last_login;
