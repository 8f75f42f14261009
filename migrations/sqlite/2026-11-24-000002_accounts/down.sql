DROP TABLE email_changes;
DROP TABLE password_resets;
DROP TABLE sign_ups;
DROP TABLE invitations;
DROP INDEX users_by_look;
DROP INDEX users_by_email_key;
ALTER TABLE users DROP COLUMN look;
ALTER TABLE users DROP COLUMN email_key;
