/**
 * What the server's API speaks. Kept in the shape of a generated document's
 * schemas, so that generated types can take this file's place unnoticed.
 */

export interface User {
  username: string;
  /** Empty when the person has not chosen one. */
  display_name: string;
  online: boolean;
  last_seen?: string | null;
}

export interface Me {
  username: string;
  display_name: string;
  email: string;
  is_superuser: boolean;
  date_joined: string;
  settings: {
    message_max_length: number;
    messages_to_load: number;
  };
}

export interface Message {
  id: number;
  user: string;
  recipient: string;
  timestamp: string;
  body: string;
  /** Its place in the conversation: 1, 2, 3, ... without holes. */
  seq: number;
  /** Present only for the one who sent it. */
  client_id?: string | null;
}

export interface MessageRange {
  results: Message[];
  last_seq: number;
}

export interface Conversation {
  user: User;
  last_message: Message;
  last_seq: number;
  read_seq: number;
  peer_read_seq: number;
  unread: number;
}

export interface ConversationPage {
  next: string | null;
  results: Conversation[];
}

/** Where a user's stream of events stands. */
export interface EventCursor {
  epoch: string;
  pos: number;
}

export interface MessageEvent {
  pos: number;
  type: 'message';
  message: string;
  conversation: string;
  seq: number;
  client_id?: string | null;
}

export interface ReadEvent {
  pos: number;
  type: 'read';
  conversation: string;
  reader: string;
  seq: number;
}

export interface ChangeEvent {
  pos: number;
  type: 'edit' | 'delete';
  message: string;
  conversation: string;
  seq: number;
}

export type ChatEvent = MessageEvent | ReadEvent | ChangeEvent;

export interface EventPage extends EventCursor {
  results: ChatEvent[];
}
