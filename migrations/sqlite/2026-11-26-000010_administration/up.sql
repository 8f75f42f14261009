-- Who did what to whom, when and from where. Users are named by their numbers: a deleted one has no name.
CREATE TABLE admin_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    happened_at BIGINT NOT NULL,
    -- NULL: the command line.
    actor_id BIGINT,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id BIGINT NOT NULL,
    detail TEXT NOT NULL,
    address TEXT
);
CREATE INDEX admin_log_by_actor ON admin_log (actor_id, id);
CREATE INDEX admin_log_by_action ON admin_log (action, id);
CREATE INDEX admin_log_by_target ON admin_log (target_kind, target_id, id);

CREATE TRIGGER admin_log_is_not_changed BEFORE UPDATE ON admin_log
BEGIN
    SELECT RAISE(ABORT, 'the log is not changed');
END;
CREATE TRIGGER admin_log_is_not_shortened BEFORE DELETE ON admin_log
BEGIN
    SELECT RAISE(ABORT, 'nothing is deleted from the log');
END;

-- When the password was last given in a session; NULL: when it was opened.
ALTER TABLE sessions ADD COLUMN confirmed_at BIGINT;

-- 0: never.
ALTER TABLE users ADD COLUMN last_login BIGINT NOT NULL DEFAULT 0;
UPDATE users SET last_login = (SELECT max(opened_at) FROM sessions WHERE sessions.user_id = users.id)
WHERE id IN (SELECT user_id FROM sessions);

-- 0: active, 1: inactive, 2: deleted, which is what a departure leaves.
ALTER TABLE users ADD COLUMN standing SMALLINT GENERATED ALWAYS AS (
    CASE WHEN is_active THEN 0 WHEN password = '!' AND substr(username, 1, 8) = 'deleted-' THEN 2 ELSE 1 END
) VIRTUAL;
CREATE INDEX users_by_standing_and_name ON users (standing, username);
CREATE INDEX users_by_standing_and_joining ON users (standing, joined_at, id);
CREATE INDEX users_by_standing_and_login ON users (standing, last_login, id);
