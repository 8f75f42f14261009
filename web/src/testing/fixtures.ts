import type { Conversation, Message, User } from '@/api/types';

export const me = 'mina';
export const peer = 'ada';

export function message(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: 1000 + seq,
    user: peer,
    recipient: me,
    timestamp: new Date(Date.UTC(2026, 10, 24, 10, seq)).toISOString(),
    body: `message ${seq}`,
    seq,
    ...change,
  };
}

export function mine(seq: number, change: Partial<Message> = {}): Message {
  return message(seq, { user: me, recipient: peer, ...change });
}

export function messages(first: number, last: number): Message[] {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
}

export function user(username: string, change: Partial<User> = {}): User {
  return { username, display_name: '', online: false, deleted: false, ...change };
}

export function conversation(username: string, change: Partial<Conversation> = {}): Conversation {
  return {
    user: user(username),
    last_message: message(5, { user: username }),
    last_seq: 5,
    read_seq: 5,
    peer_read_seq: 5,
    peer_delivered_seq: 5,
    unread: 0,
    blocked: false,
    ...change,
  };
}
