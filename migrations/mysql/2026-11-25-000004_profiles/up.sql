-- Which picture a person has stands with the person, so that a list of people needs nothing else.
ALTER TABLE users
    ADD COLUMN avatar VARBINARY(16),
    ADD KEY users_by_superuser (is_superuser, is_active),
    MODIFY COLUMN display_name VARCHAR(150) NOT NULL DEFAULT '';

-- The pictures are apart: whoever reads people does not read them.
CREATE TABLE avatars (
    user_id BIGINT NOT NULL PRIMARY KEY,
    jpeg MEDIUMBLOB NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Names of accounts that are gone, as digests: nobody is to get one, and nobody is to read who was here.
CREATE TABLE retired_names (
    name_hash BINARY(32) NOT NULL PRIMARY KEY,
    look BINARY(32) NOT NULL,
    KEY retired_names_by_look (look)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

ALTER TABLE invitations
    ADD KEY invitations_by_maker (created_by),
    ADD KEY invitations_by_user (used_by),
    ADD KEY invitations_by_email (email);
