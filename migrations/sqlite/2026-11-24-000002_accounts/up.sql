-- Of several users with one address only one is found by it. The look of names is computed by the program.
ALTER TABLE users ADD COLUMN email_key TEXT;
ALTER TABLE users ADD COLUMN look BLOB;
CREATE UNIQUE INDEX users_by_email_key ON users (email_key);
CREATE INDEX users_by_look ON users (look);

-- Lower case is made of ASCII alone: an address with other letters is found once its owner confirms it anew.
UPDATE users SET email_key = lower(email)
WHERE id IN (
    SELECT min(id) FROM users
    WHERE email <> '' AND length(email) = length(CAST(email AS BLOB)) GROUP BY lower(email)
);

CREATE TABLE invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    used_by BIGINT
);

CREATE TABLE sign_ups (
    token_hash BLOB PRIMARY KEY NOT NULL,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    look BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    invitation_id BIGINT,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_ups_by_end ON sign_ups (expires_at);

-- User 0 is nobody: what is written for an unknown address, so that it takes as long.
CREATE TABLE password_resets (
    token_hash BLOB PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX password_resets_by_user ON password_resets (user_id);
CREATE INDEX password_resets_by_end ON password_resets (expires_at);

CREATE TABLE email_changes (
    token_hash BLOB PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX email_changes_by_user ON email_changes (user_id);
CREATE INDEX email_changes_by_end ON email_changes (expires_at);
