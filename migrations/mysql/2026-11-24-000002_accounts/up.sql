-- Of several users with one address only one is found by it. The look of names is computed by the program.
ALTER TABLE users
    ADD COLUMN email_key VARBINARY(254),
    ADD COLUMN look BINARY(32),
    ADD UNIQUE KEY users_by_email_key (email_key),
    ADD KEY users_by_look (look);

-- Lower case is made of ASCII alone: an address with other letters is found once its owner confirms it anew.
UPDATE users
    JOIN (
        SELECT MIN(id) AS id, LOWER(email) AS address FROM users
        WHERE email <> '' AND LENGTH(email) = CHAR_LENGTH(email) GROUP BY LOWER(email)
    ) AS firsts ON firsts.id = users.id
    SET users.email_key = firsts.address;

CREATE TABLE invitations (
    id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT,
    token_hash BINARY(32) NOT NULL UNIQUE,
    email VARCHAR(254) NOT NULL,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    used_by BIGINT
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE sign_ups (
    token_hash BINARY(32) NOT NULL PRIMARY KEY,
    username VARBINARY(600) NOT NULL,
    username_key VARBINARY(1800) NOT NULL UNIQUE,
    look BINARY(32) NOT NULL UNIQUE,
    email VARCHAR(254) NOT NULL,
    password VARCHAR(255) NOT NULL,
    invitation_id BIGINT,
    expires_at BIGINT NOT NULL,
    KEY sign_ups_by_end (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- User 0 is nobody: what is written for an unknown address, so that it takes as long.
CREATE TABLE password_resets (
    token_hash BINARY(32) NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    KEY password_resets_by_user (user_id),
    KEY password_resets_by_end (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE email_changes (
    token_hash BINARY(32) NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    email VARCHAR(254) NOT NULL,
    expires_at BIGINT NOT NULL,
    KEY email_changes_by_user (user_id),
    KEY email_changes_by_end (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
