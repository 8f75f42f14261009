DROP INDEX invitations_by_email;
DROP INDEX invitations_by_user;
DROP INDEX invitations_by_maker;
DROP INDEX users_by_superuser;
DROP TABLE retired_names;
DROP TABLE avatars;
ALTER TABLE users DROP COLUMN avatar;
