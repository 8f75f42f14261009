-- Conversations that nobody can read any more, because the accounts of both are deleted. They wait to be deleted, a few
-- messages at a time, and leave this table with their last one.
CREATE TABLE abandoned_conversations (
    conversation_id BIGINT NOT NULL PRIMARY KEY
) WITHOUT ROWID;
