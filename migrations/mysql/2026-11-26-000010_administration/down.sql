DROP TABLE admin_log;
ALTER TABLE sessions DROP COLUMN confirmed_at;
ALTER TABLE users
    DROP KEY users_by_standing_and_login,
    DROP KEY users_by_standing_and_joining,
    DROP KEY users_by_standing_and_name;
ALTER TABLE users DROP COLUMN standing, DROP COLUMN last_login;
