ALTER TABLE invitations
    DROP KEY invitations_by_maker,
    DROP KEY invitations_by_user,
    DROP KEY invitations_by_email;
DROP TABLE retired_names;
DROP TABLE avatars;
UPDATE users SET display_name = LEFT(display_name, 100);
ALTER TABLE users
    DROP COLUMN avatar,
    DROP KEY users_by_superuser,
    MODIFY COLUMN display_name VARCHAR(100) NOT NULL DEFAULT '';
