-- Who did what to whom, when and from where. Users are named by their numbers: a deleted one has no name.
-- What the server may refuse (triggers, where it writes a binary log) comes first, and can be repeated.
CREATE TABLE IF NOT EXISTS admin_log (
    id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    happened_at BIGINT NOT NULL,
    -- NULL: the command line.
    actor_id BIGINT,
    action VARCHAR(40) NOT NULL,
    target_kind VARCHAR(20) NOT NULL,
    target_id BIGINT NOT NULL,
    detail TEXT NOT NULL,
    address VARCHAR(45),
    KEY admin_log_by_actor (actor_id, id),
    KEY admin_log_by_action (action, id),
    KEY admin_log_by_target (target_kind, target_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

DROP TRIGGER IF EXISTS admin_log_is_not_changed;
CREATE TRIGGER admin_log_is_not_changed BEFORE UPDATE ON admin_log FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the log is not changed';
DROP TRIGGER IF EXISTS admin_log_is_not_shortened;
CREATE TRIGGER admin_log_is_not_shortened BEFORE DELETE ON admin_log FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'nothing is deleted from the log';

-- When the password was last given in a session; NULL: when it was opened.
ALTER TABLE sessions ADD COLUMN confirmed_at BIGINT;

-- A `last_login` of 0 is never. `standing` is 0: active, 1: inactive, 2: deleted, which is what a departure leaves.
ALTER TABLE users
    ADD COLUMN last_login BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN standing SMALLINT AS (
        CASE WHEN is_active THEN 0 WHEN password = '!' AND SUBSTR(username, 1, 8) = 'deleted-' THEN 2 ELSE 1 END
    ) VIRTUAL;
UPDATE users SET last_login = (SELECT max(opened_at) FROM sessions WHERE sessions.user_id = users.id)
WHERE id IN (SELECT user_id FROM sessions);
ALTER TABLE users
    ADD KEY users_by_standing_and_name (standing, username),
    ADD KEY users_by_standing_and_joining (standing, joined_at, id),
    ADD KEY users_by_standing_and_login (standing, last_login, id);
