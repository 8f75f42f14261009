-- Which picture a person has stands with the person, so that a list of people needs nothing else.
ALTER TABLE users ADD COLUMN avatar TEXT;

-- The pictures are apart: whoever reads people does not read them.
CREATE TABLE avatars (
    user_id INTEGER PRIMARY KEY NOT NULL,
    jpeg BLOB NOT NULL
);

-- Names of accounts that are gone, as digests: nobody is to get one, and nobody is to read who was here.
CREATE TABLE retired_names (
    name_hash BLOB PRIMARY KEY NOT NULL,
    look BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX retired_names_by_look ON retired_names (look);

CREATE INDEX users_by_superuser ON users (is_superuser, is_active);
CREATE INDEX invitations_by_maker ON invitations (created_by);
CREATE INDEX invitations_by_user ON invitations (used_by);
CREATE INDEX invitations_by_email ON invitations (email);
