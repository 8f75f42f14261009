DROP TABLE abandoned_conversations;
