DROP TABLE settings;
DROP TABLE sequences;
DROP TABLE sessions;
DROP TABLE events;
DROP TABLE messages;
DROP TABLE conversations;
DROP TABLE feeds;
DROP TABLE users;
